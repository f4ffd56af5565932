"""Which parts of the work this instance has in hand, where several share a store.

A lease is renewed long before it lapses. Who cannot renew it in time makes no request any more,
and whoever finds that another has taken it ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.gateways.base import Unreachable
from bot.gateways.http import CONNECT_WITHIN, Answer, Exchange, Request
from bot.log import logger
from bot.storage import leases
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.storage.leases import Fence

LOG = logger(__name__)
LENGTH = 30.0
MARGIN = CONNECT_WITHIN + 2.0
"""Seconds before a lease lapses in which nothing begins: a connection may take so long, and what
goes over it must have left before another instance asks."""
SHORTEST = 6.0
"""Real seconds: by a fast clock connections take shorter, but a busy machine is no faster."""
RENEWED = 6
"""How often a lease is renewed while it lasts."""
SILENT = 4
"""After so many times in which nothing came of it nothing may begin any more: see `MARGIN`."""
HESITATION = LENGTH / 3
"""Seconds that an instance leaves what another gave up for each lease that it has already: one
that is stopped to be started again is back by then."""
SHARING = LENGTH / 15
"""The same for what nobody had, or whose holder was silent for too long: instances that are
started together share it out."""
APART = 1.5
"""Seconds between what one holder did and what the next one does, at least: Clever's campaigns are
told apart by their second, and most rates are of one."""
HOUSE = "house"
"""What belongs to no account."""
TOLD_LATELY = 2.0
"""What a holder told is believed for so many lengths of a lease."""


@dataclass(slots=True, eq=False)
class Lease:
    """A part of the work, and who has it in hand."""

    name: str
    seconds: Callable[[], float] | None = None
    """Of this machine, those in which it sleeps, too; None: it cannot be another's."""
    fence: Fence = field(init=False)
    held: bool = False
    """It is ours, and everything under it has begun."""
    good_until: float = 0.0
    """By our own clock: later nothing begins."""
    begins: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """What is done whenever it becomes ours: what another left is found, nothing is remembered."""
    woken: list[Callable[[], None]] = field(default_factory=list)
    tells: Callable[[], Mapping[str, Any]] = dict
    """What others are told of it."""
    elsewhere: Mapping[str, Any] = field(default_factory=dict)
    """What its holder told, while it is another's."""

    def __post_init__(self) -> None:
        self.fence = Fence(self.name)

    @property
    def is_good(self) -> bool:
        """Whether something may begin now that must have left before another does it."""
        return self.held and (self.seconds is None or self.seconds() < self.good_until)

    async def begin(self) -> None:
        """Begin with everything under it: it is ours."""
        for one in self.begins:
            await one()
        self.held, self.elsewhere = True, {}
        for wake in self.woken:
            wake()

    def keeping(self, tick: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
        """Give a tick that does nothing while this is another's."""

        async def kept() -> int:
            return await tick() if self.held else 0

        return kept

    def guarding(self, exchange: Exchange) -> Exchange:
        """Give an exchange that asks nothing while it cannot be known that this is ours."""

        async def guarded(request: Request) -> Answer:
            if not self.is_good:
                raise Unreachable(f"another instance may have {self.name} in hand")
            return await exchange(request)

        return guarded


def ours() -> Lease:
    """Give the lease of what nobody else can have."""
    return Lease("", held=True)


class Leases:
    """Renews what we have, and takes what is free."""

    def __init__(
        self, database: Database, seconds: Callable[[], float], *, length: float = LENGTH
    ) -> None:
        """`seconds`: of this machine, see `Lease`. `length`: of a lease, in real ones."""
        self._database = database
        self._seconds = seconds
        self._leases: list[Lease] = []
        self._declared = False
        self._silent = 0
        self.length = length
        self._margin = length * MARGIN / LENGTH
        self._hesitation = length * HESITATION / LENGTH
        self._sharing = length * SHARING / LENGTH
        self.apart = length * APART / LENGTH

    @property
    def every(self) -> float:
        """Real seconds between two ticks."""
        return self.length / RENEWED

    def lease(self, name: str) -> Lease:
        """Give the lease of a part of the work; for a store that is ours alone it is ours."""
        found = Lease(name, self._seconds if self._database.is_shared else None)
        self._leases.append(found)
        return found

    async def begin(self) -> None:
        """Begin with all that is ours from the start."""
        if self._database.is_shared:
            await self.tick()
            return
        for one in self._leases:
            await one.begin()

    async def tick(self) -> int:
        """Renew and take; say how many were taken. Raises `LeaseLost`."""
        held = [one for one in self._leases if one.held]
        await self._renew(held)
        taken = await self._take(len(held))
        self._silent = 0
        for one in taken:
            await one.begin()
            self._silent = 0
            LOG.info("This instance has it in hand now", action="lease.taken", lease=one.name)
        return len(taken)

    async def listen(self) -> int:
        """Count how often nobody answered since the last good tick; nothing more, so always 0.

        Raises `StoreBroken` after too many; then nobody waits for the store any more. It counts,
        for whoever was frozen knows of no time that went by.
        """
        self._silent += 1
        if self._silent > SILENT:
            raise self._database.cut(SILENT * self.every)
        return 0

    async def release(self) -> None:
        """Let others go on at once with what is ours; nothing of it is under way any more."""
        held = [one.fence for one in self._leases if one.fence.token is not None]
        if not self._database.is_shared or not held:
            return
        for one in self._leases:
            one.held = False
        with suppress(StoreError):  # then it lapses
            async with self._database.write_aside() as connection:
                await leases.release(connection, held)

    async def _renew(self, held: Sequence[Lease]) -> None:
        if not held:
            return
        asked_at = self._seconds()
        async with self._database.write_aside() as connection:
            for one in held:
                await leases.renew(connection, one.fence, one.tells(), length=self.length)
        for one in held:
            one.good_until = asked_at + self.length - self._margin

    async def _take(self, have: int) -> list[Lease]:
        """Take what is free: one at a time, the later the more we have; note what others tell."""
        wanted = {one.name: one for one in self._leases if not one.held}
        taken: list[Lease] = []
        if not wanted:
            return taken
        async with self._database.write_aside() as connection:
            if not self._declared:
                await leases.declare(connection, wanted.keys())
                self._declared = True
            asked_at = self._seconds()
            for row in await leases.read(connection, wanted.keys()):
                lease, ours = wanted[row.name], row.holder == self._database.instance
                lease.elsewhere = self._told(row)
                free_for = self._patience(row, have + len(taken))
                if not ours and row.left > -free_for:
                    continue
                token = await leases.take(
                    connection,
                    row.name,
                    self._database.instance,
                    length=self.length,
                    free_for=free_for,
                )
                if token is not None:
                    lease.fence.token, lease.good_until = (
                        token,
                        asked_at + self.length - self._margin,
                    )
                    taken.append(lease)
        return taken

    def _patience(self, row: leases.Row, have: int) -> float:
        """Say for how many seconds a lease has to be free until we take it, too."""
        each = self._hesitation if row.given_up else self._sharing
        return max(have * each, self.apart if row.holder else 0.0)

    def _told(self, row: leases.Row) -> Mapping[str, Any]:
        late = row.left < -TOLD_LATELY * self.length
        nobody = late or row.given_up or not row.holder
        return {} if nobody else {"instance": row.holder, **row.told}
