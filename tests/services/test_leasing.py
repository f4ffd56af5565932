"""One instance has a part of the work in hand; who lost it changes nothing (INV-23)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.alone import in_hand
from bot.gateways.base import Unreachable
from bot.gateways.http import Answer, Request
from bot.services.leasing import APART, HESITATION, MARGIN, SHARING, SHORTEST, SILENT, Lease
from bot.storage.database import Database
from bot.storage.errors import StoreBroken, StoreError
from bot.storage.leases import LeaseLost
from tests.clock import NOON
from tests.postgresql import Server
from tests.services.sharing import LENGTH, Machine, lapse, machines

pytestmark = pytest.mark.postgres
NAMES = ("vudumobile", "clever", "house")


@pytest.fixture
async def two(tmp_path: Path, running_postgresql: Server) -> AsyncIterator[list[Machine]]:
    async with machines(tmp_path, running_postgresql, 2) as made:
        yield made


@pytest.fixture
async def one(two: list[Machine]) -> Machine:
    return two[0]


@pytest.fixture
async def other(two: list[Machine]) -> Machine:
    return two[1]


def held(*leases: Lease) -> list[str]:
    return [lease.name for lease in leases if lease.held]


async def let_time_pass(database: Database, seconds: float) -> None:
    """By the database's clock, for all leases alike."""
    async with database.write() as connection:
        await connection.execute(
            text("UPDATE leases SET until = until - :ms"), {"ms": int(seconds * 1000)}
        )


async def say(database: Database, name: str) -> None:
    async with database.write() as connection:
        await connection.execute(
            text("INSERT INTO installation VALUES (:name, 'x')"), {"name": name}
        )


async def told(database: Database) -> list[str]:
    async with database.read() as connection:
        rows = await connection.scalars(text("SELECT name FROM installation ORDER BY name"))
        return list(rows.all())


async def test_a_lease_is_one_instance_s(one: Machine, other: Machine) -> None:
    ours, theirs = one.leases.lease("clever"), other.leases.lease("clever")

    assert await one.leases.tick() == 1
    assert await other.leases.tick() == 0

    assert held(ours) == ["clever"]
    assert held(theirs) == []


async def test_they_are_spread_over_instances_that_start_together(two: list[Machine]) -> None:
    leases = [[machine.leases.lease(name) for name in NAMES] for machine in two]

    for _ in range(2):
        for machine in two:
            await machine.leases.tick()
    spread = [held(*ours) for ours in leases]

    assert sorted(name for names in spread for name in names) == sorted({*spread[0], *spread[1]})
    assert [len(names) for names in spread] == [1, 1]  # the third is left free for a while


async def test_an_instance_alone_takes_all_of_them_within_seconds(one: Machine) -> None:
    """What nobody had is not waited for long: whoever starts together with it was quicker."""
    leases = [one.leases.lease(name) for name in NAMES]
    await one.leases.tick()
    assert len(held(*leases)) == 1

    await let_time_pass(one.database, 2 * SHARING)
    await one.leases.tick()

    assert held(*leases) == list(NAMES)


@pytest.mark.parametrize(
    ("ended_well", "each"),
    [pytest.param(True, HESITATION, id="ended well"), pytest.param(False, SHARING, id="silent")],
)
async def test_who_ended_well_may_come_back_and_who_fell_silent_had_its_time(
    one: Machine, other: Machine, ended_well: bool, each: float
) -> None:
    other.leases.lease("clever")
    await other.leases.tick()
    ours = [one.leases.lease(name) for name in NAMES]
    await one.leases.tick()
    await let_time_pass(one.database, SHARING)
    await one.leases.tick()
    await other.leases.tick()
    assert held(*ours) == ["vudumobile", "house"]

    if ended_well:
        await other.leases.release()
    else:
        await lapse(other.database, "clever", ago=0)
    await let_time_pass(one.database, 2 * each - 1)
    await one.leases.tick()
    assert held(*ours) == ["vudumobile", "house"]
    await let_time_pass(one.database, 1)
    await one.leases.tick()

    assert held(*ours) == list(NAMES)


