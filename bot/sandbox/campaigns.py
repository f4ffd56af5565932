"""Clever's campaigns ("pushs"): what was wished for, what was made of it, what was answered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.faults import Fault
from bot.sandbox.phones import Bubble
from bot.sandbox.rows import BIRTHS, Row
from bot.sandbox.wishes import Wish


@dataclass(slots=True)
class Mo:
    """An answer as it is listed; `time` in Paris, by the gateway's clock."""

    number: str
    text: str
    time: datetime
    visible_from: float = 0.0
    copies: int = 1

    def born(self, faults: list[Fault], now: float) -> None:
        """Let each fault mark it."""
        row = _marked(self.number, self.text, self.time, faults, now)
        self.text, self.time = row.text, row.time
        self.visible_from = max(self.visible_from, row.visible_from)
        self.copies = row.copies


@dataclass(slots=True)
class Push:
    """A campaign. `id` is a number of its own, `shown` its text as the gateway repeats it.

    `cascading` counts the recipients of whom another number may still be tried; `request` is the
    HTTP request that asked for it, 0: a person did, on the site. `out`: its hour has come.
    """

    reference: str
    wish: Wish
    created: datetime
    parts: int
    unit: int
    messages: list[tuple[str, Bubble]] = field(default_factory=list)
    visible_from: float = 0.0
    shown: str = ""
    id: int = 0
    cascading: int = 0
    request: int = 0
    out: bool = False

    @property
    def status(self) -> int:
        """0: nothing was sent, 1: under way, 2: done."""
        if not self.out:
            return 0
        return 1 if self.cascading else 2

    def born(self, faults: list[Fault], now: float) -> None:
        """Let each fault mark it."""
        row = _marked("", self.wish.text, self.created, faults, now)
        self.shown, self.visible_from = row.text, row.visible_from


def _marked(number: str, text: str, time: datetime, faults: list[Fault], now: float) -> Row:
    row = Row(0, "mo", number, text, time)
    for fault in faults:
        if fault.kind.name in BIRTHS:
            BIRTHS[fault.kind.name](row, fault, now)
    return row


class Campaigns:
    """All campaigns by reference; more than one where references are shared."""

    def __init__(self) -> None:
        self._pushes: dict[str, list[Push]] = {}
        self._sent: set[tuple[str, str]] = set()
        self.mos: dict[str, list[Mo]] = {}
        self.newest = ""

    def add(self, push: Push) -> None:
        """Keep it."""
        self._pushes.setdefault(push.reference, []).append(push)
        self._sent.update((number, push.wish.text) for number in push.wish.numbers)
        self.newest = push.reference

    def remove(self, reference: str) -> None:
        """As if it had never been; its reference is free again."""
        for push in self._pushes.pop(reference):
            self._sent -= {(number, push.wish.text) for number in push.wish.numbers}

    def of(self, reference: str) -> list[Push]:
        """Those that have it, oldest first."""
        return self._pushes.get(reference, [])

    def all(self) -> Iterable[Push]:
        """Every one, oldest first."""
        return (push for pushes in self._pushes.values() for push in pushes)

    def taken(self, reference: str) -> bool:
        """Whether a campaign has it."""
        return reference in self._pushes

    def sent_before(self, number: str, text: str) -> bool:
        """Whether this very text went to this number."""
        return (number, text) in self._sent

    def numbers(self, reference: str) -> tuple[str, ...]:
        """Whom it went to."""
        return tuple(number for push in self.of(reference) for number in push.wish.numbers)

    def clear(self) -> None:
        """Forget all."""
        self._pushes.clear()
        self._sent.clear()
        self.mos.clear()
        self.newest = ""
