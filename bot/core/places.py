"""Where a number is: its country, the zones that it may be in, and whose holidays are kept there.

A mobile goes where its owner goes, and some area codes span two zones: a number tells where it
was given, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import phonenumbers

from bot.core.area_codes import CANADA, EVERYWHERE, USA
from bot.core.country_zones import COUNTRIES

NORTH_AMERICA = 1
NO_COUNTRY = "001"
"""What the library calls +800 and the like, which are nowhere."""

MAYOTTE = dict.fromkeys(("+262269", "+262639", "+262709"), "YT")
"""It shares +262 with Réunion, an hour away; the library knows some of its numbers only."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose public holidays."""

    country: str
    province: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number may be."""

    country: str
    """Two letters; empty where it is not known."""
    zones: tuple[ZoneInfo, ...]
    """The first is the likeliest."""
    calendars: tuple[Calendar, ...]


@lru_cache(maxsize=16_384)
def place_of(number: str) -> Place | None:
    """Give the place of an E.164 number; None for short codes, names, and what is nowhere."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == NORTH_AMERICA:
        return _in_north_america(parsed)
    country = next((where for start, where in MAYOTTE.items() if number.startswith(start)), None)
    country = country or phonenumbers.region_code_for_number(parsed)
    country = country or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return None if country == NO_COUNTRY else _in_country(country)


def _in_north_america(parsed: phonenumbers.PhoneNumber) -> Place:
    known = areas().get(f"{parsed.national_number:010}"[:3])
    if known is not None:
        return known
    country = phonenumbers.region_code_for_number(parsed)
    if country in ZONES:
        return _in_country(country)
    return Place("US", tuple(map(ZoneInfo, EVERYWHERE)), (Calendar("US"),))


@lru_cache
def _in_country(country: str) -> Place:
    return Place(country, tuple(map(ZoneInfo, ZONES[country])), (Calendar(country),))


def _areas(country: str, table: str) -> Iterator[tuple[str, Place]]:
    """Read a table of `area_codes`. Provinces of Canada have holidays of their own."""
    for line in table.strip().splitlines():
        head, _, codes = line.partition(":")
        provinces, *zones = head.split()
        own = provinces.split(",") if country == "CA" else [""]
        calendars = tuple(Calendar(country, province) for province in own)
        place = Place(country, tuple(map(ZoneInfo, zones)), calendars)
        yield from ((code, place) for code in codes.split())


ZONES: Mapping[str, tuple[str, ...]] = {
    line[:2]: tuple(line[2:].split()) for line in COUNTRIES.strip().splitlines()
}


@cache
def areas() -> Mapping[str, Place]:
    """Give the places of Canada and the USA by area code; most starts of a command need none."""
    return dict([*_areas("CA", CANADA), *_areas("US", USA)])
