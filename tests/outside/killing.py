"""A run: people text, the gateways misbehave, the daemon is killed at random moments.

Everything random comes from the run's seed, but for what the machine's own timing decides.
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox import Bubble
from tests.outside.harness import Stage, mobile, stage
from tests.outside.judge import Report
from tests.postgresql import Server

SURE = ("answer_lost", "refused", "http_500", "garbled", "slow")
"""Of sending; each fires in every run."""
MORE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("answer_cut", {}),
    ("truncated", {}),
    ("empty", {}),
    ("html", {}),
    ("null", {}),
    ("answer_hangs", {}),
    ("answer_slow", {"seconds": 45.0}),
    ("accepted_late", {"seconds": 20.0}),
    ("http_502", {"accepted": True}),
    ("http_503", {}),
    ("http_504", {"accepted": True}),
    ("http_429", {}),
    ("keepalive_cut", {}),
)
"""Of sending; a run has half of them."""
READING = ("http_503", "refused", "garbled", "truncated", "html", "slow", "rows_shuffled")
"""Of lists; a run has half of them."""
REPLIES = {"max_age": "6h", "life": "12h", "per_number": ["600/min", "9000/day"]}
"""Nothing lapses and nobody is in a loop, however long a run lasts."""
RATES = {"vudumobile": {"rate": "20/s"}, "clever": {"rate": "5/s"}}
"""Looking for a push asks for some 150 seconds, twice: at 2/s that is most of a run."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be played. `minutes` of world time in which people text."""

    seed: int
    gateways: Sequence[str]
    texts: int = 48
    phones: int = 24
    kills: int = 6
    speed: float = 40.0
    minutes: float = 8.0
    hidden: bool = False
    frozen: float = 0.0
    """Real seconds for which the process is stopped before it is killed for the first time."""

    @property
    def wanted(self) -> int:
        """How many replies there have to be, those to `warm` included."""
        return self.texts + (0 if self.hidden else len(self.gateways))


@dataclass(slots=True)
class Played:
    """What came of it."""

    run: Run
    report: Report
    kills: int
    faults: Counter[str]
    seconds: float
    complaints: list[str] = field(default_factory=list)
    story: str = ""


async def play(run: Run, folder: Path, postgresql: Server | None = None) -> Played:
    """From the first start to the judgement; AssertionError where it never comes to rest.

    Clever lists texts by campaign, and an older campaign is read less often; so a swap there is
    told in the report and no complaint.
    """
    begun = time.monotonic()
    async with _playing(run, folder, postgresql) as scene:
        await scene.up()
        if not run.hidden:
            await warm(scene, run.gateways)
        dice = random.Random(run.seed)
        break_everything(scene, run, dice)
        killer = Killer(scene, random.Random(run.seed + 1))
        await asyncio.gather(type_texts(scene, run, dice), killer.spree(run.kills, run.frozen))
        scene.sandbox.mend()
        if run.hidden:
            hide(scene, run)
        fired = scene.sandbox.world.faults.fired.copy()
        await settle(scene)
        report = scene.judge(evidence=not run.hidden)
        swapped = [sentence for sentence in report.disordered if "vudumobile" in sentence]
        complaints = [*report.doubled, *report.lost, *swapped, *scene.surprises()]
        story = f"{run}\n{scene.fates()}\n{scene.log[-4000:]}" if complaints else ""
        seconds = time.monotonic() - begun
        return Played(run, report, killer.kills, fired, seconds, complaints, story)


@asynccontextmanager
async def _playing(run: Run, folder: Path, postgresql: Server | None) -> AsyncIterator[Stage]:
    rates = {name: RATES[name] for name in run.gateways}
    async with stage(
        folder,
        on=run.gateways,
        speed=run.speed,
        seed=run.seed,
        postgresql=postgresql,
        replies=REPLIES,
        gateways=rates,
    ) as scene:
        if "clever" in run.gateways:
            scene.campaign(mobile(100 + n, "clever") for n in range(run.phones))
        if run.hidden:
            hide(scene, run)
        yield scene


async def settle(scene: Stage) -> None:
    """Until every text was read and nothing is under way; then a while, for what comes late."""
    await scene.until("every text was read", lambda: _read(scene), minutes=30)
    await scene.quiet(minutes=60)
    await scene.world(60)
    await scene.daemon.stop()


def _read(scene: Stage) -> bool:
    wanted = sum(len(texts) for texts in scene.expected.values())
    return len(scene.select("SELECT id FROM inbox WHERE NOT history")) >= wanted


