"""What is asked at every tick is answered from an index, however much is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot.core.ceilings import STARTED
from bot.core.conversation import Conversation, Subscriber
from bot.core.errands import Errand, ErrandKind, ErrandStatus
from bot.core.messages import Acceptance, Batch, Status
from bot.core.skew import Skew
from bot.storage import (
    answers,
    errands,
    events,
    feeds,
    inbox,
    leaving,
    members,
    outbox,
    person,
    receipts,
    spent,
    subscribers,
    takeovers,
    unclear,
)
from bot.storage.answers import Kept
from bot.storage.database import Database
from bot.storage.events import Event
from bot.storage.outbox import Outcome
from bot.storage.spent import Cost
from tests import claiming
from tests.clock import NOON
from tests.storage.test_inbox import ONE
from tests.storage.test_outbox import ANA
from tests.storage.test_unclear import make_unclear

ASKED = Errand(ErrandKind.LOOKUP, f"vudumobile:{ANA}", "vudumobile", ANA, 1, "sky", NOON)
KEPT = Kept(f"vudumobile:{ANA}", "vudumobile", ANA, "vote", 1, NOON, {"choice": 3}, once=True)
FINE = ("USING", "CONSTANT ROW", "(subquery")
"""An index read in its order, nothing at all, and an empty list are not tables."""
LAST = "(SELECT max(inbox.id) AS max_1 \nFROM inbox)"
"""The last row of all is found at once; the first or last that fits is not."""
Asked = list[tuple[str, Any]]


@pytest.fixture
async def asked(in_a_file: Database) -> AsyncIterator[Asked]:
    """Every statement that was executed, with its parameters."""
    statements: Asked = []

    def note(_c: object, _u: object, statement: str, parameters: Any, *_: object) -> None:
        statements.append(
            (statement, parameters[0] if isinstance(parameters, list) else parameters)
        )

    engine = in_a_file.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


async def receive(database: Database) -> None:
    async with database.write() as connection:
        await inbox.receive(
            connection, "vudumobile", [ONE], listed=frozenset(), history=False, now=NOON
        )


async def respond(database: Database) -> None:
    async with database.write() as connection:
        ids = await claiming.claim(connection, 10)
        await claiming.claim_suspect(connection)
        await inbox.load(connection, ids)
        await subscribers.load_conversations(connection, {f"vudumobile:{ANA}"})
        await subscribers.load_subscribers(connection, {ANA}, NOON)
        await outbox.suppress(connection, {ANA}, NOON)


async def wait_for_more(database: Database) -> None:
    """Texts are read as one with those that follow; some wait until an address was asked."""
    async with database.write() as connection:
        await errands.enqueue(connection, [ASKED], NOON)
        waiting = (NOON - timedelta(seconds=15), NOON - timedelta(seconds=5))
        ids = await claiming.claim(connection, 10, gather=waiting)
        await inbox.waiting_for_answers(connection)
        await inbox.release(connection, ids or [1])
        await inbox.by_ids(connection, [1])


async def answer(database: Database) -> None:
    """What a text leads to beside its reply."""
    key = f"vudumobile:{ANA}"
    on_list = {"number": ANA, "list": "deals"}
    joined = {
        "gateway": "clever",
        "language": "fr",
        "cause": "inbound 1",
        "joined_at": NOON,
        "ends_at": NOON,
    }
    async with database.write() as connection:
        await errands.cancel(connection, [ErrandKind.LATER], NOON, conversations={key})
        await errands.cancel(connection, list(ErrandKind), NOON, numbers={ANA}, begun=True)
        await subscribers.end_conversations(connection, {ANA}, but={key})
        await subscribers.join(connection, [on_list | joined])
        await subscribers.leave(connection, [on_list | {"left_at": NOON}])
        await subscribers.save_conversations(connection, [Conversation(key, "clever", ANA)])
        await subscribers.save_subscribers(connection, [Subscriber(ANA)])
        await answers.keep(connection, [KEPT])
        await events.record(connection, [Event(key, "voted", NOON)])
        await errands.enqueue(connection, [ASKED], NOON)


async def go_on(database: Database) -> None:
    """What the clock and others' answers lead to."""
    async with database.write() as connection:
        await subscribers.timed_out(connection, NOON, 10)
        await members.ended(connection, NOON, 10)
        await errands.due(connection, ErrandKind.LATER, NOON, 10, heard=True)
        await errands.due(connection, ErrandKind.LOOKUP, NOON, 10)
        await errands.due(connection, ErrandKind.MAIL, NOON, 10, gateway="clever")
        await errands.begin(connection, [1], NOON)
        await errands.under_way(connection, [1])
        await errands.postpone(connection, [1], NOON)
        await errands.settle(connection, [1], ErrandStatus.DONE, NOON)
        await errands.recover(connection, ErrandKind.MAIL, ErrandStatus.UNCLEAR, NOON)


