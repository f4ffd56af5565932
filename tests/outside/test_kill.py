"""The real process, frozen and killed at random while both gateways misbehave (INV-4, INV-22).

Each phone gets one reply for each of its texts, in their order; where every trace of what was
sent is hidden, at most one, and what is missing says `abandoned` and why (INV-5).
"""

from pathlib import Path

import pytest

from tests.outside.killing import SURE, Played, Run, play
from tests.postgresql import Server

pytestmark = pytest.mark.kill


LONGER = 2.5
"""Real seconds: by the clock of a run, longer than it is waited for a message that is sent."""


def told(played: Played) -> str:
    return "\n".join([*played.complaints, played.story])


@pytest.mark.parametrize(
    "run",
    [
        Run(21, ["vudumobile"], speed=40, frozen=LONGER),
        Run(22, ["clever"], kills=5, frozen=LONGER),
        Run(23, ["vudumobile", "clever"], kills=5),
    ],
    ids=["on VuduMobile", "on Clever", "on both"],
)
async def test_each_text_is_answered_exactly_once(tmp_path: Path, run: Run) -> None:
    played = await play(run, tmp_path)

    assert played.complaints == [], told(played)
    assert played.report.replies == run.wanted
    assert played.kills >= 5
    # How many strike depends on how busy the machine is; without any the run shows nothing.
    assert sum(played.faults[name] for name in SURE) >= 2, played.faults


@pytest.mark.postgres
async def test_each_text_is_answered_exactly_once_from_postgresql(
    tmp_path: Path, running_postgresql: Server
) -> None:
    run = Run(25, ["vudumobile", "clever"], kills=5, speed=40)

    played = await play(run, tmp_path, running_postgresql)

    assert played.complaints == [], told(played)
    assert played.report.replies == run.wanted
    assert played.kills >= 5


async def test_without_evidence_nothing_is_doubled_and_every_gap_is_explained(
    tmp_path: Path,
) -> None:
    run = Run(24, ["vudumobile", "clever"], kills=5, speed=40, hidden=True)

    played = await play(run, tmp_path)

    assert played.complaints == [], told(played)
    assert played.report.replies + played.report.abandoned >= run.wanted
    assert played.report.abandoned > 0, "nothing was unclear: the run shows nothing"
    assert played.kills >= 5
