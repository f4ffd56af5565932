"""Whether one more code may be sent: counted in the store, in the transaction that sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from bot.core.code_limits import (
    FEWEST_SETTLED,
    LOOKED_BACK,
    NEVER,
    CodePolicy,
    Counted,
    is_pumped,
)
from bot.storage import verifications
from bot.storage.database import Connection
from bot.storage.verifications import Sent


class Why(StrEnum):
    """Why no code is sent, or none compared."""

    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    ONLY_NUMBERS = "only_numbers"
    OURS = "ours"
    COUNTRY = "country"
    NO_PHONE = "no_phone"
    NO_GATEWAY = "no_gateway"
    UNSAID = "unsaid"
    USED = "used"
    BY_TEXT = "by_text"
    TOO_SOON = "too_soon"
    SENDS_USED = "sends_used"
    WRONG_CODES = "wrong_codes"
    CAP = "cap"
    CONVERSION = "conversion"
    CEILING = "ceiling"


BECAUSE: Mapping[Why, str] = {
    Why.OPTED_OUT: "the number is opted out; only its own START opens it again",
    Why.BLOCKED: "the number is blocked, by a rule or an operator",
    Why.ONLY_NUMBERS: "replies.only_numbers names others",
    Why.OURS: "it is a number of ours",
    Why.COUNTRY: "verification.countries does not name the country of this number",
    Why.NO_PHONE: "this is no number of a person's phone",
    Why.NO_GATEWAY: "no gateway that is on can do this",
    Why.UNSAID: "the message cannot be said",
    Why.USED: "it was approved before; a code is good for once",
    Why.BY_TEXT: "this one is approved by the text of the person alone",
    Why.TOO_SOON: "the code was sent a moment ago",
    Why.SENDS_USED: "the code was sent as often as verification.sends says",
    Why.WRONG_CODES: "the number sent too many wrong codes",
    Why.CAP: "as many codes as may be were sent",
    Why.CONVERSION: "too few codes come back from numbers like this one",
    Why.CEILING: "a ceiling is reached",
}
"""For people."""
LATER = frozenset(
    {
        *(Why.TOO_SOON, Why.SENDS_USED, Why.WRONG_CODES, Why.CAP),
        *(Why.CONVERSION, Why.CEILING),
    }
)
"""What may be asked again later."""
UNREADABLE = frozenset({Why.OURS, Why.NO_PHONE, Why.NO_GATEWAY, Why.UNSAID})
"""What was asked is wrong in itself."""


class NotSent(Exception):
    """No code is sent, or none is compared; the text says why."""

    def __init__(self, why: Why, more: str = "", *, until: datetime | None = None) -> None:
        """`until`: when it may be asked again; None where that is not known."""
        super().__init__(f"{BECAUSE[why]}: {more}" if more else BECAUSE[why])
        self.why = why
        self.until = until


async def expect_room(connection: Connection, sent: Sent, policy: CodePolicy) -> None:
    """Raise `NotSent` where a cap is reached, or too few codes come back."""
    for counted, limit in policy.caps:
        value = sent.of(counted)
        if not value and counted is not Counted.EVERYTHING:
            continue
        at = await verifications.counted_at(connection, counted, value, limit.count - 1)
        if at is not None and at + limit.period > sent.at:
            raise NotSent(Why.CAP, f"by {counted}", until=at + limit.period)
    await _expect_returns(connection, sent, policy)


async def _expect_returns(connection: Connection, sent: Sent, policy: CodePolicy) -> None:
    """Stop where numbers are called for somebody's profit; who proved a number before is known."""
    since = sent.at - LOOKED_BACK
    for where in FEWEST_SETTLED:
        returns = await verifications.returns(connection, where, sent.of(where), since)
        if not is_pumped(returns, where, policy.conversion):
            continue
        if not await verifications.was_approved(connection, sent.verification.number):
            raise NotSent(Why.CONVERSION, f"by {where}", until=sent.at + LOOKED_BACK)


async def expect_few_failures(connection: Connection, number: str, now: datetime) -> None:
    """Raise `NotSent` where the number sent too many wrong codes, over all its codes."""
    known = (await verifications.failures(connection, [number])).get(number)
    until = known.locked_until(now) if known else None
    if until is not None:
        more = "an operator has to unlock it" if until == NEVER else ""
        raise NotSent(Why.WRONG_CODES, more, until=until)
