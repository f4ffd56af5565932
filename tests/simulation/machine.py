"""A machine on which one process of the daemon after the other lives, and dies where it is told.

A process is put together as `bot.app` does it, from the real parts but three: the clock, the bells
and the driver of the store.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any, cast

import bot.gateways.line
import bot.instances
from bot import app
from bot.app import Options, policy
from bot.books import carried_to
from bot.config import Config
from bot.daemon import Daemon
from bot.gateways.http import Transport
from bot.instances import Instances, instances_on, open_accounts
from bot.internet import Internet
from bot.saying import speech_of
from bot.scheduler import Bells
from bot.services.forgetting import forget_again
from bot.services.journaling import agree
from bot.services.library import Library
from bot.storage import accounts
from bot.storage.database import Database
from tests.simulation.loop import LIFE, Life, Loop, for_ever
from tests.simulation.server import Server
from tests.simulation.shared import SharedStore
from tests.simulation.store import Store
from tests.simulation.wire import Wire

EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
COARSER = 5.0
"""Bells that would ring more often ring once in so many seconds: who has something to do is woken
anyway, and a run is over sooner."""
LEAVES_WITHIN = 10.0
"""Seconds: who is frozen for longer between its last look at its lease and the first byte of a
request cannot know that another has it in hand by then. The README has it among what cannot be
found out, so whoever is about to ask is not frozen for so long."""
_SECRET = b"the key of a simulated installation"
_MOST_LIVES = 40


def draw_everything_from(dice: random.Random) -> None:
    """Let all that the daemon leaves to chance come from these dice."""

    def drawn(seed: object = None) -> random.Random:
        return random.Random(dice.random() if seed is None else repr(seed))

    chances: tuple[tuple[Any, str, object], ...] = (
        (app, "random", SimpleNamespace(Random=drawn)),
        (bot.gateways.line, "Random", drawn),
        (bot.instances, "machine_seconds", lambda: asyncio.get_running_loop().time()),
    )
    for module, name, chance in chances:
        setattr(module, name, chance)


@dataclass
class MachineClock:
    """Satisfies `bot.clock.Clock`; `off` is by how many seconds it is wrong."""

    loop: Loop
    off: float = 0.0
    speed: float = 1.0

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.loop.time() + self.off)

    def monotonic(self) -> float:
        return self.loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class PlayedBells:
    """Satisfies `Bells`, by the loop's time."""

    def __init__(self) -> None:
        self._jobs: list[tuple[float, Callable[[], None]]] = []
        self._ringing: list[asyncio.Task[None]] = []

    def every(self, interval: timedelta, ring: Callable[[], None]) -> None:
        self._jobs.append((self.real(interval), ring))

    def hasten(self, speed: float) -> None:
        raise NotImplementedError("the loop's time has one speed")

    def real(self, interval: timedelta) -> float:
        return max(COARSER, interval.total_seconds())

    def start(self) -> None:
        self._ringing = [asyncio.ensure_future(_ring(*job)) for job in self._jobs]

    def stop(self) -> None:
        for task in self._ringing:
            task.cancel()


