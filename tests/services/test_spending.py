"""Ceilings: each message counts once, what is beyond waits, and the operator is told once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import RowMapping, select
from structlog.testing import capture_logs

from bot.core.ceilings import Amount, Ceilings, Purpose
from bot.core.messages import Acceptance, Batch, MessageClass, Search, Sighting, Status
from bot.core.skew import Skew
from bot.gateways.base import Rejected, Unconfirmed, Unreachable
from bot.health import Patient
from bot.services.reconciler import Reconciler
from bot.services.sender import LEASE
from bot.services.spending import OVER, REACHED, REREAD, Spending
from bot.storage import schema
from bot.storage.outbox import Outcome
from tests.services.played import ANA, BEN, Scene, message

ZONE = ZoneInfo("America/Montreal")
FIVE = Ceilings(day=Amount(5))
PEOPLE = [f"+1514555{place:04}" for place in range(1, 20)]
Told = list[tuple[str, str]]


async def under(scene: Scene, ceilings: Ceilings) -> Spending:
    """The scene's account, as after a start with these ceilings."""
    scene.account.spending = Spending(scene.database, scene.clock, ZONE, ceilings)
    await scene.account.spending.begin()
    return scene.account.spending


async def spent(scene: Scene) -> dict[tuple[str, str], tuple[int, float]]:
    async with scene.database.read() as connection:
        rows = (await connection.execute(select(schema.spent))).mappings().all()
    assert {row["gateway"] for row in rows} <= {scene.gateway.name}
    return {(row["day"], row["purpose"]): (row["messages"], row["units"]) for row in rows}


async def events(scene: Scene) -> Sequence[RowMapping]:
    async with scene.database.read() as connection:
        return (await connection.execute(select(schema.events))).mappings().all()


async def write(scene: Scene, number: str, kind: MessageClass, text: str = "Oui.") -> None:
    known, gateway = len(await scene.outbox()), scene.gateway.name
    one = message(f"{known}", scene.clock.now(), number=number, text=text, gateway=gateway)
    await scene.enqueue(replace(one, message_class=kind))


# --- counting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "text", "counted"),
    [
        pytest.param([Acceptance("1")], "Oui.", (1, 0.0), id="as we count"),
        pytest.param([Acceptance("1")], "ç" * 71, (2, 0.0), id="two segments"),
        pytest.param([Acceptance("1", 3, 21.0)], "Oui.", (3, 21.0), id="as the gateway counts"),
        pytest.param([Rejected("bad")], "Oui.", None, id="refused for good"),
        pytest.param([Unconfirmed("lost")], "Oui.", None, id="unclear"),
        pytest.param(
            [Unreachable("no route"), Acceptance("1")], "Oui.", (1, 0.0), id="at the second try"
        ),
    ],
)
async def test_what_was_sent_is_counted(
    scene: Scene,
    answers: list[Any],
    text: str,
    counted: tuple[int, float] | None,
) -> None:
    await under(scene, Ceilings())
    await scene.write_to(ANA, text=text)
    scene.gateway.answers += answers
    sender = scene.sender()

    for _ in answers:
        await scene.send(sender)
        scene.clock.advance(30)

    day = scene.clock.now().astimezone(ZONE).date().isoformat()
    assert await spent(scene) == ({} if counted is None else {(day, "reply"): counted})


async def test_what_is_found_and_accepted_late_counts_once(scene: Scene) -> None:
    await under(scene, Ceilings())
    await scene.write_to(ANA)
    scene.gateway.answers.append(Unconfirmed("lost"))
    await scene.send(scene.sender())
    found = Sighting("77", (ANA,), "Il fait beau.", scene.clock.now(), segments=1, units=7.0)
    scene.gateway.found = Search(scene.clock.now(), (found,), {1: True}, {1: {}}, Skew())

    await Reconciler(scene.account, lambda: None).tick()

    assert await scene.statuses() == ["sent"]
    assert list((await spent(scene)).values()) == [(1, 7.0)]

    late = Batch(1, (1,), scene.gateway.name, (ANA,), "Il fait beau.", 1)
    outcome = Outcome(late, Status.SENT, Acceptance("77"))
    async with scene.database.write() as connection:
        await scene.account.spending.count(connection, [outcome], scene.clock.now())
    assert list((await spent(scene)).values()) == [(1, 7.0)]


async def test_who_lost_the_fence_counts_nothing(scene: Scene) -> None:
    """INV-23."""
    await under(scene, Ceilings())
    await scene.write_to(ANA)
    sender = scene.sender()
    await sender.tick()
    async with scene.database.write() as connection:
        await connection.execute(schema.outbox.update().values(fence=9))

    await sender.drain()

    assert await spent(scene) == {}


# --- at the ceiling ------------------------------------------------------------------------------


async def test_replies_go_up_to_the_ceiling_and_not_beyond(scene: Scene) -> None:
    spending = await under(scene, FIVE)
    await scene.write_to(*PEOPLE[:9])
    sender = scene.sender()

    await scene.send(sender)

    assert await scene.statuses() == ["sent"] * 5 + ["queued"] * 4
    assert "5 of the 5 messages" in spending.verdict(Purpose.REPLY)


