"""A socket beside the store: one line of JSON is asked, one is answered, and the line is cut.

Only the user who runs the daemon may connect. Whatever else is sent (too much, nothing, no line)
is left after a short while, and holds up nobody.
"""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from bot.log import logger

LOG = logger(__name__)
Answer = Callable[[bytes], Awaitable[bytes]]
"""Gives the line that answers a line, neither with its end; never raises."""
LONGEST_PATH = 100
"""Bytes that every system's socket address holds."""
LONGEST_LINE = 64 * 1024
"""Bytes of what is asked."""
LONGEST_ANSWER = 8 * 1024 * 1024
PATIENCE = 5.0
"""Real seconds in which a line must have come, and in which its answer must have been taken."""
WAITING = 60.0
"""Real seconds that a command waits for each part of an answer."""


class NotAnswered(Exception):
    """The daemon took the line and did not answer: whether it was done is not known."""


BESIDE_POSTGRESQL = "textobot"
"""In the data folder, as if a file of a store were there."""


def socket_of(store: Path) -> Path:
    """Name the socket of a store by its file."""
    return store.with_name(f"{store.name}.sock")


@asynccontextmanager
async def listening(path: Path, answer: Answer) -> AsyncIterator[None]:
    """Answer lines at this path. What was asked before the end is answered before the end.

    The caller holds the lock of the store: a socket that is there and does not answer was left by
    a daemon that died. Where no socket can be made it is told, and the daemon goes on without.
    """
    talks = _Talks(answer)
    with _address(path) as address:
        try:
            ours, inode = _bound(path, address)
        except OSError as error:
            LOG.warning(
                "Commands that change something cannot reach this daemon: no socket can be made",
                action="control.none",
                path=str(path),
                reason=error.strerror or str(error),
            )
            yield
            return
        server = await asyncio.start_unix_server(talks.talk, sock=ours, limit=LONGEST_LINE)
        try:
            yield
        finally:
            server.close()
            await talks.end()
            _remove(path, inode)


def ask(path: Path, line: bytes) -> bytes | None:
    """Ask the daemon that listens at this path; None: there is none.

    Raises `NotAnswered`, and `PermissionError` where it is another user's.
    """
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(WAITING)
        try:
            with _address(path) as address:
                asking.connect(address)
        except PermissionError:
            raise
        except OSError:
            return None
        try:
            asking.sendall(line + b"\n")
            answer = asking.makefile("rb").readline(LONGEST_ANSWER)
        except OSError as error:
            raise NotAnswered(error.strerror or str(error)) from error
    if not answer.endswith(b"\n"):
        raise NotAnswered("it ended before it answered")
    return answer


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """Give a socket's address while the body runs: by its folder, where its path is too long."""
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _bound(path: Path, address: str) -> tuple[socket.socket, int]:
    """Make the socket, and tell its inode.

    Raises `OSError`: it cannot be made, or a living daemon has it.
    """
    _clear(path, address)
    made = socket.socket(socket.AF_UNIX)
    try:
        made.bind(address)
        # Nobody can connect before it listens, and by then it is ours alone.
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        return made, path.stat().st_ino
    except OSError:
        made.close()
        raise


def _clear(path: Path, address: str) -> None:
    """Take away what a daemon left that died."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(f"{path.name} is there, and is no socket")
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(PATIENCE)
            try:
                asking.connect(address)
            except ConnectionRefusedError:
                path.unlink()
            else:
                raise FileExistsError(f"somebody listens at {path.name}")


def _remove(path: Path, inode: int) -> None:
    """Take our own socket away; not the one that another daemon made in its place."""
    with suppress(OSError):
        if path.stat().st_ino == inode:
            path.unlink()


class _Talks:
    """The lines that are open."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._open: set[asyncio.Task[None]] = set()
        self._listening: set[asyncio.Task[None]] = set()
        self._ending = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one line, answer it, and cut the line."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            line = None if self._ending else await self._line(reader, task)
            if line is not None:
                answer = await self._answer(line)
                async with asyncio.timeout(PATIENCE):
                    writer.write(answer + b"\n")
                    writer.close()
                    await writer.wait_closed()
        except OSError:  # whoever asked has gone, or does not listen
            pass
        finally:
            writer.transport.abort()
            self._open.discard(task)

    async def _line(self, reader: asyncio.StreamReader, task: asyncio.Task[None]) -> bytes | None:
        self._listening.add(task)
        try:
            async with asyncio.timeout(PATIENCE):
                return (await reader.readuntil(b"\n"))[:-1]
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return None
        finally:
            self._listening.discard(task)

    async def end(self) -> None:
        """Listen no more; what was heard is answered."""
        self._ending = True
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
