"""An installation that talks to nobody but us: the real services, a store that goes when we go."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.app import load_content, policy
from bot.config import Config
from bot.content.explain import Explanation, explain
from bot.control.verifying import code_policy
from bot.core.conversation import Conversation, Subscriber, conversation_key
from bot.core.errands import Errand, ErrandKind
from bot.core.messages import Listed, Mail
from bot.core.policy import Policy
from bot.core.turn import Turn
from bot.gateways.local import Local
from bot.internet import Internet, NotAnswered
from bot.services.account import Account
from bot.services.code_wording import CodeOutlet
from bot.services.follow_ups import FollowUps
from bot.services.library import Library
from bot.services.lookups import Lookups
from bot.services.mailer import Mailer
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.speaking import Speech
from bot.services.timeouts import Timeouts
from bot.services.verifier import Verifier
from bot.storage import errands, inbox, subscribers
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.who import gateways, kind_of, our_number

OFFLINE = "not asked, because of --offline"
MOST = 100
"""Follow-ups and conversations that are looked through for the next that is due."""


class StillClock:
    """Satisfies `bot.clock.Clock`: time stands still until it is moved."""

    speed = 1.0

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._start = start

    def now(self) -> datetime:
        """Aware, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since it was made."""
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Wait for nobody: only `move` lets time pass."""
        del seconds
        await asyncio.sleep(0)

    def move(self, to: datetime) -> None:
        """Let time pass until then."""
        self._now = max(self._now, to)


# --- what came of a text -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was said to a phone."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """An address that was asked."""

    url: str
    error: str
    """Why it was no help; empty if it answered."""


Came = Message | Mail | Question


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a text."""

    explanation: Explanation | None
    """None: it was not decided."""
    stored: Mapping[str, Any]
    """Its row in the inbox."""
    came: Sequence[Came]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a phone stands."""

    conversation: Conversation
    person: Subscriber
    follow_ups: Sequence[Errand]


class _Asking(Internet):
    """Asks what rules ask, or nobody; tells what was asked."""

    def __init__(
        self, clock: StillClock, config: Config, tell: Callable[[Question], None], *, offline: bool
    ) -> None:
        hosts = frozenset(config.lookups.private_hosts)
        super().__init__(clock, private_hosts=hosts)
        self._tell = tell
        self._offline = offline
        self.asking = 0
        """Addresses that have not answered yet."""

    async def get_json(self, url: str, *, within: timedelta, **more: Any) -> Any:  # noqa: ANN401
        """Do what `Internet` does."""
        self._refuse_offline(url)
        self.asking += 1
        error = ""
        try:
            return await super().get_json(url, within=within, **more)
        except NotAnswered as silent:
            error = silent.reason
            raise
        finally:
            self.asking -= 1
            self._tell(Question(url, error))

    def _refuse_offline(self, url: str) -> None:
        if self._offline:
            self._tell(Question(url, OFFLINE))
            raise NotAnswered(OFFLINE)


# --- the talk ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Staff:
    """Who does the work, each asked in turn."""

    asking: _Asking
    landed: asyncio.Event
    """An address has answered, or has not."""
    ticks: Sequence[Callable[[], Awaitable[int]]]
    senders: Sequence[Sender]


@dataclass(slots=True)
class Talk:
    """Phones that text one installation, and time that passes when it is told to."""

    config: Config
    library: Library
    clock: StillClock
    database: Database
    _staff: _Staff
    _came: list[Came]
    _turns: list[Turn]
    _texts: int = field(default=0, init=False)

    async def hear(self, gateway: str, number: str, text: str) -> Heard:
        """Let a phone text, and wait until all that comes of it at once is there."""
        self._texts += 1
        self._turns.clear()
        now = self.clock.now()
        listed = Listed(f"{self._texts}", number, text, now, our_number(gateway, self.config))
        async with self.database.write() as connection:
            await inbox.receive(
                connection,
                gateway,
                [listed],
                listed=frozenset({listed.key}),
                history=False,
                now=now,
            )
        came = await self._settle()
        turn = self._turns[-1] if self._turns else None
        explained = explain(turn, self.library.templates) if turn else None
        async with self.database.read() as connection:
            stored = await inbox.stored(connection, turn.text.id) if turn else None
        return Heard(explained, stored or {}, came)

    async def wait(self, duration: timedelta) -> AsyncIterator[tuple[datetime, Sequence[Came]]]:
        """Let time pass; give what comes meanwhile, and when."""
        until = self.clock.now() + duration
        while (due := await self._next_due(until)) is not None:
            self.clock.move(due)
            came = await self._settle()
            yield self.clock.now(), came
            if not came and await self._next_due(until) == due:
                break  # nobody does it
        self.clock.move(until)
        if came := await self._settle():
            yield self.clock.now(), came

    async def standing(self, gateway: str, number: str) -> Standing:
        """Say where a phone stands."""
        key = conversation_key(gateway, number)
        far = self.clock.now() + timedelta(days=3660)
        async with self.database.read() as connection:
            known = await subscribers.load_conversations(connection, [key])
            people = await subscribers.load_subscribers(connection, [number], self.clock.now())
            later = await errands.due(connection, ErrandKind.LATER, far, MOST)
        return Standing(
            known.get(key) or Conversation(key, gateway, number),
            people.get(number) or Subscriber(number),
            [one for one in later if one.conversation == key],
        )

    async def choose(self, number: str, language: str) -> None:
        """Let a person have chosen a language; none: let them have chosen none."""
        async with self.database.write() as connection:
            people = await subscribers.load_subscribers(connection, [number], self.clock.now())
            person = people.get(number) or Subscriber(number)
            await subscribers.save_subscribers(connection, [replace(person, language=language)])

    async def _next_due(self, until: datetime) -> datetime | None:
        """Say when the next follow-up or time-out is due, if that is before then."""
        async with self.database.read() as connection:
            later = await errands.due(connection, ErrandKind.LATER, until, 1)
            overdue = await subscribers.timed_out(connection, until, 1)
            known = await subscribers.load_conversations(connection, overdue)
        positions = [one.position for one in known.values()]
        instants = [one.due_at for one in later]
        instants += [one.times_out_at for one in positions if one is not None]
        return min(instants, default=None)

    async def _settle(self) -> Sequence[Came]:
        """Let everybody do what is to be done now; give what came of it."""
        while True:
            self._staff.landed.clear()
            if await self._tick():
                continue
            if not self._staff.asking.asking:
                break
            await self._staff.landed.wait()
        came = tuple(self._came)
        self._came.clear()
        return came

    async def _tick(self) -> int:
        done = 0
        for tick in self._staff.ticks:
            done += await tick()
        for sender in self._staff.senders:
            done += await sender.tick()
            await sender.drain()
        return done


