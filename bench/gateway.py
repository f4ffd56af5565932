"""A gateway in a process of its own, as lean as it can be: VuduMobile's `get_feed` and `send`.

    python -m bench.gateway TEXTS DELAY_MS

It prints its port. `POST /show?texts=N` makes N more texts visible; `GET /state` says what was
accepted, and for each text how long after it became visible (seconds, by this process's clock).
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
class State:
    """What is visible, and what came back."""

    keywords: int
    delay: float
    rows: list[str] = field(default_factory=list)
    shown: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    sends: int = 0


def show(state: State, texts: int) -> None:
    """Let people text: each from a number of their own, with one of the keywords."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    for _ in range(texts):
        serial = len(state.rows)
        number = str(FIRST + serial)
        row = {
            "msg_id": serial + 1,
            "direction": "mo",
            "from": number,
            "to": OURS,
            "message": f"mot{serial * 7919 % state.keywords}",
            "datetime": now,
            "part_count": 1,
        }
        state.rows.append(json.dumps(row))
        state.shown[number] = time.perf_counter()


async def serve(keywords: int, delay: float) -> None:
    """Serve until killed."""
    state = State(keywords, delay)

    async def get_feed(request: web.Request) -> web.Response:
        asked = parse_qs((await request.read()).decode())
        rows = state.rows if asked.get("direction") == ["mo"] else []
        return web.Response(text=f"[{','.join(rows)}]", content_type="application/json")

    async def send(request: web.Request) -> web.Response:
        asked = parse_qs((await request.read()).decode())
        if state.delay:
            await asyncio.sleep(state.delay)
        state.sends += 1
        if shown := state.shown.pop(asked["to"][0], None):
            state.latencies.append(time.perf_counter() - shown)
        return web.Response(
            text=f'{{"status":true,"msg_id":{10_000_000 + state.sends}}}',
            content_type="application/json",
        )

    async def more(request: web.Request) -> web.Response:
        show(state, int(request.query["texts"]))
        return web.Response()

    async def told(request: web.Request) -> web.Response:
        del request
        answer = {"sends": state.sends, "latencies": state.latencies}
        return web.json_response(answer)

    application = web.Application()
    application.router.add_post("/api/get_feed", get_feed)
    application.router.add_post("/api/send", send)
    application.router.add_post("/show", more)
    application.router.add_get("/state", told)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
