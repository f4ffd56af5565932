"""Texts in, texts out, and what became of them: the values that every layer shares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.core.network import Advice
from bot.core.skew import Skew


class InboundStatus(StrEnum):
    """What became of a text that somebody sent us."""

    NEW = "new"
    HANDLED = "handled"
    IGNORED = "ignored"
    """Read and understood, but not to be answered: history, late, loop, blocked…; `why` says."""
    PARKED = "parked"
    """Deciding or rendering raised, or the process died on it three times. Can be replayed."""


class Status(StrEnum):
    """Where a message of ours stands. See `TRANSITIONS`."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCONFIRMED = "unconfirmed"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    FAILED = "failed"
    ABANDONED = "abandoned"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


OPEN = frozenset({Status.QUEUED, Status.SENDING, Status.UNCONFIRMED})
"""A message in one of these holds back the later ones of its conversation."""

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    # Sent: it was taken for lost and queued anew when its acceptance came after all.
    Status.QUEUED: frozenset(
        {
            *(Status.SENDING, Status.SENT, Status.FAILED),
            *(Status.SUPPRESSED, Status.CANCELLED, Status.LAPSED),
        }
    ),
    # Back to queued only when it is certain that no byte of the request was taken.
    Status.SENDING: frozenset({Status.SENT, Status.QUEUED, Status.UNCONFIRMED, Status.FAILED}),
    Status.UNCONFIRMED: frozenset({Status.SENT, Status.QUEUED, Status.ABANDONED}),
    # A receipt may overtake another: the network's last word is any of three, and it is final.
    Status.SENT: frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.EXPIRED}),
    Status.DELIVERED: frozenset(),
    Status.UNDELIVERED: frozenset(),
    Status.EXPIRED: frozenset(),
    Status.FAILED: frozenset(),
    # Evidence may still turn up late: it is then believed.
    Status.ABANDONED: frozenset({Status.SENT}),
    Status.SUPPRESSED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.LAPSED: frozenset(),
}


class MessageClass(StrEnum):
    """Why we write: what may hold a message back differs by class."""

    REPLY = "reply"
    OPT_OUT = "opt_out"
    """The one confirmation that leaves although the number is blocked."""
    HELP = "help"
    """The built-in HELP text: said to whoever asks, also after an opt-out, and never counted
    against `replies.per_number`."""
    VERIFICATION = "verification"
    FOLLOW_UP = "follow_up"
    """Said some time after a text, by `later` or because no answer came."""
    STARTED = "started"
    """Begun by an operator or a program, and no answer to a text of the person's."""
    FORWARD = "forward"
    """A text passed on to a person of the operator's."""


class Way(StrEnum):
    """How a gateway sends a code."""

    VENDOR = "vendor"
    """In the vendor's own words, by SMS or in a call, as it chooses."""
    TEXT = "text"
    """As a text like any other."""
    VOICE = "voice"
    """Our words, read out in a call."""


@dataclass(frozen=True, slots=True)
class Code:
    """What it takes to send a code otherwise than as a text; it is in memory alone."""

    way: Way
    digits: str
    language: str
    request: str
    """What the vendor is to call it by."""


class Delivery(StrEnum):
    """What to do with a message when it cannot be found out whether it was taken."""

    AT_MOST_ONCE = "at_most_once"
    AT_LEAST_ONCE = "at_least_once"


@dataclass(frozen=True, slots=True)
class Listed:
    """A text as a gateway lists it: parsed, not yet ours."""

    key: str
    """Its identity within the gateway. Two listings with one key are one text."""
    number: str
    """The other person's, E.164 with `+`; short and alphabetic senders as they came."""
    text: str
    sent_at: datetime
    """Aware, UTC, by the gateway's clock."""
    our_number: str = ""
    """Empty where the gateway does not say."""
    reference: str = ""
    """The campaign that it answers (Clever); empty elsewhere."""
    fingerprint: str = ""
    """Equal for equal number, our number, second, text: tells a renumbered row from a new."""
    contact: str = ""
    """The language of who wrote it, see `Inbound.contact`: whoever reads the gateway knows it."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text in our inbox."""

    id: int
    gateway: str
    conversation: str
    number: str
    our_number: str
    text: str
    sent_at: datetime
    received_at: datetime
    history: bool
    """Listed by the first good read of its feed: never answered, but STOP and START count."""
    attempts: int
    """How often deciding has been begun. More than 0 means that a process died meanwhile."""
    again: bool = False
    """An operator has it decided anew: its age does not keep it from being answered."""
    sealed: str = ""
    """The seal of the code that it was, see `bot.core.codes`; `text` then hides it."""
    contact: str = ""
    """The language of who wrote it, as a contact at the gateway; empty: none, or the usual one."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message of ours that is to be written into the outbox."""

    cause: str
    """`inbound ID/ACTION NUMBER`, unique: a text that is decided twice is answered once."""
    conversation: str
    gateway: str
    number: str
    text: str
    message_class: MessageClass
    delivery: Delivery
    created_at: datetime
    not_before: datetime
    expires_at: datetime
    """Not sent yet by then: it lapses."""
    language: str = ""
    rule: str = ""
    """The rule, or the built-in word's class, that made it."""
    resends: int = 1
    """How often it may be sent again on a guess. What was certainly not taken does not count."""
    because: str = ""
    """Why it leaves later than it was written down, in a sentence; empty: it does not."""
    verification: str = ""
    """Whose code it says; `text` then hides it."""
    way: Way = Way.TEXT


