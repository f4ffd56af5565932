"""A gateway that does as a test says, and the store and clock beside it: no socket, no waiting."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, Table, select

from bot.content.templates import Organisation, Templates
from bot.core.messages import (
    Acceptance,
    Batch,
    Delivery,
    Feed,
    Listed,
    Mail,
    MessageClass,
    Outbound,
    Page,
    Search,
    Sent,
    Sighting,
    Unclear,
)
from bot.core.policy import Limit, Policy
from bot.core.rulebook import Rulebook
from bot.core.rules import Phrase, Rule, Source, Trigger
from bot.core.sayings import Message
from bot.core.skew import Skew
from bot.core.text import words
from bot.gateways.base import Condition, Traits
from bot.gateways.book import Book, NoBook
from bot.gateways.examiner import Examiner, NoExaminer
from bot.services.account import Account
from bot.services.library import Library
from bot.services.poller import Poller, Reading
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.speaking import Languages, Speech
from bot.storage import inbox, outbox, schema
from bot.storage.database import Database
from tests.clock import FakeClock
from tests.postgresql import Server
from tests.stores import open_store

ANA, BEN, LEA = "+15145550001", "+15145550002", "+33600000001"
ONE = Traits(numbers_per_batch=1, pace=0.0, in_flight=8, campaigns=False, longest=1530)
MANY = Traits(numbers_per_batch=100, pace=0.0, in_flight=1, campaigns=True, longest=1000)
Answer = Acceptance | Exception


@dataclass
class Played:
    """Satisfies `Gateway`. What it was asked is kept; what it answers stands in its fields."""

    name: str = "vudumobile"
    traits: Traits = ONE
    skew: Skew = field(default_factory=Skew)
    condition: Condition = field(default_factory=Condition)
    learned: Mapping[str, Any] = field(default_factory=dict)
    book: Book = field(default_factory=NoBook)
    examiner: Examiner = field(default_factory=NoExaminer)
    pages: dict[str, Page | Exception] = field(default_factory=dict)
    """By the feed's reference; what is not there lists nothing."""
    answers: deque[Answer] = field(default_factory=deque)
    """To sends; when they are used up, each is accepted."""
    mail_answers: deque[str | Exception] = field(default_factory=deque)
    """To mails; when they are used up, each is accepted."""
    sightings: list[Sighting] | Exception = field(default_factory=list)
    left: list[Sighting] | Exception = field(default_factory=list)
    """Everything that left the account."""
    found: Search | Exception | None = None
    account: dict[str, float | str] | Exception = field(default_factory=dict)
    on_send: Callable[[Batch], Awaitable[None]] | None = None
    on_list: Callable[[], Awaitable[None]] | None = None
    read: list[str] = field(default_factory=list)
    taken: list[Batch] = field(default_factory=list)
    mailed: list[Mail] = field(default_factory=list)
    asked: list[Sequence[Sent]] = field(default_factory=list)
    searched: list[Sequence[Unclear]] = field(default_factory=list)
    listed_since: list[datetime] = field(default_factory=list)
    watched: int = 0

    def refuses(self, text: str) -> str:
        return f"{len(text)} characters" if len(text) > self.traits.longest else ""

    async def fetch(self, feed: Feed) -> Page:
        self.read.append(feed.reference)
        page = self.pages.get(feed.reference)
        return raised(page) if page is not None else Page((), {}, feed.due_at)

    async def send(self, batch: Batch) -> Acceptance:
        self.taken.append(batch)
        if self.on_send is not None:
            await self.on_send(batch)
        return raised(self.answers.popleft() if self.answers else Acceptance(f"id{batch.id}"))

    async def mail(self, mail: Mail) -> str:
        self.mailed.append(mail)
        name = f"mail{len(self.mailed)}"
        return raised(self.mail_answers.popleft() if self.mail_answers else name)

    async def receipts(self, sent: Sequence[Sent]) -> Sequence[Sighting]:
        self.asked.append(sent)
        return raised(self.sightings)

    async def messages(self, since: datetime) -> Sequence[Sighting]:
        self.listed_since.append(since)
        if self.on_list is not None:
            await self.on_list()
        return [one for one in raised(self.left) if one.at >= since]

    async def search(self, unclear: Sequence[Unclear], since: datetime | None = None) -> Search:
        self.searched.append(unclear)
        assert self.found is not None
        return raised(self.found)

    async def watch(self) -> Mapping[str, float | str]:
        self.watched += 1
        return raised(self.account)


T = TypeVar("T")


def raised(answer: T | Exception) -> T:
    if isinstance(answer, Exception):
        raise answer
    return answer


# Rules and texts


def rule(
    name: str, *keywords: str, reply: str = "Il fait beau.", delivery: Delivery | None = None
) -> Rule:
    """A rule that is called by its keywords; without any, by whatever nothing else answers."""
    phrases = tuple(Phrase(one, words(one)) for one in keywords)
    trigger = Trigger.KEYWORD if keywords else Trigger.ANYTHING
    source = Source("rules/test.yaml", 1, 1)
    return Rule(name, trigger, phrases, Message({"": reply}), source, delivery)


