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
from bot import app
from bot.app import Options, ceilings, policy
from bot.books import carried_to
from bot.config import Config
from bot.core.calibration import Calibration
from bot.daemon import Daemon
from bot.gateways import open_gateway
from bot.gateways.http import Transport
from bot.instances import Instances
from bot.internet import Internet
from bot.saying import speech_of
from bot.scheduler import Bells
from bot.services.account import Account
from bot.services.forgetting import forget_again
from bot.services.journaling import agree
from bot.services.library import Library
from bot.services.spending import Spending
from bot.storage import accounts
from tests.simulation.loop import LIFE, Life, Loop, for_ever
from tests.simulation.store import Store
from tests.simulation.wire import Wire

EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
COARSER = 5.0
"""Bells that would ring more often ring once in so many seconds: who has something to do is woken
anyway, and a run is over sooner."""
_MOST_LIVES = 40


def draw_everything_from(dice: random.Random) -> None:
    """Let all that the daemon leaves to chance come from these dice."""

    def drawn(seed: object = None) -> random.Random:
        return random.Random(dice.random() if seed is None else repr(seed))

    chances: tuple[tuple[Any, str, object], ...] = (
        (app, "random", SimpleNamespace(Random=drawn)),
        (bot.gateways.line, "Random", drawn),
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
    """`kill`, `cancel`, `locked`, `broken`, `freeze`."""
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
    """`on_point` is told of each point: kind, phase, and the place in the services."""

    folder: Path
    config: Config
    library: Library
    wire: Wire
    loop: Loop
    clock: MachineClock
    tell: Callable[[str], None]
    strikes: list[Strike] = field(default_factory=list)
    on_point: Callable[[str, str], None] | None = None
    on_commit: Callable[[], None] | None = None
    lives: int = 0
    deaths: list[str] = field(default_factory=list)
    life: Life | None = None
    _daemon: Daemon | None = None
    _store: Store | None = None
    _task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start a process."""
        assert self.lives < _MOST_LIVES, self.deaths
        self.lives += 1
        self.life = Life(f"life {self.lives}")
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
        self.life.remains.append((self._task, self._daemon))
        if self._store is not None:
            self._store.die()
        self.deaths.append(why)
        self.tell(f"{self.life.name} is dead: {why}")

    def stop(self) -> None:
        """End it as SIGTERM does."""
        if self._daemon is not None:
            self._daemon.stop()

    async def _live(self) -> None:
        life = LIFE.get()
        assert life is not None
        try:
            await self._run()
        except Exception as error:  # noqa: BLE001 - whatever ends a process ends it
            why = f"{type(error).__name__}: {error}"
        else:
            why = "it was stopped"
        if not life.dead:
            self.kill(why)

    async def _run(self) -> None:
        config, clock = self.config, self.clock
        options = Options(sandbox=True, begun_elsewhere=lambda: self.wire.sandbox.begun_on_site)
        store = self._store = Store(
            self.folder / "textobot.db", self.point, secret=b"the key of a simulated installation"
        )
        await store.open()
        async with store.write() as connection:
            await accounts.recognise(connection, "the same")
        spending = Spending(store, clock, config.timezone, ceilings(config))
        await spending.begin()
        instances = Instances(store, clock, config.store_url)
        known = [await self._account(name, instances, spending) for name in config.gateways]
        await agree(store, clock.now(), carried_to=carried_to(config, known))
        await forget_again(store)
        speech = speech_of(config, self.library, known, policy(config), store, observing=False)
        workers = app._workers(
            config, instances, speech, known, internet=Internet(clock), options=options
        )
        workers += await instances.begin()
        bells = cast("Bells", PlayedBells())
        self._daemon = Daemon(workers, bells, store.turn)
        await self._daemon.run()
        await store.close()

    async def _account(self, name: str, instances: Instances, spending: Spending) -> Account:
        lease = instances.lease(name)
        database = instances.database(lease)
        async with database.read() as connection:
            learned, calibration = await accounts.recall(connection, name)
        exchange = self.wire.exchange(self.clock, self.point)
        transport = cast("Transport", SimpleNamespace(clock=self.clock, exchange=exchange))
        gateway = open_gateway(
            name, self.config.gateways[name], self.config, transport=transport, learned=learned
        )
        known = Calibration.from_json(calibration)
        return Account(gateway, database, self.clock, known, lease=lease, shared=spending)

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
            self.on_commit()
        struck = self._struck(kind, phase)
        if struck is not None:
            await self._befall(struck, life)
        elif self.loop.chance(0.3):
            await asyncio.sleep(0)

    def _struck(self, kind: str, phase: str) -> Strike | None:
        for strike in self.strikes:
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
            case "cancel":
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
                await asyncio.sleep(0)
            case "freeze":
                life.frozen_until = self.loop.time() + strike.seconds
                await asyncio.sleep(0)
            case "locked":
                raise _sqlite_error("database is locked", sqlite3.SQLITE_BUSY)
            case "broken":
                raise _sqlite_error("disk I/O error", sqlite3.SQLITE_IOERR)
            case "failed":
                raise RuntimeError("something unforeseen: played")


def _sqlite_error(what: str, code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(what)
    error.sqlite_errorcode = code
    return error


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
