"""The real daemon as a process of its own, beside a sandbox that it reaches over real HTTP.

Both have one clock, that may run fast. Everything lies in one folder; only what was started
here is ended, by its process id.
"""

import asyncio
import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.sandbox import Bubble, Clock, Sandbox
from tests.outside.daemon import Daemon
from tests.outside.judge import Peer, Report, Row, judge, replies
from tests.postgresql import Look, Server
from tests.stores import make_store

ROOT = Path(__file__).resolve().parents[2]
BOTH = ("vudumobile", "clever")
NOON = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
SECRETS = {
    "VUDUMOBILE_API_KEY": "vudu0key7f3a9c1e",
    "CLEVER_LOGIN": "login4d8b2e6a",
    "CLEVER_PASSWORD": "pass5word9e1c7b3f",
}
ENVIRON = {"vudumobile": ("VUDUMOBILE_API_KEY",), "clever": ("CLEVER_LOGIN", "CLEVER_PASSWORD")}
UNHURRIED = {"max_age": "6h", "life": "12h"}
"""Of `replies`: on a machine with other things to do, a fast clock makes texts old in seconds."""
RULES = """\
rules:
  - id: echo
    keyword: [echo]
    reply: "Echo {{ rest }}"
"""


def mobile(index: int, gateway: str = "vudumobile") -> str:
    """A phone number of that gateway's country."""
    return f"+1514555{index:04d}" if gateway == "vudumobile" else f"+3360000{index:04d}"


