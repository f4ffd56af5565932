"""`make bench`: what a text costs, as tables and as JSON.

Machines are noisy. Daemon, reference and Kannel run in turns, and the cases in turns too, several
times each; what counts is the median of the ratios within a round.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.cases import Case, Measured, run_idle, run_loaded, run_matching, run_round
from bench.machine import watch_machine
from bench.processes import ROOT
from bench.report import (
    goals,
    latency_summary,
    matching_goals,
    matching_summary,
    show,
    summary,
)

POLL_SECONDS = 0.5
RATE = 200.0
"""Texts a second where they come evenly."""
LISTED = 60_000
"""Texts of five minutes at that rate: as many as each poll lists after a while."""
DELAY_MS = 50.0
MATCHING_ROUNDS = 9
MANY_RULES, ROUNDS_OF_MANY_RULES = 10_000, 2
"""The daemon takes long to be ready with more; they are measured less often."""
FULL = {
    "texts": 20_000,
    "rounds": 5,
    "rules": [10, 1_000, 10_000, 100_000],
    "idle_texts": 60,
    "loaded_seconds": 15.0,
    "loaded_rounds": 3,
    "listed": LISTED,
    "keywords": [10, 100_000],
}
QUICK = {
    "texts": 2_000,
    "rounds": 3,
    "rules": [10, 10_000],
    "idle_texts": 15,
    "loaded_seconds": 5.0,
    "loaded_rounds": 1,
    "listed": 0,
    "keywords": [10, 100_000],
}


def main() -> None:
    """Measure what was asked, print the tables, and write the JSON."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended
    asked = arguments()
    machine = watch_machine()
    costs = measure_costs(asked)
    latencies = measure_latencies(asked)
    matching = measure_matching(asked)
    results = {
        "machine": machine(),
        "goals": [*goals(costs, latencies[0]), *matching_goals(matching)],
        "costs": [summary(measured) for measured in costs],
        "latencies": latencies,
        "matching": matching,
        "rounds": [_raw(measured) for measured in costs],
    }
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(results, indent=2) + "\n")
    show(results)


def arguments() -> argparse.Namespace:
    """Read the command line; what it leaves open is as in a full or a quick run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute, less certain")
    parser.add_argument("--texts", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--rules", type=int, nargs="+")
    parser.add_argument("--idle-texts", type=int)
    parser.add_argument("--loaded-seconds", type=float)
    parser.add_argument("--loaded-rounds", type=int)
    parser.add_argument("--listed", type=int)
    parser.add_argument("--keywords", type=int, nargs="+", help="where a rule is only found")
    parser.add_argument("--no-kannel", dest="kannel", action="store_false")
    parser.add_argument("--json", type=Path, default=ROOT / "bench" / "results" / "latest.json")
    asked = parser.parse_args()
    for name, value in (QUICK if asked.quick else FULL).items():
        if getattr(asked, name) is None:
            setattr(asked, name, value)
    return asked


def measure_costs(asked: argparse.Namespace) -> list[Measured]:
    """Play the cases in turns."""
    cases = [Case(f"{rules:,} rules", rules, asked.texts) for rules in asked.rules]
    slow = Case(f"answers after {DELAY_MS:.0f} ms", asked.rules[0], asked.texts, DELAY_MS)
    costs = [Measured(case) for case in ([*cases] if asked.quick else [*cases, slow])]
    for number in range(asked.rounds):
        for measured in costs:
            if measured.case.rules > MANY_RULES and number >= ROUNDS_OF_MANY_RULES:
                continue
            print(f"round {number + 1}: {measured.case.name}", file=sys.stderr)
            measured.rounds.append(run_round(measured.case, kannel=asked.kannel))
    return costs


def measure_latencies(asked: argparse.Namespace) -> list[Any]:
    """Measure one text at a time, then many a second."""
    print("latencies", file=sys.stderr)
    idle = run_idle(asked.idle_texts, POLL_SECONDS)
    loaded = [
        run_loaded(RATE, asked.loaded_seconds, POLL_SECONDS) for _ in range(asked.loaded_rounds)
    ]
    name = f"{RATE:.0f} texts a second"
    told = [
        latency_summary("one text at a time", POLL_SECONDS, [idle]),
        latency_summary(name, POLL_SECONDS, loaded),
    ]
    if asked.listed:
        full = run_loaded(RATE, asked.loaded_seconds, POLL_SECONDS, asked.listed)
        name = f"{name}, {asked.listed:,} listed already"
        told.append(latency_summary(name, POLL_SECONDS, [full]))
    return told


def measure_matching(asked: argparse.Namespace) -> list[Any]:
    """Measure what finding the rule is of what a text costs."""
    print("matching", file=sys.stderr)
    return [
        matching_summary(run_matching(kinds, keywords, MATCHING_ROUNDS))
        for kinds in ("keywords", "all")
        for keywords in asked.keywords
    ]


def _raw(measured: Measured) -> dict[str, Any]:
    """Give each round as it was measured, but for each text's latency."""
    rounds = []
    for each in measured.rounds:
        raw = asdict(each)
        del raw["ours"]["latencies"]
        rounds.append(raw)
    return {"case": measured.case.name, "rounds": rounds}


if __name__ == "__main__":
    main()
