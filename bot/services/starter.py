"""Begins: says something to people who have not just texted, where the law and they allow it.

Who may be written to is decided by `bot.core.starting`; what may leave only later is written down
at once, and says until when it waits and why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.content.templates import RenderError
from bot.core.consent import EVERYTHING, Consent, ConsentKind, How, expiry
from bot.core.conversation import Conversation, Subscriber, conversation_key
from bot.core.messages import MessageClass, Outbound
from bot.core.policy import Policy
from bot.core.sayings import Message
from bot.core.segments import Segments, segments
from bot.core.starting import (
    REASONS,
    Deferred,
    Hindrance,
    Known,
    Refused,
    Terms,
    Verdict,
    is_withdrawn,
    may_start,
)
from bot.core.turn import country_of
from bot.services.library import Library
from bot.services.work import marked
from bot.storage import consents, mirrors, outbox, person, stops, subscribers
from bot.storage.aliases import aliases
from bot.storage.database import Connection


@dataclass(frozen=True, slots=True)
class Grant:
    """A consent that whoever starts something says was given to them."""

    kind: ConsentKind
    wording: str
    how: How = How.OPERATOR


@dataclass(frozen=True, slots=True)
class Start:
    """A message that is to be begun."""

    number: str
    message: Message
    cause: str
    """Unique in its conversation: `operator ID/0`."""
    gateway: str = ""
    """Empty: where the number texted last, else one of its country, else the first."""
    language: str = ""
    """Empty: the one that the person chose, else the installation's."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the message sees beside what is known of the person."""
    of_list: str = EVERYTHING
    """What it is about."""
    not_before: datetime | None = None
    grant: Grant | None = None
    """Goes into the ledger with it."""
    rule: str = ""
    """What made it, for people: the name of a template, of a list."""