async def test_what_we_start_stops_first(scene: Scene) -> None:
    await under(scene, FIVE)
    kinds = [MessageClass.STARTED, MessageClass.FOLLOW_UP, MessageClass.FORWARD]
    for number, kind in zip(PEOPLE, [*kinds, *kinds, *[MessageClass.REPLY] * 3], strict=False):
        await write(scene, number, kind)

    sender = scene.sender()
    for _ in range(3):
        await scene.send(sender)

    # Four are four fifths of five; a reply is still said.
    assert await scene.statuses() == ["sent"] * 4 + ["queued"] * 2 + ["sent"] + ["queued"] * 2


async def test_stop_and_help_leave_whatever_was_spent_and_wait_for_nothing(scene: Scene) -> None:
    """INV-12: the one confirmation is not held back by what waits before it."""
    await under(scene, FIVE)
    await scene.write_to(*PEOPLE[:5])
    await scene.send(scene.sender())
    await write(scene, ANA, MessageClass.FOLLOW_UP)
    await write(scene, ANA, MessageClass.REPLY)
    await write(scene, ANA, MessageClass.HELP)
    await write(scene, BEN, MessageClass.OPT_OUT)

    await scene.send(scene.sender())

    assert (await scene.statuses())[5:] == ["queued", "queued", "sent", "sent"]


async def test_what_waits_lapses_by_its_life(scene: Scene) -> None:
    """INV-21."""
    await under(scene, Ceilings(month=Amount(1)))
    await scene.write_to(ANA, BEN)
    sender = scene.sender()
    await scene.send(sender)
    assert await scene.statuses() == ["sent", "queued"]

    scene.clock.advance(timedelta(hours=2).total_seconds())
    await scene.send(sender)

    assert await scene.statuses() == ["sent", "lapsed"]


async def test_what_is_unclear_is_reckoned_as_sent(scene: Scene) -> None:
    spending = await under(scene, Ceilings(day=Amount(1)))
    await scene.write_to(ANA, BEN)
    scene.gateway.answers.append(Unconfirmed("lost"))
    sender = scene.sender()

    await scene.send(sender)
    scene.clock.advance(REREAD.total_seconds())
    await spending.tick()
    await scene.send(sender)

    assert await scene.statuses() == ["unconfirmed", "queued"]
    assert LEASE > REREAD


async def test_units_stop_once_they_are_known(scene: Scene) -> None:
    await under(scene, Ceilings(day=Amount(0, 14.0)))
    sender = scene.sender()
    for number in PEOPLE[:4]:
        scene.gateway.answers.append(Acceptance(number, 1, 7.0))
        await scene.write_to(number)
        await scene.send(sender)

    assert await scene.statuses() == ["sent", "sent", "queued", "queued"]


async def test_a_restart_knows_what_was_spent(scene: Scene) -> None:
    await under(scene, FIVE)
    await scene.write_to(*PEOPLE[:4])
    await scene.send(scene.sender())

    await under(scene, FIVE)
    await scene.write_to(*PEOPLE[4:9])
    await scene.send(scene.sender())

    assert (await scene.statuses()).count("sent") == 5


# --- telling -------------------------------------------------------------------------------------


async def test_the_operator_is_told_once_and_again_when_it_is_over(scene: Scene) -> None:
    spending = await under(scene, FIVE)
    await scene.write_to(*PEOPLE[:9])
    sender = scene.sender()
    with capture_logs() as lines:
        for _ in range(3):
            await scene.send(sender)
            await spending.tick()
        spending = await under(scene, FIVE)  # a restart tells nothing anew
        await spending.tick()
        scene.clock.advance(timedelta(days=1).total_seconds())
        for _ in range(2):
            await spending.tick()
        told = [(line["action"], line["threshold"]) for line in lines if "threshold" in line]

    keys = ["day/messages/reply", "day/messages/started"]
    assert sorted(told) == sorted((what, key) for what in (REACHED, OVER) for key in keys)
    written = [(one["type"], one["body"]["threshold"]) for one in await events(scene)]
    assert sorted(written) == sorted(told)
    assert spending.verdict(Purpose.STARTED) == ""


async def test_another_process_s_messages_count_too(scene: Scene) -> None:
    spending = await under(scene, FIVE)
    async with scene.database.write() as connection:
        row = {"day": scene.clock.now().astimezone(ZONE).date().isoformat(), "purpose": "reply"}
        await connection.execute(
            schema.spent.insert().values(**row, gateway="other", messages=5, units=0.0)
        )

    scene.clock.advance(REREAD.total_seconds())
    await spending.tick()

    assert spending.verdict(Purpose.REPLY)


async def test_it_is_not_well_while_replies_wait(scene: Scene) -> None:
    await under(scene, Ceilings(day=Amount(1)))
    patient = Patient([scene.account], scene.library(), scene.database, scene.clock)
    scene.account.reached = True
    assert (await patient.health()).status == "ok"
    await scene.write_to(ANA, BEN)

    await scene.send(scene.sender())

    health = await patient.health()
    assert (health.status, health.ready) == ("degraded", True)
    assert "1 of the 1 messages" in health.ceilings["reply"]
    assert Status.SENT.value in await scene.statuses()
