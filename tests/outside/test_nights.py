"""The nights in which clocks change, in Montreal and in Paris (INV-39)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.outside.harness import Stage, mobile, stage

pytestmark = pytest.mark.kill

HOUR = timedelta(hours=1)
PARIS_REPEATS = datetime(2026, 10, 25, 0, 48, tzinfo=UTC)


async def at(scene: Stage, moment: datetime) -> None:
    await scene.world((moment - scene.sandbox.now()).total_seconds())


async def night(scene: Stage, gateway: str) -> str:
    """The daemon is up; the phone that texts."""
    number = mobile(101, gateway)
    if gateway == "clever":
        scene.campaign([number])
    await scene.up()
    return number


async def text_at(scene: Stage, gateway: str, moment: datetime, text: str, reply: str) -> None:
    """A text that is dated to exactly that second."""
    await at(scene, moment + timedelta(seconds=1))
    offset = (moment - scene.sandbox.now()).total_seconds()
    scene.text(gateway, mobile(101, gateway), text, reply, offset=offset)


@pytest.mark.parametrize(
    ("gateway", "start"),
    [
        ("vudumobile", datetime(2026, 11, 1, 5, 48, tzinfo=UTC)),
        ("vudumobile", datetime(2026, 3, 8, 6, 48, tzinfo=UTC)),
        ("clever", PARIS_REPEATS),
        ("clever", datetime(2026, 3, 29, 0, 48, tzinfo=UTC)),
    ],
    ids=["Montreal repeats an hour", "Montreal skips an hour", "Paris repeats an hour",
         "Paris skips an hour"],
)  # fmt: skip
async def test_each_text_of_the_night_is_answered_once(
    tmp_path: Path, gateway: str, start: datetime
) -> None:
    async with stage(tmp_path, on=[gateway], speed=50, start=start) as scene:
        number = await night(scene, gateway)
        change = start.replace(minute=0) + HOUR
        scene.text(gateway, number, "echo early", "Echo early")
        await scene.answered()
        scene.sandbox.break_(gateway, "answer_lost", operation="send")
        await text_at(scene, gateway, change - timedelta(seconds=2), "echo on", "Echo on")
        await text_at(scene, gateway, change + timedelta(minutes=4), "echo after", "Echo after")

        await scene.verify(after=200)

        texted = [bubble.time for bubble in scene.sandbox.phone(gateway, number).sent]
        stored = [row["sent_at"] // 1000 for row in scene.inbox(number)]
        assert stored == [int(moment.timestamp()) for moment in texted]
        await scene.daemon.stop()


async def test_the_same_words_an_hour_apart_in_the_repeated_hour_are_two_texts(
    tmp_path: Path,
) -> None:
    """Clever dates both to the same second of a wall clock. Nobody lives for most of the hour,
    but whoever is there when the second comes has read the first.
    """
    repeats = PARIS_REPEATS.replace(minute=0)
    settings: dict[str, Any] = {"gateways": {"clever": {"poll": "20s"}}}
    async with stage(tmp_path, on=["clever"], speed=50, start=repeats, **settings) as scene:
        number = await night(scene, "clever")
        first = scene.sandbox.now().replace(microsecond=0) + timedelta(seconds=20)
        await text_at(scene, "clever", first, "echo same", "Echo same")
        await scene.answered()
        await scene.quiet()
        await scene.daemon.stop()
        await at(scene, repeats + HOUR - timedelta(minutes=4))
        await scene.up()
        await text_at(scene, "clever", first + HOUR, "echo same", "Echo same")

        await scene.verify(after=300)

        assert len(scene.inbox(number)) == 2
