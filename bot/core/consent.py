"""Who agreed to what: the entries of a ledger that only grows, and what they allow.

A text is answered whoever sends it. What we start needs a consent that was given, not withdrawn
since, and has not run out.

The periods are those of Canada's anti-spam law (S.C. 2010, c. 23, s. 10): an inquiry allows to
write for six months, a business relationship for two years, an express consent until it is
withdrawn. They suit France too, where a consent has no end of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

EVERYTHING = ""
"""The list of a consent to whatever we send."""


class ConsentKind(StrEnum):
    """On what ground one may write."""

    EXPRESS = "express"
    """The person said so: by a word, a form, a signature."""
    IMPLIED = "implied"
    """From a business relationship: a purchase, a contract."""
    INQUIRY = "inquiry"
    """The person asked us something, by a text or elsewhere: implied, too, but not for long."""
    TRANSACTIONAL = "transactional"
    """What the person ordered needs telling: an appointment, a parcel."""


class How(StrEnum):
    """By what way it was given or withdrawn."""

    TEXT = "text"
    IMPORT = "import"
    API = "api"
    OPERATOR = "operator"


INQUIRY = timedelta(days=181)
"""How long somebody who asked may be written to because of that: the shortest six months."""
LIFE = {
    ConsentKind.EXPRESS: None,
    ConsentKind.IMPLIED: timedelta(days=730),
    ConsentKind.INQUIRY: INQUIRY,
    ConsentKind.TRANSACTIONAL: timedelta(days=730),
}
"""How long a consent of a kind lasts where nothing else is said; None: until it is withdrawn.

Two years are never shorter than this.
"""
LONGEST_WORDING = 1000
"""Characters of what was agreed to that are kept."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry."""

    number: str
    list: str
    """`EVERYTHING`, or the id of a list."""
    given: bool
    """False: it is withdrawn."""
    kind: ConsentKind
    how: How
    cause: str
    """The text, as `inbound ID`; the file and row; the token's name; who typed the command."""
    wording: str
    """The words that were agreed to, or by which it was withdrawn."""
    at: datetime
    expires_at: datetime | None = None
    id: int = 0
    """0 before it is stored."""


def expiry(kind: ConsentKind, at: datetime) -> datetime | None:
    """Say when a consent of a kind ends that is given now; None: when it is withdrawn."""
    life = LIFE[kind]
    return None if life is None else at + life


def allowing(
    ledger: Iterable[Consent], now: datetime, *, of_list: str = EVERYTHING
) -> Consent | None:
    """Find the entry by which we may write about a list, or about anything; None: there is none.

    `ledger`: the entries of one number, in any order. A later withdrawal from everything undoes
    what was given before for a list, too.
    """
    newest: dict[str, Consent] = {}
    for entry in sorted(ledger, key=lambda one: (one.at, one.id)):
        if not entry.given and entry.list == EVERYTHING:
            newest.clear()
        newest[entry.list] = entry
    for about in dict.fromkeys((of_list, EVERYTHING)):
        found = newest.get(about)
        if found is not None and (about == of_list or found.given):
            return found if _holds(found, now) else None
    return None


def _holds(entry: Consent, now: datetime) -> bool:
    return entry.given and (entry.expires_at is None or now < entry.expires_at)
