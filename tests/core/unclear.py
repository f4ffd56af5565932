"""Unclear sendings, what a gateway lists, and judging by a search."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.calibration import Calibration
from bot.core.messages import Delivery, Search, Sighting, Unclear
from bot.core.reconcile import APART, Verdict, settle_seconds, verdicts
from bot.core.skew import Skew

HANDED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
UNCLEAR = HANDED + timedelta(seconds=30)
EXACT = Calibration().seen(1.0, 0)
SKEW = Skew(-1.0, 1.0)
SETTLE = settle_seconds(EXACT.lag, SKEW)
NUMBER, TEXT = "+15145551234", "Merci, c'est noté."


def after(seconds: float) -> datetime:
    """This long after we gave up."""
    return UNCLEAR + timedelta(seconds=seconds)


def unclear(batch: int = 1, **other: Any) -> Unclear:
    """The row of most cases: it has been looked for once after the settle time."""
    values: dict[str, Any] = {
        "ids": (batch,),
        "numbers": (NUMBER,),
        "text": TEXT,
        "handed_at": HANDED,
        "unclear_at": UNCLEAR,
        "delivery": Delivery.AT_MOST_ONCE,
        "expires_at": HANDED + timedelta(hours=1),
        "resends": 1,
        "negatives": 1,
        "searched_at": after(SETTLE),
    }
    return Unclear(batch=batch, **(values | other))


def sighting(gateway_id: str = "m1", *, at: datetime = HANDED, **other: Any) -> Sighting:
    return replace(Sighting(gateway_id, (NUMBER,), TEXT, at), **other)


FOREIGN = sighting("foreign", at=after(60), numbers=("+15145550000",), text="Promotion")
"""A message of somebody else's on the same account: the listing is alive."""


def judge(
    *rows: Unclear,
    sightings=(FOREIGN,),
    seconds: float = SETTLE + APART,
    bound=None,
    calibration=EXACT,
    **other: Any,
) -> tuple[Verdict, ...]:
    """Judge by a complete search, this many seconds after we gave up."""
    search = Search(
        begun_at=after(seconds),
        sightings=sightings,
        complete={row.batch: True for row in rows},
        progress={},
        skew=SKEW,
    )
    return verdicts(
        rows,
        replace(search, **other),
        bound=bound or {},
        calibration=calibration,
        now=after(seconds),
    )
