"""What a message came to whose sending was unclear: the verdict, from what the gateway lists.

The gateways have no idempotency key. After a request that may have arrived we therefore look for
the message where the gateway lists what it took, and send it again only when it is certain that it
was not taken: that is decided here, and here alone. This module only judges;
searching is the adapter's part, and acting on a verdict the reconciler's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from bot.core.calibration import EXACT, PREFIX, Calibration
from bot.core.messages import Delivery, Search, Sighting, Unclear
from bot.core.sightings import BEFORE, Hit, hits
from bot.core.skew import Skew

LATE = 120.0
"""Seconds after we gave up in which a server may still carry a request out. PHP ends a script
after 30 s by default; proxies and queues in front of it get four times as much."""
LEAST_LISTING = 15.0
"""Seconds that a message is always given to appear in the listing, however quick it was so far."""
LAGS = 3
"""The lag measured so far says little about the next one: three times as much is waited."""
ROUNDING = 4.0
"""Seconds: both ends of a window are cut by clocks that tell whole seconds, ours and theirs."""
NEGATIVES = 2
"""Complete searches without a hit that a negative needs: one answer may lack rows by accident."""
APART = 10.0
"""Seconds between two searches that count as two: a passing fault must not spoil both."""
PATIENCE = 600.0
"""Seconds for which better evidence is waited for; the conversation stands still meanwhile."""
QUIET = 600.0
"""Seconds after which a listing that shows what is certainly ours is believed without anything
newer in it: where nobody writes, nothing newer will come."""
REQUEST = 30.0
"""Seconds that a request of ours may take: what was answered was taken within them."""


def candidate_seconds(
    handed_at: datetime,
    unclear_at: datetime,
    skew: Skew,
    timezone: tzinfo,
    taken: Collection[str],
) -> tuple[str, ...]:
    """Name every campaign that an unclear push can have become at Clever, the likeliest first.

    A campaign is named for the second of its creation in the vendor's local time. In the hour that
    the autumn repeats one name stands for two instants; it is asked once. `taken` are the names
    that campaigns of ours bear already.
    """
    offset = (skew.low + skew.high) / 2
    likeliest = handed_at.timestamp() + offset
    first = int(handed_at.timestamp() + skew.low - BEFORE)
    last = int(unclear_at.timestamp() + skew.high + LATE)
    # A campaign cannot be created before it was handed over: of two equally near, the later.
    seconds = sorted(range(first, last + 1), key=lambda second: (abs(second - likeliest), -second))
    names = (_campaign(second, timezone) for second in seconds)
    return tuple(dict.fromkeys(name for name in names if name not in taken))


def _campaign(second: int, timezone: tzinfo) -> str:
    return datetime.fromtimestamp(second, UTC).astimezone(timezone).strftime("Push%Y%m%d%H%M%S")


class VerdictKind(StrEnum):
    """What is to be done with an unclear batch."""

    WAIT = "wait"
    SENT = "sent"
    """It was taken; or may have been, and nothing that may have been is sent twice."""
    AGAIN = "again"
    """It was certainly not taken: back into the queue."""
    GUESSED_AGAIN = "guessed_again"
    """Nobody knows. It is sent again because its rule wants it at least once."""
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an unclear batch came to."""

    batch: int
    kind: VerdictKind
    evidence: Mapping[str, Any]
    """JSON for the row, without text or number; `reason` is a sentence for people."""
    negatives: int
    """For `Unclear.negatives` of the next search, as `searched_at` is."""
    searched_at: datetime | None
    gateway_id: str = ""
    """Empty unless sent; also where the account was charged and the campaign not found."""
    segments: int | None = None
    units: float | None = None


def settle_seconds(lag: float, skew: Skew) -> float:
    """Give the seconds after which what was not listed will never be.

    A sum, never a maximum: a request carried out late is then listed late.
    """
    return LATE + listing_seconds(lag) + skew.width + ROUNDING


