"""Several instances decide and send on one PostgreSQL: nothing twice, and all in order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.core.ceilings import Amount, Ceilings
from bot.core.decision import Why
from bot.core.messages import InboundStatus, Outbound
from bot.services.account import Account
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.speaking import Speech
from bot.services.spending import Spending
from bot.storage import inbox, outbox, postgresql
from bot.storage.database import Connection, Database
from bot.storage.errors import StoreBroken
from bot.storage.inbox import Handled
from tests.clock import NOON, FakeClock
from tests.core.talking import GENEROUS, book, rule
from tests.postgresql import Server
from tests.services.played import ANA, BEN, Played, Scene, listed, message
from tests.services.process import LIFE
from tests.services.sharing import Machine, lapse, machines

pytestmark = pytest.mark.postgres
PEOPLE = [f"+1514555{number:04}" for number in range(6)]
GATEWAYS = ("vudumobile", "clever")


@pytest.fixture
async def three(tmp_path: Path, running_postgresql: Server) -> AsyncIterator[list[Machine]]:
    async with machines(tmp_path, running_postgresql, 3) as made:
        yield made


async def receive(database: Database, gateway: str, number: str, *texts: str) -> None:
    rows = [listed(f"{number}{one}", one, NOON, number) for one in texts]
    async with database.write_beside() as connection:
        await inbox.receive(
            connection,
            gateway,
            rows,
            listed=frozenset(row.key for row in rows),
            history=False,
            now=NOON,
        )


class Desk:
    """Decides texts as an instance does, and notes what it decided, when that was committed."""

    def __init__(self, database: Database, seed: int, done: list[tuple[str, int]]) -> None:
        self._database = database
        self._dice = random.Random(seed)
        self._done = done
        self._busy: set[str] = set()

    async def work(self, busy: set[str]) -> None:
        """Until nothing is left that nobody else has in hand, and a few times more."""
        empty = 0
        while empty < 5:
            decided = 0
            with suppress(ZeroDivisionError):
                decided = await self._batch(busy)
            empty = 0 if decided else empty + 1
            await asyncio.sleep(0)

    async def _batch(self, busy: set[str]) -> int:
        choose = self._suspect if self._dice.random() < 0.4 else self._fresh
        mine: list[str] = []

        async def decide(connection: Connection, ids: Sequence[int]) -> list[tuple[str, int]]:
            texts = await inbox.load(connection, ids)
            mine.extend({one.number for one in texts})
            assert busy.isdisjoint(mine), "two decide for one person"
            busy.update(mine)
            await asyncio.sleep(self._dice.choice((0, 0.002)))
            if self._dice.random() < 0.1:
                raise ZeroDivisionError  # it dies in the midst of it
            handled = [Handled(one.id, InboundStatus.HANDLED, Why("rule")) for one in texts]
            await inbox.settle(connection, handled, NOON)
            busy.difference_update(mine)
            return [(one.conversation, one.id) for one in texts]

        try:
            decided = await self._database.attempt(choose, inbox.count, decide)
        finally:
            busy.difference_update(mine)
        self._done.extend(decided or ())
        return len(decided or ())

    async def _fresh(self, connection: Connection) -> list[int]:
        return await inbox.choose(connection, self._dice.randint(1, 7))

    async def _suspect(self, connection: Connection) -> list[int]:
        return await inbox.choose_suspect(connection)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_text_is_handed_out_twice_or_out_of_order(
    three: list[Machine], seed: int
) -> None:
    """INV-21, INV-2: three instances, people who text on two gateways, one batch in ten fails."""
    done: list[tuple[str, int]] = []
    busy: set[str] = set()
    dice = random.Random(seed)

    async def people_text() -> None:
        for number in range(15):
            for person in dice.sample(PEOPLE, 4):
                await receive(three[0].database, dice.choice(GATEWAYS), person, f"text {number}")
            await asyncio.sleep(0.003)

    desks = [Desk(one.database, seed * 10 + n, done) for n, one in enumerate(three)]
    await asyncio.gather(people_text(), *(desk.work(busy) for desk in desks))
    while len(done) < 60:
        await desks[0].work(busy)

    assert Counter(done).most_common(1)[0][1] == 1
    for conversation in {conversation for conversation, _ in done}:
        order = [number for where, number in done if where == conversation]
        assert order == sorted(order)


def responder(machine: Machine, folder: Path) -> Responder:
    gateway, clock = Played(), FakeClock()
    scene = Scene(
        folder, machine.database, clock, gateway, Account(gateway, machine.database, clock)
    )
    rules = book(*(rule(f"r{n}", f"mot{n}", reply=f"Reponse {n}.") for n in range(9)))
    speech = Speech(scene.library(book=rules), dict.fromkeys(GATEWAYS, gateway), GENEROUS, LIFE)
    return Responder(machine.database, speech, clock, wake=lambda _: None)


async def test_instances_that_answer_together_say_everything_once(
    three: list[Machine], tmp_path: Path
) -> None:
    """INV-2, INV-8: the real responder, with a batch for each."""
    for number in range(60):
        person = f"+1514556{number:04}"
        await receive(three[0].database, "vudumobile", person, "mot1", "mot2", "mot3")
    responders = [responder(machine, tmp_path) for machine in three]

    while any(await asyncio.gather(*(one.tick() for one in responders))):
        pass

    async with three[0].database.read() as connection:
        found = await connection.execute(
            text("SELECT number, array_agg(text ORDER BY id) FROM outbox GROUP BY number")
        )
        told = {row[0]: row[1] for row in found}
    assert len(told) == 60
    assert all(one == ["Reponse 1.", "Reponse 2.", "Reponse 3."] for one in told.values())


async def test_who_opts_out_on_one_gateway_is_not_decided_for_on_another_meanwhile(
    three: list[Machine],
) -> None:
    """INV-12: a person is one, whatever the gateway: neither decision undoes the other."""
    one, other, _ = three
    await receive(one.database, "vudumobile", ANA, "mot1")
    seen: list[list[int]] = []

    async def meanwhile(connection: Connection, ids: Sequence[int]) -> None:
        await receive(other.database, "clever", ANA, "STOP")
        await receive(other.database, "clever", BEN, "mot1")

        async def look(_: Connection, chosen: Sequence[int]) -> None:
            seen.append(list(chosen))

        async def choose(beside: Connection) -> list[int]:
            return await inbox.choose(beside, 10)

        await other.database.attempt(choose, inbox.count, look)

    async def first(connection: Connection) -> list[int]:
        return await inbox.choose(connection, 10)

    await one.database.attempt(first, inbox.count, meanwhile)

    assert seen == [[3]]  # Ben's alone


async def test_who_writes_alone_waits_for_those_beside_and_they_for_it(
    three: list[Machine],
) -> None:
    one, other, third = three
    order: list[str] = []

    async def alone() -> None:
        async with third.database.write():
            order.append("alone")

    async with one.database.write_beside(), other.database.write_beside():
        waiting = asyncio.create_task(alone())
        await asyncio.sleep(0.05)
        order.append("beside")
    await waiting

    assert order == ["beside", "alone"]


async def test_who_is_frozen_in_the_midst_of_writing_holds_up_others_for_a_while_only(
    tmp_path: Path, running_postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-23: and when it comes back nothing of it is written."""
    frozen = "idle_in_transaction_session_timeout"
    monkeypatch.setitem(postgresql.WRITING, frozen, "300ms")
    async with machines(tmp_path, running_postgresql, 2) as (one, other):

        async def freeze() -> None:
            async with one.database.write() as connection:
                await connection.execute(text("INSERT INTO installation VALUES ('zombie', 'x')"))
                async with other.database.write() as beside:  # waits until one is ended
                    await beside.execute(text("INSERT INTO installation VALUES ('heir', 'x')"))

        with pytest.raises(StoreBroken, match="cannot be used"):
            await freeze()

        async with other.database.read() as connection:
            found = await connection.scalars(text("SELECT name FROM installation"))
            assert list(found) == ["heir"]


