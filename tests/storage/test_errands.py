"""Errands: handed out when they are due, once, and what is cancelled stays so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.core.errands import Errand, ErrandKind, ErrandStatus
from bot.storage import errands, inbox, schema
from bot.storage.database import Database
from tests import claiming
from tests.clock import NOON
from tests.storage.test_inbox import ANA, BEN, listed

KEY = f"vudumobile:{ANA}"
LATER, LOOKUP, MAIL = ErrandKind.LATER, ErrandKind.LOOKUP, ErrandKind.MAIL
BODY = {"text": "Alors « là » 👍?", "captured": {"choice": 3}}
ONE_LATER = Errand(LATER, KEY, "vudumobile", ANA, 7, "vote", NOON, BODY)
MINUTE = timedelta(minutes=1)


def errand(kind: ErrandKind = LATER, *, minutes: float = 0, number: str = ANA) -> Errand:
    key = f"vudumobile:{number}"
    due_at = NOON + minutes * MINUTE
    return replace(ONE_LATER, kind=kind, conversation=key, number=number, due_at=due_at)


async def enqueue(database: Database, *wanted: Errand) -> None:
    async with database.write() as connection:
        await errands.enqueue(connection, wanted, NOON)


async def due(
    database: Database, kind: ErrandKind, *, minutes: float = 0, most: int = 10
) -> list[int]:
    async with database.write() as connection:
        found = await errands.due(connection, kind, NOON + minutes * MINUTE, most)
        return [one.id for one in found]


async def begin(database: Database, *ids: int) -> None:
    async with database.write() as connection:
        await errands.begin(connection, ids, NOON)


async def statuses(database: Database) -> list[str]:
    table = schema.errands
    async with database.read() as connection:
        return list(await connection.scalars(select(table.c.status).order_by(table.c.id)))


async def test_an_errand_comes_back_as_it_was_written(database: Database) -> None:
    await enqueue(database, ONE_LATER)

    async with database.read() as connection:
        found = await errands.due(connection, LATER, NOON, 10)

    assert found == [replace(ONE_LATER, id=1)]


async def test_none_is_written_for_none(database: Database) -> None:
    await enqueue(database)

    assert await statuses(database) == []


async def test_what_is_due_is_handed_out_by_kind_the_longest_overdue_first(
    database: Database,
) -> None:
    await enqueue(
        database,
        errand(minutes=3),
        errand(minutes=1),
        errand(MAIL, minutes=1),
        errand(minutes=2, number=BEN),
        errand(minutes=1),
        errand(LOOKUP),
    )

    assert await due(database, LATER) == []
    assert await due(database, LATER, minutes=1) == [2, 5]
    assert await due(database, LATER, minutes=9) == [2, 5, 4, 1]
    assert await due(database, LATER, minutes=9, most=2) == [2, 5]
    assert await due(database, MAIL, minutes=9) == [3]
    assert await due(database, LOOKUP) == [6]


async def test_what_leaves_through_a_gateway_is_asked_for_by_it(database: Database) -> None:
    await enqueue(database, errand(MAIL), replace(errand(MAIL), gateway="clever"))

    async with database.read() as connection:
        found = await errands.due(connection, MAIL, NOON, 10, gateway="clever")

    assert [one.id for one in found] == [2]


async def test_what_was_begun_is_handed_out_to_nobody_else(database: Database) -> None:
    """INV-3."""
    await enqueue(database, errand(MAIL), errand(MAIL))
    await begin(database, 1)

    assert await due(database, MAIL) == [2]
    assert await statuses(database) == ["under_way", "waiting"]
    async with database.read() as connection:
        assert await errands.under_way(connection, [1, 2, 3]) == {1}


async def test_what_is_put_off_comes_again_with_its_attempts_counted(database: Database) -> None:
    await enqueue(database, errand(MAIL))
    for minutes in (1, 2):
        await begin(database, 1)
        async with database.write() as connection:
            await errands.postpone(connection, [1], NOON + minutes * MINUTE, error="no route")

    assert await due(database, MAIL, minutes=1.9) == []
    async with database.read() as connection:
        (one,) = await errands.due(connection, MAIL, NOON + 2 * MINUTE, 1)
    assert one.attempts == 2


@pytest.mark.parametrize(
    "status", [one for one in ErrandStatus if one is not ErrandStatus.WAITING]
)
async def test_what_is_settled_or_begun_is_not_due(
    database: Database, status: ErrandStatus
) -> None:
    await enqueue(database, errand())
    async with database.write() as connection:
        await errands.settle(connection, [1], status, NOON + MINUTE, error="why")

    assert await due(database, LATER, minutes=9) == []
    async with database.read() as connection:
        row = (await connection.execute(select(schema.errands))).one()
    assert (row.status, row.error, row.status_at) == (status.value, "why", NOON + MINUTE)


@pytest.mark.parametrize("status", [ErrandStatus.WAITING, ErrandStatus.UNCLEAR])
async def test_what_a_process_was_doing_when_it_died(
    database: Database, status: ErrandStatus
) -> None:
    """INV-5: of that kind alone."""
    await enqueue(database, errand(MAIL), errand(MAIL), errand(LOOKUP), errand(MAIL))
    await begin(database, 1, 3)
    async with database.write() as connection:
        await errands.settle(connection, [4], ErrandStatus.DONE, NOON)
        assert await errands.recover(connection, MAIL, status, NOON) == 1
        assert await errands.recover(connection, MAIL, status, NOON) == 0

    assert await statuses(database) == [status.value, "waiting", "under_way", "done"]


@pytest.mark.parametrize(
    ("whose", "begun", "cancelled"),
    [
        pytest.param({"conversations": [KEY]}, False, {1, 2}, id="a conversation"),
        pytest.param({"conversations": [KEY]}, True, {1, 2, 5}, id="and what is begun"),
        pytest.param({"numbers": [ANA]}, False, {1, 2, 3}, id="a number, on every gateway"),
        pytest.param({"numbers": [BEN]}, False, {4}, id="another number"),
        pytest.param({"conversations": []}, False, set(), id="nobody"),
        pytest.param({}, True, set(), id="not said"),
    ],
)
async def test_what_waits_is_cancelled_for_those_alone_whom_it_is_for(
    database: Database, whose: dict[str, list[str]], begun: bool, cancelled: set[int]
) -> None:
    """INV-12."""
    elsewhere = replace(errand(), conversation=f"clever:{ANA}", gateway="clever")
    await enqueue(
        database, errand(), errand(LOOKUP), elsewhere, errand(number=BEN), errand(), errand(MAIL)
    )
    await begin(database, 5)
    async with database.write() as connection:
        count = await errands.cancel(connection, [LATER, LOOKUP], NOON, **whose, begun=begun)

    found = {place for place, one in enumerate(await statuses(database), 1) if one == "cancelled"}
    assert (found, count) == (cancelled, len(cancelled))


async def test_what_is_cancelled_is_not_taken_for_being_done(database: Database) -> None:
    await enqueue(database, errand(LOOKUP))
    await begin(database, 1)
    async with database.write() as connection:
        await errands.cancel(connection, [LOOKUP], NOON, conversations=[KEY], begun=True)
        assert await errands.under_way(connection, [1]) == set()


# Whether everything was heard


async def receive(database: Database, number: str = ANA) -> None:
    async with database.write() as connection:
        await inbox.receive(
            connection,
            "vudumobile",
            [listed(f"mo:{number}", number)],
            listed=frozenset(),
            history=False,
            now=NOON,
        )


async def feed(
    database: Database, minutes: float | None, reference: str = "", state: str = "live"
) -> None:
    """A feed of the gateway that was last read so long after noon; None: never."""
    async with database.write() as connection:
        await connection.execute(
            schema.feeds.insert().values(
                gateway="vudumobile",
                reference=reference,
                cursor={},
                opened_at=NOON - MINUTE,
                due_at=NOON,
                hot_at=NOON,
                state=state,
                adopted=False,
                read_at=None if minutes is None else NOON + minutes * MINUTE,
                newest_for=1,
            )
        )


async def campaign(database: Database, reference: str, number: str = ANA) -> None:
    """The newest campaign of a number."""
    key = f"vudumobile:{number}"
    async with database.write() as connection:
        row = {"key": key, "gateway": "vudumobile", "number": number, "loop_noticed": False}
        await connection.execute(
            schema.conversations.insert().values(**row, newest_reference=reference)
        )


async def heard(database: Database) -> bool:
    """Tell whether an errand of noon is due, as far as hearing goes."""
    async with database.read() as connection:
        return bool(await errands.due(connection, LATER, NOON, 1, heard=True))


@pytest.mark.parametrize(
    ("feeds", "newest", "expected"),
    [
        pytest.param({}, "", True, id="no feed is known"),
        pytest.param({"": 0}, "", True, id="read at that very instant"),
        pytest.param({"": -1}, "", False, id="read before"),
        pytest.param({"": None}, "", False, id="never read"),
        pytest.param({"A": 1, "B": -1}, "A", True, id="its campaign was read"),
        pytest.param({"A": -1, "B": 1}, "A", False, id="another campaign was read"),
        pytest.param({"A": None, "B": 1}, "A", False, id="its campaign was never read"),
        pytest.param({"B": 1}, "A", True, id="its campaign is not known"),
        pytest.param({"B": 1}, "", True, id="it has no campaign"),
        pytest.param({"B": -1}, "", False, id="it has none, and nothing was read since"),
    ],
)
async def test_silence_counts_only_where_it_was_listened(
    database: Database, feeds: dict[str, float | None], newest: str, expected: bool
) -> None:
    await enqueue(database, errand())
    for reference, minutes in feeds.items():
        await feed(database, minutes, reference)
    if newest:
        await campaign(database, newest)

    assert await heard(database) == expected


async def test_each_conversation_is_listened_to_in_its_own_campaign(database: Database) -> None:
    people = [f"+1514555{place:04}" for place in range(6)]
    await enqueue(database, *(errand(number=number) for number in people))
    for place, number in enumerate(people):
        await campaign(database, f"Push{place}", number)
        await feed(database, 1 if place % 2 else -1, f"Push{place}")

    async with database.read() as connection:
        found = await errands.due(connection, LATER, NOON, 10, heard=True)

    assert [one.number for one in found] == people[1::2]


async def test_a_campaign_that_is_not_read_any_more_is_not_waited_for(database: Database) -> None:
    await enqueue(database, errand())
    await campaign(database, "A")
    await feed(database, -1, "A", state="retired")
    await feed(database, 1, "B")

    assert await heard(database)


@pytest.mark.parametrize(
    ("number", "attempts", "expected"),
    [
        pytest.param(ANA, 0, False, id="a text that is not decided"),
        pytest.param(ANA, 2, False, id="a text on which a process died"),
        pytest.param(BEN, 0, True, id="a text of somebody else"),
    ],
)
async def test_silence_counts_only_where_everything_is_decided(
    database: Database, number: str, attempts: int, expected: bool
) -> None:
    await enqueue(database, errand())
    await receive(database, number)
    async with database.write() as connection:
        await connection.execute(update(schema.inbox).values(attempts=attempts))

    assert await heard(database) == expected


async def test_a_text_that_is_decided_holds_up_nothing(database: Database) -> None:
    await enqueue(database, errand())
    await receive(database)
    async with database.write() as connection:
        await connection.execute(update(schema.inbox).values(status="handled"))

    assert await heard(database)


# Texts that wait for an address


async def claim(database: Database) -> list[int]:
    async with database.write() as connection:
        return await claiming.claim(connection, 10)


@pytest.mark.parametrize(
    ("kind", "begun", "settled", "claimed"),
    [
        pytest.param(LOOKUP, False, None, [2], id="an address is to be asked"),
        pytest.param(LOOKUP, True, None, [2], id="it is being asked"),
        pytest.param(LOOKUP, True, ErrandStatus.DONE, [1, 2], id="it has answered"),
        pytest.param(LOOKUP, True, ErrandStatus.FAILED, [1, 2], id="it has not"),
        pytest.param(LOOKUP, False, ErrandStatus.CANCELLED, [1, 2], id="it is not asked any more"),
        pytest.param(LATER, False, None, [1, 2], id="something is to be said later"),
        pytest.param(MAIL, True, None, [1, 2], id="a mail is being sent"),
    ],
)
async def test_a_conversation_waits_for_an_address_and_no_other_does(
    database: Database,
    kind: ErrandKind,
    begun: bool,
    settled: ErrandStatus | None,
    claimed: list[int],
) -> None:
    """INV-21, INV-28."""
    await receive(database)
    await receive(database, BEN)
    await enqueue(database, errand(kind))
    if begun:
        await begin(database, 1)
    if settled is not None:
        async with database.write() as connection:
            await errands.settle(connection, [1], settled, NOON)

    assert await claim(database) == claimed


async def test_what_waits_for_an_address_is_told_apart(database: Database) -> None:
    await receive(database)
    await receive(database, BEN)
    async with database.write() as connection:
        assert await inbox.waiting_for_answers(connection) == []
    await enqueue(database, errand(LOOKUP), errand(number=BEN))

    async with database.write() as connection:
        assert await inbox.waiting_for_answers(connection) == [(KEY, "METEO")]
        await connection.execute(update(schema.inbox).values(attempts=3))
        assert await inbox.waiting_for_answers(connection) == [(KEY, "METEO")]
        await connection.execute(update(schema.inbox).values(status="handled"))
        assert await inbox.waiting_for_answers(connection) == []


async def test_what_is_released_is_as_it_was_before_it_was_taken(database: Database) -> None:
    """No death is counted against it."""
    await receive(database)
    assert await claim(database) == [1]
    async with database.write() as connection:
        await inbox.release(connection, [1])
        await inbox.release(connection, [])

    assert await claim(database) == [1]
    async with database.read() as connection:
        assert await connection.scalar(select(schema.inbox.c.attempts)) == 1


async def test_a_text_on_which_a_process_died_waits_too(database: Database) -> None:
    await receive(database)
    await receive(database, BEN)
    assert await claim(database) == [1, 2]
    await enqueue(database, errand(LOOKUP))

    async with database.write() as connection:
        assert await claiming.claim_suspect(connection) == [2]
