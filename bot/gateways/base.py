"""What a gateway must do, and the ways in which it may fail.

* GatewayError
  - Unreachable    it never arrived             -> again
  - Throttled      too fast                     -> again, later
  - Unconfirmed    it may have arrived          -> find out, before anything is sent again
  - Rejected       refused for good             -> give up this message
  - AccountHeld    the account cannot be used   -> stop this gateway, keep every row, tell people

For reads, `Unreachable` and `Unconfirmed` mean the same: ask again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.core.messages import (
    Acceptance,
    Batch,
    Feed,
    Mail,
    Page,
    Search,
    Sent,
    Sighting,
    Unclear,
    Way,
)
from bot.core.skew import Skew
from bot.gateways.book import Book
from bot.gateways.examiner import Examiner


class GatewayError(Exception):
    """A gateway did not do what was asked. The text is redacted and fit to be shown."""

    retry_after: float | None = None
    """Seconds that the gateway asked us to wait, where it did."""

    def __init__(self, reason: str, *, retry_after: float | None = None, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.code = code
        """The HTTP status, or the vendor's own word."""


class Unreachable(GatewayError):
    """No byte of the request was taken."""


class Throttled(GatewayError):
    """The gateway refused because it is asked too often; nothing was taken."""


class Unconfirmed(GatewayError):
    """The request left us, and no readable answer says what became of it."""


class Rejected(GatewayError):
    """The gateway will never take this message."""


class AccountHeld(GatewayError):
    """The account cannot be used now: `word` is one of firewall, key, credit, expired, address."""

    def __init__(
        self, reason: str, *, word: str, retry_after: float | None = None, code: str = ""
    ) -> None:
        super().__init__(reason, retry_after=retry_after, code=code)
        self.word = word


@dataclass(frozen=True, slots=True)
class Traits:
    """How gateways differ, as data: nobody else asks which vendor this is."""

    numbers_per_batch: int
    """Equal texts to this many numbers may leave in one request."""
    pace: float
    """Seconds between two sends, at least."""
    in_flight: int
    """Sends under way at once, at most."""
    campaigns: bool
    """Each message sent opens a feed of its own, in which its answers are listed."""
    longest: int
    """Code units or characters that one text may have; see `refuses`."""
    ways: tuple[Way, ...] = (Way.TEXT,)
    """How it can send a code, the best first."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How an account is doing, for who decides what to begin, `/readyz` and the metrics."""

    held: str = ""
    """The word of `AccountHeld` while the account is held; empty: it is not."""
    sends_from: datetime | None = None
    """Nothing is sent before; whoever tries nevertheless is told so at once. None: now."""
    reads_from: datetime | None = None
    """The same for everything else."""
    one_send: bool = False
    """The last sends failed: the next one decides whether others may follow."""


class Gateway(Protocol):
    """One account at one vendor. Adapters inherit nothing."""

    name: str
    traits: Traits

    @property
    def book(self) -> Book:
        """Its contacts and groups."""
        ...

    @property
    def examiner(self) -> Examiner:
        """What looks at it closely."""
        ...

    @property
    def skew(self) -> Skew:
        """The gateway's clock minus ours, as far as its answers have told."""
        ...

    @property
    def condition(self) -> Condition:
        """Whether the account is held or left alone for a while."""
        ...

    @property
    def learned(self) -> Mapping[str, Any]:
        """What the adapter has found out and wants to find again after a restart: its own JSON."""
        ...

    def refuses(self, text: str) -> str:
        """Say why this text can never be sent here (too long, empty), or nothing if it can."""
        ...

    async def fetch(self, feed: Feed) -> Page:
        """Read what a feed lists. Raises `GatewayError`."""
        ...

    async def send(self, batch: Batch) -> Acceptance:
        """Hand over one batch. Raises `GatewayError`; never tries twice by itself."""
        ...

    async def mail(self, mail: Mail) -> str:
        """Hand over one e-mail; give the gateway's name for it, or nothing where it has none.

        Raises `GatewayError`, with `Rejected` also where the account sends no mails at all; never
        tries twice. What is `Unconfirmed` stays so: nobody looks for a mail.
        """
        ...

    async def receipts(self, sent: Sequence[Sent]) -> Sequence[Sighting]:
        """Read how messages went; also lists others that the same reading shows."""
        ...

    async def messages(self, since: datetime) -> Sequence[Sighting]:
        """List everything that left the account since then, ours or not. Raises `GatewayError`.

        Only as a whole: where it is too long to be read at once, nothing is given. Empty where
        each campaign is listed by its own name alone (`Traits.campaigns`).
        """
        ...

    async def search(self, unclear: Sequence[Unclear], since: datetime | None = None) -> Search:
        """Look for batches whose sending was unclear. May take several calls: see `progress`.

        `since`: when the last message before them was handed over that was certainly taken. A
        listing that reaches back to it shows whether it lists anything at all.
        """
        ...

    async def watch(self) -> Mapping[str, float | str]:
        """Read the account where it has an address for that: credit, expiry. Empty elsewhere."""
        ...
