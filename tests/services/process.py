"""One process on a scene's store. Who makes another, and lets go of this one, has killed it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errands import ErrandKind, ErrandStatus
from bot.core.policy import Policy
from bot.core.rulebook import Rulebook
from bot.internet import Internet
from bot.services.account import Account
from bot.services.follow_ups import FollowUps
from bot.services.lookups import Lookups
from bot.services.mailer import Mailer
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.speaking import Speech
from bot.services.timeouts import Timeouts
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.turns import Turn
from tests.core.talking import BOOK, GENEROUS
from tests.services.played import ANA, Scene

LIFE = timedelta(hours=1)
NEVER_LEFT = {"suppressed", "cancelled", "lapsed"}


@dataclass
class Process:
    """The services that talk, as one process of the daemon has them."""

    scene: Scene
    book: Rulebook = BOOK
    policy: Policy = GENEROUS
    burst: timedelta = timedelta(0)
    observing: bool = False
    internet: Internet | None = None
    database: Database | None = None
    """The scene's, where it is not told otherwise."""
    responder: Responder = field(init=False)
    timeouts: Timeouts = field(init=False)
    follow_ups: FollowUps = field(init=False)
    lookups: Lookups = field(init=False)
    mailer: Mailer = field(init=False)
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        scene, clock = self.scene, self.scene.clock
        database = self.database or scene.database
        gateways = {scene.gateway.name: scene.gateway}
        library = scene.library(book=self.book)
        speech = Speech(library, gateways, self.policy, LIFE, observing=self.observing)
        wake = scene.woken.append
        account = Account(scene.gateway, database, clock)
        self._landed = asyncio.Event()
        self.responder = Responder(database, speech, clock, wake=wake, burst=self.burst)
        self.timeouts = Timeouts(database, speech, clock, wake=wake)
        self.follow_ups = FollowUps(database, speech, clock, wake=wake)
        self.lookups = Lookups(
            database,
            speech,
            clock,
            self.internet or Internet(clock),
            wake=self._landed.set,
            wake_others=wake,
        )
        self.mailer = Mailer(account)
        self.sender = Sender(account, lambda: None, random.Random(1))

    async def begin(self) -> None:
        """Start, as a process does that may find what another one left."""
        for service in (self.lookups, self.mailer, self.sender):
            await service.begin()

    async def decide(self) -> None:
        """Decide and say what is due, until nothing is; no address is asked."""
        services = (self.responder, self.timeouts, self.follow_ups)
        while any([await service.tick() for service in services]):
            pass

    async def work(self) -> None:
        """Do all that is due, and wait for addresses that are asked; nothing is sent."""
        await self.decide()
        while await self.lookups.tick() or await self._asking():
            if await self._asking():
                await self.landing()
            await self.decide()

    async def landing(self) -> None:
        """Wait until an address that is asked has answered, or has not."""
        await asyncio.wait_for(self._landed.wait(), 10)
        self._landed.clear()

    async def _asking(self) -> bool:
        one = schema.errands.c
        rows = select(func.count()).where(
            one.kind == ErrandKind.LOOKUP.value, one.status == ErrandStatus.UNDER_WAY.value
        )
        async with self.scene.database.read() as connection:
            return bool(await connection.scalar(rows))

    async def hears(self, *texts: str, number: str = ANA) -> list[str]:
        """Somebody texts, one after the other; give what is said to them in turn."""
        known = len(await said(self.scene, number))
        for text in texts:
            await self.scene.receive(text, number=number)
            await self.work()
        return (await said(self.scene, number))[known:]


async def said(scene: Scene, number: str = ANA) -> list[str]:
    """What a number was told or will be, in order."""
    return [
        row["text"]
        for row in await scene.outbox()
        if row["number"] == number and row["status"] not in NEVER_LEFT
    ]


async def rows(scene: Scene, table: Table) -> Sequence[Mapping[str, Any]]:
    async with scene.database.read() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key))
        return [dict(row) for row in found.mappings()]


async def errands(scene: Scene) -> list[tuple[str, str]]:
    """Kind and status of each."""
    return [(row["kind"], row["status"]) for row in await rows(scene, schema.errands)]


async def fates(scene: Scene) -> list[tuple[str, str]]:
    """Text and reason of each that was texted."""
    return [(row["text"], row["reason"] or "") for row in await scene.inbox()]


async def read_at(scene: Scene, instant: datetime, reference: str = "") -> None:
    """A gateway's feed was read well at this instant for the last time."""
    feed = {
        "gateway": scene.gateway.name,
        "reference": reference,
        "cursor": {},
        "opened_at": scene.clock.now() - timedelta(days=1),
        "due_at": instant,
        "hot_at": instant,
        "state": "live",
        "adopted": not reference,
        "read_at": instant,
        "newest_for": 1,
    }
    table = schema.feeds
    mine = (table.c.gateway == scene.gateway.name, table.c.reference == reference)
    async with scene.database.write() as connection:
        await connection.execute(table.delete().where(*mine))
        await connection.execute(table.insert().values(feed))


# Death


class Killed(BaseException):
    """The process is gone."""


class Mortal(Database):
    """A store whose process dies at one of its commits: right before it, or right after it."""

    def __init__(self, living: Database, commit: int, *, after: bool) -> None:
        self.__dict__.update(living.__dict__)
        self.commits = 0
        self._last = commit
        self._after = after

    @asynccontextmanager
    async def _transaction(self, turn: Turn = Turn.ALONE) -> AsyncIterator[AsyncConnection]:
        async with super()._transaction(turn) as connection:
            yield connection
            self.commits += 1
            if self.commits >= self._last and not self._after:
                raise Killed
        if self.commits >= self._last:
            raise Killed
