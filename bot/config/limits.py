"""What bounds that which is sent: quiet hours, ceilings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.config.notation import Country, OpenHours, Share, parse_hours
from bot.config.section import Section


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
