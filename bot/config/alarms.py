"""When the operator is told that something needs them, and where."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.config.notation import Duration, between
from bot.config.section import Section
from bot.core.mails import refuses_address
from bot.validation import Wrong


def _address(text: str) -> str:
    if text and refuses_address(text):
        raise Wrong(refuses_address(text), "write it like ops@example.com, or leave it empty")
    return text


class Alarms(Section):
    """What rings, and whom it reaches beside the log, the figures and webhooks."""

    email: Annotated[str, AfterValidator(_address)] = ""
    credit: Annotated[Duration, between("0s", "365d")] = timedelta(days=7)
    units: Annotated[float, Field(ge=0, le=100_000_000)] = 0.0
    expiry: Annotated[Duration, between("0s", "365d")] = timedelta(days=14)
    silence: Annotated[Duration, between("1m", "7d")] = timedelta(minutes=10)
    disk: Annotated[int, Field(ge=0, le=10_000_000)] = 500
    """Megabytes."""
