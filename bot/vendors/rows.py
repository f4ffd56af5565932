"""A file that is done row by row: what came of each is told, and what breaks off may go on.

Nothing that one row meets holds up another, but for what concerns the account or the network.
"""

from __future__ import annotations

import csv
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answers import neutral
from bot.clients import GatewayError, Rejected, Throttled, Unconfirmed
from bot.clock import Clock
from bot.sheets import Line, write_report
from bot.terminal import Misused, progress

MANY = 20
"""Rows from which a bar shows how far it is."""
ATTEMPTS = 5
"""To do one row that is refused for being asked too often: nothing was done of it."""
HEADS = ("row", "who", "result")
REFUSED, NOT_BEGUN = "refused", "not begun"
UNCLEAR = "unclear: it may have been done"


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of a file says of somebody."""

    line: int
    who: str
    """By what the report names them."""
    fields: Mapping[str, str]
    """By the names of the vendor's parameters; what is empty is not there."""


class Report:
    """What came of each row, beside the file. Whatever ends the command, it has what was done."""

    def __init__(self, file: Path) -> None:
        self.path = file.with_name(f"{file.stem}.report.csv")
        self.lines: list[Line] = []

    def begin(self, lines: Sequence[Line]) -> None:
        """Write what is settled already. What cannot be told is not begun: raises `Misused`."""
        self.lines = list(lines)
        self._written()

    def note(self, row: Row, fate: str) -> None:
        """Add what came of one row, at once."""
        self.lines.append((row.line, row.who, fate))
        with self.path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow((row.line, neutral(row.who), neutral(fate)))

    def end(self) -> None:
        """Put all of it into the order of the file."""
        self._written()

    def _written(self) -> None:
        try:
            write_report(self.path, self.lines, HEADS)
        except OSError as error:
            what = f"the report {self.path} cannot be written: {error.strerror}"
            raise Misused(f"{what}; nothing was begun") from error


async def each(
    rows: Sequence[Row],
    settle: Callable[[Row], Awaitable[str]],
    report: Report,
    *,
    clock: Clock,
    what: str,
) -> GatewayError | None:
    """Settle one row after the other; give what it broke off for. `settle` gives a row's fate."""
    with progress(what, len(rows), shown=len(rows) >= MANY) as advance:
        for done, row in enumerate(rows):
            try:
                report.note(row, await _patiently(settle, row, clock))
            except (GatewayError, CancelledError) as error:
                clear = isinstance(error, GatewayError) and not isinstance(error, Unconfirmed)
                report.note(row, NOT_BEGUN if clear else UNCLEAR)
                for left in rows[done + 1 :]:
                    report.note(left, NOT_BEGUN)
                if isinstance(error, CancelledError):
                    raise  # somebody pressed Ctrl-C
                return error
            advance(1)
    return None


async def _patiently(settle: Callable[[Row], Awaitable[str]], row: Row, clock: Clock) -> str:
    for _ in range(ATTEMPTS - 1):
        try:
            return await settle(row)
        except Rejected as error:
            return f"{REFUSED}: {error.reason}"
        except Throttled as error:
            await clock.sleep(error.retry_after or 1.0)
    return await settle(row)