@asynccontextmanager
async def open_talk(
    config: Config,
    start: datetime,
    *,
    sandbox: bool,
    offline: bool,
    library: Library | None = None,
    burst: timedelta = timedelta(0),
) -> AsyncIterator[Talk]:
    """Open an installation with nobody in it yet. Raises `Faults`.

    `library`: what an earlier one has read; else the files are read. With `burst` a text waits
    that long, and what becomes of it is seen by waiting.
    """
    library = library or Library(lambda: load_content(config, sandbox=sandbox))
    clock, came, turns, landed = StillClock(start), list[Came](), list[Turn](), asyncio.Event()
    async with AsyncExitStack() as stack:
        database = await _open_store(stack)
        accounts = [
            Account(_local(name, config, clock, came), database, clock)
            for name in gateways(config)
        ]
        may = replace(policy(config), per_number=(), only_numbers=frozenset(), quiet=None)
        known = {one.name: one.gateway for one in accounts}
        verifier = _verifier(config, accounts, library, may)
        speech = Speech(library, known, may, config.replies.life, verifier=verifier)
        asking = _Asking(clock, config, came.append, offline=offline)
        await stack.enter_async_context(asking)
        lookups = Lookups(
            database, speech, clock, asking, wake=landed.set, wake_others=_nobody_waits
        )
        stack.push_async_callback(lookups.drain)
        responder = Responder(
            database, speech, clock, wake=_nobody_waits, burst=burst, witness=turns.append
        )
        ticks = [
            responder.tick,
            lookups.tick,
            Timeouts(database, speech, clock, wake=_nobody_waits).tick,
            FollowUps(database, speech, clock, wake=_nobody_waits).tick,
            verifier.tick,
            *(Mailer(one).tick for one in accounts),
        ]
        # Jitter keeps machines apart; there is one.
        senders = [Sender(one, lambda: None, random.Random(1)) for one in accounts]  # noqa: S311
        staff = _Staff(asking, landed, ticks, senders)
        yield Talk(config, library, clock, database, staff, came, turns)


def _verifier(
    config: Config, accounts: Sequence[Account], library: Library, may: Policy
) -> Verifier:
    """Make what sends codes: the same ones in each talk, so that a story can be told again."""
    drawn = count(1)
    return Verifier(
        accounts[0].database,
        library,
        {
            one.name: CodeOutlet(
                our_number(one.name, config), one.gateway.traits.ways, one.gateway.refuses
            )
            for one in accounts
        },
        accounts[0].clock,
        policy=may,
        codes=code_policy(config),
        draw=lambda length: f"{next(drawn):0{2 * length}x}",
    )


def _nobody_waits(_whom: str) -> None:
    """Wake nobody: everybody is asked in turn."""


def _local(name: str, config: Config, clock: StillClock, came: list[Came]) -> Local:
    def taken(number: str, text: str) -> None:
        came.append(Message(number, text))

    return Local(name, kind_of(name, config), clock, taken, came.append)


async def _open_store(stack: AsyncExitStack) -> Database:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="textobot-chat-"))
    database = Database(f"sqlite:///{Path(folder) / 'talk.db'}")
    await database.open()
    stack.push_async_callback(database.close)
    await migrate(database)
    return database
