"""Times as Clever writes them: mostly without a zone, which is then Paris (or what is configured).

A time of the hour that the autumn repeats names two instants, and one of the hour that the spring
skips names none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

AT_ONCE = timedelta(seconds=5)
"""By more than this no answer is older than its campaign: both are of the gateway's clock."""
_REFERENCE = re.compile(r"Push(\d{14})", re.ASCII)


def read(stamp: object) -> datetime:
    """Read `2017-10-12 12:42:47` or `2017-10-12T18:05:30+0200`, with blanks around them.

    Only where the stamp has an offset does the result have one. Raises `ValueError`.
    """
    return datetime.fromisoformat(str(stamp).strip()).replace(microsecond=0)


def wall(read_time: datetime, zone: tzinfo) -> datetime:
    """Give what the clock on the wall showed: the same for every spelling of one instant."""
    if read_time.tzinfo is None:
        return read_time
    return read_time.astimezone(zone).replace(tzinfo=None, fold=0)


def instant(read_time: datetime, zone: tzinfo, near: datetime) -> datetime:
    """Give the instant, UTC: of two the one nearer to `near`; of none, an hour later."""
    if read_time.tzinfo is not None:
        return read_time.astimezone(UTC)
    first, second = instants(read_time, zone)
    return min(first, second, key=lambda reading: abs(reading - near))


def instants(shown: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give both instants at which a clock on the wall shows this; mostly they are one."""
    first = shown.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
    # In the skipped hour the later fold is the earlier instant: the hour is added by the other.
    return first, max(first, second)


def certainly_second(
    read_time: datetime, zone: tzinfo, begun_at: datetime | None
) -> datetime | None:
    """Give the second of two instants where the first was before the campaign; else None.

    So the same words, texted an hour apart to the second in that night, are two texts.
    """
    if read_time.tzinfo is not None or begun_at is None:
        return None
    first, second = instants(read_time, zone)
    return second if first < second and first < begun_at - AT_ONCE else None


def created(reference: str, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """Give the instants that a campaign's name may stand for; None where it is no second."""
    digits = _REFERENCE.fullmatch(reference)
    if digits is None:
        return None
    try:
        return instants(datetime.strptime(digits[1], "%Y%m%d%H%M%S"), zone)  # noqa: DTZ007 - wall
    except ValueError:
        return None
