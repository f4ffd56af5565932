"""Calendar days: `24/12`, `demain`, `vendredi prochain`, `dec 24th`, `in two weeks`.

A day without a year is the next one, today included. Where day and month could be exchanged, or
a weekday could be of two weeks, the piece is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from bot.core.courtesies import single
from bot.core.understanding.calendar_words import (
    DAYS_FROM_TODAY,
    FEASTS,
    MONTHS,
    WEEKDAYS,
    WEEKDAYS_OF_DATES,
)
from bot.core.understanding.pieces import OUTER, Piece
from bot.core.understanding.spelled import with_figures

Found = re.Match[str]


def read_date(piece: Piece, today: date) -> date | None:
    """Read one day that is in the calendar."""
    said = _tidy(piece.plain)
    typed = _LEAD_IN.sub("", said)
    phrase = " ".join(map(single, typed.split()))
    if (days := DAYS_FROM_TODAY.get(phrase)) is not None:
        return _after(today, days)
    if (feast := FEASTS.get(phrase)) is not None:
        return _next_on(*feast, today)
    if found := _DAY_ALONE.fullmatch(" ".join(with_figures(said.split()))):
        return _of_month(found, today)
    for form, read in _IN_FIGURES:
        if found := form.fullmatch(typed):
            return read(found, today)
    spelled = " ".join(with_figures(typed.split()))
    for form, read in _IN_WORDS:
        # as typed first: in `24 sept` no figure is spelled out
        if found := form.fullmatch(typed) or form.fullmatch(spelled):
            return read(found, today)
    return None


def _tidy(plain: str) -> str:
    """Write `le 24-déc.-2026` as `le 24 dec 2026`."""
    joined = _HYPHENED_MONTH.sub(r"\1 \3 \4", plain.lstrip(f"{OUTER}-"))
    parted = _BESIDE_LETTERS.sub(" ", _AROUND_SIGNS.sub(r"\1", joined))
    return " ".join(parted.split())


_HYPHENED_MONTH = re.compile(r"\b(\d{1,2})([-/.])([a-z]+)\2(\d{2,4})\b")
_AROUND_SIGNS = re.compile(r" ?([-/.]) ?(?=\d)")
_BESIDE_LETTERS = re.compile(r"(?<=[a-z])[.',]|(?<=[a-z\d]) ?[-/.',] ?(?=[a-z])|,(?= )")
_LEAD_IN = re.compile(r"\A(?:(?:pour|for|on) )?(?:(?:le|the) )?")


def _after(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days)
    except OverflowError:
        return None


# --- a day of a month ----------------------------------------------------------------------------


def _either_order(found: Found, today: date) -> date | None:
    """Read day and month in the order that gives a day; two days are one too many."""
    one, other = int(found["one"]), int(found["other"])
    orders = {(one, other), (other, one)}
    days = {_on(day, month, found, today) for day, month in orders} - {None}
    return days.pop() if len(days) == 1 else None


def _year_first(found: Found, today: date) -> date | None:
    return _on(int(found["day"]), int(found["month"]), found, today)


def _named_month(found: Found, today: date) -> date | None:
    return _on(int(found["day"]), MONTHS[found["month"]], found, today)


def _on(day: int, month: int, found: Found, today: date) -> date | None:
    """Give that day of the year that was said, or the next one. A weekday must fit it."""
    if found["year"]:
        chosen = _in_calendar(_year(found["year"], today), month, day)
    else:
        chosen = _next_on(month, day, today)
    weekday = WEEKDAYS_OF_DATES.get(found["weekday"] or "")
    return chosen if chosen and weekday in {None, chosen.weekday()} else None


def _next_on(month: int, day: int, today: date) -> date | None:
    years = range(today.year, today.year + 9)  # from 2096 to 2104 no year has a 29 February
    days = (_in_calendar(year, month, day) for year in years)
    return next((each for each in days if each and each >= today), None)


def _of_month(found: Found, today: date) -> date | None:
    """Read `le 24`, `samedi 7`: the next such day, of this month or the next one.

    On such a day nobody knows whether it is this one. A weekday must fit.
    """
    named = found.groupdict()
    months = (_months_ahead(today.replace(day=1), ahead) for ahead in (0, 1))
    days = [_in_calendar(one.year, one.month, int(found["day"])) for one in months if one]
    coming = [one for one in days if one and one >= today]
    if weekday := named.get("weekday"):
        return next((one for one in coming if one.weekday() == WEEKDAYS[weekday]), None)
    return coming[0] if coming and coming[0] != today else None


def _months_ahead(day: date, count: int) -> date | None:
    """Give the day of the same figure so many months ahead, if there is one."""
    years, month = divmod(day.month - 1 + count, 12)
    return _in_calendar(day.year + years, month + 1, day.day)


def _in_calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(written: str, today: date) -> int:
    """Give the year that two digits mean: 90 years back, 20 ahead; 0 where two years fit."""
    if len(written) == 4:
        return int(written)
    near = range(today.year - 89, today.year + 21)
    fitting = [year for year in near if year % 100 == int(written)]
    return fitting[0] if len(fitting) == 1 else 0


# --- a day of a week -----------------------------------------------------------------------------


def _bare(found: Found, today: date) -> date | None:
    """Give the next such day; on such a day nobody knows whether it is this one."""
    return None if WEEKDAYS[found["weekday"]] == today.weekday() else _coming(found, today)


def _coming(found: Found, today: date) -> date | None:
    """Give the first such day after today."""
    return _after(today, (WEEKDAYS[found["weekday"]] - today.weekday() - 1) % 7 + 1)


def _next(found: Found, today: date) -> date | None:
    """Read `next friday`: the coming one to some, that of next week to others."""
    coming, next_week = _coming(found, today), _of_next_week(found, today)
    return coming if coming == next_week else None


def _of_next_week(found: Found, today: date) -> date | None:
    return _after(today, WEEKDAYS[found["weekday"]] - today.weekday() + 7)


def _of_this_week(found: Found, today: date) -> date | None:
    return _after(today, WEEKDAYS[found["weekday"]] - today.weekday())


# --- a day so far away ---------------------------------------------------------------------------


def _ahead(found: Found, today: date) -> date | None:
    return _after(today, _length(found))


def _ahead_in_months(found: Found, today: date) -> date | None:
    return _months_ahead(today, int(found["count"]) if found["count"].isdecimal() else 1)


def _ago(found: Found, today: date) -> date | None:
    return _after(today, -_length(found))


def _length(found: Found) -> int:
    """Give the days that are said."""
    count = int(found["count"]) if found["count"].isdecimal() else 1
    return count * (1 if found["unit"][0] in "jd" else 7)


# --- the forms -----------------------------------------------------------------------------------


Read = Callable[[Found, date], date | None]


def _forms(*listed: tuple[str, Read]) -> tuple[tuple[re.Pattern[str], Read], ...]:
    return tuple((re.compile(form), read) for form, read in listed)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


ON = rf"(?:(?P<weekday>{_any_of(WEEKDAYS_OF_DATES)}) )?(?:(?:le|the) )?"
WEEKDAY = rf"(?P<weekday>{_any_of(WEEKDAYS)})"
MONTH = rf"(?P<month>{_any_of(MONTHS)})"
ORDINAL = r"(?: ?(?:er|st|nd|rd|th))"
DAY = rf"(?P<day>\d\d?){ORDINAL}?"
FULL_YEAR = r"(?P<year>(?:19|20|21)\d\d)"
YEAR = r"(?P<year>(?:19|20|21)\d\d|\d\d)"
LENGTH = r"(?P<count>\d{1,4}|an?) ?(?P<unit>jours?|j|days?|semaines?|weeks?)"
MONTHS_AWAY = r"(?P<count>\d{1,3}|an?) ?(?:mois|months?)"
_DAY_ALONE = re.compile(rf"(?:(?:pour|for|on) )?(?:(?:le|the) (?=\d)|(?=\d+{ORDINAL})){DAY}")

_IN_FIGURES = _forms(
    (rf"{ON}(?P<one>\d\d?)(?P<by>[-/. ])(?P<other>\d\d?)(?:(?P=by){YEAR})?", _either_order),
    (rf"{ON}{FULL_YEAR}(?P<by>[-/. ])(?P<month>\d\d?)(?P=by)(?P<day>\d\d?)", _year_first),
)
_IN_WORDS = _forms(
    (rf"{ON}{DAY} ?(?:of |de )?{MONTH}(?: {YEAR})?", _named_month),
    (rf"{ON}{MONTH} ?(?:the )?{DAY}(?: {FULL_YEAR})?", _named_month),  # `dec 24, 26` is two days
    (rf"(?:ce |this )?{WEEKDAY}", _bare),
    (rf"{WEEKDAY} (?:prochain|qui (?:s en )?vient)", _coming),
    (rf"(?:prochain|(?:this )?coming) {WEEKDAY}", _coming),
    (rf"next {WEEKDAY}", _next),
    (rf"{WEEKDAY} (?:(?:de )?(?:la )?semaine prochaine|(?:of )?next week)", _of_next_week),
    (rf"(?:(?:la )?semaine prochaine|next week) (?:le )?{WEEKDAY}", _of_next_week),
    (rf"{WEEKDAY} (?:(?:de )?cette semaine|(?:of )?this week)", _of_this_week),
    (rf"(?:dans|in) {LENGTH}", _ahead),
    (rf"{LENGTH} from (?:now|today)", _ahead),
    (rf"{WEEKDAY} (?:(?:le|the) )?{DAY}", _of_month),
    (rf"(?:dans|in) {MONTHS_AWAY}", _ahead_in_months),
    (rf"il y a {LENGTH}", _ago),
    (rf"{LENGTH} ago", _ago),
)
