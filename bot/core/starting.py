"""Whether something may be started to a number, and when: go, later, or not at all.

What is started is whatever is not said at once to somebody who has just texted: a message that an
operator or a program begins, and what a rule says later. The latter belongs to an answer and
needs no consent of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import phonenumbers

from bot.core.consent import EVERYTHING, INQUIRY, Consent, ConsentKind, allowing
from bot.core.conversation import Subscriber
from bot.core.messages import MessageClass
from bot.core.quiet_hours import Quiet, QuietHours, QuietWhy

STARTING = frozenset({MessageClass.STARTED, MessageClass.FOLLOW_UP})
"""The classes of what is started."""


class Hindrance(StrEnum):
    """Why something is not started, or not now."""

    NO_NUMBER = "no_number"
    NO_GATEWAY = "no_gateway"
    UNSAID = "unsaid"
    OURS = "ours"
    NOT_AMONG = "only_numbers"
    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    BLOCKED_THERE = "blocked_there"
    UNREACHABLE = "unreachable"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NO_CONSENT = "no_consent"
    CEILING = "ceiling"
    QUIET = "quiet"


REASONS: Mapping[Hindrance, str] = {
    Hindrance.NO_NUMBER: "this is no telephone number",
    Hindrance.NO_GATEWAY: "there is no such gateway, or it is off",
    Hindrance.UNSAID: "the message cannot be said",
    Hindrance.OURS: "it is a number of ours",
    Hindrance.NOT_AMONG: "replies.only_numbers names others",
    Hindrance.OPTED_OUT: "the number is opted out; only its own START opens it again",
    Hindrance.BLOCKED: "the number is blocked, by a rule or an operator",
    Hindrance.BLOCKED_THERE: "the number is blocked at the gateway, by somebody there",
    Hindrance.UNREACHABLE: "the network cannot reach the number; a text of its own, or "
    "`textobot user resume NUMBER`, ends that",
    Hindrance.UNSURE: "a text of the number probably means STOP, and nobody knows yet",
    Hindrance.WITHDRAWN: "the consent was withdrawn",
    Hindrance.EXPIRED: "the consent has run out",
    Hindrance.NO_CONSENT: "there is no consent, and the number did not text within six months",
    Hindrance.CEILING: "a ceiling is reached",
    Hindrance.QUIET: "quiet hours",
}
"""For people."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a number when something is to be started."""

    person: Subscriber
    ledger: Sequence[Consent] = ()
    texted_at: datetime | None = None
    """When it last texted us, as far as texts are kept."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an installation starts at all. A ceiling's verdict is empty while there is room."""

    quiet: QuietHours | None = None
    """None: at any hour."""
    ceiling: str = ""
    our_numbers: frozenset[str] = frozenset()
    only_numbers: frozenset[str] = frozenset()
    """Empty: to everybody."""


@dataclass(frozen=True, slots=True)
class Go:
    """It may leave at the instant that was asked about."""

    basis: ConsentKind | None
    """None: it belongs to an answer."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """It may leave later."""

    until: datetime
    because: str
    """Until when, and why, for people."""
    quiet: Quiet
    basis: ConsentKind | None


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not leave."""

    why: Hindrance
    because: str
    """For people."""


Verdict = Go | Deferred | Refused


def may_start(
    known: Known,
    message_class: MessageClass,
    at: datetime,
    terms: Terms,
    *,
    of_list: str = EVERYTHING,
) -> Verdict:
    """Decide about a message that is to leave at an instant; `of_list`: what it is about."""
    hindrance = _standing(known.person, terms)
    if hindrance is not None:
        return Refused(hindrance, REASONS[hindrance])
    basis = None
    if message_class is not MessageClass.FOLLOW_UP:
        found = _basis(known, at, of_list)
        if isinstance(found, Hindrance):
            return Refused(found, REASONS[found])
        basis = found
    if terms.ceiling:
        return Refused(Hindrance.CEILING, terms.ceiling)
    quiet = terms.quiet.at(known.person.number, at) if terms.quiet else None
    if quiet is not None:
        return Deferred(quiet.until, in_words(quiet), quiet, basis)
    return Go(basis)


def _standing(person: Subscriber, terms: Terms) -> Hindrance | None:
    """Say what keeps us from starting anything, whatever it is."""
    standing = {
        Hindrance.NO_NUMBER: not _is_number(person.number),
        Hindrance.OURS: person.number in terms.our_numbers,
        Hindrance.NOT_AMONG: bool(terms.only_numbers) and person.number not in terms.only_numbers,
        Hindrance.OPTED_OUT: person.opted_out,
        Hindrance.BLOCKED: person.blocked,
        Hindrance.UNSURE: person.unsure_at is not None,
    }
    return next((one for one, holds in standing.items() if holds), None)


def _is_number(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def is_withdrawn(known: Known, at: datetime, of_list: str) -> bool:
    """Say whether the person's last word is no: only an express consent undoes that."""
    return _basis(known, at, of_list) is Hindrance.WITHDRAWN


def _basis(known: Known, at: datetime, of_list: str) -> ConsentKind | Hindrance:
    """Find on what ground we may write, or what is missing.

    Who texted us has inquired, unless what was withdrawn since, or from this list, says otherwise.
    """
    entry = allowing(known.ledger, at, of_list=of_list)
    if entry is not None:
        return entry.kind
    withdrawn = _newest(known.ledger, EVERYTHING, given=False)
    left = _left(known.ledger, of_list)
    texted = known.texted_at
    inquired = texted is not None and at - texted < INQUIRY
    if inquired and not left and (withdrawn is None or texted is None or withdrawn.at < texted):
        return ConsentKind.INQUIRY
    if left or (withdrawn is not None and not _given_since(known.ledger, withdrawn)):
        return Hindrance.WITHDRAWN
    given = any(one.given and one.list in {of_list, EVERYTHING} for one in known.ledger)
    return Hindrance.EXPIRED if given else Hindrance.NO_CONSENT


def _newest(ledger: Sequence[Consent], about: str, *, given: bool) -> Consent | None:
    entries = [one for one in ledger if one.list == about and one.given is given]
    return max(entries, key=_order, default=None)


def _left(ledger: Sequence[Consent], of_list: str) -> bool:
    """Say whether the last word about a list is that the person wants it no more."""
    last = max((one for one in ledger if one.list == of_list), key=_order, default=None)
    return of_list != EVERYTHING and last is not None and not last.given


def _given_since(ledger: Sequence[Consent], withdrawn: Consent) -> bool:
    return any(one.given and _order(one) > _order(withdrawn) for one in ledger)


def _order(entry: Consent) -> tuple[datetime, int]:
    return entry.at, entry.id


WHY_QUIET: Mapping[QuietWhy, str] = {
    QuietWhy.HOURS: "it is outside {hours}",
    QuietWhy.SUNDAY: "it is Sunday",
    QuietWhy.HOLIDAY: "it is a public holiday",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def in_words(quiet: Quiet) -> str:
    """Say until when nothing is started, and why, by the clock of where the number is."""
    opens = quiet.until.astimezone(quiet.zone)
    where = f"{quiet.country}, {quiet.zone}" if quiet.country else f"{quiet.zone}"
    first, last = map(_hour, quiet.hours or (0, 0))
    why = WHY_QUIET[quiet.why].format(hours=f"{first}-{last}")
    day = DAYS[opens.weekday()]
    return f"quiet hours ({where}: {why}); waits until {day} {opens:%Y-%m-%d %H:%M} there"


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
