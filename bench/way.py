"""One text's way through the store, with nothing around it: no socket, no loop, no waiting.

The services and the adapter are the daemon's own; only the exchange of requests is played.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench.processes import write_installation
from bot.app import load_content, policy, reading
from bot.clock import SystemClock
from bot.config import VuduMobileSection, load_config
from bot.gateways.http import Answer, Request
from bot.gateways.limiter import Limiter
from bot.gateways.line import Line
from bot.gateways.vudumobile import VuduMobile
from bot.services.account import Account
from bot.services.library import Library
from bot.services.poller import Poller
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.speaking import Speech
from bot.storage.database import Database
from bot.storage.migrate import migrate

RULES = 10
POLL = timedelta(seconds=3)
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST, NUMBERS, STEP = 15_140_000_000, 9_999_991, 7919
"""The second is a prime, so that no number comes twice."""
IN_FLIGHT = 128
FAST = 1_000_000
"""Requests a second: the rate holds up nothing."""


def number_of(serial: int) -> str:
    """Give each text a number of its own, near to none of the texts before it."""
    return str(FIRST + serial * STEP % NUMBERS)


def row_of(serial: int, stamp: str, message: str) -> str:
    """Write a text as VuduMobile's feed lists it."""
    row = {
        "msg_id": serial + 1,
        "direction": "mo",
        "from": number_of(serial),
        "to": "15149541234",
        "message": message,
        "datetime": stamp,
        "part_count": 1,
    }
    return json.dumps(row)


class Moved(SystemClock):
    """Its date is set forward instead of waited for, so that the same is stored each time."""

    def __init__(self) -> None:
        self.present = START

    def now(self) -> datetime:
        """Aware, UTC."""
        return self.present

    def monotonic(self) -> float:
        """Seconds since the start."""
        return (self.present - START).total_seconds()


@dataclass(slots=True)
class PlayedVendor:
    """Lists what is to be listed, and accepts what is sent."""

    clock: Moved
    listed: list[str] = field(default_factory=list)
    accepted: int = 0

    def show(self, texts: range) -> None:
        """List these texts and no others, each from a number of its own."""
        stamp = f"{self.clock.now():%Y-%m-%d %H:%M:%S}"
        self.listed = [row_of(serial, stamp, f"mot{serial % RULES}") for serial in texts]

    async def exchange(self, request: Request) -> Answer:
        """Answer at once."""
        now = self.clock.now()
        if request.url.endswith("get_feed"):
            body = f"[{','.join(self.listed)}]"
        else:
            self.accepted += 1
            body = f'{{"status":true,"msg_id":{10_000_000 + self.accepted}}}'
        headers = {"content-type": "application/json", "date": format_datetime(now, usegmt=True)}
        return Answer(200, "OK", headers, body.encode(), now, now)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a text, in seconds: CPU of all threads, and what passed, the disk's time included."""

    cpu: float
    wall: float


@dataclass(slots=True)
class Way:
    """The parts that a text goes through, to be ticked by hand."""

    database: Database
    vendor: PlayedVendor
    poller: Poller
    responder: Responder
    sender: Sender
    shown: int = 0

    async def receive(self, texts: int) -> None:
        """Texts come in by the next poll."""
        self.vendor.clock.present += POLL
        self.vendor.show(range(self.shown, self.shown + texts))
        self.shown += texts
        await self.poller.tick()

    def one_more(self) -> None:
        """Have the next poll list what the last one did, and one text more."""
        before, shown = self.vendor.listed, self.shown
        self.shown += 1
        self.vendor.clock.present += POLL
        self.vendor.show(range(shown, self.shown))
        self.vendor.listed = before + self.vendor.listed

    async def answer(self) -> None:
        """Decide and send all that is there."""
        while await self.responder.tick():
            pass
        while await self.sender.tick():
            await self.sender.drain()

    async def cost(self, texts: int) -> Cost:
        """Let so many texts be answered, and say what that cost from stored to settled."""
        await self.receive(texts)
        before, cpu, wall = self.vendor.accepted, time.process_time(), time.perf_counter()
        await self.answer()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        if self.vendor.accepted - before != texts:
            raise RuntimeError(f"{self.vendor.accepted - before} replies to {texts} texts")
        return Cost(cpu / texts, wall / texts)


@asynccontextmanager
async def open_way(folder: Path, url: str = "") -> AsyncIterator[Way]:
    """Build the services on a store, a new SQLite file unless `url` says otherwise."""
    write_installation(folder, 1, RULES, "3s")
    config = load_config(folder / "config.yaml", {"BENCH_KEY": "key"})
    section = config.gateways["vudumobile"]
    assert isinstance(section, VuduMobileSection)
    journal = folder / "textobot.journal"
    database = Database(url or f"sqlite:///{folder}/textobot.db", journal=journal)
    await database.open()
    try:
        await migrate(database)
        clock = Moved()
        vendor = PlayedVendor(clock)
        line = Line("vudumobile", vendor.exchange, clock, Limiter(FAST, 1, clock))
        gateway = VuduMobile(
            line, api_key="key", our_number=section.our_number, in_flight=IN_FLIGHT
        )
        account = Account(gateway, database, clock)
        library = Library(lambda: load_content(config, sandbox=False))
        speech = Speech(library, {gateway.name: gateway}, policy(config), config.replies.life)
        way = Way(
            database,
            vendor,
            Poller(account, reading(section), lambda: None),
            Responder(database, speech, clock, wake=lambda _: None),
            Sender(account, lambda: None, random.Random(1)),
        )
        await way.poller.begin()
        await way.poller.tick()  # what is listed at first would be history
        yield way
    finally:
        await database.close()


@dataclass(slots=True)
class Counted:
    """What a store was asked on its writing connection."""

    statements: int = 0
    commits: int = 0
    """Of what was changed; another costs no writing to the disk."""
    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(verb, table) to rows."""


WRITING = {"INSERT": 2, "UPDATE": 1, "DELETE": 2}
"""Which word of a statement names its table."""


@contextmanager
def counting(database: Database) -> Iterator[Counted]:
    """Count while the body runs."""
    counted, engine = Counted(), database.engine.sync_engine
    changed = False

    def executed(_c: Any, cursor: Any, sql: str, rows: Any, _x: Any, many: bool) -> None:  # noqa: ANN401, FBT001 - SQLAlchemy's
        nonlocal changed
        said = sql.split(maxsplit=3)
        if said[0] == "BEGIN":
            changed = False
            return
        counted.statements += 1
        if said[0] in WRITING:
            table = said[WRITING[said[0]]]
            written = len(rows) if many else max(cursor.rowcount, 0)
            counted.rows[said[0], table] += written
            changed = changed or written > 0

    def committed(_connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        counted.commits += changed

    event.listen(engine, "after_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        yield counted
    finally:
        event.remove(engine, "after_cursor_execute", executed)
        event.remove(engine, "commit", committed)


async def sizes(database: Database, store: str) -> Sequence[tuple[str, int]]:
    """Say how many bytes each table and each index has."""
    async with database.read() as connection:
        found: Any = await connection.exec_driver_sql(SIZES[store])
        return [(name, int(size)) for name, size in found]


SIZES = {
    "sqlite": "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY name",
    "postgresql": "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'i')"
    " AND relnamespace = 'public'::regnamespace ORDER BY relname",
}