@dataclass(frozen=True, slots=True)
class Started:
    """What came of it, or would."""

    start: Start
    verdict: Verdict
    gateway: str = ""
    language: str = ""
    text: str = ""
    """As it was rendered; empty where it could not be."""
    leaves_at: datetime | None = None
    """Not before; None: it does not."""

    @property
    def cost(self) -> Segments:
        """Say what it costs."""
        return segments(self.text)

    @property
    def refused(self) -> bool:
        """Whether nothing is written down."""
        return isinstance(self.verdict, Refused)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A gateway that is on, as far as it takes to begin something there."""

    our_number: str
    refuses: Callable[[str], str]
    """See `Gateway.refuses`."""


Closed = Mapping[tuple[str, str], Hindrance]
"""A gateway and a number, and why nothing is started to it there."""


class Starter:
    """Begins messages, many at once, in a transaction of whoever asks for them."""

    def __init__(
        self,
        library: Library,
        outlets: Mapping[str, Outlet],
        policy: Policy,
        clock: Clock,
        *,
        life: timedelta,
        ceiling: Callable[[], str] = str,
        languages: Mapping[str, Mapping[str, str]] | None = None,
        observing: bool = False,
    ) -> None:
        """`ceiling` says why nothing may be started now; nothing, where it may.

        `languages` of contacts, by gateway and number: see `bot.services.contacts`.
        """
        self._library = library
        self._outlets = outlets
        self._policy = policy
        self._clock = clock
        self._life = life
        self._ceiling = ceiling
        self._languages = languages or {}
        self._observing = observing

    async def weigh(self, connection: Connection, wanted: Sequence[Start]) -> list[Started]:
        """Say of each what would come of it, in the same order; nothing is written down."""
        numbers = {one.number for one in wanted}
        now = self._clock.now()
        people = await subscribers.load_subscribers(connection, numbers, now)
        ledger = await _ledger(connection, numbers)
        closed = dict.fromkeys(
            await mirrors.blocked_among(connection, numbers), Hindrance.BLOCKED_THERE
        )
        closed |= dict.fromkeys(await stops.among(connection, numbers, now), Hindrance.UNREACHABLE)
        texted = await self._texted(connection, numbers)
        terms = Terms(
            self._policy.quiet,
            self._ceiling(),
            self._policy.our_numbers,
            self._policy.only_numbers,
        )
        weighed = []
        for one in wanted:
            at = texted.get(one.number, {})
            known = Known(
                people.get(one.number) or Subscriber(one.number),
                ledger[one.number],
                max(at.values(), default=None),
            )
            gateway = one.gateway or self._nearest(one.number, at)
            weighed.append(self._weighed(one, known, gateway, terms, closed))
        return weighed

    async def start(self, connection: Connection, wanted: Sequence[Start]) -> list[Started]:
        """Write down what may leave, now or later, and the grants; the caller commits and wakes.

        Say of each what came of it, in the same order. A known cause raises (INV-8).
        """
        weighed = await self.weigh(connection, wanted)
        going = [one for one in weighed if not one.refused]
        now = self._clock.now()
        await consents.record(
            connection, [_consent(one.start, now) for one in going if one.start.grant]
        )
        messages = [self._outbound(one, now) for one in going]
        keys = {one.conversation for one in messages}
        talks = await subscribers.load_conversations(connection, keys)
        for one in messages:
            talk = talks.get(one.conversation)
            talk = talk or Conversation(one.conversation, one.gateway, one.number)
            talks[one.conversation] = marked(talk, one)
        await subscribers.save_conversations(connection, [talks[key] for key in sorted(keys)])
        await outbox.enqueue(connection, messages, observing=self._observing)
        return weighed

    async def _texted(
        self, connection: Connection, numbers: Collection[str]
    ) -> dict[str, dict[str, datetime]]:
        """Say when each of these texted last, gateway by gateway."""
        keys = {
            conversation_key(gateway, number): (gateway, number)
            for gateway in self._outlets
            for number in numbers
        }
        found: dict[str, dict[str, datetime]] = {}
        for key, at in (await person.last_texts(connection, keys)).items():
            gateway, number = keys[key]
            found.setdefault(number, {})[gateway] = at
        return found

    def _weighed(
        self, one: Start, known: Known, gateway: str, terms: Terms, closed: Closed
    ) -> Started:
        now = self._clock.now()
        at = max(one.not_before or now, now)
        zone = self._policy.timezone
        if at.astimezone(zone).date() > now.astimezone(zone).date():
            terms = replace(terms, ceiling="")  # that day has its own; it is asked when it leaves
        usual = self._languages.get(gateway, {}).get(one.number, self._policy.language)
        language = one.language or known.person.language or usual
        verdict = _verdict(one, known, at, terms)
        if not isinstance(verdict, Refused) and gateway not in self._outlets:
            verdict = _refused(Hindrance.NO_GATEWAY)
        if not isinstance(verdict, Refused) and (gateway, one.number) in closed:
            verdict = _refused(closed[gateway, one.number])
        if isinstance(verdict, Refused):
            return Started(one, verdict, gateway, language)
        try:
            text = self._rendered(one, known.person, gateway, language)
            unfit = self._outlets[gateway].refuses(text)
        except RenderError as error:
            text, unfit = "", str(error)
        if unfit:
            return Started(one, _refused(Hindrance.UNSAID, unfit), gateway, language)
        leaves_at = verdict.until if isinstance(verdict, Deferred) else at
        return Started(one, verdict, gateway, language, text, leaves_at)

    def _rendered(self, one: Start, known: Subscriber, gateway: str, language: str) -> str:
        seen = {
            **dict.fromkeys(("text", "rest", "answers"), ""),
            **known.values,
            "number": one.number,
            "our_number": self._outlets[gateway].our_number,
            "gateway": gateway,
            "now": self._clock.now(),
            "subscriber": {"number": one.number, "opted_out": known.opted_out},
            **one.values,
        }
        said = self._library.templates.render(one.message, language, seen)
        return self._policy.mentioned(gateway, said)

    def _nearest(self, number: str, texted: Mapping[str, datetime]) -> str:
        """Choose the gateway of a number; empty: none is on."""
        if texted:
            return max(texted, key=lambda gateway: texted[gateway])
        country, countries = country_of(number), self._policy.countries
        of_country = [name for name in self._outlets if countries.get(name) == country]
        return next(iter([*of_country, *self._outlets]), "")

    def _outbound(self, one: Started, now: datetime) -> Outbound:
        assert one.leaves_at is not None
        waits = one.verdict.because if isinstance(one.verdict, Deferred) else ""
        return Outbound(
            cause=one.start.cause,
            conversation=conversation_key(one.gateway, one.start.number),
            gateway=one.gateway,
            number=one.start.number,
            text=one.text,
            message_class=MessageClass.STARTED,
            delivery=self._policy.delivery,
            created_at=now,
            not_before=one.leaves_at,
            expires_at=one.leaves_at + self._life,
            language=one.language,
            rule=one.start.rule,
            because=waits,
        )


def _verdict(one: Start, known: Known, at: datetime, terms: Terms) -> Verdict:
    """Decide, as if the grant stood in the ledger already."""
    if one.grant is None:
        return may_start(known, MessageClass.STARTED, at, terms, of_list=one.of_list)
    express = one.grant.kind is ConsentKind.EXPRESS
    if not express and is_withdrawn(known, at, one.of_list):
        return _refused(Hindrance.WITHDRAWN)
    granted = Known(known.person, [*known.ledger, _consent(one, at)], known.texted_at)
    return may_start(granted, MessageClass.STARTED, at, terms, of_list=one.of_list)


def _consent(one: Start, at: datetime) -> Consent:
    assert one.grant is not None
    return Consent(
        number=one.number,
        list=one.of_list,
        given=True,
        kind=one.grant.kind,
        how=one.grant.how,
        cause=one.cause,
        wording=one.grant.wording,
        at=at,
        expires_at=expiry(one.grant.kind, at),
    )


def _refused(why: Hindrance, more: str = "") -> Refused:
    return Refused(why, f"{REASONS[why]}: {more}" if more else REASONS[why])


async def _ledger(
    connection: Connection, numbers: Collection[str]
) -> dict[str, Sequence[Consent]]:
    """Read what these numbers agreed to; of who was forgotten, only what they refused holds."""
    hidden = {number: name for name, number in aliases(connection, numbers).items()}
    found = await consents.of(connection, [*numbers, *hidden.values()])
    return {
        number: [
            *(entry for entry in found.get(hidden.get(number, ""), ()) if not entry.given),
            *found.get(number, ()),
        ]
        for number in numbers
    }
