"""How VuduMobile writes single values, and how we read them, as types of pydantic.

Types differ between the document's samples (`number` a string or an integer, `system` 1 or "1",
ids 51 or "51", `user_id` 0 or "-1"): all are read. What is no value of its kind raises
`ValueError` where nothing can be made of the whole without it, and is nothing elsewhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.gateways.numbers import e164, spelled
from bot.gateways.payload import clean, whole_number
from bot.gateways.vudumobile_rows import COUNTRY, identity, read_text, read_time

_SIGNED = re.compile(r"-?[0-9]{1,18}")
_NEVER = "0000-00-00"


class Said(BaseModel):
    """What the vendor says of something. Fields that the document does not know are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


def _id(value: object) -> str:
    found = identity(value)
    if found is None:
        raise ValueError("without an id")
    return str(found)


def _id_or_nothing(value: object) -> str:
    found = identity(value)
    return "" if found is None else str(found)


def _number(value: object) -> str:
    return e164(spelled(value), COUNTRY) if value else ""


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _figure(value: object) -> int | None:
    if isinstance(value, str) and _SIGNED.fullmatch(value.strip()):
        return int(value)
    return whole_number(value)


def _flag(value: object) -> bool:
    return value is True or whole_number(value) == 1


def _instant(value: object) -> datetime | None:
    try:
        return read_time(value) if value and not str(value).startswith(_NEVER) else None
    except (ValueError, OverflowError):
        return None


def _second(value: object) -> datetime | None:
    second = whole_number(value)
    try:
        return None if second is None else datetime.fromtimestamp(second, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _names(value: object) -> tuple[str, ...]:
    """Read names that come as a list, or divided by commas."""
    if isinstance(value, str):
        value = [one for one in value.split(",") if one.strip()]
    found: list[Any] = value if isinstance(value, list) else []
    return tuple(clean(str(one)).strip() for one in found if isinstance(one, str | int))


Id = Annotated[str, BeforeValidator(_id)]
"""As a string, whatever it came as. Without one there is nothing."""
MaybeId = Annotated[str, BeforeValidator(_id_or_nothing)]
"""Empty where there is none."""
Phone = Annotated[str, BeforeValidator(_number)]
"""E.164 with `+`; what is no number that can be dialled, as it came; empty where there is none."""
Text = Annotated[str, BeforeValidator(read_text)]
"""Raises `ValueError` for what is no text."""
Words = Annotated[str, BeforeValidator(_text)]
"""Empty where there is no text."""
MaybeWords = Annotated[str | None, BeforeValidator(lambda value: _text(value) or None)]
Figure = Annotated[int | None, BeforeValidator(_figure)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Instant = Annotated[datetime | None, BeforeValidator(_instant)]
"""UTC; None for never (`0000-00-00 00:00:00`) and for what is no time."""
Second = Annotated[datetime | None, BeforeValidator(_second)]
"""UTC, written as seconds since 1970."""
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
