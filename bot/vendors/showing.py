"""How single values are written in the tables of vendors' answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.terminal import count


def instant(at: datetime | None) -> str:
    """Write an instant with its zone; nothing where there is none."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S %Z}"


def yes_no(truth: bool) -> str:  # noqa: FBT001 - the value itself
    """Write a truth."""
    return "yes" if truth else "no"


def figure(number: int | None) -> str:
    """Write a figure; nothing where there is none."""
    return "" if number is None else str(number)


def unread(rows: Sequence[object]) -> str:
    """Say how many rows of a list could not be read; nothing where all could."""
    return f"; {count(len(rows), 'row')} could not be read" if rows else ""


def units(amount: float | None) -> str:
    """Write an amount of units; nothing where it is not known."""
    return "" if amount is None else f"{amount:,.0f}" if amount.is_integer() else f"{amount:,}"
