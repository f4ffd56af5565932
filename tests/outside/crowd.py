"""Several daemons on one PostgreSQL, each with a folder of its own, and what befalls them.

A supervisor starts again whichever ends, as an operator's does.
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.outside.harness import Stage, mobile, stage
from tests.outside.judge import Report
from tests.outside.killing import REPLIES, Run, break_everything, type_texts, warm
from tests.postgresql import Server, connect

SECRET = "a-key-that-all-instances-have-in-common-7f3a9c1e"
BETWEEN = 0.3
"""Real seconds after which a supervisor starts again what ended."""
SHORTEST_LEASE = 6.0
"""Real seconds, by a fast clock: `bot.services.leasing.SHORTEST`."""
FROZEN = SHORTEST_LEASE + 1.5
CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name LIKE $1 AND pid <> pg_backend_pid()"
)
DEEDS = ("kill", "freeze", "cut", "kill", "restart")


@dataclass(slots=True)
class Shown:
    """What came of a run."""

    report: Report
    deeds: Counter[str]
    endings: Counter[int]
    """Exit codes of daemons that ended by themselves."""
    takers: set[str]
    """Which instances had a lease at some time."""
    seconds: float
    complaints: list[str]
    story: str


@dataclass(slots=True)
class Crowd:
    """Instances of one installation."""

    instances: list[Stage]
    server: Server
    dice: random.Random
    deeds: Counter[str] = field(default_factory=Counter)
    endings: Counter[int] = field(default_factory=Counter)
    down: set[int] = field(default_factory=set)
    """Those that the story keeps down for the moment."""

    @property
    def log(self) -> str:
        """Of all lives of all."""
        return "".join(f"=== instance {n}\n{one.log}" for n, one in enumerate(self.instances))

    async def supervise(self) -> None:
        """Start again whatever ended, for ever."""
        while True:
            for number, one in enumerate(self.instances):
                code = one.daemon.process.returncode
                if code is not None and number not in self.down:
                    self.endings[code] += 1
                    await one.begin()
            await asyncio.sleep(BETWEEN)

    async def spree(self, deeds: Iterable[str], pause: float, over: asyncio.Event) -> None:
        """Do this to instances, one after the other, at moments of its own, until it is `over`.

        `pause`: real seconds between two of them, at most.
        """
        for deed in deeds:
            await asyncio.sleep(self.dice.uniform(0.2, pause))
            if over.is_set():
                return
            await getattr(self, deed)(self.dice.randrange(len(self.instances)))
            self.deeds[deed] += 1

    async def kill(self, which: int) -> None:
        """SIGKILL."""
        self._signal(which, signal.SIGKILL)

    async def freeze(self, _which: int) -> None:
        """SIGSTOP for who has a lease, longer than it lasts, and SIGCONT: a zombie."""
        which = self._holder()
        self._signal(which, signal.SIGSTOP)
        await asyncio.sleep(FROZEN)
        self._signal(which, signal.SIGCONT)

    async def cut(self, which: int) -> None:
        """Every connection of one daemon is ended by the server."""
        pid = self.instances[which].daemon.process.pid
        beside = await connect(self.instances[0].url)
        await beside.execute(CUT_OFF, f"%process {pid}")
        await beside.close()

    async def restart(self, _which: int) -> None:
        """The server ends at once, and is started again."""
        await asyncio.to_thread(self.server.stop)
        await asyncio.sleep(self.dice.uniform(0.0, 0.5))
        await asyncio.to_thread(self.server.start)

    def _holder(self) -> int:
        """Which instance has taken a lease last: frozen, it has to lose it to another."""

        def taken(which: int) -> str:
            lives = self.instances[which].lives
            return max(
                (str(line["at"]) for one in lives for line in one.actions("lease.taken")),
                default="",
            )

        return max(range(len(self.instances)), key=taken)

    def _signal(self, which: int, what: int) -> None:
        process = self.instances[which].daemon.process
        if process.returncode is None:
            os.kill(process.pid, what)

    async def stop(self) -> None:
        """As a supervisor does it: each ends well."""
        for one in self.instances:
            if one.daemon.process.returncode is None:
                await one.daemon.stop()


@asynccontextmanager
async def crowd(
    run: Run, folder: Path, server: Server, count: int
) -> AsyncIterator[tuple[Stage, Crowd]]:
    """So many instances that have read their feeds; whatever lives at the end is killed."""
    rates = {name: {"rate": "20/s"} for name in run.gateways}
    async with stage(
        folder,
        on=run.gateways,
        speed=run.speed,
        seed=run.seed,
        postgresql=server,
        replies=REPLIES,
        gateways=rates,
        secret=SECRET,
    ) as scene:
        if "clever" in run.gateways:
            scene.campaign(mobile(100 + n, "clever") for n in range(run.phones))
        found = Crowd([scene], server, random.Random(run.seed + 1))
        try:
            await scene.up()
            for number in range(1, count):
                found.instances.append(await _another(scene, folder / f"instance{number}"))
            for one in found.instances:
                await one.daemon.ready()
            yield scene, found
        finally:
            for life in (life for one in found.instances for life in one.lives):
                await life.kill()


async def _another(scene: Stage, folder: Path) -> Stage:
    """One more, with the same configuration and a folder of its own."""
    for name in ("rules", "templates"):
        (folder / name).mkdir(parents=True)
    for path in (scene.folder / "rules").iterdir():
        (folder / "rules" / path.name).write_bytes(path.read_bytes())
    made = replace(scene, folder=folder, lives=[])
    made.configure()
    await made.begin()
    return made


async def play(
    run: Run,
    folder: Path,
    server: Server,
    *,
    count: int = 3,
    deeds: Iterable[str] | None = None,
    pause: float = 1.5,
) -> Shown:
    """From the first start to the judgement. `deeds` that have no end last as long as the load."""
    begun, over, endless = time.monotonic(), asyncio.Event(), deeds is not None
    async with crowd(run, folder, server, count) as (scene, found):
        await warm(scene, run.gateways)
        dice = random.Random(run.seed)
        break_everything(scene, run, dice)
        supervising = asyncio.create_task(found.supervise())
        spree = asyncio.create_task(found.spree(deeds or DEEDS, pause, over))
        await type_texts(scene, run, dice)
        if endless:
            over.set()
        await spree
        scene.sandbox.mend()
        await _settle(scene, found)
        supervising.cancel()
        await found.stop()
        report = scene.judge()
        swapped = [sentence for sentence in report.disordered if "vudumobile" in sentence]
        surprises = [line for one in found.instances for line in one.surprises()]
        complaints = [*report.doubled, *report.lost, *swapped, *out_of_step(scene), *surprises]
        takers = {
            str(one.folder)
            for one in found.instances
            if any(life.actions("lease.taken") for life in one.lives)
        }
        story = f"{run}\n{scene.fates()}\n{found.log[-9000:]}" if complaints else ""
        seconds = time.monotonic() - begun
        return Shown(report, found.deeds, found.endings, takers, seconds, complaints, story)


def out_of_step(scene: Stage) -> list[str]:
    """Phones at Clever whose replies came in another order than their texts were read (INV-21).

    Texts are listed by campaign there, and an older campaign is read less often.
    """
    asked: dict[str, list[str]] = {}
    read = "SELECT number, text FROM inbox WHERE gateway = 'clever' AND NOT history ORDER BY id"
    for row in scene.select(read):
        asked.setdefault(row["number"], []).append(row["text"].capitalize())
    return [
        f"clever {number}: read {texts}, replied {replied}"
        for number, texts in asked.items()
        if (replied := scene.replies("clever", number)) != texts
    ]


async def _settle(scene: Stage, found: Crowd) -> None:
    """Until every text was read and nothing is under way, whoever lives; not while nothing moves.

    How long it takes is a matter of the machine: each push whose answer was lost is looked for by
    hundreds of requests, one by one.
    """
    least, limit = None, 0.0
    while left := _left(scene):
        if least is None or left < least:
            # An hour of the world without anything coming to its end.
            least, limit = left, time.monotonic() + 60 + 3600 / scene.sandbox.clock.speed
        assert time.monotonic() < limit, f"{scene.fates()}\n{found.log[-6000:]}"
        await asyncio.sleep(0.1)
    await scene.sandbox.clock.sleep(60)


def _left(scene: Stage) -> int:
    """How many texts are to be read or decided, and messages under way."""
    wanted = sum(len(texts) for texts in scene.expected.values())
    counted = scene.select(
        "SELECT (SELECT count(*) FROM inbox WHERE NOT history AND status <> 'new') AS decided, "
        "(SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending', 'unconfirmed')) "
        "AS open"
    )[0]
    return max(0, wanted - int(counted["decided"])) + int(counted["open"])
