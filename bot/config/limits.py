"""What bounds that which is sent: quiet hours, ceilings, codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.config.notation import (
    Country,
    Duration,
    OpenHours,
    Rate,
    RateText,
    Share,
    between,
    parse_hours,
)
from bot.config.section import Section
from bot.validation import Wrong

HIGHEST_CONVERSION = 0.9
Caps = Annotated[tuple[RateText, ...], Field(min_length=1)]


class Quiet(Section):
    """When nothing is started to a number, by where it is."""

    obey: bool = True
    hours: dict[Country, OpenHours] = Field(default_factory=dict)

    @property
    def own(self) -> dict[str, tuple[int, int] | None]:
        """Country to minutes since midnight; None: it is always open."""
        return {country: parse_hours(hours) for country, hours in self.hours.items()}


class Ceiling(Section):
    """How much may be sent in one day, or one month; 0: as much as there is."""

    messages: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    units: Annotated[float, Field(ge=0, le=100_000_000)] = 0.0


class Ceilings(Section):
    """What nothing is spent beyond."""

    day: Ceiling = Ceiling()
    month: Ceiling = Ceiling()
    started: Share = 0.8


def _may_be_reached(share: float) -> float:
    """Refuse what would stop everybody: some never get their code, or need none any more."""
    if share > HIGHEST_CONVERSION:
        what = "so many codes never come back, and nobody would be sent any"
        raise Wrong(what, "write a smaller share, like 35%")
    return share


class Verification(Section):
    """The codes that prove whose phone it is, and how many of them are sent at most."""

    length: Annotated[int, Field(ge=4, le=10)] = 6
    life: Annotated[Duration, between("1m", "1d")] = timedelta(minutes=10)
    attempts: Annotated[int, Field(ge=1, le=100)] = 5
    sends: Annotated[int, Field(ge=1, le=100)] = 5
    countries: Annotated[tuple[Country, ...], Field(min_length=1)] = ("CA", "US", "FR")
    per_number: Caps = (Rate(5, 600), Rate(10, 86400))
    per_prefix: Caps = (Rate(20, 3600),)
    per_client: Caps = (Rate(10, 3600),)
    per_token: Caps = (Rate(1000, 3600),)
    per_country: Caps = (Rate(10_000, 86400),)
    in_all: Caps = (Rate(20_000, 86400),)
    conversion: Annotated[Share, AfterValidator(_may_be_reached)] = 0.35