async def test_what_is_under_a_lease_begins_when_it_is_ours_and_not_before(
    one: Machine, other: Machine
) -> None:
    begun: list[str] = []
    ticked: list[str] = []

    async def begin() -> None:
        begun.append("began")

    async def tick() -> int:
        ticked.append("ticked")
        return 1

    one.leases.lease("clever")
    await one.leases.tick()
    waiting = other.leases.lease("clever")
    waiting.begins.append(begin)
    waiting.woken.append(lambda: begun.append("woken"))
    kept = waiting.keeping(tick)
    await other.leases.tick()
    assert (await kept(), begun, ticked) == (0, [], [])

    await one.leases.release()
    await let_time_pass(one.database, APART)
    await other.leases.tick()

    assert (await kept(), begun, ticked) == (1, ["began", "woken"], ["ticked"])


async def test_a_lease_that_is_renewed_stays(one: Machine, other: Machine) -> None:
    ours, theirs = one.leases.lease("clever"), other.leases.lease("clever")
    await one.leases.tick()

    for _ in range(3):
        await let_time_pass(one.database, LENGTH - 5)
        await one.leases.tick()
        await other.leases.tick()

    assert (held(ours), held(theirs)) == (["clever"], [])


async def test_who_was_frozen_for_longer_than_its_lease_changes_nothing_and_ends(
    one: Machine, other: Machine
) -> None:
    """INV-23. It comes back in the midst of its work, and knows nothing of what happened."""
    ours = one.leases.lease("clever")
    await one.leases.tick()
    under = one.database.under(ours.fence)
    await say(under, "while it was ours")
    await lapse(one.database, "clever")
    other.leases.lease("clever")
    await other.leases.tick()

    with pytest.raises(LeaseLost, match="another has clever in hand by now"):
        await say(under, "a zombie's")
    with pytest.raises(LeaseLost):
        async with under.write_beside():
            pass
    with pytest.raises(LeaseLost):
        await one.leases.tick()

    assert await told(one.database) == ["while it was ours"]


async def test_nobody_takes_a_lease_in_the_midst_of_a_transaction_under_it(
    one: Machine, other: Machine
) -> None:
    ours, theirs = one.leases.lease("clever"), other.leases.lease("clever")
    await one.leases.tick()
    await lapse(one.database, "clever")

    async with one.database.under(ours.fence).write() as connection:
        await connection.execute(text("INSERT INTO installation VALUES ('a', 'x')"))
        await other.leases.tick()
        assert held(theirs) == []
        await one.leases.tick()  # it is renewed beside the transaction, and does not wait for it

    assert held(ours) == ["clever"]


async def test_who_lapsed_and_was_not_missed_goes_on(one: Machine, other: Machine) -> None:
    ours = one.leases.lease("clever")
    await one.leases.tick()
    await lapse(one.database, "clever")

    await one.leases.tick()
    other.leases.lease("clever")
    await other.leases.tick()

    assert held(ours) == ["clever"]
    await say(one.database.under(ours.fence), "still ours")


async def test_a_daemon_that_died_and_starts_again_has_its_leases_at_once(
    one: Machine, other: Machine
) -> None:
    """Nobody else can have its folder."""
    one.leases.lease("clever")
    await one.leases.tick()

    reborn = Machine(one.database)
    again, theirs = reborn.leases.lease("clever"), other.leases.lease("clever")
    await other.leases.tick()
    await reborn.leases.tick()

    assert (held(again), held(theirs)) == (["clever"], [])
    with pytest.raises(LeaseLost):  # were it alive after all
        await one.leases.tick()


async def test_who_stops_leaves_its_leases_to_others_a_moment_later(
    one: Machine, other: Machine
) -> None:
    """INV-24: two pushes are never in one second, whoever begins them."""
    ours, theirs = one.leases.lease("clever"), other.leases.lease("clever")
    await one.leases.tick()

    await one.leases.release()
    await other.leases.tick()
    assert (held(ours), held(theirs)) == ([], [])
    await let_time_pass(one.database, APART)
    await other.leases.tick()

    assert held(theirs) == ["clever"]


