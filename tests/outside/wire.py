"""A wire between a daemon and its server, that may go dead: nothing is cut, nothing arrives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Wire:
    """Carries bytes both ways while it is alive."""

    port: int = 0
    carries: asyncio.Event = field(default_factory=asyncio.Event)
    _ends: set[asyncio.Task[None]] = field(default_factory=set)

    def die(self) -> None:
        """From now on whoever speaks is not heard, and not told so."""
        self.carries.clear()

    def live(self) -> None:
        """What was said meanwhile arrives."""
        self.carries.set()

    async def _join(
        self, there: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self.carries.wait()
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", there)
        for one, other in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._carry(one, other))
            self._ends.add(task)
            task.add_done_callback(self._ends.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await reader.read(65536):
                await self.carries.wait()
                writer.write(part)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[Wire]:
    """Lay one to a port of this machine."""
    found = Wire()
    found.live()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await found._join(port, reader, writer)

    server = await asyncio.start_server(join, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        found.live()
        server.close()