RULES = (
    rule("weather", "météo"),
    rule("song", "chanson", reply="Vous voulez {{ rest }}"),
    rule("broken", "broken", reply="{% if rest > 1 %}x{% endif %}"),
    rule("long", "long", reply="x" * 1531),
)
POLICY = Policy(
    language="fr",
    max_age=timedelta(minutes=15),
    delivery=Delivery.AT_MOST_ONCE,
    per_number=(Limit(6, timedelta(minutes=1)),),
)


def listed(
    key: str, text: str, at: datetime, number: str = ANA, *, fingerprint: str = ""
) -> Listed:
    return Listed(key, number, text, at, fingerprint=fingerprint)


def message(
    cause: str,
    at: datetime,
    *,
    number: str = ANA,
    gateway: str = "vudumobile",
    text: str = "Il fait beau.",
    message_class: MessageClass = MessageClass.REPLY,
    delivery: Delivery = Delivery.AT_MOST_ONCE,
    life: timedelta = timedelta(hours=1),
    resends: int = 1,
) -> Outbound:
    return Outbound(
        cause=cause,
        conversation=f"{gateway}:{number}",
        gateway=gateway,
        number=number,
        text=text,
        message_class=message_class,
        delivery=delivery,
        created_at=at,
        not_before=at,
        expires_at=at + life,
        resends=resends,
    )


# The scene


@dataclass
class Scene:
    """A store, a clock that stands still, a played account; services are made as they are used."""

    folder: Path
    database: Database
    clock: FakeClock
    gateway: Played
    account: Account
    woken: list[str] = field(default_factory=list)
    """Who was woken, in order: a gateway's name, or `responder`."""

    def poller(self, languages: Languages | None = None, **reading: Any) -> Poller:
        second = timedelta(seconds=1)
        usual = Reading(3 * second, follow=timedelta(days=14), budget=4.0, every=3 * second)
        how = replace(usual, **reading)
        return Poller(self.account, how, lambda: self.woken.append("responder"), languages or {})

    def library(self, *rules: Rule, book: Rulebook | None = None) -> Library:
        book = book or Rulebook(rules or RULES)
        templates = Templates.load(
            self.folder / "templates",
            organisation=Organisation("Radio", "418 555-0199"),
            language="fr",
            timezone=ZoneInfo("America/Montreal"),
        )
        return Library(lambda: (book, templates))

    def responder(
        self, *rules: Rule, book: Rulebook | None = None, observing: bool = False
    ) -> Responder:
        return Responder(
            self.database,
            self.speech(*rules, book=book, observing=observing),
            self.clock,
            wake=self.woken.append,
        )

    def speech(
        self, *rules: Rule, book: Rulebook | None = None, observing: bool = False
    ) -> Speech:
        return Speech(
            self.library(*rules, book=book),
            {self.gateway.name: self.gateway},
            POLICY,
            timedelta(hours=1),
            observing=observing,
        )

    def sender(self) -> Sender:
        return Sender(self.account, lambda: self.woken.append(self.gateway.name), random.Random(1))

    async def receive(
        self, *texts: str, number: str = ANA, sent_at: datetime | None = None
    ) -> None:
        """Somebody's texts are in the inbox, in this order; sent now, by the gateway's clock."""
        known = len(await self.inbox())
        now = self.clock.now()
        at = sent_at or now
        rows = [listed(f"{known + place}", text, at, number) for place, text in enumerate(texts)]
        async with self.database.write() as connection:
            await inbox.receive(
                connection,
                self.gateway.name,
                rows,
                listed=frozenset(row.key for row in rows),
                history=False,
                now=now,
            )

    async def enqueue(self, *messages: Outbound) -> None:
        async with self.database.write() as connection:
            await outbox.enqueue(connection, messages)

    async def write_to(self, *numbers: str, text: str = "Il fait beau.") -> None:
        """Messages to these numbers are in the outbox."""
        known, name = len(await self.outbox()), self.gateway.name
        await self.enqueue(
            *(
                message(
                    f"{known + place}", self.clock.now(), number=number, text=text, gateway=name
                )
                for place, number in enumerate(numbers)
            )
        )

    async def send(self, sender: Sender) -> None:
        """Send until nothing is due and nothing is under way."""
        while await sender.tick():
            await sender.drain()

    async def inbox(self) -> Sequence[RowMapping]:
        return await self._rows(schema.inbox, schema.inbox.c.id)

    async def outbox(self) -> Sequence[RowMapping]:
        return await self._rows(schema.outbox, schema.outbox.c.id)

    async def feeds(self) -> dict[str, RowMapping]:
        rows = await self._rows(schema.feeds, schema.feeds.c.reference)
        return {row["reference"]: row for row in rows}

    async def statuses(self) -> list[str]:
        return [row["status"] for row in await self.outbox()]

    async def _rows(self, table: Table, order: Any) -> Sequence[RowMapping]:
        async with self.database.read() as connection:
            return (await connection.execute(select(table).order_by(order))).mappings().all()


@asynccontextmanager
async def open_scene(
    folder: Path, gateway: Played | None = None, postgresql: Server | None = None
) -> AsyncIterator[Scene]:
    gateway, clock = gateway or Played(), FakeClock()
    async with open_store(folder, postgresql) as database:
        yield Scene(folder, database, clock, gateway, Account(gateway, database, clock))
