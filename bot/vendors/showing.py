"""How single values are written in the tables of vendors' answers."""

from __future__ import annotations

from datetime import datetime


def instant(at: datetime | None) -> str:
    """Write an instant with its zone; nothing where there is none."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S %Z}"


def yes_no(truth: bool) -> str:  # noqa: FBT001 - the value itself
    """Write a truth."""
    return "yes" if truth else "no"


def figure(number: int | None) -> str:
    """Write a figure; nothing where there is none."""
    return "" if number is None else str(number)
