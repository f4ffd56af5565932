"""What an operator may do by hand to one number: look, set free, take over, block.

Each act is one transaction, and says in sentences what it changed; none for what was so already.
An opt-out is the person's own word: nothing here makes or undoes one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.core.consent import Consent
from bot.core.conversation import Conversation, Position, Subscriber, conversation_key
from bot.core.decision import REASONS
from bot.core.errands import ErrandKind
from bot.core.messages import Inbound, InboundStatus
from bot.core.naming import id_of
from bot.core.policy import Policy
from bot.log import logger, mask
from bot.storage import consents, errands, events, inbox, mirrors, person, stops, subscribers
from bot.storage.database import Connection, Database
from bot.storage.events import Event
from bot.storage.mirrors import Carried
from bot.storage.person import Line, Waiting
from bot.storage.stops import Stop

LOG = logger(__name__)
LINES = 10
"""Texts and replies of a conversation that are shown."""
FREED = "freed"
"""The status under which `conversation.finished` tells of a question that was closed by hand."""


class NotDone(Exception):
    """It cannot be done; the text says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """A rule's question that is open."""

    rule: str
    step: str
    since: datetime | None
    """When it was put; None: the text that led to it is forgotten."""
    times_out_at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """How a number and one gateway stand."""

    gateway: str
    question: Question | None
    silent_until: datetime | None
    """A person has taken it over; None: rules answer."""
    limited: bool
    """It reached `replies.per_number`, and was not answered since."""
    robot: bool
    """It was taken for no person."""
    lines: list[Line]
    waiting: list[Waiting]


@dataclass(frozen=True, slots=True)
class State:
    """Everything that decides how a number is answered."""

    number: str
    opted_out: bool
    changed_at: datetime | None
    """When the word that opted it out or in was sent; None: there was none."""
    cause: str
    """That text, as `inbound ID`."""
    word: str
    """That text itself; empty where it is forgotten."""
    unsure_at: datetime | None
    """When it said that it may want no more messages; None: that is answered, or never was."""
    blocked: bool
    language: str
    """Chosen by the person; empty: none was."""
    values: dict[str, str]
    tags: list[str]
    lists: list[str]
    carried: list[Carried]
    """What became of its last opt-out, or opt-in, at the gateways that have a place for it."""
    agreed: list[Consent]
    """What it agreed to and withdrew, oldest first."""
    blocked_there: list[str]
    """The gateways at which it is blocked, by whomever."""
    unreachable: list[Stop]
    """Where the network says that it cannot be reached: nothing is started to it there."""
    talks: list[Talk]


Done = list[str]
"""What an act changed, a sentence for each change."""


