"""Verifies numbers: gives codes out, compares what comes back, and tells what it came to.

Each act is one transaction, of whoever asks. Who may be sent a code: whoever asks for one himself,
at any hour, and whatever he agreed to; but nobody who opted out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import metrics
from bot.clock import Clock
from bot.core.code_limits import CodePolicy, Failures, again_at, client_of
from bot.core.codes import SIGNS_LENGTH, is_same, read_typed, shown
from bot.core.conversation import Subscriber, conversation_key
from bot.core.phones import is_callable
from bot.core.policy import Policy
from bot.core.turn import country_of
from bot.core.verification import (
    APPROVED,
    FAILED,
    Channel,
    State,
    Verification,
    at,
    cancelled,
    checked,
    sent,
)
from bot.log import logger, mask
from bot.services.code_caps import NotSent, Why, expect_few_failures, expect_room
from bot.services.code_wording import CodeOutlet, Wanted, Wording
from bot.services.library import Library
from bot.storage import code_rows, events, outbox, subscribers, verifications
from bot.storage.aliases import pseudonym_of
from bot.storage.database import Connection, Database
from bot.storage.events import Event
from bot.storage.verifications import Sent

LOG = logger(__name__)
AT_ONCE = 500
CHANCE = 16
"""Bytes of chance in an id, and in a nonce."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A verification whose code was given out."""

    verification: Verification
    is_new: bool
    code: str = ""
    """What the person is to text; empty where it is sent to them."""


