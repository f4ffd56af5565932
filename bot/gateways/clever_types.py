"""How Clever writes single values, and how we read them, as types of pydantic.

Field names differ between the document's samples (`gsmPrimary`, `gsm_primary`), and so do types
(ids as numbers or strings), numbers (+33… or what follows it) and times (with an offset, or those
of Paris): all are read. What is no value of its kind raises `ValueError` where nothing can be made
of the whole without it, and is nothing elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator

from bot.gateways import clever_time
from bot.gateways.numbers import e164, spelled
from bot.gateways.payload import clean, decimal, how_many, whole_number

COUNTRY = "33"
ZONE = ZoneInfo("Europe/Paris")
REFERENCE = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)
NO_FILE = "noFile"
"""What stands for a campaign that has no file."""
_BETWEEN = re.compile(r"[;,]")
_OTHER_WORDS = {"statut": "status"}


def _flat(name: str) -> str:
    return name.replace("_", "").lower()


class Said(BaseModel):
    """What the vendor says of something, whichever way its fields are spelled.

    Fields that the document does not know are kept.
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", populate_by_name=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _by_our_names(cls, said: object) -> object:
        if not isinstance(said, Mapping):
            return said
        ours = {_flat(name): name for name in cls.model_fields}
        ours |= {_flat(one.alias): name for name, one in cls.model_fields.items() if one.alias}
        ours |= {word: ours[known] for word, known in _OTHER_WORDS.items() if known in ours}
        return {ours.get(_flat(str(name)), clean(str(name))): said[name] for name in said}


class Seen(NamedTuple):
    """By what times are read: the `context` of a reading."""

    zone: tzinfo
    """Of those that are written without one."""
    at: datetime
    """When they were shown, by the gateway's clock: of two instants the nearer is meant."""


def _text(value: object) -> str:
    """Read what may be written as a number, too."""
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _id(value: object) -> str:
    found = whole_number(value)
    if found is None:
        raise ValueError("without an id")
    return str(found)


def _reference(value: object) -> str:
    reference = value.strip() if isinstance(value, str) else ""
    if not REFERENCE.fullmatch(reference):
        raise ValueError("without a reference")
    return reference


def _number(value: object) -> str:
    return e164(spelled(value), COUNTRY) if value else ""


def _list(value: object) -> tuple[str, ...]:
    """Read `"a;b"`, `"a,b "`, or a list."""
    parts: Sequence[object] = _BETWEEN.split(value) if isinstance(value, str) else ()
    if isinstance(value, list | tuple):
        parts = value
    written = (str(part).strip() for part in parts if isinstance(part, str | int))
    return tuple(clean(part) for part in written if part)


def _numbers(value: object) -> tuple[str, ...]:
    return tuple(e164(part, COUNTRY) for part in _list(value))


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    number = whole_number(value)
    return bool(number) if number in {0, 1} else None


def _instant(value: object, info: ValidationInfo) -> datetime | None:
    if not isinstance(value, str):
        return value if isinstance(value, datetime) else None
    try:
        shown = clever_time.read(value)
        if isinstance(info.context, Seen):
            return clever_time.instant(shown, info.context.zone, info.context.at)
        return clever_time.instant(shown, ZONE, clever_time.instants(shown, ZONE)[0])
    except (ValueError, OverflowError):
        return None


def _file(value: object) -> str:
    name = _text(value)
    return "" if name == NO_FILE else name


Id = Annotated[str, BeforeValidator(_id)]
"""As a string, whatever it came as. Without one there is nothing."""
Reference = Annotated[str, BeforeValidator(_reference)]
"""Of a campaign. Without one there is none."""
Words = Annotated[str, BeforeValidator(_text)]
"""Empty where there is no text."""
Phone = Annotated[str, BeforeValidator(_number)]
"""E.164 with `+`; what is no number that can be dialled, as it came; empty where there is none."""
Numbers = Annotated[tuple[str, ...], BeforeValidator(_numbers)]
Addresses = Annotated[tuple[str, ...], BeforeValidator(_list)]
Count = Annotated[int | None, BeforeValidator(how_many)]
Figure = Annotated[int | None, BeforeValidator(whole_number)]
Units = Annotated[float | None, BeforeValidator(decimal)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
Instant = Annotated[datetime | None, BeforeValidator(_instant)]
"""UTC; None for what is no time."""
File = Annotated[str, BeforeValidator(_file)]
"""The name of a file; empty where there is none."""
