"""Three real processes on one PostgreSQL, under load, while everything befalls them.

Each phone gets one reply for each of its texts, in their order (INV-4, INV-21, INV-23).
"""

from pathlib import Path

import pytest

from tests.outside.crowd import Shown, play
from tests.outside.killing import Run
from tests.postgresql import Server

pytestmark = [pytest.mark.kill, pytest.mark.postgres]


def told(shown: Shown) -> str:
    return "\n".join([*shown.complaints, shown.story])


async def test_whatever_befalls_instances_each_text_is_answered_exactly_once(
    tmp_path: Path, running_postgresql: Server
) -> None:
    run = Run(31, ["vudumobile", "clever"], texts=72, phones=18, speed=20, minutes=5)

    shown = await play(run, tmp_path, running_postgresql)

    assert shown.complaints == [], told(shown)
    assert shown.report.replies == run.wanted
    assert shown.deeds == {"kill": 2, "freeze": 1, "cut": 1, "restart": 1}
    assert len(shown.takers) > 1, "one did everything: the run shows nothing"
