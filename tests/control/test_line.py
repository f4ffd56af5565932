"""The socket beside the store: one line, one answer, for the user who runs the daemon alone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.control import line as module
from bot.control.line import LONGEST_LINE, LONGEST_PATH, NotAnswered, ask, listening, socket_of

Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return socket_of(tmp_path / "textobot.db")


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


async def shout(line: bytes) -> bytes:
    return line.upper()


async def asked(path: Path, line: bytes = b"hello") -> bytes | None:
    """Ask as a command does: it is another process, and waits."""
    return await asyncio.to_thread(ask, path, line)


def entries(folder: Path) -> dict[str, int]:
    """What is in a folder: name to kind and mode."""
    return {one.name: one.stat().st_mode for one in folder.iterdir()}


def take_away(path: Path) -> None:
    path.unlink()


async def test_a_line_is_answered_by_a_line(path: Path) -> None:
    async with listening(path, shout):
        assert await asked(path) == b"HELLO\n"
        assert await asked(path, b"again") == b"AGAIN\n"


async def test_it_stands_beside_the_store_is_ours_alone_and_goes_with_us(
    path: Path, tmp_path: Path
) -> None:
    async with listening(path, shout):
        assert entries(tmp_path) == {"textobot.db.sock": stat.S_IFSOCK | 0o600}

    assert entries(tmp_path) == {}
    assert await asked(path) is None


# Paths


@pytest.mark.parametrize("length", [LONGEST_PATH, LONGEST_PATH + 1, 250])
async def test_a_path_of_any_length(tmp_path: Path, length: int) -> None:
    """A socket's address holds some hundred bytes; a path may be longer."""
    folder = tmp_path
    while len(os.fsencode(folder)) < length - 70:
        folder /= "x" * 50
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("s" * (length - len(os.fsencode(folder)) - 1))
    assert len(os.fsencode(path)) == length

    async with listening(path, shout):
        assert entries(folder) == {path.name: stat.S_IFSOCK | 0o600}
        assert await asked(path) == b"HELLO\n"

    assert entries(folder) == {}


async def test_where_no_socket_can_be_made_the_daemon_goes_on(
    tmp_path: Path, lines: Lines
) -> None:
    path = tmp_path / ("s" * 150)
    async with listening(path, shout):
        assert await asked(path) is None

    assert [line["action"] for line in lines] == ["control.none"]


# What others left


async def test_what_a_killed_daemon_left_is_replaced(path: Path) -> None:
    listens = "import socket,sys,time; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); "
    listens += "s.listen(); print(flush=True); time.sleep(60)"
    dying = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", listens, str(path)), stdout=asyncio.subprocess.PIPE
    )
    assert dying.stdout is not None
    await dying.stdout.readline()
    dying.send_signal(signal.SIGKILL)
    await dying.wait()
    assert entries(path.parent) != {}
    assert await asked(path) is None

    async with listening(path, shout):
        assert await asked(path) == b"HELLO\n"


async def test_what_a_living_daemon_has_is_left_alone(path: Path, lines: Lines) -> None:
    async def whisper(line: bytes) -> bytes:
        return line.lower()

    async with listening(path, shout):
        async with listening(path, whisper):
            assert await asked(path) == b"HELLO\n"
        assert await asked(path) == b"HELLO\n"

    assert [(line["action"], line["reason"]) for line in lines] == [
        ("control.none", "somebody listens at textobot.db.sock")
    ]


@pytest.fixture
def file(path: Path) -> Path:
    path.touch()
    return path


async def test_a_file_of_that_name_is_left_alone(file: Path, lines: Lines) -> None:
    before = entries(file.parent)

    async with listening(file, shout):
        assert await asked(file) is None

    assert entries(file.parent) == before
    assert [line["action"] for line in lines] == ["control.none"]


async def test_the_socket_of_a_younger_daemon_is_left_alone(path: Path) -> None:
    """Should somebody have taken ours away: the end of the older takes nothing of the younger."""
    async with listening(path, shout):
        take_away(path)
        younger = listening(path, shout)
        await younger.__aenter__()
    try:
        assert await asked(path) == b"HELLO\n"
    finally:
        await younger.__aexit__(None, None, None)


# Hostile lines


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"half a line", id="no end"),
        pytest.param(b"x" * (LONGEST_LINE * 20) + b"\n", id="too long"),
        pytest.param(b"x" * (LONGEST_LINE * 20), id="too long without an end"),
    ],
)
async def test_what_is_no_line_is_cut_and_the_next_is_answered(path: Path, sent: bytes) -> None:
    async with listening(path, shout):
        reader, writer = await asyncio.open_unix_connection(path)
        with suppress(ConnectionError):  # it may be cut before all was sent
            writer.write(sent)
            writer.write_eof()
        with suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()

        assert await asked(path) == b"HELLO\n"


@pytest.mark.parametrize("sent", [b"", b"half a line"])
async def test_who_says_nothing_is_cut_after_a_while(
    path: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    async with listening(path, shout):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(sent)
        assert await reader.read() == b""
        writer.close()


async def test_who_does_not_take_the_answer_is_cut_after_a_while(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)

    async def at_length(line: bytes) -> bytes:
        return line * 10_000_000

    async with listening(path, at_length):
        deaf = socket.socket(socket.AF_UNIX)
        deaf.connect(str(path))
        deaf.sendall(b"x\n")

    deaf.close()
    assert entries(path.parent) == {}


async def test_what_comes_after_the_first_line_is_not_heard(path: Path) -> None:
    heard: list[bytes] = []

    async def listen(line: bytes) -> bytes:
        heard.append(line)
        return b""

    async with listening(path, listen):
        assert await asked(path, b"one\ntwo\nthree") == b"\n"

    assert heard == [b"one"]


async def test_who_hangs_up_before_the_answer_disturbs_nobody(path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(line: bytes) -> bytes:
        begun.set()
        await go_on.wait()
        return line

    async with listening(path, slowly):
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(b"bye\n")
        await begun.wait()
        writer.close()
        go_on.set()
        assert await asked(path) == b"hello\n"


# Several at once, and the end


async def test_two_clients_at_once(path: Path) -> None:
    """The second need not wait for the first."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow_for_one(line: bytes) -> bytes:
        if line == b"one":
            begun.set()
            await go_on.wait()
        return line

    async with listening(path, slow_for_one):
        first = asyncio.create_task(asked(path, b"one"))
        await begun.wait()
        assert await asked(path, b"two") == b"two\n"
        go_on.set()
        assert await first == b"one\n"


async def test_what_was_heard_is_answered_before_the_end_and_nothing_more_is_heard(
    path: Path,
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(line: bytes) -> bytes:
        begun.set()
        await go_on.wait()
        return line

    async def served() -> None:
        async with listening(path, slowly):
            await begun.wait()

    serving = asyncio.create_task(served())
    await asyncio.sleep(0)
    first = asyncio.create_task(asked(path, b"one"))
    silent, writer = await asyncio.open_unix_connection(path)
    await begun.wait()
    assert await silent.read() == b""  # it had said nothing yet
    writer.close()
    assert not serving.done()
    go_on.set()

    assert await first == b"one\n"
    await serving


# Who asks


async def test_an_end_instead_of_an_answer_is_told(path: Path) -> None:
    async with await asyncio.start_unix_server(lambda _, writer: writer.close(), path):
        with pytest.raises(NotAnswered):
            await asked(path)


async def test_a_silence_instead_of_an_answer_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 0.05)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen()
        with pytest.raises(NotAnswered):
            await asked(path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for folder in ("x", "x" * 200):
        assert ask(tmp_path / folder / "s", b"hello") is None