async def count_answers(database: Database) -> None:
    async with database.write() as connection:
        await answers.read(connection, "vote")
        await answers.of_text(connection, ANA, 1)


async def send(database: Database) -> None:
    async with database.write() as connection:
        await outbox.recover(connection, "vudumobile", NOON, all_of_them=False)
        await leaving.due(connection, "vudumobile", NOON, 10)
        await leaving.due(connection, "vudumobile", NOON, 10, waiting=STARTED)


async def reconcile(database: Database) -> None:
    one = await make_unclear(database)
    async with database.write() as connection:
        await unclear.load(connection, "vudumobile")
        await unclear.bound(connection, "vudumobile", [one], [], Skew())


async def ask_for_receipts(database: Database) -> None:
    async with database.write() as connection:
        await receipts.awaited(connection, "vudumobile", NOON - timedelta(days=3), 10)


async def look_who_answers(database: Database) -> None:
    talks, day_ago = {f"vudumobile:{ANA}"}, NOON - timedelta(days=1)
    async with database.write() as connection:
        await takeovers.texted_at(connection)
        await takeovers.bound(connection, "vudumobile", {"900"})
        await takeovers.ours(connection, talks, day_ago)
        await takeovers.texts(connection, talks, day_ago)


async def follow(database: Database) -> None:
    async with database.write() as connection:
        await feeds.opened(connection, "clever", "Push1", [ANA], NOON)
        await feeds.due(connection, "clever", NOON, 10)


async def ask_who_is_on_a_list(database: Database) -> None:
    async with database.write() as connection:
        await members.page(connection, "deals", NOON, after=ANA, limit=10)
        await members.find(connection, "deals", {ANA})


async def be_looked_at(database: Database) -> None:
    async with database.write() as connection:
        await inbox.waiting(connection)
        await outbox.count(connection)


async def attend(database: Database) -> None:
    """An operator looks at a number, and sets it free."""
    key = f"vudumobile:{ANA}"
    async with database.write() as connection:
        await person.known(connection, {key})
        await person.lines(connection, key, 10)
        await person.waiting(connection, key)
        await person.decide_anew(connection, await person.parked(connection, {key}) or [1])
        await errands.cancel(
            connection, [ErrandKind.LOOKUP], NOON, conversations={key}, begun=True
        )


async def settle(database: Database) -> None:
    one = Batch(1, (1,), "vudumobile", (ANA,), "", 1)
    async with database.write() as connection:
        await spent.count(connection, [Cost(1, 1, 1, 7.0)], "2026-01-31")
        await spent.count_found(connection, [Cost(1, 1, 1, 7.0)], "2026-01-31")
        await spent.since(connection, "2026-01")
        await spent.under_way(connection)
        await outbox.settle(connection, [Outcome(one, Status.SENT, Acceptance("7"))], NOON)


@pytest.mark.parametrize(
    "work",
    [
        *(receive, respond, send, settle, reconcile, ask_for_receipts, follow, be_looked_at),
        *(
            look_who_answers,
            ask_who_is_on_a_list,
            attend,
            wait_for_more,
            answer,
            go_on,
            count_answers,
        ),
    ],
)
async def test_no_statement_of_a_tick_reads_a_whole_table(
    in_a_file: Database, asked: Asked, work: Callable[[Database], Awaitable[None]]
) -> None:
    await work(in_a_file)
    statements = asked.copy()

    def plans(connection: Connection) -> list[tuple[str, str]]:
        return [
            (statement, row[3])
            for statement, parameters in statements
            if not statement.startswith(("BEGIN", "PRAGMA"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]

    async with in_a_file.write() as connection:
        found = await connection.run_sync(plans)
    assert statements
    whole = [
        (plan, statement)
        for statement, plan in found
        # SQLite calls it a search, too, where it walks through the rows to the first that fits.
        if plan.startswith(("SCAN", "SEARCH"))
        and not any(fine in plan for fine in FINE)
        and not (plan == "SEARCH inbox" and LAST in statement)
    ]
    assert whole == []