# What is being sent


def sender(machine: Machine, gateway: Played, spending: Spending | None = None) -> Sender:
    lease = machine.leases.lease(gateway.name)
    database, clock = machine.database.under(lease.fence), FakeClock()
    account = Account(gateway, database, clock, lease=lease, shared=spending)
    found = Sender(account, lambda: None, random.Random(1))
    lease.begins.append(found.begin)
    return found


def messages(gateway: str, count: int) -> list[Outbound]:
    return [message(f"{n}", NOON, number=f"+1514557{n:04}", gateway=gateway) for n in range(count)]


async def statuses(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(text("SELECT status FROM outbox ORDER BY id")))


async def enqueue(database: Database, *wanted: Outbound) -> None:
    async with database.write() as connection:
        await outbox.enqueue(connection, wanted)


async def test_an_instance_that_starts_leaves_alone_what_a_living_one_is_sending(
    three: list[Machine],
) -> None:
    """INV-4: it has no lease, so it is not its business."""
    one, other, _ = three
    gateway, arrived = Played(), asyncio.Event()

    async def hold(_: object) -> None:
        await arrived.wait()

    gateway.on_send = hold
    sending = sender(one, gateway)
    await one.leases.tick()
    await enqueue(one.database, *messages("vudumobile", 1))
    await sending.tick()

    sender(other, Played())
    await other.leases.tick()
    assert await statuses(one.database) == ["sending"]

    arrived.set()
    await sending.drain()
    assert await statuses(one.database) == ["sent"]