async def test_what_never_was_ours_cannot_be_written_under(one: Machine) -> None:
    with pytest.raises(StoreError, match="no instance has clever in hand yet"):
        await say(one.database.under(one.leases.lease("clever").fence), "nobody's")


async def test_who_has_it_in_hand_is_told_by_its_machine_and_process(
    one: Machine, other: Machine
) -> None:
    other.leases.lease("clever")
    await other.leases.tick()
    lease = one.leases.lease("clever")

    told = f"another instance has clever in hand; ask that one .*process {os.getpid()}"
    with pytest.raises(StoreError, match=told):
        await say(one.database.under(lease.fence), "nobody's")
    with pytest.raises(StoreError, match=told):
        async with in_hand(one.database, "clever"):
            pass


async def test_a_command_has_in_hand_what_is_free_and_gives_it_back(
    one: Machine, other: Machine
) -> None:
    theirs = other.leases.lease("clever")

    async with in_hand(one.database, "clever") as lease:
        assert lease.is_good
        await say(one.database.under(lease.fence), "a command's")
        await other.leases.tick()
        assert held(theirs) == []
    await let_time_pass(other.database, APART)
    await other.leases.tick()

    assert held(theirs) == ["clever"]
    with pytest.raises(LeaseLost):
        await say(one.database.under(lease.fence), "too late")


async def test_a_command_waits_for_what_was_given_up_a_moment_ago(
    one: Machine, other: Machine
) -> None:
    other.leases.lease("clever")
    await other.leases.tick()
    await other.leases.release()

    async with in_hand(one.database, "clever", length=SHORTEST) as lease:
        assert lease.held


async def test_no_request_begins_late_in_a_lease_or_without_one(
    one: Machine, other: Machine
) -> None:
    """Before another instance asks, a connection that we began must have ended."""
    asked: list[str] = []

    async def exchange(request: Request) -> Answer:
        asked.append(request.url)
        return Answer(200, "OK", {}, b"", NOON, NOON)

    ours, theirs = one.leases.lease("clever"), other.leases.lease("clever")
    await one.leases.tick()
    await other.leases.tick()
    request = Request("GET", "http://a")

    await ours.guarding(exchange)(request)
    with pytest.raises(Unreachable, match="another instance may have clever in hand"):
        await theirs.guarding(exchange)(request)
    one.seconds += LENGTH - MARGIN
    with pytest.raises(Unreachable):
        await ours.guarding(exchange)(request)
    await one.leases.tick()
    await ours.guarding(exchange)(request)

    assert len(asked) == 2


async def test_others_know_how_an_account_does(one: Machine, other: Machine) -> None:
    ours, theirs = one.leases.lease("clever"), other.leases.lease("clever")
    ours.tells = lambda: {"status": "held", "skew": [1.0, 2.0]}
    await one.leases.tick()
    await one.leases.tick()
    await other.leases.tick()

    assert theirs.elsewhere == {
        "instance": one.database.instance,
        "status": "held",
        "skew": [1.0, 2.0],
    }


async def test_a_store_that_does_not_answer_is_waited_for_by_nobody(one: Machine) -> None:
    """INV-37: nobody would ever be told of an answer that cannot come any more."""
    one.leases.lease("clever")
    await one.leases.tick()
    for _ in range(SILENT):
        assert await one.leases.listen() == 0
    await one.leases.tick()
    for _ in range(SILENT):
        await one.leases.listen()
    begun = asyncio.Event()

    async def wait() -> None:
        async with one.database.write() as connection:
            begun.set()
            await connection.execute(text("SELECT pg_sleep(60)"))

    waiting = asyncio.create_task(wait())
    await begun.wait()
    with pytest.raises(StoreBroken, match="it did not answer for 20 s"):
        await one.leases.listen()

    with pytest.raises(StoreBroken):
        await waiting
    with pytest.raises(StoreBroken, match="it did not answer for 20 s"):
        async with one.database.read():
            pass


async def test_on_a_file_all_is_ours_and_costs_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/textobot.db")
    await database.open()
    machine = Machine(database)
    lease = machine.leases.lease("clever")

    await machine.leases.begin()

    assert lease.held
    assert lease.is_good
    assert database.under(lease.fence) is database
    await database.close()
