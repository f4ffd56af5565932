"""Answers as they are stored: JSON that can be read back by their kind."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time
from decimal import Decimal, InvalidOperation

from bot.core.understanding.kinds import Kind, Value


def to_json(value: Value) -> str | int:
    """Give a day or time as ISO text, a decimal as text; a text or an integer is itself."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    return f"{value:f}" if isinstance(value, Decimal) else value


def from_json(kind: Kind, stored: str | int) -> Value:
    """Undo `to_json`. What no answer of this kind is stored as, since its step was edited
    meanwhile, is given as it is stored.
    """
    read = _READ.get(kind)
    if read is not None and isinstance(stored, str):
        with suppress(ValueError, InvalidOperation):
            return read(stored)
    return stored


_READ: dict[Kind, Callable[[str], Value]] = {
    Kind.DATE: date.fromisoformat,
    Kind.TIME: time.fromisoformat,
    Kind.DECIMAL: Decimal,
}
