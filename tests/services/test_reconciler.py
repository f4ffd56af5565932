"""What was unclear is looked for, and nothing is sent again before the evidence is in."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import RowMapping

from bot.core.calibration import Calibration
from bot.core.messages import Acceptance, Delivery, Search, Sighting, Status
from bot.core.skew import Skew
from bot.gateways.base import Throttled, Unconfirmed, Unreachable
from bot.services.reconciler import Reconciler
from tests.services.played import ANA, BEN, LEA, Scene, message

FAIR = "Il fait beau."
HOUR = 3600.0


def reconciler(scene: Scene) -> Reconciler:
    return Reconciler(scene.account, lambda: scene.woken.append("sender"))


async def unclear(scene: Scene, *numbers: str, delivery: Delivery = Delivery.AT_MOST_ONCE) -> None:
    """Messages whose answer was lost, in one request where the gateway takes that."""
    now, name = scene.clock.now(), scene.gateway.name
    await scene.enqueue(
        *(
            message(
                f"{place}",
                now,
                number=number,
                gateway=name,
                delivery=delivery,
                life=timedelta(hours=6),
            )
            for place, number in enumerate(numbers)
        )
    )
    scene.gateway.answers.extend(Unconfirmed("no answer") for _ in numbers)
    await scene.send(scene.sender())
    scene.gateway.answers.clear()
    scene.woken.clear()


def seen(scene: Scene, gateway_id: str, *numbers: str, text: str = FAIR) -> Sighting:
    return Sighting(gateway_id, numbers, text, scene.clock.now(), segments=1)


def search(scene: Scene, *sightings: Sighting, complete: bool = True, **more: Any) -> Search:
    return Search(
        begun_at=scene.clock.now(),
        sightings=sightings,
        complete={1: complete, 2: complete},
        progress={1: {"asked": 7}},
        skew=Skew(),
        **more,
    )


async def row(scene: Scene, place: int = 0) -> RowMapping:
    return (await scene.outbox())[place]


async def test_what_is_listed_was_sent(scene: Scene) -> None:
    """INV-9, INV-14: it bears the gateway's id from now on, and the evidence is kept."""
    await unclear(scene, ANA)
    scene.gateway.found = search(scene, seen(scene, "77", ANA))

    assert await reconciler(scene).tick() == 1

    found = await row(scene)
    assert (found["status"], found["gateway_id"]) == ("sent", "77")
    assert found["verdict"]["verdict"] == "sent"
    assert found["verdict"]["reason"]
    assert scene.woken == ["sender"]


async def test_the_answers_to_a_campaign_that_was_found_are_read(campaigns: Scene) -> None:
    await unclear(campaigns, LEA)
    campaigns.gateway.found = search(
        campaigns, seen(campaigns, "Push1", LEA), credit_says={1: None}
    )

    await reconciler(campaigns).tick()

    assert set(await campaigns.feeds()) == {"Push1"}


async def test_what_is_not_listed_yet_waits_with_what_was_searched(scene: Scene) -> None:
    """INV-6: nothing is concluded before its time; the search goes on where it was."""
    await unclear(scene, ANA)
    scene.gateway.found = search(scene)

    assert await reconciler(scene).tick() == 0

    assert (await row(scene))["status"] == "unconfirmed"
    assert (await row(scene))["progress"] == {"asked": 7}
    assert scene.woken == []


async def test_two_late_looks_without_a_trace_send_it_again_and_once(scene: Scene) -> None:
    """INV-6, INV-7: where the gateway is known to list all, and lists something newer."""
    scene.account.calibration = Calibration().seen(2.0, 0)
    await unclear(scene, ANA)
    at_work = reconciler(scene)
    statuses = []
    for _ in range(3):
        scene.clock.advance(200)
        scene.gateway.found = search(scene, seen(scene, "99", BEN, text="Autre chose"))
        await at_work.tick()
        statuses.append((await row(scene))["status"])

    assert statuses == ["unconfirmed", "queued", "queued"]
    await scene.send(scene.sender())
    assert (await row(scene))["status"] == "sent"
    assert (await row(scene))["resends"] == 1  # only a guess uses one up
    assert len(scene.gateway.taken) == 2


@pytest.mark.parametrize(
    ("delivery", "status", "verdict"),
    [
        (Delivery.AT_MOST_ONCE, "abandoned", "abandoned"),
        (Delivery.AT_LEAST_ONCE, "queued", "guessed_again"),
    ],
)
async def test_without_evidence_the_rule_decides(
    scene: Scene, delivery: Delivery, status: str, verdict: str
) -> None:
    """INV-14: and the verdict says that it is a guess."""
    await unclear(scene, ANA, delivery=delivery)
    at_work = reconciler(scene)
    for _ in range(8):
        scene.clock.advance(200)
        scene.gateway.found = search(scene)
        await at_work.tick()

    found = await row(scene)
    assert (found["status"], found["verdict"]["verdict"]) == (status, verdict)


