"""The types of answers that a rule may expect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | int | Decimal | date | time
"""What an answer means: see `Kind`."""


class Kind(StrEnum):
    """What is expected, and what an answer is understood as."""

    TEXT = "text"
    WORD = "word"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    EMAIL = "email"
    NUMBER = "number"
    """A telephone number, E.164."""
    CODE = "code"
    """Digits."""
    YES_NO = "yes_no"
    """`yes` or `no`."""
    CHOICE = "choice"
    """The value of the choice."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A type, with its range or its choices."""

    kind: Kind
    low: Decimal | None = None
    """Of the value; of the characters of a text, of the digits of a code."""
    high: Decimal | None = None
    choices: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()
    """Each value, and its phrases as words in normal form."""

    def __str__(self) -> str:
        if self.choices:
            return ", ".join(value for value, _ in self.choices)
        if self.low is None and self.high is None:
            return self.kind.value
        low, high = ("" if end is None else str(end) for end in (self.low, self.high))
        return f"{self.kind.value} {low}..{high}"


@dataclass(frozen=True, slots=True)
class Around:
    """What reading depends on beside the text."""

    today: date
    country: str
    """Two letters: of telephone numbers in national form."""
