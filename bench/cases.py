"""What is measured, and one run of each."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from bench.kannel import KannelRun, run_kannel
from bench.processes import (
    ROOT,
    call,
    cpu_seconds,
    daemon,
    gateway,
    memory_megabytes,
    wait_for_sends,
    wait_until_idle,
)

CONCURRENCY = 128
"""Of the reference; as many as the daemon has under way where the rate does not hold it."""
RULES_WHERE_THEY_DO_NOT_MATTER = 10


@dataclass(frozen=True, slots=True)
class Case:
    """All texts visible at once: what does each cost, and how fast are they answered?"""

    name: str
    rules: int
    texts: int
    delay_ms: float = 0.0
    """How long the gateway takes to accept a message."""


@dataclass(frozen=True, slots=True)
class BareRun:
    """What bare requests cost."""

    cpu_us: float
    texts_a_second: float


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the daemon cost."""

    cpu_us: float
    """CPU of our process for a text, microseconds."""
    texts_a_second: float
    latencies: list[float]
    """Seconds from visible in the feed to accepted."""
    megabytes: float
    ready_seconds: float


@dataclass(frozen=True, slots=True)
class Round:
    """One after the other in the same minute, so that the machine's noise hits all alike."""

    bare: BareRun
    ours: Run
    kannel: KannelRun | str


@dataclass(slots=True)
class Measured:
    """A case with its rounds."""

    case: Case
    rounds: list[Round] = field(default_factory=list)


def run_round(case: Case, *, kannel: bool) -> Round:
    """Run reference, daemon and, where wanted, Kannel."""
    return Round(
        run_bare(case),
        run_daemon(case),
        run_kannel(case.rules, case.texts, case.delay_ms) if kannel else "not asked for",
    )


def run_daemon(case: Case) -> Run:
    """Show all texts at once, and wait until each has its reply."""
    with gateway(case.rules, case.delay_ms) as port, daemon(port, case.rules) as (pid, ready):
        before, begun = cpu_seconds(pid), time.perf_counter()
        call(f"http://127.0.0.1:{port}/show?texts={case.texts}", post=True)
        last = wait_for_sends(port, case.texts)
        time.sleep(0.3)  # the last outcomes are being written
        return Run(
            cpu_us=(cpu_seconds(pid) - before) / case.texts * 1e6,
            texts_a_second=case.texts / (last - begun),
            latencies=call(f"http://127.0.0.1:{port}/latencies"),
            megabytes=memory_megabytes(pid),
            ready_seconds=ready,
        )


def run_bare(case: Case) -> BareRun:
    """Send as many messages with nothing around them."""
    with gateway(case.rules, case.delay_ms) as port:
        told = subprocess.run(
            [sys.executable, "-m", "bench.bare", str(port), str(case.texts), str(CONCURRENCY)],
            stdout=subprocess.PIPE,
            check=True,
            cwd=ROOT,
        )
    used = json.loads(told.stdout)
    return BareRun(used["cpu"] / case.texts * 1e6, case.texts / used["seconds"])


def run_matching(kinds: str, keywords: int, rounds: int) -> dict[str, Any]:
    """Find rules by the index alone, in a process of its own: its memory is measured."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.matching", kinds, str(keywords), str(rounds)],
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def run_idle(texts: int, poll_seconds: float) -> list[float]:
    """Show one text after the other, at no moment in particular of the polling."""
    rules = RULES_WHERE_THEY_DO_NOT_MATTER
    with gateway(rules, 0) as port, daemon(port, rules, f"{int(poll_seconds * 1000)}ms"):
        for number in range(texts):
            call(f"http://127.0.0.1:{port}/show?texts=1", post=True)
            time.sleep(poll_seconds * (1.15 + number * 0.618 % 1))
        return _latencies(port, texts)


def run_loaded(rate: float, seconds: float, poll_seconds: float, listed: int = 0) -> list[float]:
    """Show so many texts a second, evenly, and wait until each has its reply.

    `listed` texts were there before and are listed with the others at each poll: the feed has no
    pages, and what is younger than five minutes is asked for again each time.
    """
    rules, texts = RULES_WHERE_THEY_DO_NOT_MATTER, int(rate * seconds)
    with gateway(rules, 0) as port:
        call(f"http://127.0.0.1:{port}/show?texts={listed}", post=True)
        with daemon(port, rules, f"{int(poll_seconds * 1000)}ms") as (pid, _):
            wait_until_idle(pid)
            call(f"http://127.0.0.1:{port}/show?texts={texts}&rate={rate}", post=True)
            time.sleep(seconds)
            return _latencies(port, texts)


def _latencies(port: int, texts: int) -> list[float]:
    wait_for_sends(port, texts)
    latencies: list[float] = call(f"http://127.0.0.1:{port}/latencies")
    return latencies
