"""`python -m bench.instances URL`: what a second instance on one PostgreSQL is worth.

URL names a server and a user that may make databases. Two accounts, each with texts of its own;
first one daemon, then two. What a second one is worth where there are cores to spare is told by
the CPU of the busiest process; texts a second only by a machine that has them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.processes import (
    LONGEST_START,
    call,
    cpu_seconds,
    gateway,
    program,
    rules_yaml,
    wait_for_sends,
    wait_until_idle,
    wait_until_ready,
)

ACCOUNTS = 2
RULES = 10
SPREAD_SECONDS = 12.0
"""After which every lease is in somebody's hands."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run with so many instances."""

    instances: int
    texts_a_second: float
    cpu_us: list[float]
    """CPU of each process for a text, microseconds."""
    busiest_us: float


async def _do(url: str, statement: str) -> None:
    import asyncpg  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; only here

    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """Make a database; it is gone in the end."""
    asyncio.run(_do(url, f"CREATE DATABASE {name}"))
    try:
        yield f"{url.rsplit('/', 1)[0]}/{name}"
    finally:
        asyncio.run(_do(url, f"DROP DATABASE {name} WITH (FORCE)"))


def write_installation(folder: Path, store: str, ports: list[int]) -> None:
    """Make a configuration with an account for each port."""
    (folder / "rules").mkdir()
    (folder / "templates").mkdir()
    (folder / "rules" / "bench.yaml").write_text(rules_yaml(range(RULES)))
    accounts = {
        f"account{number}": {
            "kind": "vudumobile",
            "url": f"http://127.0.0.1:{port}/api",
            "api_key": "${BENCH_KEY}",
            "our_number": f"+1514954123{number}",
            "poll": "1s",
            "rate": "100000/s",
        }
        for number, port in enumerate(ports)
    }
    config = {
        "organisation": {"name": "Radio Exemple", "contact": "418 555-0199"},
        "store": store,
        "secret": "the-key-of-all-instances-of-the-bench-4711",
        "web": {"listen": "127.0.0.1:0"},
        "gateways": accounts,
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    (folder / "config.yaml").chmod(0o600)


@contextmanager
def instances(count: int, store: str, ports: list[int]) -> Iterator[list[int]]:
    """Start daemons with a folder each; gives their process ids."""
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            write_installation(folder, store, ports)
            log = folder / "log"
            command = (sys.executable, "-m", "bot", "run", "-c", str(folder / "config.yaml"))
            running = stack.enter_context(program(*command, log=log, BENCH_KEY="bench-key"))
            started.append((running, log))
        for running, log in started:  # together, so that they share the leases out
            wait_until_ready(log, running, time.perf_counter() + LONGEST_START)
        pids = [running.pid for running, _ in started]
        time.sleep(SPREAD_SECONDS)
        for pid in pids:
            wait_until_idle(pid)
        yield pids


def run(count: int, url: str, texts: int) -> Run:
    """Show all texts at once, half of them at each account, and wait for all replies."""
    with ExitStack() as stack:
        ports = [stack.enter_context(gateway(RULES, 0.0)) for _ in range(ACCOUNTS)]
        store = stack.enter_context(database(url, f"bench_{count}_{time.time_ns()}"))
        pids = stack.enter_context(instances(count, store, ports))
        before, begun = [cpu_seconds(pid) for pid in pids], time.perf_counter()
        each = texts // ACCOUNTS
        for port in ports:
            call(f"http://127.0.0.1:{port}/show?texts={each}", post=True)
        last = max(wait_for_sends(port, each) for port in ports)
        time.sleep(0.5)  # the last outcomes are being written
        used = [
            (cpu_seconds(pid) - was) / (each * ACCOUNTS) * 1e6
            for pid, was in zip(pids, before, strict=True)
        ]
        return Run(count, each * ACCOUNTS / (last - begun), used, max(used))


def main() -> None:
    """Measure in turns, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.instances", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--texts", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    runs = [run(count, asked.url, asked.texts) for _ in range(asked.rounds) for count in (1, 2)]
    for one in runs:
        print(json.dumps(asdict(one)))
    of = {count: [one for one in runs if one.instances == count] for count in (1, 2)}
    busiest = [one.busiest_us / two.busiest_us for one, two in zip(of[1], of[2], strict=True)]
    speed = [
        two.texts_a_second / one.texts_a_second for one, two in zip(of[1], of[2], strict=True)
    ]
    print(f"CPU of one process by that of the busiest of two: {median(busiest):.2f}")
    print(f"texts a second of two by those of one, on this machine: {median(speed):.2f}")


if __name__ == "__main__":
    main()
