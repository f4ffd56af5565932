"""A run of the simulation: a seed in, what went wrong out. The same seed is the same run."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from pydantic import SecretStr

from bot.app import load_content
from bot.config import Config, Rate, load_config, sandbox_config
from bot.core.messages import OPEN
from bot.gateways.http import Request
from bot.sandbox import Clock, Sandbox
from bot.services.library import Library
from bot.storage import hints, postgresql
from tests.simulation.invariants import Watcher
from tests.simulation.loop import LIFE, Endless, Life, Loop
from tests.simulation.machine import EPOCH, Machine, MachineClock, draw_everything_from
from tests.simulation.plan import QUIET, WHO_HAS_IT, Befalling, Plan, Texted
from tests.simulation.server import Listener, Server
from tests.simulation.wire import Wire
from tests.stores import make_store

CONFIG = """
organisation: {name: "Radio Exemple", contact: "418 555-0199"}
replies: {max_age: 6h, life: 12h, per_number: [600/min, 9000/day]}
"""
RULES = """
rules:
  - id: echo
    keyword: [echo]
    reply: "Echo {{ rest }}"
"""
MEND_AT = 150.0
"""From this second on nothing fails any more."""
LOOK = 20.0
REST_WITHIN = 2 * 3600.0
A_WHILE = 90.0
"""In which what comes late may still come."""
SENDS = {"send", "pushs"}


class Wrong(Exception):
    """Something went wrong already: what comes of it says nothing more."""


class WorldClock(Clock):
    """The vendors' clock: the loop's time."""

    def __init__(self, loop: Loop) -> None:
        super().__init__(world=EPOCH.timestamp(), real=EPOCH.timestamp())
        self._loop = loop

    def timestamp(self) -> float:
        return EPOCH.timestamp() + self._loop.time()

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep_until(self, end: float) -> None:
        await asyncio.sleep(max(0.0, end - self._loop.time()))


@dataclass
class Outcome:
    """What came of a run."""

    seed: int
    complaints: list[str] = field(default_factory=list)
    trace: str = ""
    """A digest of everything that happened, in order."""
    story: list[str] = field(default_factory=list)
    steps: int = 0
    seconds: float = 0.0
    """Of the loop's time."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often each fault fired, each way of dying, each status."""


@cache
def _installed() -> tuple[TemporaryDirectory[str], Config]:
    """The configuration and rules of every run, written and read once."""
    kept = TemporaryDirectory(prefix="textobot-simulation-")
    folder = Path(kept.name)
    (folder / "rules").mkdir()
    (folder / "templates").mkdir()
    (folder / "rules" / "echo.yaml").write_text(RULES)
    (folder / "config.yaml").write_text(CONFIG)
    return kept, load_config(folder / "config.yaml", {})


@cache
def _library() -> Library:
    return Library(lambda: load_content(_installed()[1], sandbox=True))


def _played(server: Server) -> SimpleNamespace:
    """Give what hints ask of `bot.storage.postgresql`."""

    async def connect(_url: str) -> Listener:
        life = LIFE.get()
        assert life is not None
        await server.reach(life)
        return server.listen(life)

    return SimpleNamespace(connect=connect, broken=postgresql.broken)


Note = Callable[[Machine, str, str], None]
"""Is told of each point that a process passes: kind and phase."""


def run(plan: Plan, *, note: Note | None = None) -> Outcome:
    """Play a plan to its end."""
    with TemporaryDirectory(prefix="textobot-simulated-") as folder:
        asyncio.run(make_store(Path(folder) / "textobot.db"))
        loop = Loop(Random(f"order {plan.seed}"))
        asyncio.set_event_loop(loop)
        try:
            world = _World(plan, loop, Path(folder))
            if note is not None:
                for machine in world.machines:
                    machine.on_point = partial(note, machine)
            try:
                loop.run_until_complete(world.play())
            except Endless as endless:
                world.watcher.complain(f"it never ends: {endless}")
            except Wrong:
                pass  # it was told
            try:
                return world.outcome(loop)
            finally:
                world.watcher.close()
        finally:
            asyncio.set_event_loop(None)


