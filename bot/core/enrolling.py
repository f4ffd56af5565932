"""May somebody be put on a list by another way than their own text? What is known decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.consent import EVERYTHING, Consent, ConsentKind, How, allowing, expiry


class Enrolled(StrEnum):
    """What came of it, in the words of reports."""

    ADDED = "added"
    MEMBER = "was a member"
    RENEWED = "was a member; the newer consent is noted"
    OPTED_OUT = "opted out: refused"
    LEFT = "left after the consent's date: refused"
    EXPIRED = "the consent has run out: refused"
    FUTURE = "the consent's date is in the future: refused"


REFUSED = frozenset({Enrolled.OPTED_OUT, Enrolled.LEFT, Enrolled.EXPIRED, Enrolled.FUTURE})


@dataclass(frozen=True, slots=True)
class Basis:
    """On what ground people are put on a list: who does it says so."""

    kind: ConsentKind
    how: How
    wording: str
    """What they agreed to, or what the relationship is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who is to be on a list."""

    number: str
    cause: str
    """Where it comes from: see `Consent.cause`."""
    at: datetime | None = None
    """When the consent was given; None: nobody says, and today counts."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of somebody and a list."""

    opted_out: bool
    on_list: bool
    left_at: datetime | None
    """When a membership ended that is over."""
    ledger: Sequence[Consent]


def enrolled(
    one: Candidate, basis: Basis, of_list: str, known: Standing, now: datetime
) -> Enrolled:
    """Decide. Nobody is put on a list who opted out, or who left it after the consent's date."""
    at = one.at or now
    if known.opted_out:
        return Enrolled.OPTED_OUT
    if at > now:
        return Enrolled.FUTURE
    ends = expiry(basis.kind, at)
    if ends is not None and ends <= now:
        return Enrolled.EXPIRED
    if _left_since(at, of_list, known):
        return Enrolled.LEFT
    if not known.on_list:
        return Enrolled.ADDED
    return Enrolled.RENEWED if _is_news(one, basis, of_list, known, now) else Enrolled.MEMBER


def _left_since(at: datetime, of_list: str, known: Standing) -> bool:
    """Tell whether the person said no after that; who left before there was a ledger, too."""
    about = [one for one in known.ledger if one.list == of_list]
    if not about and known.left_at is not None and known.left_at >= at:
        return True
    return any(
        one.at >= at and not one.given and one.list in {of_list, EVERYTHING}
        for one in known.ledger
    )


def _is_news(one: Candidate, basis: Basis, of_list: str, known: Standing, now: datetime) -> bool:
    """Tell whether a consent adds to what is known of a member: twice the same does not."""
    held = allowing(known.ledger, now, of_list=of_list)
    if held is None or held.list != of_list:
        return True
    if _STRENGTH[basis.kind] > _STRENGTH[held.kind]:
        return True
    return one.at is not None and one.at > held.at and basis.kind is held.kind


_STRENGTH = dict.fromkeys(ConsentKind, 1) | {
    ConsentKind.EXPRESS: 2,
    ConsentKind.INQUIRY: 0,
}
