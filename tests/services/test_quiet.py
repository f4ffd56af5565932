"""What we start waits for a good hour, and for nobody else's sake; replies never wait."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.conversation import Subscriber
from bot.core.messages import MessageClass
from bot.core.quiet_hours import QuietHours
from bot.services.desk import Desk
from bot.services.sender import Sender
from bot.storage import subscribers
from tests.clock import NOON
from tests.core.talking import GENEROUS
from tests.services.attended import talk
from tests.services.played import ANA, LEA, Scene, message
from tests.services.process import LIFE, Process, said
from tests.services.reminding import HOUR, RULES, TOLD

QUIET = QuietHours(ZoneInfo("America/Montreal"))
OBEYING = replace(GENEROUS, quiet=QUIET)
NINE = NOON + timedelta(hours=2)
"""When Montreal opens; at noon it is seven there."""
BECAUSE = (
    "quiet hours (CA, America/Toronto: it is outside 09:00-20:00); "
    "waits until Monday 2026-03-02 09:00 there"
)
STARTED, FOLLOW_UP, REPLY = MessageClass.STARTED, MessageClass.FOLLOW_UP, MessageClass.REPLY
STARTING = pytest.mark.parametrize("which", [STARTED, FOLLOW_UP])


# Follow-ups wait as errands


async def test_a_follow_up_waits_for_a_good_hour(scene: Scene, desk: Desk) -> None:
    process = Process(scene, RULES, policy=OBEYING)
    await process.hears("rappel")
    scene.clock.advance(HOUR)
    await process.work()

    (waiting,) = (await talk(desk)).waiting
    assert (waiting.status, waiting.due_at, waiting.error) == ("waiting", NINE, BECAUSE)
    assert await said(scene) == TOLD[:1]

    scene.clock.advance(HOUR - 1)
    await process.work()
    assert await said(scene) == TOLD[:1]
    scene.clock.advance(1)
    await process.work()
    assert await said(scene) == TOLD
    assert (await scene.outbox())[1]["expires_at"] == NINE + LIFE


async def test_one_that_waits_is_cancelled_by_a_text(scene: Scene) -> None:
    process = Process(scene, RULES, policy=OBEYING)
    await process.hears("rappel")
    scene.clock.advance(HOUR)
    await process.work()
    await process.hears("oui")
    scene.clock.advance(HOUR)
    await process.work()

    assert TOLD[1] not in await said(scene)


async def test_one_that_is_too_late_is_not_kept_until_the_morning(scene: Scene) -> None:
    """INV-13: it lapses as a reply does."""
    process = Process(scene, RULES, policy=OBEYING)
    scene.clock.advance(12.5 * HOUR)  # half past seven in the evening
    await process.hears("rappel")
    scene.clock.advance(2.5 * HOUR)
    await process.work()
    await scene.send(quiet_sender(scene))

    assert (await scene.statuses())[1] == "lapsed"


# In the outbox


def quiet_sender(scene: Scene) -> Sender:
    return Sender(scene.account, lambda: None, random.Random(1), quiet=QUIET)


async def queue(
    scene: Scene, which: MessageClass, *, number: str = ANA, cause: str = "1", **more: Any
) -> None:
    one = message(cause, scene.clock.now(), number=number, message_class=which)
    await scene.enqueue(replace(one, **more))


def taken(scene: Scene) -> list[str]:
    return [number for batch in scene.gateway.taken for number in batch.numbers]


@STARTING
async def test_what_an_outage_pushed_into_the_night_waits_again(
    scene: Scene, which: MessageClass
) -> None:
    await queue(scene, which)
    sender = quiet_sender(scene)
    await scene.send(sender)

    (row,) = await scene.outbox()
    assert (row["status"], row["error"]) == ("queued", BECAUSE)
    assert (row["not_before"], row["expires_at"]) == (NINE, NINE + timedelta(hours=1))
    assert scene.gateway.taken == []

    scene.clock.advance(2 * HOUR)
    await scene.send(sender)
    assert await scene.statuses() == ["sent"]


async def test_it_waits_for_each_number_by_its_own_clock(campaigns: Scene) -> None:
    """At noon it is one o'clock in Paris; and many that wait hide none that may leave."""
    numbers = [*(f"+1514555{place:04}" for place in range(600)), LEA]
    now = campaigns.clock.now()
    await campaigns.enqueue(
        *(
            message("1", now, number=one, gateway="clever", message_class=STARTED)
            for one in numbers
        )
    )
    await campaigns.send(quiet_sender(campaigns))

    assert taken(campaigns) == [LEA]
    assert (await campaigns.statuses()).count("queued") == 600


@pytest.mark.parametrize(
    "which", sorted({*MessageClass} - {STARTED, FOLLOW_UP}), ids=lambda one: one.value
)
async def test_whatever_is_no_start_leaves_at_once(scene: Scene, which: MessageClass) -> None:
    await queue(scene, which)
    await scene.send(quiet_sender(scene))

    assert await scene.statuses() == ["sent"]


@STARTING
async def test_a_reply_does_not_wait_for_what_is_started_later(
    scene: Scene, which: MessageClass
) -> None:
    await queue(scene, which, not_before=NINE, expires_at=NINE + LIFE)
    await queue(scene, REPLY, cause="2")
    await scene.send(quiet_sender(scene))

    assert await scene.statuses() == ["queued", "sent"]


async def test_what_is_late_lapses_at_night_too(scene: Scene) -> None:
    """INV-13."""
    await queue(scene, STARTED)
    scene.clock.advance(HOUR)
    await scene.send(quiet_sender(scene))

    assert await scene.statuses() == ["lapsed"]


STANDING = {
    "opted out": ({"opted_out": True}, {STARTED: "suppressed", REPLY: "suppressed"}),
    "blocked": ({"blocked": True}, {STARTED: "suppressed", REPLY: "sent"}),
    "unsure": ({"unsure_at": NOON}, {STARTED: "suppressed", REPLY: "sent"}),
    "none of it": ({"language": "fr"}, {STARTED: "sent", REPLY: "sent"}),
}


@pytest.mark.parametrize(("person", "fates"), STANDING.values(), ids=STANDING)
async def test_who_may_want_no_more_messages_gets_none_that_we_start(
    scene: Scene, person: dict[str, bool | str | datetime], fates: dict[MessageClass, str]
) -> None:
    """INV-12: also of what was queued before. What was asked is still answered."""
    standing = replace(Subscriber(LEA), **person)  # type: ignore[arg-type]
    async with scene.database.write() as connection:
        await subscribers.save_subscribers(connection, [standing])
        known = await subscribers.load_subscribers(connection, [LEA], NOON)
    assert known == {LEA: standing}
    for place, which in enumerate((STARTED, FOLLOW_UP, REPLY)):
        await queue(scene, which, number=LEA, cause=f"{place}", conversation=f"vudumobile:{LEA}")
    await scene.send(quiet_sender(scene))

    assert await scene.statuses() == [fates[STARTED], fates[STARTED], fates[REPLY]]
