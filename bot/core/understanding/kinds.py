"""What an answer may be: its kind, with the range or the choices that narrow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

Value = str | int | Decimal | date | time
"""An answer that was understood: `yes` or `no`, the value of a choice, a number in E.164, an
address, the digits of a code, a word or a text as typed; else a figure, a day or a time of day."""


End = date | time | int
"""Of a range: a day, a time of day, or so many days from today."""


class Kind(StrEnum):
    """The type of an answer, by the word that authors write."""

    TEXT = "text"
    WORD = "word"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    EMAIL = "email"
    NUMBER = "number"
    CODE = "code"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected: a type with its range or its choices."""

    kind: Kind
    low: Decimal | None = None
    """The least that is taken: an integer or decimal itself, a text's characters, a code's
    digits. Of days and times `first` and `last` are the range; other kinds have none."""
    high: Decimal | None = None
    choices: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()
    """Each value with the phrases that choose it, as words in normal form."""
    first: End | None = field(default=None, repr=False)
    last: End | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Give it as an author writes it: `integer 1..5`, `{am: [matin, 1], pm: [soir, 2]}`."""
        if self.kind is Kind.CHOICE:
            listed = (
                f"{value}: [{', '.join(' '.join(phrase) for phrase in phrases)}]"
                for value, phrases in self.choices
            )
            return f"{{{', '.join(listed)}}}"
        if self.first is not None or self.last is not None:
            return f"{self.kind} {_written(self.first)}..{_written(self.last)}"
        if self.low is None and self.high is None:
            return self.kind.value
        low, high = ("" if end is None else f"{end:f}" for end in (self.low, self.high))
        return f"{self.kind} {low}..{high}"


def _written(end: End | None) -> str:
    match end:
        case None:
            return ""
        case int():
            return _BY_TODAY.get(end, f"today{end:+}d")
        case time():
            return f"{end:%H:%M}"
        case date():
            return end.isoformat()


_BY_TODAY = {-1: "yesterday", 0: "today", 1: "tomorrow"}


@dataclass(frozen=True, slots=True)
class Around:
    """What reading depends on beside the text."""

    today: date
    """The installation's."""
    country: str
    """Two letters: whose numbers may be written without `+`."""