async def _ring(seconds: float, ring: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(seconds)
        ring()


@dataclass
class Strike:
    """What befalls a process, and where: at the `at`-th point of a kind from now on."""

    how: str
    """`kill`, `locked`, `broken`, `freeze`; `cancel` is of the task that is there, alone, and
    `undrained` is the same while the daemon stops: its grace has ended."""
    kind: str = ""
    """Empty: any."""
    phase: str = ""
    at: int = 1
    seconds: float = 0.0
    site: str = ""
    """Only at points under this place of the services, `module.py:line`, or under any of
    `module.py`."""

    def is_at(self, found: Sequence[str]) -> bool:
        """Whether one of the places found is the one that is meant."""
        return not self.site or any(
            place == self.site or place.rpartition(":")[0] == self.site for place in found
        )


@dataclass
class Machine:
    """`on_point` is told of each point: kind, phase, and the place in the services.

    With a `server` the store is shared with other machines, and this one has a `name` there.
    """

    folder: Path
    config: Config
    library: Library
    wire: Wire
    loop: Loop
    clock: MachineClock
    tell: Callable[[str], None]
    strikes: list[Strike] = field(default_factory=list)
    on_point: Callable[[str, str], None] | None = None
    on_commit: Callable[[Life], None] | None = None
    server: Server | None = None
    name: str = ""
    off_until: float = 0.0
    """By the loop's time: nobody starts a process before."""
    lives: int = 0
    deaths: list[str] = field(default_factory=list)
    life: Life | None = None
    _past: list[Life] = field(default_factory=list)
    _daemon: Daemon | None = None
    _store: Store | SharedStore | None = None
    _task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start a process."""
        assert self.lives < _MOST_LIVES, self.deaths
        self.lives += 1
        self._daemon = None
        was = self.life or Life("")
        self._past.append(was)
        self.life = Life(f"{self.name} life {self.lives}".strip(), self.name)
        self.life.cut_at, self.life.cut_until = was.cut_at, was.cut_until
        context = copy_context()
        context.run(LIFE.set, self.life)
        self._task = self.loop.create_task(self._live(), context=context)
        self.tell(f"{self.life.name} begins")

    @property
    def alive(self) -> bool:
        return self.life is not None and not self.life.dead

    def kill(self, why: str) -> None:
        """End the process as SIGKILL does: nothing of it is executed any more."""
        assert self.life is not None
        self.life.dead = True
        self.life.remains.append((self._task, self._daemon, self._store))
        if self._store is not None:
            self._store.die()
        self.deaths.append(why)
        self.tell(f"{self.life.name} is dead: {why}")

    def stop(self) -> None:
        """End it as SIGTERM does: at once, until there is a daemon that knows what to do."""
        if self._daemon is not None:
            self._daemon.stop()
        elif self.alive:
            self.kill("it was stopped before it began")

    async def _live(self) -> None:
        life = LIFE.get()
        assert life is not None
        try:
            await self._run()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever ends a process ends it
            why = f"{type(error).__name__}: {error}"
        else:
            why = "it was stopped"
        if not life.dead:
            self.kill(why)

    async def _run(self) -> None:
        store = self._store = self._found()
        await store.open()
        async with store.write() as connection:
            await accounts.recognise(connection, "the same")
        async with instances_on(store, self.clock, self.config.store_url) as instances:
            self._daemon = await self._built(store, instances)
            await self._daemon.run()
        await store.close()

    def _found(self) -> Store | SharedStore:
        path = self.folder / "textobot.db"
        if self.server is None:
            return Store(path, self.point, secret=_SECRET)
        assert self.life is not None
        own = self.folder / self.name
        own.mkdir(exist_ok=True)
        (own / "textobot.instance").write_text(f"{self.name}\n")
        journal = own / "textobot.journal"
        return SharedStore(
            path, self.server, self.life, self.point, journal=journal, secret=_SECRET
        )

    async def _built(self, store: Database, instances: Instances) -> Daemon:
        config, clock = self.config, self.clock
        options = Options(sandbox=True, begun_elsewhere=lambda: self.wire.sandbox.begun_on_site)
        spending = await app._spending(config, instances, clock)
        exchange = self.wire.exchange(clock, self.point)
        transport = cast("Transport", SimpleNamespace(clock=clock, exchange=exchange))
        known = await open_accounts(config, transport, instances, spending)
        await agree(store, clock.now(), carried_to=carried_to(config, known))
        await forget_again(store)
        speech = speech_of(config, self.library, known, policy(config), store, observing=False)
        workers = app._workers(
            config, instances, speech, known, internet=Internet(clock), options=options
        )
        workers += await instances.begin()
        return Daemon(workers, cast("Bells", PlayedBells()), store.turn)

    async def point(self, kind: str, phase: str) -> None:
        """Be where something may befall the process."""
        life = LIFE.get()
        if life is None:
            return
        if life.dead:
            await for_ever()
        if self.on_point is not None:
            self.on_point(kind, phase)
        if (kind, phase) == ("commit", "after") and self.on_commit is not None:
            self.on_commit(life)
        struck = self._struck(kind, phase, life)
        if struck is not None:
            await self._befall(struck, life)
        elif self.loop.chance(0.3):
            await asyncio.sleep(0)

    def _struck(self, kind: str, phase: str, life: Life) -> Strike | None:
        for strike in self.strikes:
            if (
                self.server is not None
                and strike.how == "freeze"
                and not _may_freeze(strike, life)
            ):
                continue
            if strike.kind not in {"", kind} or strike.phase not in {"", phase}:
                continue
            if not strike.is_at(places()):
                continue
            strike.at -= 1
            if strike.at <= 0:
                self.strikes.remove(strike)
                self.tell(f"{strike.how} at {kind} {phase}")
                return strike
        return None

    async def _befall(self, strike: Strike, life: Life) -> None:
        match strike.how:
            case "kill":
                self.kill("killed")
                await for_ever()
            case "cancel" | "undrained":
                if strike.how == "undrained":
                    self.stop()
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
                await asyncio.sleep(0)
            case "gone":
                self.off_until = self.loop.time() + strike.seconds
                self.kill("its machine is gone")
                await for_ever()
            case "freeze":
                life.frozen_until = self.loop.time() + strike.seconds
                life.frozen_leaving += strike.seconds if life.leaving else 0.0
                await asyncio.sleep(0)
            case "locked":
                raise _sqlite_error("database is locked", sqlite3.SQLITE_BUSY)
            case "broken":
                raise _sqlite_error("disk I/O error", sqlite3.SQLITE_IOERR)
            case "cut":
                life.cut_at = self.loop.time()
                life.cut_until = max(life.cut_until, life.cut_at + strike.seconds)
            case "failed":
                raise RuntimeError("something unforeseen: played")


def _sqlite_error(what: str, code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(what)
    error.sqlite_errorcode = code
    error.sqlstate = SQLSTATES[code]  # type: ignore[attr-defined]
    return error


SQLSTATES = {sqlite3.SQLITE_BUSY: "55P03", sqlite3.SQLITE_IOERR: "58030"}
"""What PostgreSQL says to the like: not now; and nothing helps."""


def _may_freeze(strike: Strike, life: Life) -> bool:
    """Whether what would come of it can be decided by anybody."""
    return not life.leaving or life.frozen_leaving + strike.seconds < LEAVES_WITHIN


def places() -> list[str]:
    """Name the places in the services that wait for what is done now, the innermost first.

    As `sender.py:97`; whoever awaits stands below in the stack while it goes on.
    """
    frame: FrameType | None = sys._getframe(1)
    found = []
    while frame is not None:
        _, services, module = frame.f_code.co_filename.rpartition("/bot/services/")
        if services:
            found.append(f"{module}:{frame.f_lineno}")
        frame = frame.f_back
    return found
