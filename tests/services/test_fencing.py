"""Each service that works under a lease: the zombie changes nothing, its heir does (INV-23)."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from bot.core.ceilings import Amount, Ceilings
from bot.core.conversation import Subscriber
from bot.core.errands import Errand, ErrandKind
from bot.core.messages import Page, Search, Sighting, Status
from bot.core.skew import Skew
from bot.internet import Internet
from bot.services.account import Account
from bot.services.carrier import Carrier
from bot.services.follow_ups import FollowUps
from bot.services.janitor import Janitor
from bot.services.leasing import Lease
from bot.services.lookups import Lookups
from bot.services.mailer import Mailer
from bot.services.memberships import Memberships
from bot.services.poller import Poller, Reading
from bot.services.receipts import Receipts
from bot.services.reconciler import Reconciler
from bot.services.resends import Resends
from bot.services.sender import Sender
from bot.services.speaking import Speech
from bot.services.spending import Spending
from bot.services.timeouts import Timeouts
from bot.services.webhooks import Webhooks
from bot.storage import errands, feeds, inbox, people_tables, schema, subscribers
from bot.storage.database import Database
from bot.storage.leases import LeaseLost
from bot.storage.program_tables import deliveries
from tests.clock import NOON, FakeClock
from tests.core.talking import BOOK, GENEROUS
from tests.postgresql import Server
from tests.services.played import ANA, Played, Scene, listed
from tests.services.process import LIFE, read_at
from tests.services.sharing import Machine, everything, lapse, machines

pytestmark = pytest.mark.postgres
NAME = "vudumobile"
TALK = f"{NAME}:{ANA}"
BEFORE = NOON - timedelta(hours=2)
LONG_AGO = NOON - timedelta(days=400)


@dataclass
class Worker:
    """One instance, with every service that works under a lease."""

    machine: Machine
    folder: Path
    gateway: Played = field(default_factory=Played)
    clock: FakeClock = field(default_factory=FakeClock)
    lease: Lease = field(init=False)
    scene: Scene = field(init=False)

    def __post_init__(self) -> None:
        self.lease = self.machine.leases.lease(NAME)
        self.scene = Scene(
            self.folder, self.machine.database, self.clock, self.gateway, self.account()
        )

    @property
    def database(self) -> Database:
        return self.machine.database.under(self.lease.fence)

    def account(self, ceilings: Ceilings | None = None) -> Account:
        spending = Spending(self.database, self.clock, ceilings=ceilings)
        return Account(self.gateway, self.database, self.clock, lease=self.lease, shared=spending)

    def speech(self) -> Speech:
        return Speech(self.scene.library(book=BOOK), {NAME: self.gateway}, GENEROUS, LIFE)

    def ticks(self) -> dict[str, Callable[[], Awaitable[Any]]]:
        account, said = self.account(), self.speech()
        second = timedelta(seconds=1)
        how = Reading(3 * second, follow=timedelta(days=14), budget=4.0, every=3 * second)
        talking = {"wake": lambda _: None}
        internet, asked = Internet(self.clock), (lambda: None)
        lookups = Lookups(
            self.database, said, self.clock, internet, wake=asked, wake_others=lambda _: None
        )
        rich = self.account(Ceilings(Amount(1, 1e9), Amount(1, 1e9), 100)).spending
        return {
            "sender": Sender(account, lambda: None, random.Random(1)).tick,
            "poller": Poller(account, how, lambda: None).tick,
            "reconciler": Reconciler(account, lambda: None).tick,
            "receipts": Receipts(account).tick,
            "mailer": Mailer(account).tick,
            "carrier": Carrier(account).tick,
            "lookups": lookups.tick,
            "timeouts": Timeouts(self.database, said, self.clock, **talking).tick,
            "follow-ups": FollowUps(self.database, said, self.clock, **talking).tick,
            "resends": Resends(self.database, said, self.clock, **talking).tick,
            "memberships": Memberships(self.database, self.clock).tick,
            "janitor": Janitor(self.database, self.clock, texts=timedelta(days=30)).tick,
            "ceilings": rich.tick,
            "webhooks": Webhooks(self.database, self.clock, b"k" * 40, []).tick,
        }


SERVICES = [
    *("sender", "poller", "reconciler", "receipts", "mailer", "carrier", "lookups"),
    *("timeouts", "follow-ups", "resends", "memberships", "janitor", "ceilings", "webhooks"),
]


async def prepare(worker: Worker) -> None:
    """Something is due for everybody."""
    scene, now = worker.scene, NOON
    async with scene.database.write() as connection:
        await feeds.ensure(connection, NAME, [""], now, adopted=True)
        rows = [listed("old", "Vieux", LONG_AGO)]
        await inbox.receive(
            connection, NAME, rows, listed=frozenset({"old"}), history=True, now=LONG_AGO
        )
        await connection.execute(text("UPDATE inbox SET status = 'ignored'"))
        await subscribers.save_subscribers(connection, [Subscriber(ANA)])
        await errands.enqueue(connection, [_errand(kind) for kind in ErrandKind], BEFORE)
        await connection.execute(
            insert(people_tables.members).values(
                number=ANA, list="deals", gateway=NAME, language="fr", cause="x",
                joined_at=BEFORE, ends_at=BEFORE,
            )
        )  # fmt: skip
        await connection.execute(insert(schema.spent).values(
            day=f"{now:%Y-%m-%d}", gateway=NAME, purpose="reply", messages=5, units=0.0,
        ))  # fmt: skip
        await connection.execute(insert(deliveries).values(
            event=1, conversation=TALK, webhook="gone", status="waiting", status_at=LONG_AGO,
            due_at=LONG_AGO, attempts=0, error="",
        ))  # fmt: skip
    await scene.write_to("+15145550007", "+15145550008", "+15145550009")
    async with scene.database.write() as connection:
        for number, status in ((2, "sent"), (3, "unconfirmed")):
            await connection.execute(
                text(
                    "UPDATE outbox SET status = :status, handed_at = status_at, batch = id, "
                    "unclear_at = status_at, gateway_id = :id WHERE id = :number"
                ),
                {"status": status, "number": number, "id": "g2" if number == 2 else ""},
            )
        await connection.execute(
            text(
                "INSERT INTO conversations (key, gateway, number, loop_noticed, position, "
                "times_out_at) VALUES (:key, :gateway, :number, false, :position, :at)"
            ),
            {"key": TALK, "gateway": NAME, "number": ANA, "at": _ms(BEFORE), "position": OPEN},
        )
    await read_at(scene, NOON - timedelta(minutes=30))


OPEN = '{"rule": "gone", "shape": "", "step": "a", "language": "fr", "inbound": 1, "answers": {}}'


def _ms(instant: Any) -> int:
    return int(instant.timestamp() * 1000)


def _errand(kind: ErrandKind) -> Errand:
    out = {"opt": "in"}
    bodies: dict[ErrandKind, dict[str, Any]] = {
        ErrandKind.LATER: {"text": "Alors?"},
        ErrandKind.MAIL: {"to": "a@b.example", "subject": "x", "text": "y"},
        ErrandKind.AGAIN: {"outbound": 2},
        ErrandKind.CARRY: out,
        ErrandKind.LOOKUP: {"url": "http://127.0.0.1:9/", "rule": "none", "error": "odd"},
    }
    return Errand(kind, TALK, NAME, ANA, 1, "r", BEFORE, bodies[kind])


def show(worker: Worker) -> None:
    """The gateway has something for everybody, too."""
    now, gateway = NOON, worker.gateway
    gateway.pages[""] = Page([listed("new", "Météo", now)], {}, now)
    sighting = Sighting("g2", ("+15145550008",), "Il fait beau.", now, Status.DELIVERED)
    gateway.sightings = [sighting]
    gateway.found = Search(now, (), complete={3: True}, progress={}, skew=Skew())


@pytest.fixture
async def two(tmp_path: Path, running_postgresql: Server) -> AsyncIterator[list[Worker]]:
    async with machines(tmp_path, running_postgresql, 2) as made:
        yield [Worker(machine, tmp_path) for machine in made]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_zombie_changes_no_row_and_its_heir_does(two: list[Worker], service: str) -> None:
    """INV-23."""
    zombie, heir = two
    await zombie.machine.leases.tick()
    await prepare(zombie)
    show(zombie)
    show(heir)
    frozen = zombie.ticks()[service]
    await lapse(zombie.machine.database, NAME)
    await heir.machine.leases.tick()
    before = await everything(heir.machine.database)

    with pytest.raises(LeaseLost):
        await frozen()

    assert await everything(heir.machine.database) == before
    assert (zombie.gateway.taken, zombie.gateway.mailed) == ([], [])
    await heir.ticks()[service]()
    assert await everything(heir.machine.database) != before
