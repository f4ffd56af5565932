"""`python -m tests.soak_instances`: three instances on one PostgreSQL, for ten minutes.

They are killed, frozen for longer than a lease, cut off, and their server is ended, at random and
under load. Prints a line for each run and ends with 1 if a reply was doubled or lost.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.outside.crowd import DEEDS, Shown, play
from tests.outside.killing import Run
from tests.postgresql import Server, programs
from tests.soak import BOTH, tell


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak_instances", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="of real time, in all")
    parser.add_argument("--seed", type=int, default=None, help="of the first run")
    parser.add_argument("--texts", type=int, default=1200, help="in each run")
    parser.add_argument("--pause", type=float, default=4.0, help="between two deeds, at most")
    parser.add_argument("--instances", type=int, default=3)
    parser.add_argument("--speed", type=float, default=20.0, help="of the clock")
    parser.add_argument("--minutes", type=float, default=75.0, help="in which people text")
    return parser


def once(seed: int, chosen: argparse.Namespace, server: Server) -> bool:
    """Play one; whether all was well."""
    run = Run(
        seed,
        BOTH,
        texts=chosen.texts,
        phones=max(8, chosen.texts // 20),
        speed=chosen.speed,
        minutes=chosen.minutes,
    )
    dice = random.Random(seed)
    deeds = (dice.choice(DEEDS) for _ in itertools.count())
    with tempfile.TemporaryDirectory(prefix="textobot-soak-") as folder:
        try:
            shown = asyncio.run(
                play(
                    *(run, Path(folder), server),
                    count=chosen.instances,
                    deeds=deeds,
                    pause=chosen.pause,
                )
            )
        except AssertionError:
            tell(f"seed {seed}: {run}")
            tell(traceback.format_exc())
            return False
        finally:
            server.release()
    tell(row(seed, run, shown))
    if shown.complaints:
        tell("\n".join([*shown.complaints, shown.story]))
    return not shown.complaints


def row(seed: int, run: Run, shown: Shown) -> str:
    """What came of one run."""
    report = shown.report
    return (
        f"seed {seed}: {run.texts} texts, {report.replies} replies, "
        f"{len(report.doubled)} doubled, {len(report.lost)} lost, "
        f"{len(report.disordered)} swapped; "
        f"{dict(shown.deeds)}, endings {dict(shown.endings)}; {shown.seconds:.0f} s"
    )


def main() -> int:
    """1 if anything was doubled, lost or swapped, or never came to rest."""
    found = programs()
    if found is None:
        tell("there is no PostgreSQL server here; apt-get install postgresql")
        return 1
    chosen = options().parse_args()
    seed = chosen.seed if chosen.seed is not None else random.randrange(1, 100_000)
    server, good, end = Server(found), True, time.monotonic() + chosen.seconds
    try:
        while time.monotonic() < end:
            good &= once(seed, chosen, server)
            seed += 1
    finally:
        server.remove()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