class Desk:
    """Looks and acts for an operator."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        gateways: Collection[str],
        policy: Policy,
    ) -> None:
        self._database = database
        self._clock = clock
        self._gateways = gateways
        self._policy = policy

    async def state(self, number: str) -> State:
        """Say how a number stands. Raises `NotDone` where nothing is known of it."""
        async with self._database.read() as connection:
            found = await subscribers.load_subscribers(connection, [number], self._clock.now())
            talks = await self._known(connection, number)
            if not found and not talks:
                raise NotDone(f"nothing is known of {number}")
            one = found.get(number) or Subscriber(number)
            return State(
                number=number,
                opted_out=one.opted_out,
                changed_at=one.changed_at,
                cause=one.cause,
                word=await _word(connection, one.cause),
                unsure_at=one.unsure_at,
                blocked=one.blocked,
                language=one.language,
                values=dict(one.values),
                tags=sorted(one.tags),
                lists=sorted(one.lists),
                carried=await mirrors.carried(connection, self._keys(number)),
                agreed=(await consents.of(connection, [number])).get(number, []),
                blocked_there=await mirrors.blocked_at(connection, number),
                unreachable=await self._stops(connection, number),
                talks=[await self._talk(connection, talk) for talk in talks],
            )

    async def free(self, number: str, *, again: bool = False) -> Done:
        """Let rules answer a number as if it had just come: no question is open, nothing waits.

        `replies.per_number` counts anew, and a rhythm is looked for anew. `again`: its parked
        texts are decided anew; else they stay parked. Raises `NotDone` where nothing is known of
        it.
        """
        done: Done = []
        async with self._database.write() as connection:
            before = await self._expect(connection, number)
            for one in before:
                done += await self._let_go(connection, one)
            now = self._clock.now()
            after = [freed for one in before if (freed := _freed(one, now)) != one]
            await subscribers.save_conversations(connection, after)
            parked = await person.parked(connection, [one.key for one in before])
            if again:
                await person.decide_anew(connection, parked)
                done += [f"text {one} is decided anew" for one in parked]
        self._tell("An operator set a number free", "desk.freed", number, done)
        return done

    async def take_over(self, number: str, period: timedelta | None = None) -> Done:
        """Keep rules silent for a number, on every gateway that knows it.

        `period`: for how long, where it is not `replies.takeover.silent_for`. STOP, START and
        HELP are still obeyed. Raises `NotDone` where nothing is known of it.
        """
        until = self._clock.now() + (period or self._policy.silent_for)
        async with self._database.write() as connection:
            before = await self._expect(connection, number)
            after = [replace(one, silent_until=until) for one in before]
            await subscribers.save_conversations(connection, after)
        written = f"{until.astimezone(self._policy.timezone):%Y-%m-%d %H:%M}"
        done = [f"{one.gateway}: rules are silent until {written}" for one in after]
        self._tell("An operator took a number over", "desk.taken_over", number, done)
        return done

    async def hand_back(self, number: str) -> Done:
        """Let rules answer again. Raises `NotDone` where nothing is known of it."""
        now = self._clock.now()
        async with self._database.write() as connection:
            before = await self._expect(connection, number)
            taken = [one for one in before if _is_taken_over(one, now)]
            # Until now, not never: what a person wrote before does not begin it again.
            after = [replace(one, silent_until=now) for one in taken]
            await subscribers.save_conversations(connection, after)
        done = [f"{one.gateway}: rules answer again" for one in after]
        self._tell("An operator handed a number back", "desk.handed_back", number, done)
        return done

    async def block(self, number: str) -> Done:
        """Answer a number no more; STOP, START and HELP are still obeyed, and say nothing."""
        return await self._set_blocked(number, "it is not answered any more", blocked=True)

    async def unblock(self, number: str) -> Done:
        """Answer a number again."""
        return await self._set_blocked(number, "it is answered again", blocked=False)

    async def stopped(self) -> list[Stop]:
        """Say whom the network cannot reach, the newest first."""
        async with self._database.read() as connection:
            return await stops.every(connection, self._clock.now())

    async def resume(self, number: str) -> Done:
        """Write again to a number of which the network said that it cannot be reached."""
        async with self._database.write() as connection:
            found = await self._stops(connection, number)
            await stops.lift(connection, [one.conversation for one in found])
        done = [f"{one.gateway}: it is written to again, in spite of {one.code}" for one in found]
        self._tell("An operator had a number written to again", "desk.resumed", number, done)
        return done

    async def _stops(self, connection: Connection, number: str) -> list[Stop]:
        return await stops.every(connection, self._clock.now(), self._keys(number))

    async def again(self, inbound_id: int) -> Done:
        """Have a parked text decided anew, whatever its age. Raises `NotDone` for any other."""
        async with self._database.write() as connection:
            text = await inbox.stored(connection, inbound_id)
            if text is None:
                raise NotDone(f"there is no text {inbound_id} in the store")
            if text["status"] != InboundStatus.PARKED:
                reason = REASONS.get(text["reason"] or "", "it is not decided yet")
                raise NotDone(f"text {inbound_id} is not parked: {reason}")
            await person.decide_anew(connection, [inbound_id])
        done = [f"text {inbound_id} is decided anew"]
        self._tell("An operator had a text decided anew", "desk.again", text["number"], done)
        return done

    async def _set_blocked(self, number: str, sentence: str, *, blocked: bool) -> Done:
        async with self._database.write() as connection:
            found = await subscribers.load_subscribers(connection, [number], self._clock.now())
            before = found.get(number) or Subscriber(number)
            if before.blocked == blocked:
                return []
            await subscribers.save_subscribers(connection, [replace(before, blocked=blocked)])
        action = "desk.blocked" if blocked else "desk.unblocked"
        self._tell("An operator changed who is blocked", action, number, [sentence])
        return [sentence]

    async def _known(self, connection: Connection, number: str) -> list[Conversation]:
        """Read the conversations of a number, one for each gateway that knows it."""
        keys = self._keys(number)
        loaded = await subscribers.load_conversations(connection, keys)
        known = await person.known(connection, keys)
        return [
            loaded.get(key) or Conversation(key, gateway, number)
            for key, gateway in keys.items()
            if key in known
        ]

    def _keys(self, number: str) -> dict[str, str]:
        """Give the key of each conversation that there may be, with its gateway."""
        return {conversation_key(name, number): name for name in self._gateways}

    async def _expect(self, connection: Connection, number: str) -> list[Conversation]:
        known = await self._known(connection, number)
        if not known:
            raise NotDone(f"no gateway knows {number}: it never texted, and was never written to")
        return known

    async def _talk(self, connection: Connection, one: Conversation) -> Talk:
        position = one.position
        return Talk(
            gateway=one.gateway,
            question=None if position is None else await _question(connection, position),
            silent_until=one.silent_until if _is_taken_over(one, self._clock.now()) else None,
            limited=one.loop_noticed,
            robot=one.robot_noticed,
            lines=await person.lines(connection, one.key, LINES),
            waiting=await person.waiting(connection, one.key),
        )

    async def _let_go(self, connection: Connection, one: Conversation) -> Done:
        """Cancel what holds a conversation, and say what did."""
        now, position, done = self._clock.now(), one.position, []
        if position is not None:
            done.append(f"the question {position.rule}/{position.step} is closed")
            await events.record(connection, [await _ending(connection, one, position, now)])
        for kind, what in CANCELLED.items():
            count = await errands.cancel(
                connection, [kind], now, conversations=[one.key], begun=True
            )
            if count:
                done.append(f"{what} cancelled: {count}")
        done += [what for what, holds in _holding(one, now) if holds]
        return [f"{one.gateway}: {what}" for what in done]

    def _tell(self, sentence: str, action: str, number: str, done: Done) -> None:
        LOG.info(sentence, action=action, number=mask(number), done=done)


CANCELLED = {
    ErrandKind.LATER: "follow-ups",
    ErrandKind.LOOKUP: "lookups",
    ErrandKind.AGAIN: "resends",
}
"""What is cancelled when a number is set free. A mail is not: it is the operator's."""


