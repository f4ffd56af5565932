"""How durations, rates, numbers, zones and addresses are written in our files.

A fault never quotes the value: it may have come from the environment, where secrets are.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    SecretStr,
    WithJsonSchema,
)

from bot.validation import Wrong

Read = TypeVar("Read")


def _read_by(parse: Callable[[str], Read], kind: type[Read]) -> BeforeValidator:
    """Make pydantic read a text by `parse`, and leave alone what is of that kind already."""
    return BeforeValidator(lambda value: value if isinstance(value, kind) else parse(str(value)))


def _text(example: str) -> WithJsonSchema:
    """Tell editors that this is written as a text."""
    return WithJsonSchema({"type": "string", "examples": [example]})


# --- durations and rates -------------------------------------------------------------------------

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)")
_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}


def parse_duration(text: str) -> timedelta:
    """Read `500ms 3s 15m 2h 14d`. Raises `Wrong`."""
    if (found := _DURATION.fullmatch(text)) is None:
        raise Wrong("this is no duration", "write it like 500ms, 3s, 15m, 2h or 14d")
    return float(found[1]) * _UNITS[found[2]]


def write_duration(duration: timedelta) -> str:
    """Write a duration in the largest unit that leaves no fraction."""
    unit = next((name for name, unit in _UNITS.items() if not duration % unit), "ms")
    return f"{duration // _UNITS[unit]}{unit}" if duration else "0s"


Duration = Annotated[
    timedelta,
    _read_by(parse_duration, timedelta),
    PlainSerializer(write_duration),
    _text("15m"),
]


def between(low: str, high: str) -> AfterValidator:
    """Bound a duration."""
    shortest, longest = parse_duration(low), parse_duration(high)

    def check(duration: timedelta) -> timedelta:
        if not shortest <= duration <= longest:
            raise Wrong("this duration is out of bounds", f"write one from {low} to {high}")
        return duration

    return AfterValidator(check)


_RATE = re.compile(r"([1-9][0-9]{0,6})/([1-9][0-9]?)?(s|min|h|day)")
_PERIODS = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in any stretch of so many seconds."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read `20/s 6/min 5/10min 100/h 30/day`. Raises `Wrong`."""
        if (found := _RATE.fullmatch(text)) is None:
            raise Wrong("this is no rate", "write it like 20/s, 6/min or 30/day")
        return cls(int(found[1]), _PERIODS[found[3]] * int(found[2] or 1))

    def __str__(self) -> str:
        largest = reversed(_PERIODS.items())
        period, seconds = next(one for one in largest if not self.seconds % one[1])
        many = int(self.seconds // seconds)
        return f"{self.count}/{many if many > 1 else ''}{period}"


RateText = Annotated[Rate, _read_by(Rate.parse, Rate), PlainSerializer(str), _text("20/s")]

_SHARE = re.compile(r"([0-9]{1,3})\s?%")


def parse_share(text: str) -> float:
    """Read a share of a whole: `80%`. Raises `Wrong`."""
    found = _SHARE.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 100:
        raise Wrong("this is no share", "write it like 80%, from 1% to 100%")
    return int(found[1]) / 100


Share = Annotated[
    float,
    _read_by(parse_share, float),
    PlainSerializer(lambda share: f"{share:.0%}"),
    _text("80%"),
]

# --- numbers -------------------------------------------------------------------------------------

_SHORT_CODE = re.compile(r"[0-9]{3,8}")


def parse_number(text: str) -> str:
    """Give a number as E.164, however it is spaced; a short code as it is. Raises `Wrong`."""
    if _SHORT_CODE.fullmatch(text):
        return text
    remedy = "write `+`, the country and the number, like +15149541234, or a short code"
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise Wrong("this is no number", remedy) from error
    if not phonenumbers.is_possible_number(number):
        raise Wrong("no number of that country has this length", remedy)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_number(text: str, countries: Iterable[str]) -> str:
    """Give a number as E.164, also one as it is dialled within a country; the first that fits.

    Raises `Wrong`.
    """
    if text.strip().startswith("+"):
        return parse_number(text.strip())
    for country in countries:
        with suppress(phonenumbers.NumberParseException):
            number = phonenumbers.parse(text, country)
            if phonenumbers.is_valid_number(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise Wrong("this is no number", "write `+`, the country and the number, like +15149541234")


def _country(text: str) -> str:
    if text not in phonenumbers.SUPPORTED_REGIONS:
        raise Wrong("there is no such country", "write its two capital letters, like CA")
    return text


Number = Annotated[str, AfterValidator(parse_number)]
OptionalNumber = Annotated[str, AfterValidator(lambda text: parse_number(text) if text else "")]
Country = Annotated[str, AfterValidator(_country)]

# --- zones ---------------------------------------------------------------------------------------


def parse_zone(text: str) -> ZoneInfo:
    """Read the name of a timezone. Raises `Wrong`."""
    zones = available_timezones()
    if text in zones:
        return ZoneInfo(text)
    near = get_close_matches(text, zones, n=1)
    hint = f"did you mean {near[0]}?" if near else "write it like America/Montreal or Europe/Paris"
    raise Wrong("there is no such timezone", hint)


Zone = Annotated[
    ZoneInfo,
    _read_by(parse_zone, ZoneInfo),
    PlainSerializer(str),
    _text("America/Montreal"),
]

# --- hours ---------------------------------------------------------------------------------------

ALWAYS = "always"
_HOURS = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_SHORTEST_DAY = 60


def parse_hours(text: str) -> tuple[int, int] | None:
    """Read `10:00-20:00` as minutes since midnight; None: `always`. Raises `Wrong`."""
    if text == ALWAYS:
        return None
    remedy = f"write them like 10:00-20:00, or {ALWAYS}"
    if (found := _HOURS.fullmatch(text)) is None:
        raise Wrong("these are no hours", remedy)
    first, last = (int(found[one]) * 60 + int(found[one + 1]) for one in (1, 3))
    if not first + _SHORTEST_DAY <= last <= 24 * 60:
        raise Wrong("these hours do not last an hour of one day", remedy)
    return first, last


def _open_hours(text: str) -> str:
    parse_hours(text)
    return text


OpenHours = Annotated[str, AfterValidator(_open_hours)]

# --- addresses -----------------------------------------------------------------------------------

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Say whether what is sent to this host stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def parse_url(text: str) -> str:
    """Check the address of somebody's server; a slash at its end is dropped. Raises `Wrong`."""
    parts = split_url(text)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Wrong("this is no address", "write it like https://example.com/path")
    if parts.username is not None or parts.password is not None:
        raise Wrong("credentials cannot stand in an address", "put them under keys of their own")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        what = "plain http:// would show every text and secret on the way"
        raise Wrong(what, "write https://, since http:// is for this machine alone")
    return text.rstrip("/")


def parse_listen(text: str) -> tuple[str, int]:
    """Read `127.0.0.1:8080` or `[::1]:8080` as host and port. Raises `Wrong`."""
    parts = split_url(f"//{text}")
    if parts is None or not parts.hostname or parts.port is None or parts.netloc != text:
        raise Wrong("this is no address to listen on", "write host and port, like 127.0.0.1:8080")
    return parts.hostname, parts.port


def split_url(text: str) -> SplitResult | None:
    """Take an address apart; None where it is none."""
    if not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # is only read, and refused, here
    except ValueError:
        return None
    return parts


def _listen(text: str) -> str:
    parse_listen(text)
    return text


Url = Annotated[str, AfterValidator(parse_url)]
Listen = Annotated[str, AfterValidator(_listen)]

# --- secrets -------------------------------------------------------------------------------------


def _printable(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().isprintable():
        raise Wrong("it holds a line break or a control character", "copy it again, without")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_printable)]
"""A text that never prints: `get_secret_value()` gives it."""
