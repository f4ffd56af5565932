"""`python -m tests.simulation`: many seeds, or one with its story; ends with 1 if any went wrong.

Every seed of `failed_seeds.txt` is played first: what failed once is tried for ever.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from bot import log
from tests.simulation.bugs import BUGS, FIRST, OF_TWO, SHARPER
from tests.simulation.machine import Strike
from tests.simulation.matrix import cases, passed, tried
from tests.simulation.plan import Plan, draw
from tests.simulation.sharp import SHARP
from tests.simulation.world import Outcome, run

FAILED = Path(__file__).parent / "failed_seeds.txt"
EACH_PROCESS = 200
"""Runs: what a run leaves behind is let go of with its process."""
RARELY = {"get_feed", "mos", "deliveries", "account", "push"}


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--first", type=int, help="the first; the next count up")
    parser.add_argument("--seed", type=int, help="this one alone, with its story")
    parser.add_argument("--twice", type=int, default=0, help="so many are played twice (INV-40)")
    parser.add_argument("--instances", type=int, default=0, help="1 or 2; 0: as the seed has it")
    parser.add_argument("--sharp", choices=sorted(SHARP), default="", help="plans of this kind")
    parser.add_argument("--bug", choices=sorted(BUGS), help="plant it; 0 once it was found")
    parser.add_argument(
        "--matrix", type=int, metavar="N", help="of the crash matrix every Nth case; 1: all"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return parser


def known() -> list[int]:
    """Give the seeds that failed once."""
    lines = FAILED.read_text(encoding="utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


Draw = Callable[[int], Plan]


def drawing(instances: int, sharp: str) -> Draw:
    """Say how a seed becomes a plan."""
    return SHARP[sharp] if sharp else partial(draw, instances=instances)


def play(seed: int, drawn: Draw) -> Outcome:
    """Play one; the story is kept only if it went wrong."""
    outcome = run(drawn(seed))
    if not outcome.complaints:
        outcome.story.clear()
    return outcome


def outcomes(seeds: Iterable[int], processes: int, drawn: Draw) -> Iterator[Outcome]:
    """Play seeds on all processors."""
    with get_context("fork").Pool(processes, log.mute, maxtasksperchild=EACH_PROCESS) as pool:
        yield from pool.imap_unordered(partial(play, drawn=drawn), seeds, chunksize=1)


def tell(text: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def story(outcome: Outcome) -> str:
    """Tell a run, without the readings that happen all the time."""
    lines = (line for line in outcome.story if line.rpartition(": ")[2] not in RARELY)
    return "\n".join([*lines, *outcome.complaints, f"digest {outcome.trace}"])


def one(seed: int, drawn: Draw) -> int:
    """Play one seed and tell all of it."""
    log.mute()
    plan = drawn(seed)
    outcome = run(plan)
    tell(f"{plan}\n{story(outcome)}")
    return 1 if outcome.complaints else 0


def many(seeds: list[int], processes: int, drawn: Draw) -> int:
    """Play seeds; say what went wrong, and what there was of everything."""
    counts: Counter[str] = Counter()
    failed = 0
    for outcome in outcomes(seeds, processes, drawn):
        counts += outcome.counts
        if outcome.complaints:
            failed += 1
            tell(f"seed {outcome.seed}: {'; '.join(outcome.complaints)[:1500]}")
    tell(f"{len(seeds)} runs, {failed} went wrong; {dict(sorted(counts.items()))}")
    return 1 if failed else 0


def found(bug: str, seeds: Iterable[int], processes: int) -> int:
    """Plant a bug, and play until it is found."""
    BUGS[bug]()
    drawn = drawing(2 if bug in OF_TWO else 0, SHARPER.get(bug, ""))
    for count, outcome in enumerate(outcomes(seeds, processes, drawn), 1):
        if outcome.complaints:
            tell(f"{bug}: found by run {count}, seed {outcome.seed}: {outcome.complaints[0]}")
            return 0
    tell(f"{bug}: not found")
    return 1


def wrong(strike: Strike) -> list[str]:
    """Play a case of the crash matrix; what went wrong, also that it has no end."""
    try:
        return tried(strike).complaints
    except AssertionError as error:
        return [f"it could not be played to its end: {error}"]


def crashes(every: int, processes: int) -> int:
    """Play cases of the crash matrix; say how many there are in all."""
    log.mute()
    places = passed()
    everything = [strike for _, strike in cases(places)]
    chosen, failed = everything[::every], 0
    with get_context("fork").Pool(processes, log.mute, maxtasksperchild=EACH_PROCESS) as pool:
        for strike, complaints in zip(chosen, pool.imap(wrong, chosen), strict=True):
            if complaints:
                failed += 1
                tell(f"{strike}: {'; '.join(complaints)[:1500]}")
    tell(f"{len(places)} places, {len(everything)} cases, {len(chosen)} played, {failed} failed")
    return 1 if failed else 0


def same(seeds: Iterable[int], drawn: Draw) -> int:
    """Play each seed twice; INV-40."""
    log.mute()
    plans = [drawn(seed) for seed in seeds]
    other = [plan.seed for plan in plans if run(plan).trace != run(plan).trace]
    tell(f"not the same twice: {other}" if other else "each was the same twice")
    return 1 if other else 0


def main() -> int:
    """1 if anything went wrong; of a planted bug, if it was not found."""
    chosen = options().parse_args()
    drawn = drawing(chosen.instances, chosen.sharp)
    if chosen.seed is not None:
        return one(chosen.seed, drawn)
    first = chosen.first or FIRST.get(chosen.bug, 1)
    fresh = range(first, first + chosen.seeds)
    if chosen.matrix:
        return crashes(chosen.matrix, chosen.processes)
    if chosen.bug:
        return found(chosen.bug, fresh, chosen.processes)
    code = many([*(() if chosen.sharp else known()), *fresh], chosen.processes, drawn)
    return max(code, same(range(first, first + chosen.twice), drawn))


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"  # sets have an order, and it is part of a run
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    sys.exit(main())