async def test_a_search_that_fails_is_made_again(scene: Scene) -> None:
    await unclear(scene, ANA)
    scene.gateway.found = Throttled("429")
    at_work = reconciler(scene)

    assert await at_work.tick() == 0

    assert (await row(scene))["status"] == "unconfirmed"
    scene.gateway.found = search(scene, seen(scene, "77", ANA))
    assert await at_work.tick() == 1


async def test_what_can_never_be_looked_up_is_given_up(scene: Scene) -> None:
    """INV-14, INV-28: its conversation would stand still for ever."""
    await unclear(scene, ANA)
    scene.gateway.found = Unreachable("no route")
    statuses = []
    for hours in (5, 2):
        scene.clock.advance(hours * HOUR)
        await reconciler(scene).tick()
        statuses += await scene.statuses()

    assert statuses == ["unconfirmed", "abandoned"]
    assert "could be looked at" in (await row(scene))["verdict"]["reason"]


async def test_nothing_is_asked_where_nothing_is_unclear(scene: Scene) -> None:
    await scene.write_to(ANA)
    await scene.send(scene.sender())

    assert await reconciler(scene).tick() == 0
    assert scene.gateway.searched == []


async def test_a_lease_that_has_ended_makes_a_send_unclear(scene: Scene) -> None:
    """INV-5: its sender is gone, though this process lives."""
    await scene.write_to(ANA)
    gone = scene.sender()
    async with scene.database.write() as connection:
        await gone._claim(connection, scene.clock.now())
    scene.gateway.found = search(scene)
    at_work = reconciler(scene)

    scene.clock.advance(59)
    await at_work.tick()
    before = (await row(scene))["status"]
    scene.clock.advance(1)
    await at_work.tick()

    assert (before, (await row(scene))["status"]) == ("sending", "unconfirmed")


async def test_two_unclear_messages_share_no_sighting(scene: Scene) -> None:
    """INV-9."""
    await scene.write_to(ANA)
    scene.gateway.answers.append(Acceptance("77"))
    await scene.send(scene.sender())
    await scene.enqueue(message("b", scene.clock.now()))
    scene.gateway.answers.append(Unconfirmed("no answer"))
    await scene.send(scene.sender())
    sighting = seen(scene, "77", ANA)
    scene.gateway.found = Search(
        scene.clock.now(), (sighting,), complete={2: True}, progress={}, skew=Skew()
    )

    await reconciler(scene).tick()

    assert await scene.statuses() == ["sent", "unconfirmed"]


async def test_a_message_that_was_found_is_sent_and_nothing_less(scene: Scene) -> None:
    """The network's word comes by its receipt."""
    await unclear(scene, ANA)
    delivered = Sighting("77", (ANA,), FAIR, scene.clock.now(), Status.DELIVERED)
    scene.gateway.found = search(scene, delivered)

    await reconciler(scene).tick()

    assert await scene.statuses() == ["sent"]


@pytest.mark.parametrize("set_by", [-HOUR, 90.0, HOUR])
async def test_a_clock_that_is_set_hides_nothing_that_was_taken(
    scene: Scene, set_by: float
) -> None:
    """INV-4, INV-39: it is looked for by the gateway's clock, which nobody has set."""
    handed_at = scene.clock.now()
    await unclear(scene, ANA)
    scene.clock.jump(set_by)
    scene.gateway.skew = Skew(-set_by, -set_by)
    there = Sighting("77", (ANA,), FAIR, handed_at, segments=1)
    scene.gateway.found = Search(scene.clock.now(), (there,), {1: True}, {}, scene.gateway.skew)

    assert await reconciler(scene).tick() == 1
    assert (await row(scene))["status"] == Status.SENT


async def test_what_was_counted_before_the_clock_was_set_does_not_count(scene: Scene) -> None:
    """INV-6, INV-39: and the time that seems to have passed has not."""
    await unclear(scene, ANA)
    scene.clock.jump(HOUR)
    scene.gateway.skew = Skew(-HOUR, -HOUR)
    for _ in range(5):
        scene.gateway.found = Search(scene.clock.now(), (), {1: True}, {}, scene.gateway.skew)
        assert await reconciler(scene).tick() == 0
        scene.clock.advance(15)

    assert (await row(scene))["status"] == Status.UNCONFIRMED