def break_everything(scene: Stage, run: Run, dice: random.Random) -> None:
    """Faults of sending and of reading, as the seed has them."""
    for gateway in run.gateways:
        often = max(2, run.texts // 40)
        for name in SURE:
            scene.sandbox.break_(gateway, name, operation="send", times=often, probability=0.1)
        for name, options in dice.sample(MORE, len(MORE) // 2):
            scene.sandbox.break_(
                gateway, name, operation="send", times=often, probability=0.03, **options
            )
        for name in dice.sample(READING, len(READING) // 2):
            scene.sandbox.break_(gateway, name, operation="get_feed", times=None, probability=0.03)


def hide(scene: Stage, run: Run) -> None:
    """Nothing that was sent is ever listed, and the credit tells nothing."""
    for gateway in run.gateways:
        scene.sandbox.break_(gateway, "mt_hidden", times=None)
    scene.sandbox.clever.answers = "any"


async def warm(scene: Stage, gateways: Sequence[str]) -> None:
    """Let each gateway list a reply of ours: before, what it does not list proves nothing."""
    for gateway in gateways:
        scene.text(gateway, mobile(100, gateway), "echo warm", "Echo warm")

    def are_delivered() -> bool:
        rows = scene.select("SELECT id FROM outbox WHERE status = 'delivered'")
        return len(rows) == len(gateways)

    await scene.until("a first reply is delivered", are_delivered)


async def type_texts(scene: Stage, run: Run, dice: random.Random) -> None:
    """Each phone texts the same words in turn, at its own random seconds."""
    plan: list[tuple[float, str, str, str]] = []
    people = [(gateway, 100 + n) for gateway in run.gateways for n in range(run.phones)]
    each = max(1, run.texts // len(people))
    for gateway, index in people:
        moments = sorted(dice.sample(range(0, int(run.minutes * 60), 3), each))
        for count, second in enumerate(moments, 1):
            plan.append((second + dice.random(), gateway, mobile(index, gateway), f"{count}"))
    clock = scene.sandbox.clock
    begun = clock.monotonic()
    for moment, gateway, number, word in sorted(plan):
        await clock.sleep_until(begun + moment)
        reference = scene.references[0] if gateway == "clever" and run.hidden else ""
        scene.text(gateway, number, f"echo {word}", f"Echo {word}", reference=reference)
        if run.hidden:
            scene.sandbox.clever.credit -= dice.randint(1, 400)


class Killer:
    """Ends the daemon's lives and begins new ones."""

    def __init__(self, scene: Stage, dice: random.Random) -> None:
        self._scene = scene
        self._dice = dice
        self._accepted = asyncio.Event()
        self._skip: int | None = None
        self.kills = 0
        scene.sandbox.world.listeners.append(self._hear)

    async def spree(self, kills: int, frozen: float = 0.0) -> None:
        """So many times: wait for a moment, SIGKILL, wait, start."""
        if frozen:
            await self._freeze(frozen)
        for _ in range(kills):
            await self._moment()
            await self._scene.daemon.kill()
            self.kills += 1
            await asyncio.sleep(self._dice.choice((0.0, 0.0, self._dice.uniform(0.0, 0.4))))
            await self._scene.begin()
        await self._scene.daemon.ready()

    async def _freeze(self, seconds: float) -> None:
        """SIGSTOP while it sends, and SIGCONT: whatever it knew is old, and its answers wait."""
        await self._scene.daemon.ready()
        await asyncio.sleep(self._dice.uniform(0.2, 1.2))
        self._scene.daemon.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self._scene.daemon.process.send_signal(signal.SIGCONT)

    async def _moment(self) -> None:
        """In the middle of starting, at any time, or between a message taken and its answer."""
        kind = self._dice.choice(("starting", "any", "any", "taken", "taken", "taken"))
        if kind == "starting":
            await asyncio.sleep(self._dice.uniform(0.0, 1.5))
            return
        await self._scene.daemon.ready()
        if kind == "any":
            await asyncio.sleep(self._dice.uniform(0.0, 1.2))
            return
        self._accepted.clear()
        self._skip = self._dice.randint(0, 4)
        try:
            await asyncio.wait_for(self._accepted.wait(), 1.5)
        except TimeoutError:
            self._skip = None

    def _hear(self, what: str, *about: object) -> None:
        """At the very moment of acceptance: the answer has not left the gateway yet."""
        bubble = about[-1] if about else None
        if what != "bubble" or not isinstance(bubble, Bubble) or bubble.origin != "api":
            return
        if self._skip is None:
            return
        if self._skip:
            self._skip -= 1
            return
        self._skip = None
        daemon = self._scene.daemon.process
        if daemon.returncode is None:
            os.kill(daemon.pid, signal.SIGKILL)
        self._accepted.set()
