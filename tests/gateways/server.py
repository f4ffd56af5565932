"""A vendor's server as a script: it answers what it is told, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Self
from urllib.parse import parse_qs

from tests.clock import FakeClock

PAYLOADS = Path(__file__).parent / "payloads"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    writes: int
    """In how many pieces the request came."""
    connection: int

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = b""
    """Bytes as they are; anything else as JSON."""
    reason: str = "As Told"
    headers: Mapping[str, str] = field(default_factory=dict)
    claimed: int | None = None
    """The length that it claims to have, where that is a lie."""
    date: str | None = None


@dataclass(frozen=True)
class Raw:
    """Exactly these bytes, then the end."""

    wire: bytes


RESET = Raw(b"RESET")
"""The request is read, then the connection is reset."""
HANG = Raw(b"HANG")
"""The request is read, and nothing ever comes."""


def html(status: int = 200) -> Reply:
    page = b"<!DOCTYPE html><html><body><h1>Maintenance</h1></body></html>"
    return Reply(status, page, headers={"Content-Type": "text/html"})


def sample(name: str) -> Any:
    """A vendor's own sample, or one like it: `vudumobile/feed-of-the-document`."""
    return json.loads((PAYLOADS / f"{name}.json").read_text())


class ScriptedServer:
    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.asked: list[Asked] = []
        self.connections = 0
        self.offset = 0.0
        """Seconds that its `Date` is ahead of the clock."""
        self._script: deque[Reply | Raw] = deque()
        self._always: dict[str, Reply | Raw] = {}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def say(self, *replies: Reply | Raw) -> None:
        """Answer the next requests, whatever they ask for, with these."""
        self._script.extend(replies)

    def always(self, path: str, reply: Reply | Raw) -> None:
        """Answer what ends so with this, when the script has nothing more to say."""
        self._always[path] = reply

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = self.connections
        self._writers.add(writer)
        try:
            while asked := await self._read(reader, connection):
                self.asked.append(asked)
                if not await self._answer(self._choose(asked.path), writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _choose(self, path: str) -> Reply | Raw:
        if self._script:
            return self._script.popleft()
        for end, reply in self._always.items():
            if path.endswith(end):
                return reply
        raise AssertionError(f"nothing was scripted for {path}")

    async def _read(self, reader: asyncio.StreamReader, connection: int) -> Asked | None:
        wire, writes = b"", 0
        while b"\r\n\r\n" not in wire:
            piece = await reader.read(1 << 20)
            if not piece:
                return None
            wire, writes = wire + piece, writes + 1
        head, _, body = wire.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, value in (line.split(":", 1) for line in lines[1:])
        }
        missing = int(headers.get("content-length", 0)) - len(body)
        if missing > 0:
            body, writes = body + await reader.readexactly(missing), writes + 1
        method, path, _ = lines[0].split(" ")
        return Asked(method, path, headers, body, writes, connection)

    async def _answer(self, reply: Reply | Raw, writer: asyncio.StreamWriter) -> bool:
        """Answer; tells whether the connection lives on."""
        if reply is HANG:
            await asyncio.Event().wait()
        if reply is RESET:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, linger)
            return False
        if isinstance(reply, Raw):
            writer.write(reply.wire)
            await writer.drain()
            return False
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        length = len(body) if reply.claimed is None else reply.claimed
        headers = {"Date": self._date(), "Content-Length": str(length), **reply.headers}
        if reply.date is not None:
            headers["Date"] = reply.date
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        writer.write(f"HTTP/1.1 {reply.status} {reply.reason}\r\n{head}\r\n".encode() + body)
        await writer.drain()
        return reply.claimed is None

    def _date(self) -> str:
        return format_datetime(self.clock.now() + timedelta(seconds=self.offset), usegmt=True)
