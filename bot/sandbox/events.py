"""Server-sent events: whatever changes in the sandbox, as it changes."""

import asyncio
import json
from collections.abc import Callable

from aiohttp import web

from bot.sandbox import views
from bot.sandbox.mails import Mail
from bot.sandbox.phones import Bubble, Phone
from bot.sandbox.world import Request

MOST_WAITING = 2_000
BREATH = 15.0
"""Real seconds after which a silent line gets a comment, so that a dead one is noticed."""

Snapshot = Callable[[], views.Json]


class Events:
    """Hears the world and tells every open page; costs nothing while there is none.

    A page that is too slow to follow is let go: it connects again and reads the state anew.
    """

    def __init__(self, snapshots: dict[str, Snapshot]) -> None:
        """`snapshots`: event → what to say when something of that kind has changed."""
        self._snapshots = snapshots
        self._lines: set[asyncio.Queue[bytes | None]] = set()

    def hear(self, event: str, *what: object) -> None:
        """A listener of the world."""
        if not self._lines:
            return
        message = _frame(event, self._say(event, *what))
        for line in tuple(self._lines):
            try:
                line.put_nowait(message)
            except asyncio.QueueFull:
                self._end(line)

    def close(self) -> None:
        """End every open line now (aiohttp would wait for them)."""
        for line in tuple(self._lines):
            self._end(line)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One open page."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        line: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._lines.add(line)
        try:
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            await self._follow(line, response)
        except ConnectionError:
            pass
        finally:
            self._lines.discard(line)
        return response

    async def _follow(
        self, line: asyncio.Queue[bytes | None], response: web.StreamResponse
    ) -> None:
        while True:
            try:
                message = await asyncio.wait_for(line.get(), BREATH)
            except TimeoutError:
                message = b": breath\n\n"
            if message is None:
                return
            await response.write(message)

    def _end(self, line: asyncio.Queue[bytes | None]) -> None:
        self._lines.discard(line)
        while not line.empty():
            line.get_nowait()
        line.put_nowait(None)

    def _say(self, event: str, *what: object) -> views.Json:
        match what:
            case (Phone() as phone, Bubble() as bubble):
                return views.head(phone) | {"bubble": views.bubble(bubble)}
            case (Mail() as mail,):
                return views.mail(mail)
            case (Request() as request,):
                return views.request(request)
        return self._snapshots[event]() if event in self._snapshots else {}


def _frame(event: str, value: views.Json) -> bytes:
    return f"event: {event}\ndata: {json.dumps(value)}\n\n".encode()