def _holding(one: Conversation, now: datetime) -> Iterable[tuple[str, bool]]:
    """Say what beside errands and questions kept a number from being answered."""
    return (
        ("rules answer again; a person had taken it over", _is_taken_over(one, now)),
        ("replies.per_number counts anew", one.loop_noticed),
        ("it is no robot any more", one.robot_noticed),
    )


def _freed(one: Conversation, now: datetime) -> Conversation:
    """What we said stays known: who sends our own words back is still not answered.

    And until when a person had taken it over: what was written before does not begin it again.
    """
    return replace(
        one,
        replied=(),
        loop_noticed=False,
        heard=(),
        robot_noticed=False,
        position=None,
        silent_until=now if _is_taken_over(one, now) else one.silent_until,
    )


def _is_taken_over(one: Conversation, now: datetime) -> bool:
    return one.silent_until is not None and now < one.silent_until


async def _question(connection: Connection, position: Position) -> Question:
    text = await inbox.stored(connection, position.inbound)
    since = text["handled_at"] if text else None
    return Question(position.rule, position.step, since, position.times_out_at)


async def _word(connection: Connection, cause: str) -> str:
    """Give the text that a cause names."""
    _, _, number = cause.partition("inbound ")
    texts = await inbox.by_ids(connection, [int(number)]) if number.isdecimal() else []
    return texts[0].text if texts else ""


async def _ending(
    connection: Connection, one: Conversation, position: Position, now: datetime
) -> Event:
    """Tell the operator's programs that a conversation ended, as when a text ends it."""
    texts: list[Inbound] = await inbox.by_ids(connection, [position.inbound])
    body: dict[str, Any] = {
        "id": id_of(position.inbound, ours=False),
        "number": one.number,
        "our_number": texts[0].our_number if texts else "",
        "gateway": one.gateway,
        "text": texts[0].text if texts else "",
        "rule": position.rule,
        "status": FREED,
    }
    return Event(one.key, "conversation.finished", now, body)
