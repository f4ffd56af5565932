"""`python -m tests.soak`: many runs of kills and faults, longer than the tests have time for.

Prints a line for each run and ends with 1 if a reply was doubled or lost.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import traceback
from pathlib import Path

from tests.outside.killing import Played, Run, play

BOTH = ["vudumobile", "clever"]
MIXES = (["vudumobile"], ["clever"], BOTH)
COLUMNS = (
    "run", "seed", "gateways", "hidden", "texts", "kills", "faults", "replies",
    "doubled", "lost", "swapped", "abandoned", "seconds",
)  # fmt: skip
WIDTHS = (4, 6, 18, 6, 6, 6, 7, 8, 8, 6, 8, 10, 8)


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--texts", type=int, default=500, help="in each run")
    parser.add_argument(
        "--seed", type=int, default=None, help="of the first run; the next count up"
    )
    parser.add_argument("--kills", type=int, default=20, help="in each run")
    parser.add_argument("--speed", type=float, default=40.0, help="of the clock")
    parser.add_argument(
        "--minutes", type=float, default=30.0, help="world time in which people text"
    )
    parser.add_argument(
        "--gateways", default="", help="one mix for all runs, e.g. vudumobile,clever"
    )
    parser.add_argument("--hidden", action="store_true", help="hide the evidence in every run")
    return parser


def runs(chosen: argparse.Namespace) -> list[Run]:
    """The mixes in turn; every fifth run hides the evidence."""
    first = chosen.seed if chosen.seed is not None else random.randrange(1, 100_000)
    mixes = (chosen.gateways.split(","),) if chosen.gateways else MIXES
    return [
        Run(
            first + n, mixes[n % len(mixes)], texts=chosen.texts,
            phones=max(8, chosen.texts // 10 // len(mixes[n % len(mixes)])), kills=chosen.kills,
            speed=chosen.speed, minutes=chosen.minutes, hidden=chosen.hidden or n % 5 == 4,
        )
        for n in range(chosen.runs)
    ]  # fmt: skip


def line(values: tuple[object, ...]) -> str:
    """A row of the table."""
    return "".join(f"{value!s:>{width}}" for value, width in zip(values, WIDTHS, strict=True))


def row(number: int, played: Played) -> str:
    """What came of one run."""
    run, report = played.run, played.report
    return line(
        (
            number, run.seed, "+".join(run.gateways), "yes" if run.hidden else "",
            run.texts, played.kills, played.faults.total(), report.replies, len(report.doubled),
            len(report.lost), len(report.disordered), report.abandoned, f"{played.seconds:.1f}",
        )
    )  # fmt: skip


def once(number: int, run: Run) -> bool:
    """Play one; whether all was well."""
    with tempfile.TemporaryDirectory(prefix="textobot-soak-") as folder:
        try:
            played = asyncio.run(play(run, Path(folder)))
        except AssertionError:
            tell(f"{number:>4}{run.seed:>6}  {run}")
            tell(traceback.format_exc())
            return False
    tell(row(number, played))
    if played.complaints:
        tell("\n".join([*played.complaints, played.story]))
    return not played.complaints


def tell(text: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """1 if anything was doubled, lost or swapped, or never came to rest."""
    tell(line(COLUMNS))
    chosen = runs(options().parse_args())
    good = sum(once(number, run) for number, run in enumerate(chosen, 1))
    return 0 if good == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