def verdicts(
    unclear: Sequence[Unclear],
    search: Search,
    *,
    bound: Mapping[str, datetime],
    calibration: Calibration,
    now: datetime,
) -> tuple[Verdict, ...]:
    """Judge each unclear batch of one gateway by one search, in the order given.

    `bound` has the gateway's ids that belong to rows of ours, with the instant at which each was
    handed over, by our clock. None is ever bound again; and what was certainly taken must be
    listed, or the listing proves nothing: leave out what this gateway never lists.
    """
    named = {one.gateway_id: one for one in search.sightings if one.gateway_id}
    # A feed without ids tells messages apart by their count alone.
    listed = [*named.values(), *(one for one in search.sightings if not one.gateway_id)]
    look = _Look(
        search=search,
        listed=len(listed),
        ours=sum(gateway_id in named for gateway_id in bound),
        missing=calibration.missing + _missing(unclear, search, bound, calibration),
        newest=_newest(listed, search),
        calibration=calibration,
        settle=settle_seconds(calibration.lag, search.skew),
        now=now,
    )
    free = [sighting for sighting in listed if sighting.gateway_id not in bound]
    found = hits(unclear, free, search.skew)
    return tuple(_verdict(batch, found.get(batch.batch), look) for batch in unclear)


@dataclass(frozen=True, slots=True)
class _Look:
    """One search and what it says of itself."""

    search: Search
    listed: int
    ours: int
    """How many of the listed are certainly ours."""
    missing: int
    """How many that were certainly taken are not listed."""
    newest: datetime | None
    calibration: Calibration
    settle: float
    now: datetime


def listing_seconds(lag: float) -> float:
    """Give the seconds after which a message that was certainly taken should be listed."""
    return max(LEAST_LISTING, LAGS * lag)


def _missing(
    unclear: Iterable[Unclear],
    search: Search,
    bound: Mapping[str, datetime],
    calibration: Calibration,
) -> int:
    """Count what was certainly taken within the stretch that was searched, and is not listed."""
    begins = [
        batch.handed_at
        for batch in unclear
        if search.complete.get(batch.batch) and batch.batch not in search.credit_says
    ]
    if not begins:
        return 0
    since = min(begins)
    until = search.begun_at - timedelta(seconds=REQUEST + listing_seconds(calibration.lag))
    listed = {sighting.gateway_id for sighting in search.sightings}
    return sum(since <= at <= until and name not in listed for name, at in bound.items())


def _newest(listed: Iterable[Sighting], search: Search) -> datetime | None:
    """Give the newest listed instant; one planned for the future says nothing of the listing."""
    present = search.begun_at + timedelta(seconds=search.skew.high + ROUNDING)
    return max((sighting.at for sighting in listed if sighting.at <= present), default=None)


def _verdict(batch: Unclear, hit: Hit | None, look: _Look) -> Verdict:
    if hit is not None:
        return _found(batch, hit, look)
    negatives, searched_at = _negatives(batch, look)
    kind, reason = _ruling(batch, negatives, look)
    return Verdict(
        batch.batch,
        kind,
        {**_evidence(batch, look), "negatives": negatives, "reason": reason},
        negatives,
        searched_at,
    )


def _found(batch: Unclear, hit: Hit, look: _Look) -> Verdict:
    sighting = hit.sighting
    strong = hit.level <= EXACT or (hit.level < PREFIX and hit.level in look.calibration.levels)
    return Verdict(
        batch.batch,
        VerdictKind.SENT,
        {
            **_evidence(batch, look),
            "negatives": batch.negatives,
            "level": hit.level,
            "strong": strong,
            "surplus": hit.surplus,
            "reason": "It is listed."
            if strong
            else "What is listed differs from it, but may be it: it is not sent twice.",
        },
        batch.negatives,
        batch.searched_at,
        gateway_id=sighting.gateway_id,
        segments=sighting.segments,
        units=sighting.units,
    )


def _evidence(batch: Unclear, look: _Look) -> dict[str, Any]:
    skew = look.search.skew
    probed = batch.batch in look.search.credit_says
    return {
        "looked": "campaigns" if probed else "listing",
        "complete": look.search.complete.get(batch.batch, False),
        "listed": look.listed,
        "missing": look.missing,
        "lag": round(look.calibration.lag, 3),
        "skew": [round(skew.low, 3), round(skew.high, 3)],
        "settle": round(look.settle, 3),
        "level": None,
        **({"charged": look.search.credit_says[batch.batch]} if probed else {}),
    }