async def test_a_zombie_in_the_middle_of_a_request_settles_nothing(three: list[Machine]) -> None:
    """INV-23, INV-5: what it sent is unclear, and found out by its heir."""
    one, other, _ = three
    gateway, arrived = Played(), asyncio.Event()

    async def hold(_: object) -> None:
        await arrived.wait()

    gateway.on_send = hold
    frozen = sender(one, gateway)
    await one.leases.tick()
    await enqueue(one.database, *messages("vudumobile", 3))
    await frozen.tick()

    await lapse(one.database, "vudumobile")
    heirs = Played()
    heir = sender(other, heirs)
    await other.leases.tick()
    assert await statuses(one.database) == ["unconfirmed"] * 3
    arrived.set()
    with pytest.raises(StoreBroken, match="another has vudumobile in hand by now"):
        await frozen.drain()
    with pytest.raises(StoreBroken):
        await frozen.tick()
    await heir.tick()

    assert await statuses(one.database) == ["unconfirmed"] * 3
    assert (len(gateway.taken), heirs.taken) == (3, [])


async def test_what_an_instance_may_still_send_is_unclear_only_from_when_it_cannot(
    three: list[Machine],
) -> None:
    """INV-6: a search before the request could have left proves nothing."""
    one, other, _ = three
    gateway = Played()
    frozen = sender(one, gateway)
    await one.leases.tick()
    await enqueue(one.database, *messages("vudumobile", 1))
    await frozen.tick()
    await lapse(one.database, "vudumobile")

    sender(other, Played())
    await other.leases.tick()

    async with one.database.read() as connection:
        row = (await connection.execute(text("SELECT unclear_at, lease_until FROM outbox"))).one()
    assert row.unclear_at == row.lease_until
    with suppress(StoreBroken):
        await frozen.drain()


async def test_together_they_spend_no_more_than_a_ceiling(three: list[Machine]) -> None:
    """INV-20: each sends at a gateway of its own."""
    one, other, _ = three
    ceilings = Ceilings(Amount(10, 1e9), Amount(1000, 1e9), 100)
    senders = []
    for machine, name in ((one, "vudumobile"), (other, "clever")):
        spending = Spending(machine.database, FakeClock(), ceilings=ceilings)
        await spending.begin()
        senders.append(sender(machine, Played(name), spending))
        await machine.leases.tick()
        await enqueue(machine.database, *messages(name, 20))

    for _ in range(10):
        await asyncio.gather(*(each.tick() for each in senders))
        await asyncio.gather(*(each.drain() for each in senders))

    assert Counter(await statuses(one.database)) == {"sent": 10, "queued": 30}
