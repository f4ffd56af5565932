"""How many codes are sent, and how many wrong ones are taken: what keeps codes from being guessed,
and numbers from being called for somebody's profit.

A limit is never kept in memory: the rows of what was sent say whether it is reached.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.core.instants import instant, milliseconds
from bot.core.policy import Limit

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WAITS = (30, 60, 120, 300)
"""Seconds between a code's sends; the last of them between all that follow."""
NETWORK = 64
"""Bits of an IPv6 address that are one client's."""
LAST_DIGITS = 4
"""Of a number, left out of its prefix."""


class Counted(StrEnum):
    """What sends are counted by."""

    NUMBER = "number"
    PREFIX = "prefix"
    CLIENT = "client"
    """The end user's address."""
    CALLER = "caller"
    """The token, or the rule."""
    COUNTRY = "country"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class CodePolicy:
    """How an installation verifies numbers."""

    length: int = 6
    life: timedelta = timedelta(minutes=10)
    attempts: int = 5
    sends: int = 5
    countries: frozenset[str] = frozenset({"CA", "US", "FR"})
    caps: Sequence[tuple[Counted, Limit]] = (
        (Counted.NUMBER, Limit(5, 10 * MINUTE)),
        (Counted.NUMBER, Limit(10, DAY)),
        (Counted.PREFIX, Limit(20, HOUR)),
        (Counted.CLIENT, Limit(10, HOUR)),
        (Counted.CALLER, Limit(1000, HOUR)),
        (Counted.COUNTRY, Limit(10_000, DAY)),
        (Counted.EVERYTHING, Limit(20_000, DAY)),
    )
    conversion: float = 0.35
    """The share of codes that must come back; below, no new ones are sent there for a while."""


def prefix_of(number: str) -> str:
    """Give a number without its last digits: whoever pumps takes one after the other."""
    return number[:-LAST_DIGITS]


def again_at(sends: int, sent_at: datetime) -> datetime:
    """Say from when on a code that was sent so often may be sent once more."""
    return sent_at + timedelta(seconds=WAITS[min(sends, len(WAITS)) - 1])


def client_of(written: str) -> str:
    """Give what an end user's address is counted as: of an IPv6 address, its network.

    A household has as many of those as it likes. What is no address is taken as it is.
    """
    try:
        address = ipaddress.ip_address(written.strip())
    except ValueError:
        return written.strip()
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, NETWORK), strict=False))
    return str(address)


# --- wrong codes ---------------------------------------------------------------------------------

WRONG_A_DAY = 20
"""Wrong codes of one number after which no more are compared for a while, over all its codes."""
WRONG_STEP = 5
"""With so many more, twice as long."""
WRONG_IN_A_ROW = 100
"""Then an operator has to look at it."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Failures:
    """The wrong codes of a number, over all its codes; a new code changes nothing (INV-16)."""

    in_a_row: int = 0
    """Since the last right one."""
    recent: tuple[int, ...] = field(default=())
    """Epoch milliseconds of those of the last day, oldest first."""

    def one_more(self, now: datetime) -> Failures:
        """Count another."""
        since = milliseconds(now - DAY)
        recent = (*(one for one in self.recent if one > since), milliseconds(now))
        return Failures(self.in_a_row + 1, recent[-WRONG_IN_A_ROW:])

    def locked_until(self, now: datetime) -> datetime | None:
        """Say until when nothing is compared for the number; None: it is."""
        if self.in_a_row >= WRONG_IN_A_ROW:
            return NEVER
        recent = [one for one in self.recent if one > milliseconds(now - DAY)]
        if len(recent) < WRONG_A_DAY:
            return None
        doublings = (len(recent) - WRONG_A_DAY) // WRONG_STEP
        until = instant(recent[-1]) + HOUR * 2**doublings
        return until if until > now else None


# --- codes that do not come back -----------------------------------------------------------------

LOOKED_BACK = 12 * HOUR
"""For so long a place where too few codes come back is left alone at most."""


@dataclass(frozen=True, slots=True)
class Returns:
    """How many codes came back, of the last ones that are settled."""

    settled: int
    approved: int


FEWEST_SETTLED = {Counted.PREFIX: 10, Counted.COUNTRY: 50}
"""So many tell something."""


def is_pumped(returns: Returns, where: Counted, conversion: float) -> bool:
    """Tell whether so few come back that somebody else than people asks for them."""
    if returns.settled < FEWEST_SETTLED[where]:
        return False
    return returns.approved < returns.settled * conversion
