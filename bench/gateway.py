"""A gateway in a process of its own, as lean as it can be: VuduMobile's `get_feed` and `send`.

    python -m bench.gateway KEYWORDS DELAY_MS

It prints its port. `POST /show?texts=N` makes N more texts visible at once, `POST
/show?texts=N&rate=R` R of them each second; `GET /state` says how many messages were accepted and
when the last was (`time.perf_counter`), `GET /latencies` for each text how long after it became
visible its reply was accepted (seconds, by this process's clock). `GET /kannel` takes a message
as Kannel's HTTP connection hands it over.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs

from aiohttp import web

OURS = "15149541234"
FIRST = 15145000000


@dataclass
class Feed:
    """What is visible, and what came back."""

    keywords: int
    delay: float
    rows: list[str] = field(default_factory=list)
    shown: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    sends: int = 0
    last: float = 0.0

    def show(self, texts: int) -> None:
        """Let people text: each from a number of their own, with one of the keywords."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        for _ in range(texts):
            serial = len(self.rows)
            number = str(FIRST + serial)
            row = {
                "msg_id": serial + 1,
                "direction": "mo",
                "from": number,
                "to": OURS,
                "message": f"mot{serial * 7919 % self.keywords}",
                "datetime": now,
                "part_count": 1,
            }
            self.rows.append(json.dumps(row))
            self.shown[number] = time.perf_counter()

    async def show_evenly(self, texts: int, rate: float) -> None:
        """Let people text one after the other, so many a second."""
        begun, shown = time.perf_counter(), 0
        while shown < texts:
            # Whoever is overdue texts now: time overslept is nobody's latency.
            due = min(texts, 1 + int((time.perf_counter() - begun) * rate))
            self.show(due - shown)
            shown = due
            await asyncio.sleep(max(0.0, begun + shown / rate - time.perf_counter()))

    async def accept(self, number: str) -> int:
        """Take a message, and say how many there are now."""
        if self.delay:
            await asyncio.sleep(self.delay)
        self.sends += 1
        self.last = time.perf_counter()
        if shown := self.shown.pop(number, None):
            self.latencies.append(self.last - shown)
        return self.sends


class Addresses:
    """What can be asked over HTTP."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._showing: asyncio.Task[None] | None = None

    async def get_feed(self, request: web.Request) -> web.Response:
        """List the texts; messages of ours are never listed."""
        asked = parse_qs((await request.read()).decode())
        rows = self._feed.rows if asked.get("direction") == ["mo"] else []
        return web.Response(text=f"[{','.join(rows)}]", content_type="application/json")

    async def send(self, request: web.Request) -> web.Response:
        """Accept a message."""
        asked = parse_qs((await request.read()).decode())
        sends = await self._feed.accept(asked["to"][0])
        answer = f'{{"status":true,"msg_id":{10_000_000 + sends}}}'
        return web.Response(text=answer, content_type="application/json")

    async def kannel(self, request: web.Request) -> web.Response:
        """Accept a message from Kannel."""
        await self._feed.accept(request.query["to"])
        return web.Response(status=202, text="0: Accepted for delivery")

    async def show(self, request: web.Request) -> web.Response:
        """Make texts visible."""
        texts = int(request.query["texts"])
        if "rate" in request.query:
            rate = float(request.query["rate"])
            self._showing = asyncio.create_task(self._feed.show_evenly(texts, rate))
        else:
            self._feed.show(texts)
        return web.Response()

    async def state(self, request: web.Request) -> web.Response:
        """Count what was accepted."""
        del request
        return web.json_response({"sends": self._feed.sends, "last": self._feed.last})

    async def latencies(self, request: web.Request) -> web.Response:
        """List how long each text waited."""
        del request
        return web.json_response(self._feed.latencies)


async def serve(keywords: int, delay: float) -> None:
    """Serve until killed."""
    addresses = Addresses(Feed(keywords, delay))
    application = web.Application()
    application.router.add_post("/api/get_feed", addresses.get_feed)
    application.router.add_post("/api/send", addresses.send)
    application.router.add_get("/kannel", addresses.kannel)
    application.router.add_post("/show", addresses.show)
    application.router.add_get("/state", addresses.state)
    application.router.add_get("/latencies", addresses.latencies)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
