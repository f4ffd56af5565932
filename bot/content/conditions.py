"""`when`, as it is written, and what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

import phonenumbers
from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from bot.content.notation import ID, NAME, TEXTS, Entry, Id, Several, known_in, name, one_of, texts
from bot.content.templates import LANGUAGE
from bot.core.conditions import DAYS, YEARLY, Dates, Minutes, When
from bot.core.text import words
from bot.validation import Wrong, noting, raise_all
from bot.yamlfile import shown

# --- hours, days, dates --------------------------------------------------------------------------

_CLOCK = r"([0-9]{1,2})(?:[:hH]([0-9]{2})?)?"
_HOURS = re.compile(rf"{_CLOCK}\s*(?:-|–|\.\.)\s*{_CLOCK}")
_NO_HOURS = ("this is no span of hours", 'write "22:00-06:00"')
_MIDNIGHT = 24 * 60


def _hours(value: object) -> Minutes:
    found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Wrong(*_NO_HOURS)
    first, end = _minute(found[1], found[2]), _minute(found[3], found[4])
    if first == _MIDNIGHT or max(first, end) > _MIDNIGHT:
        raise Wrong("a day has 24 hours", 'write "22:00-06:00", or "18:00-24:00"')
    if first == end % _MIDNIGHT and end != _MIDNIGHT:
        raise Wrong("the span ends where it begins", "leave it out if every hour will do")
    return first, end


def _minute(hour: str, minute: str | None) -> int:
    if int(minute or 0) > 59:
        raise Wrong(*_NO_HOURS)
    return int(hour) * 60 + int(minute or 0)


_DAY_NAMES: Mapping[str, int] = {
    name: day
    for day, names in enumerate(
        (
            "mon monday lun lundi",
            "tue tues tuesday mar mardi",
            "wed wednesday mer mercredi",
            "thu thur thurs thursday jeu jeudi",
            "fri friday ven vendredi",
            "sat saturday sam samedi",
            "sun sunday dim dimanche",
        )
    )
    for name in names.split()
}
_SPAN = re.compile(r"\s*(?:-|–|\.\.)\s*")


def _days(value: object) -> frozenset[int]:
    """Read `mon-fri`, `lun-ven`, `samedi`, or several after commas."""
    if not isinstance(value, str):
        raise Wrong(*_no_day(""))
    return frozenset(day for span in value.split(",") for day in _span_of_days(span.strip()))


def _span_of_days(written: str) -> Iterator[int]:
    ends = [_day(end) for end in _SPAN.split(written)]
    if len(ends) > 2:
        raise Wrong(f"{shown(written)} is no span of days", "write it like mon-fri")
    day = ends[0]
    yield day
    while day != ends[-1]:
        day = (day + 1) % len(DAYS)
        yield day


def _day(written: str) -> int:
    said = " ".join(words(written))
    if said not in _DAY_NAMES:
        raise Wrong(*_no_day(written))
    return _DAY_NAMES[said]


def _no_day(written: str) -> tuple[str, str]:
    return f"{shown(written)} is no day", f"write {', '.join(DAYS)}, or a span like mon-fri"


_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,2})-([0-9]{1,2})")
_NO_DATES = ("this is no date", "write 2026-12-24, 2026-12-24..2027-01-02, or 12-24 for each year")


def _dates(value: object) -> Dates:
    ends = re.split(r"\s*\.\.\s*", value.strip()) if isinstance(value, str) else []
    if not 1 <= len(ends) <= 2:
        raise Wrong(*_NO_DATES)
    first, last = _date(ends[0]), _date(ends[-1])
    if (first.year == YEARLY) is not (last.year == YEARLY):
        raise Wrong("one end has a year, the other has none", "write it at both, or at neither")
    if first.year != YEARLY and first > last:
        raise Wrong("the dates end before they begin", f"write {ends[-1]}..{ends[0]}")
    return Dates(first, last)


def _date(written: str) -> date:
    found = _DATE.fullmatch(written)
    if found is None:
        raise Wrong(*_NO_DATES)
    try:
        return date(int(found[1] or YEARLY), int(found[2]), int(found[3]))
    except ValueError:
        what = f"there is no day {shown(written)}"
        raise Wrong(what, "write year, month and day: 2026-12-24") from None


# --- who and where -------------------------------------------------------------------------------


def _gateway(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong("this is no name of a gateway", "write it as it is in config.yaml")
    return one_of(value, known_in(info).gateways, "gateway")


def _language(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not LANGUAGE.fullmatch(value):
        raise Wrong("this is no language", "write two small letters, like fr or en")
    return one_of(value, known_in(info).languages, "language")


def _country(value: object) -> str:
    country = value.upper() if isinstance(value, str) else ""
    if country not in phonenumbers.SUPPORTED_REGIONS:
        hint = "GB" if country == "UK" else "CA or FR"
        raise Wrong("there is no such country", f"write its two letters, like {hint}")
    return country


def _prefix(value: object) -> str:
    digits = re.sub(r"[\s().-]", "", value) if isinstance(value, str) else ""
    if not re.fullmatch(r"\+[1-9][0-9]{0,14}", digits):
        raise Wrong("this is no beginning of a number", 'write `+` and the country: "+1514"')
    return digits


def _lists(value: object) -> tuple[frozenset[str], frozenset[str]]:
    """Read `deals`, `{not: deals}`, or several of them: on one of the first, on none of these."""
    on: list[str] = []
    off: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and one.keys() == {"not"}:
            off += texts(one["not"])
        elif isinstance(one, str):
            on += texts(one)
        else:
            raise Wrong("this is no list's id", "write deals, {not: deals}, or [deals, news]")
    if both := set(on) & set(off):
        raise Wrong(f"{min(both)!r} is asked for and excluded", "leave one of the two out")
    return frozenset(on), frozenset(off)


def _values(value: object) -> dict[str, frozenset[str] | None]:
    """Read `set`: names to their values, all of them where any will do, None where unset."""
    if not isinstance(value, dict) or not value:
        remedy = "write {name: value}, {name: [values]}, {name: true} or {name: false}"
        raise Wrong("this is no mapping of names", remedy)
    wrong: list[Wrong] = []
    read: dict[str, frozenset[str] | None] = {}
    for one, wanted in value.items():
        with noting(wrong, one):
            read[name(one)] = _wanted(wanted)
    raise_all(wrong)
    return read


def _wanted(value: object) -> frozenset[str] | None:
    if value in {"true", "false"} if isinstance(value, str) else False:
        return frozenset() if value == "true" else None
    return frozenset(texts(value))


def _tells(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [*examples]})


Gateway = Annotated[str, BeforeValidator(_gateway), WithJsonSchema({"type": "string"})]
Language = Annotated[str, BeforeValidator(_language), _tells(f"^{LANGUAGE.pattern}$", "fr", "en")]
Hours = Annotated[Minutes, BeforeValidator(_hours), _tells("[0-9].*[0-9]", "22:00-06:00")]
Days = Annotated[frozenset[int], BeforeValidator(_days), _tells("^\\S.*$", "mon-fri", "sam")]
Span = Annotated[Dates, BeforeValidator(_dates), _tells("^[0-9]", "2026-12-24", "12-24..01-02")]
Country = Annotated[str, BeforeValidator(_country), _tells("^[A-Za-z]{2}$", "CA", "FR")]
Prefix = Annotated[str, BeforeValidator(_prefix), _tells("^\\+", "+1514")]
_ON_LIST: Mapping[str, Any] = {
    "anyOf": [
        ID,
        {
            "type": "object",
            "properties": {"not": {**TEXTS, "description": "On none of these lists."}},
            "required": ["not"],
            "additionalProperties": False,
        },
    ]
}
Lists = Annotated[
    tuple[frozenset[str], frozenset[str]],
    BeforeValidator(_lists),
    WithJsonSchema({"anyOf": [_ON_LIST, {"type": "array", "items": _ON_LIST}]}),
]
Values = Annotated[
    dict[str, frozenset[str] | None],
    BeforeValidator(_values),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": NAME,
            "minProperties": 1,
            "additionalProperties": TEXTS,
        }
    ),
]


class WhenEntry(Entry):
    """Where and when a rule holds: all that is given must hold."""

    gateway: Several[Gateway] = Field([], description="The text came by this gateway.")
    language: Several[Language] = Field([], description="The reply would be in this language.")
    list: Lists = Field(
        (frozenset(), frozenset()),
        description="The person is on this list; {not: deals} is on none of these.",
    )
    tag: Several[Id] = Field([], description="The person has this tag, or one of these.")
    hours: Several[Hours] = Field([], description="The time of day, also over midnight.")
    days: Several[Days] = Field([], description="The days of the week.")
    dates: Several[Span] = Field([], description="The days of a year, or without it of each year.")
    country: Several[Country] = Field([], description="The country of the person's number.")
    prefix: Several[Prefix] = Field([], description="What the person's number begins with.")
    set: Values = Field({}, description="Values that were `set`; true: any, false: none.")

    @property
    def lists(self) -> frozenset[str]:
        """All lists that it names."""
        return self.list[0] | self.list[1]


def when_of(entry: WhenEntry) -> When:
    """Give what a `when` means."""
    return When(
        gateways=frozenset(entry.gateway),
        languages=frozenset(entry.language),
        on_lists=entry.list[0],
        off_lists=entry.list[1],
        tags=frozenset(entry.tag),
        hours=tuple(entry.hours),
        days=frozenset(day for days in entry.days for day in days),
        dates=tuple(entry.dates),
        countries=frozenset(entry.country),
        prefixes=tuple(entry.prefix),
        values={name: wanted for name, wanted in entry.set.items() if wanted is not None},
        unset=frozenset(name for name, wanted in entry.set.items() if wanted is None),
    )