def _settled_at(batch: Unclear, look: _Look) -> datetime:
    return batch.unclear_at + timedelta(seconds=look.settle)


def _negatives(batch: Unclear, look: _Look) -> tuple[int, datetime | None]:
    """Count the complete searches begun after the settle time, far enough apart; this one too.

    Earlier ones count no longer where the settle time has grown beyond them.
    """
    settled_at, begun_at = _settled_at(batch, look), look.search.begun_at
    negatives, searched_at = batch.negatives, batch.searched_at
    if searched_at is None or searched_at < settled_at:
        negatives, searched_at = 0, None
    if not look.search.complete.get(batch.batch) or begun_at < settled_at:
        return negatives, searched_at
    if searched_at is not None and begun_at - searched_at < timedelta(seconds=APART):
        return negatives, searched_at
    return negatives + 1, begun_at


def _ruling(batch: Unclear, negatives: int, look: _Look) -> tuple[VerdictKind, str]:
    """Decide over a batch that was not found, and say why."""
    over = _patience_over(batch, negatives, look)
    if look.search.credit_says.get(batch.batch) and (negatives >= NEGATIVES or over):
        return VerdictKind.SENT, "The account was charged for it; its campaign was not found."
    doubt = _doubt(batch, negatives, look)
    if not doubt:
        return _not_taken(batch, look.now)
    return _unknown(batch, look.now, doubt) if over else (VerdictKind.WAIT, doubt)


def _not_taken(batch: Unclear, now: datetime) -> tuple[VerdictKind, str]:
    if now >= batch.expires_at:
        return VerdictKind.ABANDONED, "It was not taken, and it is too late to send it again."
    return VerdictKind.AGAIN, "It was not taken."


def _unknown(batch: Unclear, now: datetime, doubt: str) -> tuple[VerdictKind, str]:
    if batch.delivery is Delivery.AT_MOST_ONCE or batch.resends <= 0:
        return VerdictKind.ABANDONED, f"It may have been taken, so it is not sent again. {doubt}"
    if now >= batch.expires_at:
        return VerdictKind.ABANDONED, f"It may not have been taken, but it is too late. {doubt}"
    return (
        VerdictKind.GUESSED_AGAIN,
        f"It may have been taken; it is sent again on a guess. {doubt}",
    )


def _patience_over(batch: Unclear, negatives: int, look: _Look) -> bool:
    """Whether waiting for better evidence ends.

    What has expired will not leave again, so two searches are not insisted on; the settle time is,
    since a message that is found after all is recorded as sent and its answers can be read.
    """
    settled_at = _settled_at(batch, look)
    if look.now >= batch.expires_at:
        return look.now >= settled_at
    return negatives >= NEGATIVES and look.now >= settled_at + timedelta(seconds=PATIENCE)


def _doubt(batch: Unclear, negatives: int, look: _Look) -> str:
    """Say why it may have been taken although it was not found; nothing: it was not taken."""
    if not look.search.complete.get(batch.batch):
        return "Not everything could be looked at."
    if negatives < NEGATIVES:
        return "It may still turn up."
    if batch.batch in look.search.credit_says:
        return _doubt_of_campaigns(batch, look.search)
    return _doubt_of_listing(batch, look)


def _doubt_of_campaigns(batch: Unclear, search: Search) -> str:
    if not search.trusted:
        return "The gateway does not say plainly that there is no such campaign."
    return "" if search.credit_says[batch.batch] is False else "The credit does not tell."


def _doubt_of_listing(batch: Unclear, look: _Look) -> str:
    if not look.calibration.exact:
        return "The gateway is not known to list texts as they were sent."
    if look.missing:
        return "The gateway does not list what it certainly took."
    return "" if _fresh(batch, look) else "The gateway lists nothing that is newer."


def _fresh(batch: Unclear, look: _Look) -> bool:
    """Whether the listing is alive: it shows something newer or, after a while, at least ours."""
    since = batch.unclear_at + timedelta(seconds=look.search.skew.high)
    if look.newest is not None and look.newest >= since:
        return True
    return look.ours > 0 and look.now >= batch.unclear_at + timedelta(seconds=QUIET)
