"""The outbox: the intent before the byte, one at a time in a conversation, one owner a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import exc, select, update

from bot.core.conversation import Subscriber
from bot.core.messages import (
    Acceptance,
    Batch,
    Delivery,
    MessageClass,
    Outbound,
    Status,
)
from bot.storage import leaving, outbox, subscribers
from bot.storage.database import Database
from bot.storage.outbox import Outcome
from bot.storage.schema import outbox as table
from tests.clock import NOON

ANA, BEN = "+15145550001", "+15145550002"
LEASE = NOON + timedelta(seconds=60)


def message(
    cause: str,
    number: str = ANA,
    message_class: MessageClass = MessageClass.REPLY,
    text: str = "Il fait beau.",
) -> Outbound:
    return Outbound(
        cause=cause,
        conversation=f"vudumobile:{number}",
        gateway="vudumobile",
        number=number,
        text=text,
        message_class=message_class,
        delivery=Delivery.AT_MOST_ONCE,
        created_at=NOON,
        not_before=NOON,
        expires_at=NOON + timedelta(hours=1),
    )


async def enqueue(database: Database, *messages: Outbound) -> None:
    async with database.write() as connection:
        await outbox.enqueue(connection, messages)


async def hand_what_is_due(database: Database, limit: int = 10, later: float = 0) -> list[Batch]:
    now = NOON + timedelta(seconds=later)
    async with database.write() as connection:
        due = await leaving.due(connection, "vudumobile", now, limit)
        batches = [
            Batch(one.id, (one.id,), "vudumobile", (one.number,), one.text, one.fence + 1)
            for one in due
        ]
        await outbox.hand(connection, batches, now, LEASE)
    return batches


async def settle(database: Database, *outcomes: Outcome) -> None:
    async with database.write() as connection:
        await outbox.settle(connection, outcomes, NOON)


async def statuses(database: Database) -> Sequence[str]:
    async with database.read() as connection:
        return (await connection.scalars(select(table.c.status).order_by(table.c.id))).all()


async def test_one_action_has_one_row(database: Database) -> None:
    """INV-8."""
    await enqueue(database, message("inbound 1/0"))

    with pytest.raises(exc.IntegrityError):
        await enqueue(database, message("inbound 1/0"))

    assert await statuses(database) == ["queued"]


async def test_only_the_first_of_a_conversation_leaves(database: Database) -> None:
    """INV-21."""
    await enqueue(database, message("1/0"), message("2/0"), message("3/0", BEN))

    batches = await hand_what_is_due(database)

    assert [batch.id for batch in batches] == [1, 3]
    assert await statuses(database) == ["sending", "queued", "sending"]


@pytest.mark.parametrize(
    ("status", "leaves"),
    [
        pytest.param(Status.UNCONFIRMED, False, id="unclear"),
        pytest.param(Status.SENT, True, id="accepted"),
        pytest.param(Status.FAILED, True, id="refused for good"),
    ],
)
async def test_the_next_waits_while_the_one_before_is_unclear(
    database: Database, status: Status, leaves: bool
) -> None:
    """INV-22."""
    await enqueue(database, message("1/0"), message("2/0"))
    [first] = await hand_what_is_due(database)

    await settle(database, Outcome(first, status, Acceptance("900")))

    assert [batch.id for batch in await hand_what_is_due(database)] == ([2] if leaves else [])


async def test_an_earlier_one_that_is_committed_late_waits_for_one_under_way(
    database: Database,
) -> None:
    """INV-22: another instance wrote it, and its number was given before."""
    await enqueue(database, message("inbound 1/0"), message("inbound 2/0"))
    async with database.write() as connection:
        await connection.execute(
            update(table).where(table.c.id == 1).values(status=Status.CANCELLED.value)
        )
    await hand_what_is_due(database)
    async with database.write() as connection:
        await connection.execute(
            update(table).where(table.c.id == 1).values(status=Status.QUEUED.value)
        )

    assert await hand_what_is_due(database) == []
    assert await statuses(database) == ["queued", "sending"]


async def test_what_waits_after_a_refusal_is_not_due_before_its_time(database: Database) -> None:
    await enqueue(database, message("1/0"))
    [first] = await hand_what_is_due(database)
    later = NOON + timedelta(seconds=30)

    await settle(database, Outcome(first, Status.QUEUED, not_before=later, error="no route"))

    assert await hand_what_is_due(database, later=29) == []
    [again] = await hand_what_is_due(database, later=30)
    assert again.fence == first.fence + 1


async def test_who_lost_its_fence_changes_nothing(database: Database) -> None:
    """INV-23: a sender that comes back after its row was handed out anew."""
    await enqueue(database, message("1/0"))
    [stale] = await hand_what_is_due(database)
    await settle(database, Outcome(stale, Status.QUEUED))
    [fresh] = await hand_what_is_due(database)

    await settle(database, Outcome(stale, Status.SENT, Acceptance("1")))
    assert await statuses(database) == ["sending"]

    await settle(database, Outcome(fresh, Status.SENT, Acceptance("2")))
    assert await statuses(database) == ["sent"]


async def test_a_row_found_in_the_act_after_a_start_is_unclear(database: Database) -> None:
    """INV-5: never queued."""
    await enqueue(database, message("1/0"))
    await hand_what_is_due(database)

    async with database.write() as connection:
        found = await outbox.recover(connection, "vudumobile", NOON, all_of_them=True)

    assert found == 1
    assert await statuses(database) == ["unconfirmed"]


@pytest.mark.parametrize(
    ("after", "status"),
    [
        pytest.param(59, "sending", id="while the lease holds"),
        pytest.param(60, "unconfirmed", id="when the lease has ended"),
    ],
)
async def test_a_lease_ends(database: Database, after: float, status: str) -> None:
    """INV-5."""
    await enqueue(database, message("1/0"))
    await hand_what_is_due(database)

    async with database.write() as connection:
        now = NOON + timedelta(seconds=after)
        await outbox.recover(connection, "vudumobile", now, all_of_them=False)

    assert await statuses(database) == [status]


async def test_what_is_too_late_lapses_and_is_told(database: Database) -> None:
    """INV-13."""
    await enqueue(database, message("1/0"))
    stopped: list[tuple[int, Status]] = []

    async with database.write() as connection:
        late = NOON + timedelta(hours=1)
        assert await leaving.due(connection, "vudumobile", late, 10, stopped) == []

    assert stopped == [(1, Status.LAPSED)]
    assert await statuses(database) == ["lapsed"]


async def test_nobody_waits_for_what_is_too_late(database: Database) -> None:
    """INV-28: after an outage there is more of it than is looked at at once."""
    late = [message(f"{n}/0", f"+1514555{n:04}") for n in range(1200)]
    fresh = replace(message("fresh/0", BEN), expires_at=NOON + timedelta(hours=3))
    await enqueue(database, *late, fresh)

    [batch] = await hand_what_is_due(database, limit=8, later=7200)

    assert batch.numbers == (BEN,)
    assert (await statuses(database)).count("lapsed") == 1200


@pytest.mark.parametrize(
    ("message_class", "status"),
    [
        pytest.param(MessageClass.REPLY, "suppressed", id="a reply"),
        pytest.param(MessageClass.VERIFICATION, "suppressed", id="a code"),
        pytest.param(MessageClass.OPT_OUT, "sending", id="the confirmation"),
        pytest.param(MessageClass.HELP, "sending", id="help"),
    ],
)
async def test_to_who_opted_out_only_the_confirmation_and_help_leave(
    database: Database, message_class: MessageClass, status: str
) -> None:
    """INV-12, INV-13: also where the row was written before the word was read."""
    await enqueue(database, message("1/0", message_class=message_class))
    async with database.write() as connection:
        out = Subscriber(ANA, opted_out=True, changed_at=NOON, cause="inbound 2")
        await subscribers.save_subscribers(connection, [out])

    await hand_what_is_due(database)

    assert await statuses(database) == [status]


async def test_an_opt_out_takes_back_what_waits_on_every_gateway(database: Database) -> None:
    """INV-12."""
    await enqueue(
        database,
        message("1/0"),
        message("2/0", BEN),
        message("3/0", message_class=MessageClass.OPT_OUT),
    )

    async with database.write() as connection:
        await outbox.suppress(connection, {ANA}, NOON)

    assert await statuses(database) == ["suppressed", "queued", "queued"]


async def test_a_gateway_id_belongs_to_one_message(database: Database) -> None:
    """INV-9: what a gateway names twice is sent all the same, and holds up no other."""
    await enqueue(database, message("1/0"), message("2/0", BEN))
    first, second = await hand_what_is_due(database)
    async with database.write() as connection:
        await connection.execute(update(table).where(table.c.id == second.id).values(number=ANA))

    await settle(
        database,
        Outcome(first, Status.SENT, Acceptance("900")),
        Outcome(second, Status.SENT, Acceptance("900")),
    )

    assert await statuses(database) == ["sent", "sent"]
    async with database.read() as connection:
        named = await connection.scalars(select(table.c.gateway_id).order_by(table.c.id))
        assert named.all() == ["900", ""]


@pytest.mark.parametrize(
    "status", [Status.UNCONFIRMED, Status.QUEUED, Status.ABANDONED, Status.SUPPRESSED]
)
async def test_an_acceptance_is_believed_after_its_lease(
    database: Database, status: Status
) -> None:
    """INV-4: what we were told is not looked for, still less sent again."""
    await enqueue(database, message("1/0"))
    [batch] = await hand_what_is_due(database)
    async with database.write() as connection:
        await connection.execute(update(table).values(status=status.value))

    await settle(database, Outcome(batch, Status.SENT, Acceptance("900")))

    final = status is Status.SUPPRESSED
    assert await statuses(database) == ["suppressed" if final else "sent"]


async def test_a_refusal_is_not_believed_after_its_lease(database: Database) -> None:
    """INV-5: another may have begun to look for it."""
    await enqueue(database, message("1/0"))
    [batch] = await hand_what_is_due(database)
    async with database.write() as connection:
        await outbox.recover(connection, "vudumobile", LEASE, all_of_them=False)

    await settle(database, Outcome(batch, Status.QUEUED))

    assert await statuses(database) == ["unconfirmed"]


async def test_while_observing_nothing_is_ever_due(database: Database) -> None:
    async with database.write() as connection:
        await outbox.enqueue(connection, [message("1/0")], observing=True)

    assert await hand_what_is_due(database) == []
    assert await statuses(database) == ["cancelled"]
