"""What is tried out by texts to the operator, and what the reconciler makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from bot.core.calibration import Calibration
from bot.core.checkup import Look
from bot.core.messages import Batch, Sighting, Status
from bot.core.reconcile import VerdictKind
from bot.gateways.base import Rejected, Unreachable
from bot.services.calibrating import STEPS, TEXTS, Calibrating, Step
from bot.services.desk import NotDone
from bot.storage import accounts, stops
from bot.storage.stops import Stop
from tests.clock import NOON, Hasty
from tests.core.unclear import judge, unclear
from tests.services.played import ANA, Scene


@dataclass
class Looked:
    """Satisfies `Examiner`: what it is asked about, it answers from its fields."""

    nobody: str | None = "404"
    inclusive: bool | None = True
    codes: bool | None = False
    codes_to: list[str] = field(default_factory=list)

    async def look(self, since: datetime) -> Look:
        del since
        return Look(nobody=self.nobody)

    async def includes(self, gateway_id: str, second: datetime) -> bool | None:
        del gateway_id, second
        return self.inclusive

    async def lists_code(self, number: str) -> bool | None:
        self.codes_to.append(number)
        return self.codes


def listing(scene: Scene, *, cut: int | None = None) -> None:
    """The gateway lists what it takes, at once; or only so many signs of it."""

    async def on_send(batch: Batch) -> None:
        at = scene.clock.now()
        text = batch.text[:cut]
        seen = Sighting(f"id{batch.id}", batch.numbers, text, at, Status.SENT)
        assert isinstance(scene.gateway.left, list)
        assert isinstance(scene.gateway.sightings, list)
        scene.gateway.left.append(seen)
        scene.gateway.sightings.append(seen)

    scene.gateway.on_send = on_send


def judged(calibration: Calibration) -> VerdictKind:
    """What a message comes to that was looked for in vain, as often as it takes."""
    (verdict,) = judge(unclear(), calibration=calibration)
    return verdict.kind


def calibrating(scene: Scene) -> Calibrating:
    sender = scene.sender()

    async def drive(_gateway: str) -> None:
        await scene.send(sender)

    return Calibrating({scene.gateway.name: scene.account}, drive)


async def tried(scene: Scene, *steps: Step) -> dict[str, Any]:
    scene.gateway.examiner = scene.gateway.examiner or Looked()
    service = calibrating(scene)
    scene.clock.__class__ = Hasty
    for step in steps:
        await service.step(scene.gateway.name, ANA, step, "t1")
    async with scene.database.read() as connection:
        _, kept = await accounts.recall(connection, scene.gateway.name)
    return dict(Calibration.from_json(kept).tried)


async def test_everything_is_tried_and_kept(scene: Scene) -> None:
    scene.gateway.examiner = Looked()
    listing(scene)

    found = await tried(scene, *STEPS[False])

    at = scene.clock.now().isoformat(timespec="seconds")
    assert found == {
        "plain_listed": True,
        "plain_level": 0,
        "lag": 0.0,
        "date_start_inclusive": True,
        "dressed_listed": True,
        "dressed_level": 0,
        "codes_listed": False,
        "at": at,
    }
    assert scene.account.calibration.exact
    assert [row["message_class"] for row in await scene.outbox()] == ["forward", "forward"]
    assert [row["rule"] for row in await scene.outbox()] == ["calibrate", "calibrate"]


async def test_campaigns_are_tried_otherwise(campaigns: Scene) -> None:
    campaigns.gateway.examiner = Looked()
    campaigns.gateway.learned = {"named": True}
    listing(campaigns)

    found = await tried(campaigns, *STEPS[True])

    del found["at"]
    assert found == {"named_for_its_second": True, "nobody": "404", "duplicates_taken": True}
    texts = [batch.text for batch in campaigns.gateway.taken]
    assert texts == [TEXTS[Step.PLAIN].format(tag="t1")] * 2


async def test_an_equal_text_that_goes_to_nobody_is_told(campaigns: Scene) -> None:
    campaigns.gateway.examiner = Looked()
    found = await tried(campaigns, Step.TWICE)
    assert found["duplicates_taken"] is False


async def test_a_text_that_comes_back_changed(scene: Scene) -> None:
    listing(scene, cut=20)
    found = await tried(scene, Step.PLAIN)
    assert found["plain_level"] is None or found["plain_level"] > 1
    assert not scene.account.calibration.exact


async def test_what_is_not_listed_counts_as_missing(scene: Scene) -> None:
    """INV-6: then nothing that is not listed is taken for not sent."""
    found = await tried(scene, Step.PLAIN)
    assert found["plain_listed"] is False
    assert scene.account.calibration.missing == 1


async def test_the_reconciler_judges_by_it_from_the_first_day_on(scene: Scene) -> None:
    """Without, a listing is not known to show texts as they were sent, and nothing goes again."""
    assert judged(scene.account.calibration) == VerdictKind.WAIT
    listing(scene)
    await tried(scene, Step.PLAIN)
    assert judged(scene.account.calibration) == VerdictKind.AGAIN


@pytest.mark.parametrize("error", [Rejected("no"), Unreachable("no route")])
async def test_a_text_that_does_not_leave_is_told(scene: Scene, error: Exception) -> None:
    scene.gateway.answers.extend([error] * 100)
    with pytest.raises(NotDone, match="did not leave"):
        await tried(scene, Step.PLAIN)
    assert scene.account.calibration.tried == {}


async def test_a_number_that_is_left_alone_gets_none(scene: Scene) -> None:
    stop = Stop(f"vudumobile:{ANA}", "vudumobile", ANA, "UNDELIV_201", 1, NOON, NOON)
    async with scene.database.write() as connection:
        await stops.note(connection, [stop])
    with pytest.raises(NotDone, match="suppressed"):
        await tried(scene, Step.PLAIN)


async def test_a_gateway_that_there_is_not(scene: Scene) -> None:
    with pytest.raises(NotDone, match="there is no gateway"):
        await calibrating(scene).step("nowhere", ANA, Step.PLAIN, "t1")


def test_what_is_tried_has_its_text() -> None:
    every: Sequence[Step] = [one for steps in STEPS.values() for one in steps]
    assert set(every) == set(Step)
    assert set(TEXTS) == set(Step) - {Step.CODE}
