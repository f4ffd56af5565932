"""`python -m bench.listing`: what a row costs that a poll lists and that is stored already.

VuduMobile's feed lists five minutes at every poll, so nearly every row of it is known. Each round
polls a listing with one new text in it, by the daemon's own adapter and poller.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from bench.machine import watch_machine
from bench.way import open_way


async def measure(rows: int, rounds: int) -> Sequence[float]:
    """Give for each round the CPU of a listed row, in seconds."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        async with open_way(Path(folder)) as way:
            await way.receive(rows)
            for _ in range(rounds):
                way.one_more()
                begun = time.process_time()
                await way.poller.tick()
                found.append((time.process_time() - begun) / rows)
    return found


def main() -> None:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.listing", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    machine = watch_machine()
    found = [one * 1e6 for one in asyncio.run(measure(asked.rows, asked.rounds))]
    told = machine()
    print(
        f"{statistics.median(found):.2f} µs ({min(found):.2f}–{max(found):.2f}) a row,"
        f" {asked.rows:,} listed; others used {told['others_percent']} %"
    )


if __name__ == "__main__":
    main()