Wanted = Callable[[], Awaitable[bool]]
"""Tells whether something may still leave."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What leaves in one request: one text, to one number or (Clever) to several."""

    id: int
    """The smallest outbox id in it."""
    ids: tuple[int, ...]
    gateway: str
    numbers: tuple[str, ...]
    """In the order of `ids`; no number twice."""
    text: str
    fence: int
    """The attempt. Only who holds this one may settle the rows."""
    leave_by: datetime | None = None
    """Whoever has not begun to send it by then does not: its lease might end meanwhile."""
    code: Code | None = None
    """What is said, where that is a code; `text` then says it in our words."""
    wanted: Wanted | None = field(default=None, compare=False, repr=False)
    """Asked when its turn has come: no, and it does not leave. Somebody may have opted out."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A gateway has taken a batch, and what it said of it."""

    gateway_id: str
    """Its message id or its campaign's reference; empty when it took it without naming it."""
    segments: int | None = None
    units: float | None = None
    """What one message of the batch cost, in the gateway's units."""


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail that a gateway is to send for us; `bot.core.mails` says what one may be."""

    to: str
    """One plain address."""
    subject: str
    text: str
    """As its reader is to see it, sign for sign."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message to a number as a gateway lists it afterwards: proof that it was taken."""

    gateway_id: str
    numbers: tuple[str, ...]
    text: str
    at: datetime
    """When, by the gateway's clock, UTC."""
    status: Status = Status.SENT
    """`SENT` where nothing better is known."""
    code: str = ""
    """The vendor's word, as it came (`UNDELIV_300`, `3`)."""
    segments: int | None = None
    units: float | None = None
    advice: Advice | None = None
    """What the vendor's document says to do for this code; None: it has no such code."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message whose receipt we would like to read."""

    id: int
    gateway_id: str
    number: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Unclear:
    """A batch of which we do not know whether it was taken."""

    batch: int
    ids: tuple[int, ...]
    numbers: tuple[str, ...]
    text: str
    handed_at: datetime
    """When its intent was committed: nothing left before."""
    unclear_at: datetime
    """When we gave up on its answer; after a crash, when we noticed."""
    delivery: Delivery
    expires_at: datetime
    resends: int
    """How many are left."""
    progress: Mapping[str, Any] = field(default_factory=dict)
    """What the gateway's adapter has searched so far, in its own JSON; starts empty."""
    negatives: int = 0
    """Complete searches without a hit that were begun after the settle time."""
    searched_at: datetime | None = None
    """When the last of those was begun."""
    skew: Skew | None = None
    """The gateway's clock minus ours when it was handed over; None: nobody noted it."""
    verification: str = ""
    """Whose code it says; `text` hides it in the store, and says it while it is looked for."""
    way: Way = Way.TEXT

    def dated_by(self, skew: Skew) -> Unclear:
        """Date it by our clock as it goes now: it may have been set since, by hours.

        The gateway's clock is what did not move: with `skew`, both instants bound a stretch of it,
        which stays as it was. Searches that were counted by the other time do not count.
        """
        then = self.skew
        if then is None or not skew.is_apart(then):
            return self
        return replace(
            self,
            handed_at=self.handed_at + timedelta(seconds=then.low - skew.low),
            unclear_at=self.unclear_at + timedelta(seconds=then.high - skew.high),
            skew=skew,
            progress={},
            negatives=0,
            searched_at=None,
        )


@dataclass(frozen=True, slots=True)
class Search:
    """One search for unclear batches in what a gateway lists."""

    begun_at: datetime
    sightings: Sequence[Sighting]
    """All that was seen, ours or not. Not stored: others' messages are none of our business."""
    complete: Mapping[int, bool]
    """Batch id to: everywhere that it could be has been looked at, successfully."""
    progress: Mapping[int, Mapping[str, Any]]
    skew: Skew
    credit_says: Mapping[int, bool | None] = field(default_factory=dict)
    """Clever: batch id to whether the account was charged for it; None or absent: cannot tell."""
    trusted: bool = True
    """False where the gateway cannot say "there is no such message" in a way that we know."""


class FeedState(StrEnum):
    """How warm a feed is kept."""

    LIVE = "live"
    SUPERSEDED = "superseded"
    """Each of its recipients has a newer campaign."""
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Feed:
    """What lists texts at a gateway: VuduMobile has one feed, Clever one for each campaign."""

    gateway: str
    reference: str
    """The campaign's; empty for VuduMobile's only feed."""
    cursor: Mapping[str, Any]
    """The adapter's own JSON; `{}` before the first read."""
    opened_at: datetime
    """When it began; for a campaign, its second of creation."""
    due_at: datetime
    hot_at: datetime
    """Its age counts from here: the last text found in it, or `opened_at`."""
    state: FeedState = FeedState.LIVE
    adopted: bool = False
    """Not ours from the start (an account's feed, a campaign begun elsewhere): what its first
    good read lists is history."""
    read_at: datetime | None = None
    """When it was last read well; None: never."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one read of a feed listed."""

    texts: Sequence[Listed]
    """In the order to be handled: by time, then by the gateway's order."""
    cursor: Mapping[str, Any]
    read_at: datetime
    """When the request was begun, by our clock."""
    gap: tuple[datetime, datetime] | None = None
    """A stretch of the gateway's time that could not be read and is left for later."""
    unreadable: int = 0
    """Rows that made no sense; counted and reported, they hold up no other."""