@dataclass(slots=True)
class Stage:
    """A folder with an installation in it, the sandbox, and the lives of the daemon so far."""

    folder: Path
    sandbox: Sandbox
    gateways: Sequence[str]
    settings: dict[str, Any] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)
    lives: list[Daemon] = field(default_factory=list)
    expected: dict[Peer, list[str]] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    url: str = "sqlite:///data/textobot.db"
    look: Look | None = None
    """Into the store, where it is in PostgreSQL."""

    @property
    def daemon(self) -> Daemon:
        """The life that is or was the last."""
        return self.lives[-1]

    @property
    def log(self) -> str:
        """Of all lives."""
        return "".join(f"--- life {n}\n{life.log}" for n, life in enumerate(self.lives))

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.folder / "data" / "textobot.db"

    def rules(self, text: str, name: str = "rules.yaml") -> None:
        """Write a rule file, the folder too."""
        (self.folder / "rules").mkdir(exist_ok=True)
        (self.folder / "rules" / name).write_text(text, encoding="utf-8")

    def configure(self) -> Path:
        """Write config.yaml, so that no other user can read it."""
        config: dict[str, Any] = {
            "organisation": {"name": "Radio Exemple", "contact": "418 555-0199"},
            "store": self.url,
            "gateways": self._gateways(),
            "web": {"listen": "127.0.0.1:0"},
            "replies": dict(UNHURRIED),
        }
        merge(config, self.settings)
        path = self.folder / "config.yaml"
        path.write_text(json.dumps(config, indent=1), encoding="utf-8")
        path.chmod(0o600)
        return path

    def _gateways(self) -> dict[str, dict[str, Any]]:
        known: dict[str, dict[str, Any]] = {
            "vudumobile": {
                "url": self.sandbox.vudumobile_url,
                "api_key": "${VUDUMOBILE_API_KEY:-}",
                "our_number": self.sandbox.vudumobile.our_number,
            },
            "clever": {
                "url": self.sandbox.clever_url,
                "login": "${CLEVER_LOGIN:-}",
                "password": "${CLEVER_PASSWORD:-}",
                "references": self.references,
            },
        }
        return {name: known[name] for name in self.gateways}

    async def begin(self, *options: str, command: str = "run", room: int | None = None) -> Daemon:
        """Start a process; do not wait. `room`: no file of its may grow beyond so many bytes."""
        count = len(self.lives)
        life = (self.folder / f"{count}.out", self.folder / f"{count}.err")
        configuration = () if "-c" in options else ("-c", str(self.folder / "config.yaml"))
        with life[0].open("wb") as output, life[1].open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", command, *configuration, *options,
                cwd=self.folder, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=errors,
                env=self._environ(limited=room is not None),
            )  # fmt: skip
        if room is not None:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, room))
        self.lives.append(Daemon(process, *life))
        return self.daemon

    async def command(self, *words: str) -> tuple[int, str, str]:
        """Run a command to its end; the exit status, and what it said on stdout and stderr."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, "-c", str(self.folder / "config.yaml"),
            cwd=self.folder, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env=self._environ(limited=False),
        )  # fmt: skip
        output, errors = await process.communicate()
        assert process.returncode is not None
        return process.returncode, output.decode(), errors.decode()

    def _environ(self, *, limited: bool) -> dict[str, str]:
        """What it needs. `limited`: or Python leaves half of its compiled modules behind."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        inherited |= {"PYTHONPATH": str(ROOT), "TEXTOBOT_CLOCK": self.sandbox.clock.spec}
        secret = {name: SECRETS[name] for gateway in self.gateways for name in ENVIRON[gateway]}
        frugal = {"PYTHONDONTWRITEBYTECODE": "1"} if limited else {}
        return inherited | secret | frugal | self.environ

    async def up(self, *options: str) -> Daemon:
        """Configure, start, and wait until it is ready and has read every feed it was given.

        It is also ready when it has tried for 30 s, and that is soon by a fast clock; what is
        texted before the first reading would be history.
        """
        self.configure()
        if self.look is None and not self.lives and not self.store.exists():
            self.store.parent.mkdir(mode=0o700, exist_ok=True)
            await make_store(self.store)
        await self.begin(*options)
        await self.daemon.ready()
        await self.until("the feeds were read", self._all_read)
        return self.daemon

    def _all_read(self) -> bool:
        feeds = self.select("SELECT gateway, read_at FROM feeds WHERE adopted")
        unread = any(feed["read_at"] is None for feed in feeds)
        wanted = {name for name in self.gateways if name != "clever" or self.references}
        return not unread and wanted <= {feed["gateway"] for feed in feeds}

    def campaign(self, numbers: Iterable[str], *, followed: bool = True) -> str:
        """Start one on Clever's own site; `followed`: the next configuration names it."""
        reference = self.sandbox.start_campaign(numbers, "Bonjour! Repondez a ce message.")
        if followed:
            self.references.append(reference)
        return reference

    def text(self, gateway: str, number: str, text: str, *wanted: str, **how: Any) -> Bubble:
        """A phone texts; `wanted` is what the rules have to answer."""
        self.expected.setdefault((gateway, number), []).extend(wanted)
        return self.sandbox.text(gateway, number, text, **how)

    def replies(self, gateway: str, number: str) -> list[str]:
        """What the daemon's requests brought to that phone."""
        return replies(self.sandbox, gateway, number)

    async def until(
        self, what: str, holds: Callable[[], bool], *, minutes: float = 20.0, real: float = 60.0
    ) -> None:
        """Wait for it, at most so many world minutes (and `real` seconds, whichever is more).

        AssertionError also as soon as no daemon lives any more.
        """
        end = time.monotonic() + max(real, minutes * 60 / self.sandbox.clock.speed)
        while not holds():
            if time.monotonic() > end or not self._alive():
                raise AssertionError(
                    f"it never came about that {what}; sandbox at {self.sandbox.now()}\n"
                    f"{self.fates()}\n{self.log[-6000:]}"
                )
            await asyncio.sleep(0.02)

    async def answered(self, **limits: float) -> None:
        """Until each phone has as many replies as are expected."""
        await self.until("everything is answered", self._all_there, **limits)

    def _all_there(self) -> bool:
        return all(len(self.replies(*peer)) >= len(texts) for peer, texts in self.expected.items())

    async def quiet(self, *, minutes: float = 20.0) -> None:
        """Until nothing in the store is under way."""
        await self.until("nothing is under way", self._idle, minutes=minutes)

    def _idle(self) -> bool:
        """The inbox is asked first: what leaves it stands in the outbox from the same instant."""
        return not self.select("SELECT id FROM inbox WHERE status = 'new' LIMIT 1") and not (
            self.select(
                "SELECT id FROM outbox "
                "WHERE status IN ('queued', 'sending', 'unconfirmed') LIMIT 1"
            )
        )

    async def world(self, seconds: float) -> None:
        """Let so much world time pass; at once where no daemon lives that would notice."""
        if self._alive():
            await self.sandbox.clock.sleep(seconds)
        else:
            self.sandbox.clock.jump(timedelta(seconds=seconds))

    def _alive(self) -> bool:
        return any(life.process.returncode is None for life in self.lives)

    def judge(self, *, evidence: bool = True) -> Report:
        """Phones, ledger and store beside what was expected."""
        return judge(self.sandbox, self.expected, self.outbox(), evidence=evidence)

    async def verify(self, *, after: float = 60.0, ordered: bool = True) -> None:
        """Everything was answered exactly once, also when more time has passed."""
        await self.answered()
        await self.world(after)
        report = self.judge()
        complaints = report.complaints if ordered else [*report.doubled, *report.lost]
        complaints += self.surprises()
        assert complaints == [], "\n".join([*complaints, self.fates(), self.log[-6000:]])

    def surprises(self) -> list[str]:
        """What the daemon itself did not expect, in all its lives."""
        return [f"{line}" for life in self.lives for line in life.actions("daemon.error")]

    def select(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the store, read beside the daemon, never written."""
        if self.look is not None:
            return self.look.select(query, values)
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as store:
            store.row_factory = sqlite3.Row
            return [dict(row) for row in store.execute(query, values)]

    def outbox(self) -> list[Row]:
        """What the store says of each message of ours; empty where there is no store yet."""
        if not self._there():
            return []
        return [
            Row(row["gateway"], row["number"], row["text"], row["status"],
                json.loads(row["verdict"]) if row["verdict"] else None, row["error"], row["id"])
            for row in self.select("SELECT * FROM outbox ORDER BY id")
        ]  # fmt: skip

    def _there(self) -> bool:
        return self.look is not None or self.store.exists()

    def inbox(self, number: str) -> list[dict[str, Any]]:
        """What the store says of each text of that number, oldest first."""
        return self.select("SELECT * FROM inbox WHERE number = ? ORDER BY sent_at, id", number)

    def fates(self) -> str:
        """The rows of phones that lack replies or have too many, for a failing run's report."""
        wrong = [
            (gateway, number)
            for (gateway, number), texts in self.expected.items()
            if sorted(self.replies(gateway, number)) != sorted(texts)
        ]
        told = []
        for gateway, number in wrong[:6]:
            wanted = self.expected[gateway, number]
            told.append(
                f"{gateway} {number}: wanted {wanted}, got {self.replies(gateway, number)}"
            )
            if self._there():
                told += [f"  inbox {_short(row)}" for row in self.inbox(number)]
                told += [f"  outbox {_short(row)}" for row in self.select(
                    "SELECT * FROM outbox WHERE number = ? ORDER BY id", number)]  # fmt: skip
        return "\n".join(told)


def _short(row: Mapping[str, Any]) -> str:
    return json.dumps(
        {name: value for name, value in row.items() if value not in {None, ""}},
        ensure_ascii=True,
    )


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Put settings over settings, mapping by mapping."""
    for name, value in more.items():
        if isinstance(value, Mapping) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


def bearable(speed: float) -> float:
    """Slow a clock where more than two want each processor: no daemon could keep pace with it."""
    wanted = os.getloadavg()[0] / (os.cpu_count() or 1)
    return speed * min(1.0, 2 / max(wanted, 0.1))


@asynccontextmanager
async def stage(
    folder: Path,
    *,
    on: Sequence[str] = BOTH,
    speed: float = 40.0,
    start: datetime = NOON,
    seed: int = 1,
    rules: str = RULES,
    postgresql: Server | None = None,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """An installation that has not been started; whatever lives at the end is killed."""
    clock = Clock(bearable(speed), world=start.timestamp(), real=time.time())
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock, seed))
        sandbox.vudumobile.api_key = SECRETS["VUDUMOBILE_API_KEY"]
        sandbox.clever.login = SECRETS["CLEVER_LOGIN"]
        sandbox.clever.password = SECRETS["CLEVER_PASSWORD"]
        found = Stage(folder, sandbox, on, settings)
        if postgresql is not None:
            found.url = await postgresql.store(folder)
            found.look = Look(found.url)
            stack.callback(found.look.close)
        (folder / "templates").mkdir(exist_ok=True)
        found.rules(rules)

        async def end() -> None:
            for life in found.lives:
                await life.kill()

        stack.push_async_callback(end)
        yield found
