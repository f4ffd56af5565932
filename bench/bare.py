"""The reference: the same requests with nothing around them.

    python -m bench.bare PORT TEXTS CONCURRENCY

It prints the CPU seconds of its own and the seconds that passed.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import aiohttp

from bench.gateway import FIRST


async def main(port: int, texts: int, concurrency: int) -> None:
    """Send so many messages, so many at once."""
    numbers = iter(range(FIRST, FIRST + texts))
    address = f"http://127.0.0.1:{port}/api/send"
    headers = {"VUDUMOBILE-API-KEY": "key", "Content-Type": "application/x-www-form-urlencoded"}

    async def one_after_the_other(session: aiohttp.ClientSession, mine: Iterator[int]) -> None:
        for number in mine:
            body = urlencode({"to": number, "message": "Il fait beau a Quebec."}).encode()
            async with session.post(address, data=body, headers=headers) as response:
                answer = json.loads(await response.read())
                assert answer["status"]

    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector) as session:
        used, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        await asyncio.gather(*(one_after_the_other(session, numbers) for _ in range(concurrency)))
        seconds = time.perf_counter() - begun
        now = resource.getrusage(resource.RUSAGE_SELF)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    print(json.dumps({"cpu": cpu, "seconds": seconds}))


if __name__ == "__main__":
    asyncio.run(main(*(int(argument) for argument in sys.argv[1:])))
