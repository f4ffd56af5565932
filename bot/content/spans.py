"""Ranges of days and times, as they are written: `date today..`, `time 08:00..17:00`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time

from bot.core.understanding import End, Expected, Kind
from bot.validation import Wrong
from bot.yamlfile import shown

_TODAY = re.compile(r"today(?: ?([+-]) ?(\d{1,4})d)?")
_BY_TODAY = {"yesterday": -1, "tomorrow": 1}
_TIME = re.compile(r"(\d{1,2})[:h](\d\d)")
_EXAMPLES = {
    Kind.DATE: "date today.., date today..today+60d, or date 2026-06-01..2026-08-31",
    Kind.TIME: "time 08:00..17:00, or time 12:00..",
}


def span(kind: Kind, written: str) -> Expected:
    """Read the range of a date or a time. Raises `Wrong`."""
    begin, dots, end = (part.strip() for part in written.partition(".."))
    ends = [_end(kind, one) if one else None for one in (begin, end)]
    if not dots or ends == [None, None]:
        raise _no_range(kind, written)
    first, last = ends
    if type(first) is type(last) and not first <= last:  # type: ignore[operator]
        raise Wrong("the range ends before it begins", f"write {kind} {end}..{begin}")
    return Expected(kind, first=first, last=last)


def _end(kind: Kind, written: str) -> End:
    try:
        return SPANS[kind](written)
    except ValueError:
        raise _no_range(kind, written) from None


def _no_range(kind: Kind, written: str) -> Wrong:
    return Wrong(f"{shown(written)} is no range of a {kind}", f"write {_EXAMPLES[kind]}")


def _day(written: str) -> date | int:
    if written in _BY_TODAY:
        return _BY_TODAY[written]
    if (found := _TODAY.fullmatch(written)) is not None:
        return int(f"{found[1] or ''}{found[2] or 0}")
    return date.fromisoformat(written)


def _time(written: str) -> time:
    if (found := _TIME.fullmatch(written)) is None:
        raise ValueError(written)
    return time(int(found[1]), int(found[2]))


SPANS: Mapping[Kind, Callable[[str], End]] = {Kind.DATE: _day, Kind.TIME: _time}
"""The types that have such a range, and how its ends are read; `ValueError`: they cannot be."""