class _World:
    """Vendors, phones and a machine or two, until everything has come to rest."""

    def __init__(self, plan: Plan, loop: Loop, folder: Path) -> None:
        self.plan = plan
        self.loop = loop
        self.story: list[str] = []
        self.counts: Counter[str] = Counter()
        self._digest = hashlib.sha256()
        dice = Random(f"world {plan.seed}")
        draw_everything_from(Random(f"daemon {plan.seed}"))
        self.sandbox = Sandbox(WorldClock(loop), seed=plan.seed)
        for name in plan.gateways:
            getattr(self.sandbox, name).skew = plan.skews[name]
        self.wire = Wire(self.sandbox, dice, self._heard)
        dice, shared = Random(f"server {plan.seed}"), plan.second is not None
        self.server = Server(loop, dice, self.tell) if shared else None
        self.machines = list(self._made(folder))
        self.watcher = Watcher(folder / "textobot.db", self.sandbox, plan, self.server)
        if self.server is not None:
            hints.postgresql = _played(self.server)  # type: ignore[assignment, attr-defined]
            self.wire.left = self._left

    def _made(self, folder: Path) -> Iterator[Machine]:
        config, second = self._config(folder), self.plan.second
        offs = [self.plan.clock_off] if second is None else [self.plan.clock_off, second.clock_off]
        for name, off in zip(("a", "b"), offs, strict=False):
            clock = MachineClock(self.loop, off)
            machine = Machine(
                folder,
                config,
                _library(),
                self.wire,
                self.loop,
                clock,
                self.tell,
                server=self.server,
            )
            machine.on_commit = self._committed
            if second is not None:
                machine.name = name
            if name == "b" and second is not None:
                machine.off_until = second.begins_at
            yield machine

    def _config(self, folder: Path) -> Config:
        played = sandbox_config(
            _installed()[1],
            vudumobile_url="http://127.0.0.1/vudumobile/api",
            clever_url="http://127.0.0.1/clever/api",
            folder=folder,
            api_key=self.sandbox.vudumobile.api_key,
            login=self.sandbox.clever.login,
            password=self.sandbox.clever.password,
            our_number=self.sandbox.vudumobile.our_number,
        )
        gateways = {
            name: section.model_copy(update={"poll": timedelta(seconds=3), "rate": Rate(10, 1.0)})
            for name, section in played.gateways.items()
            if name in self.plan.gateways
        }
        secret = SecretStr("the key of a simulated installation")
        return played.model_copy(update={"gateways": gateways, "secret": secret})

    def tell(self, what: str) -> None:
        """Write the story; the digest of it tells two runs apart."""
        line = f"{self.loop.time():9.3f} {what}"
        self.story.append(line)
        self._digest.update(line.encode())

    def _heard(self, gateway: str, operation: str, request: Request) -> None:
        self.tell(f"{gateway} is asked: {operation}")
        self.watcher.asked(gateway, operation, self.loop.time())
        if operation in SENDS:
            self.watcher.sent(gateway, request)

    def _left(self, gateway: str, life: Life) -> None:
        self.watcher.left(gateway, life.machine, self.loop.time())

    def _committed(self, life: Life) -> None:
        self.watcher.committed(life)
        self.watcher.accepted()

    async def play(self) -> None:
        beside = [asyncio.ensure_future(self.sandbox.world.agenda.run())]
        if self.server is not None:
            beside.append(asyncio.ensure_future(self.server.watch()))
        self._furnish()
        self._revive()
        acts = [
            *((one.at, self._text, one) for one in self.plan.texts),
            *((one.at, self._befall, one) for one in self.plan.befalling),
            (QUIET, self._break, None),
            (MEND_AT, self._mend, None),
        ]
        for moment, act, what in sorted(acts, key=lambda one: one[0]):
            await self._until(self.plan.begins_at + moment)
            act(what)  # type: ignore[operator]
        await self._rest()
        await self._end()
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)
        self.watcher.end()

    def _furnish(self) -> None:
        clever = [one.number for one in self.plan.texts if one.gateway == "clever"]
        if clever:
            self.sandbox.start_campaign(dict.fromkeys(clever), "Bonjour")
        for one in self.plan.before:
            self.sandbox.text(one.gateway, one.number, one.text, offset=-60.0)

    def _break(self, _nothing: object) -> None:
        self.wire.unreachable = self.plan.unreachable
        for gateway, (name, operation, options), times, probability in self.plan.faults:
            self.sandbox.break_(
                gateway,
                name,
                operation=operation,
                times=times,
                probability=probability,
                **dict(options),
            )

    async def _until(self, moment: float) -> None:
        """Let time pass; a process that died is followed by another."""
        while (left := moment - self.loop.time()) > 0:
            await asyncio.sleep(min(left, 1.0))
            if self.watcher.complaints:
                raise Wrong
            self._revive()

    def _revive(self) -> None:
        for machine in self.machines:
            if not machine.alive and machine.off_until <= self.loop.time():
                machine.begin()

    def _text(self, one: Texted) -> None:
        self.tell(f"{one.number} texts {one.text}")
        self.sandbox.text(one.gateway, one.number, one.text)

    def _befall(self, one: Befalling) -> None:
        machine, strike = self._struck(one.machine), one.strike
        self.counts[strike.how] += 1
        match strike.how:
            case "clock":
                machine.clock.off += strike.seconds
                self.tell(f"the clock is set by {strike.seconds} s")
            case "stop":
                self.tell("it is told to stop")
                machine.stop()
            case _:
                machine.strikes.append(replace(strike))

    def _struck(self, which: int) -> Machine:
        if which != WHO_HAS_IT:
            return self.machines[which]
        assert self.server is not None
        holder = self.server.leases[self.plan.gateways[0]].holder
        return next((one for one in self.machines if one.name == holder), self.machines[0])

    def _mend(self, _nothing: object) -> None:
        self.tell("nothing fails any more")
        self.sandbox.mend()
        self.wire.unreachable = 0.0
        for machine in self.machines:
            machine.strikes.clear()

    async def _rest(self) -> None:
        """Until nothing is left to do; then a while, for what comes late."""
        while not self._at_rest():
            if self.loop.time() > REST_WITHIN:
                self.watcher.complain("INV-2, INV-14: it never came to rest")
                return
            await self._until(self.loop.time() + LOOK)
        await self._until(self.loop.time() + A_WHILE)

    def _at_rest(self) -> bool:
        texts = self.watcher.rows("SELECT status FROM inbox WHERE NOT history")
        messages = self.watcher.rows("SELECT status FROM outbox")
        return (
            len(texts) >= len(self.plan.texts)
            and all(row["status"] != "new" for row in texts)
            and all(row["status"] not in OPEN for row in messages)
        )

    async def _end(self) -> None:
        for machine in self.machines:
            machine.stop()
        for _ in range(30):
            await asyncio.sleep(1.0)
            if not any(machine.alive for machine in self.machines):
                return
        self.watcher.complain("it does not end within 30 seconds of SIGTERM")
        for machine in self.machines:
            if machine.alive:
                machine.kill("it did not end")

    def outcome(self, loop: Loop) -> Outcome:
        """What came of it."""
        for row in self.watcher.rows("SELECT status FROM outbox"):
            self.counts[f"message {row['status']}"] += 1
        for name, times in self.sandbox.world.faults.fired.items():
            self.counts[f"fault {name}"] += times
        self.counts["lives"] = sum(machine.lives for machine in self.machines)
        self.counts["instances"] = len(self.machines)
        for why in chain.from_iterable(machine.deaths for machine in self.machines):
            self.counts[f"died: {why.partition(':')[0]}"] += 1
        return Outcome(
            self.plan.seed,
            self.watcher.complaints,
            self._digest.hexdigest()[:16],
            self.story,
            loop.steps,
            loop.time(),
            self.counts,
        )