class Verifier:
    """One for an installation."""

    def __init__(
        self,
        database: Database,
        library: Library,
        outlets: Mapping[str, CodeOutlet],
        clock: Clock,
        *,
        policy: Policy,
        codes: CodePolicy,
        draw: Callable[[int], str],
        ceiling: Callable[[], str] = str,
        observing: bool = False,
    ) -> None:
        """`draw` gives so many bytes of chance as text; `ceiling` says why nothing may be sent."""
        self.database = database
        self.codes = codes
        self._wording = Wording(library, outlets, policy, clock)
        self._clock = clock
        self._policy = policy
        self._draw = draw
        self._ceiling = ceiling
        self._observing = observing

    # --- giving out --------------------------------------------------------------------------

    async def start(self, connection: Connection, wanted: Wanted) -> Begun:
        """Begin one and give its code out; of one that lives already, the same code once more.

        Raises `NotSent`: then nothing is changed. The sender looks every second by itself.
        """
        await verifications.one_at_a_time(connection)
        now = self._clock.now()
        person = await self._expect(connection, wanted, now)
        known = await verifications.live(connection, wanted.number, wanted.purpose, wanted.caller)
        if known is not None and at(known, now).status is State.PENDING:
            if (known.channel is Channel.INBOUND) is (wanted.channel is Channel.INBOUND):
                return await self._again(connection, known, wanted, person)
            await self.settle(connection, known, cancelled(known, now))
        elif known is not None:
            await self.settle(connection, known, at(known, now))
        return await self._new(connection, wanted, person)

    async def _expect(self, connection: Connection, wanted: Wanted, now: datetime) -> Subscriber:
        """Raise `NotSent` where the number is sent no code, whatever was sent so far."""
        number, others = wanted.number, self._policy.only_numbers
        people = await subscribers.load_subscribers(connection, [number], now)
        person = people.get(number) or Subscriber(number)
        outbound = wanted.channel is not Channel.INBOUND
        hindrances = {
            Why.OURS: number in self._policy.our_numbers,
            Why.NO_PHONE: not is_callable(number),
            Why.COUNTRY: country_of(number) not in self.codes.countries,
            Why.OPTED_OUT: person.opted_out and outbound,
            Why.BLOCKED: person.blocked,
            Why.ONLY_NUMBERS: bool(others) and number not in others,
        }
        for why, holds in hindrances.items():
            if holds:
                raise NotSent(why)
        await expect_few_failures(connection, number, now)
        if outbound and (ceiling := self._ceiling()):
            raise NotSent(Why.CEILING, ceiling, until=now + timedelta(hours=1))
        return person

    async def _new(self, connection: Connection, wanted: Wanted, person: Subscriber) -> Begun:
        now, one = self._clock.now(), self._made(wanted, person)
        if one.channel is Channel.INBOUND:
            await self._take_room(connection, one, wanted)
            await verifications.insert(connection, one)
            self._tell(one, "A code is awaited", is_new=True)
            return Begun(one, is_new=True, code=self.signs(one))
        after = sent(one, now)
        message = self._wording.message(after, wanted, person)
        await self._take_room(connection, after, wanted)
        await verifications.insert(connection, after)
        await outbox.enqueue(connection, [message], observing=self._observing)
        self._tell(after, "A code is sent", is_new=True)
        return Begun(after, is_new=True)

    def _made(self, wanted: Wanted, person: Subscriber) -> Verification:
        now, gateway = self._clock.now(), self._wording.gateway(wanted)
        inbound = wanted.channel is Channel.INBOUND
        return Verification(
            id=f"verification-{self._draw(CHANCE)}",
            caller=wanted.caller,
            purpose=wanted.purpose,
            number=wanted.number,
            gateway=gateway,
            our_number=self._wording.outlets[gateway].our_number if inbound or wanted.rule else "",
            channel=wanted.channel,
            language=wanted.language or person.language or self._policy.language,
            nonce=self._draw(CHANCE),
            length=SIGNS_LENGTH if inbound else self.codes.length,
            attempts_allowed=self.codes.attempts,
            sends_allowed=self.codes.sends,
            created_at=now,
            expires_at=now + self.codes.life,
            rule=wanted.rule,
            captured=wanted.captured,
            country=country_of(wanted.number),
        )

    async def _again(
        self, connection: Connection, known: Verification, wanted: Wanted, person: Subscriber
    ) -> Begun:
        """Give the same code out once more, by another way where that is wanted."""
        now = self._clock.now()
        if known.channel is Channel.INBOUND:
            return Begun(known, is_new=False, code=self.signs(known))
        if known.sends_left <= 0:
            raise NotSent(Why.SENDS_USED, until=known.expires_at)
        if known.sent_at is not None and (soonest := again_at(known.sends, known.sent_at)) > now:
            raise NotSent(Why.TOO_SOON, until=soonest)
        gateway = self._wording.gateway(replace(wanted, gateway=wanted.gateway or known.gateway))
        language = wanted.language or known.language
        after = replace(
            sent(known, now), channel=wanted.channel, gateway=gateway, language=language
        )
        message = self._wording.message(after, wanted, person)
        await self._take_room(connection, after, wanted)
        await verifications.change(connection, known, after)
        await outbox.enqueue(connection, [message], observing=self._observing)
        self._tell(after, "A code is sent", is_new=False)
        return Begun(after, is_new=False)

    async def _take_room(self, connection: Connection, one: Verification, wanted: Wanted) -> None:
        client = client_of(wanted.client)
        client = pseudonym_of(connection, f"client {client}") if client else ""
        sending = Sent(one, client, self._clock.now())
        await expect_room(connection, sending, self.codes)
        await verifications.record(connection, sending)

    def signs(self, one: Verification) -> str:
        """Give the code that a person is to text, as people type it."""
        return shown(one.code(self.database.codes))

    def _tell(self, one: Verification, sentence: str, *, is_new: bool) -> None:
        metrics.CODES.labels(one.gateway, "new" if is_new else "again").inc()
        LOG.info(
            sentence,
            action="verification.begun" if is_new else "verification.again",
            verification=one.id,
            number=mask(one.number),
            gateway=one.gateway,
            caller=one.caller,
            sends=one.sends,
        )

    # --- comparing ---------------------------------------------------------------------------

    async def check(
        self, connection: Connection, which: str, caller: str | None, typed: str
    ) -> Verification | None:
        """Compare a code that was typed in, and give how it stands; None: the caller has none.

        Raises `NotSent` where nothing is compared although it may be right.
        """
        now = self._clock.now()
        one = await verifications.find(connection, which, caller, lock=True)
        if one is None:
            return None
        if one.channel is Channel.INBOUND:
            raise NotSent(Why.BY_TEXT)
        if one.status is State.APPROVED:
            raise NotSent(Why.USED)
        if at(one, now).status is not State.PENDING:
            await self.settle(connection, one, at(one, now))
            return at(one, now)
        await expect_few_failures(connection, one.number, now)
        right = is_same(one.code(self.database.codes), read_typed(typed))
        after = checked(one, now, right=right)
        await self.settle(connection, one, after)
        await self.note(connection, one.number, right=right)
        return after

    async def note(self, connection: Connection, number: str, *, right: bool) -> None:
        """Count a wrong code of a number; a right one ends the count."""
        if right:
            await verifications.clear_failures(connection, number)
            return
        now = self._clock.now()
        known = await verifications.failures(connection, [number])
        more = (known.get(number) or Failures()).one_more(now)
        await verifications.save_failures(connection, number, more, now)

    async def cancel(
        self, connection: Connection, which: str, caller: str | None
    ) -> Verification | None:
        """Call one off; None: the caller has none. One that is settled stays as it is."""
        one = await verifications.find(connection, which, caller, lock=True)
        if one is None:
            return None
        after = cancelled(one, self._clock.now())
        await self.settle(connection, one, after)
        return after

    async def look(
        self, connection: Connection, which: str, caller: str | None
    ) -> Verification | None:
        """Say how one stands; None: the caller has none."""
        one = await verifications.find(connection, which, caller)
        return None if one is None else at(one, self._clock.now())

    async def settle(
        self, connection: Connection, before: Verification, after: Verification
    ) -> bool:
        """Write down what one became, and tell; False: somebody else was first."""
        if before == after:
            return False
        if not await verifications.change(connection, before, after):
            return False
        if after.status is State.PENDING:
            return True
        now = self._clock.now()
        await code_rows.cancel(connection, [after.id], now)
        await events.record(connection, [_event(after, now)])
        metrics.VERIFICATIONS.labels(after.status.value).inc()
        LOG.info(
            "A verification ended",
            action=f"verification.{after.status}",
            verification=after.id,
            number=mask(after.number),
            attempts=after.attempts,
        )
        return True

    async def tick(self) -> int:
        """Let what is over expire; say how many."""
        now = self._clock.now()
        async with self.database.read() as connection:
            if not await verifications.is_any_over(connection, now):
                return 0
        async with self.database.write() as connection:
            found = await verifications.over(connection, now, AT_ONCE)
            for one in found:
                await self.settle(connection, one, at(one, now))
        return len(found)


def _event(one: Verification, now: datetime) -> Event:
    body = {
        "id": one.id,
        "number": one.number,
        "gateway": one.gateway,
        "purpose": one.purpose,
        "status": one.status.value,
    }
    what = APPROVED if one.status is State.APPROVED else FAILED
    return Event(conversation_key(one.gateway, one.number), what, now, body)
