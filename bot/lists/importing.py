"""`textobot lists import`: people from a file, each row told, and a file may be read again.

What was imported is on the list, whatever interrupts the rest: the same command goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bot.config import Config, load_config
from bot.control.listing import AT_ONCE, Enrol
from bot.core.consent import How
from bot.core.enrolling import Basis, Enrolled
from bot.lists.doing import Refused, basis, done, ending
from bot.lists.sheet import Person, Sheet, Unreadable, open_sheet
from bot.sheets import Line, write_report
from bot.terminal import DONE, count, progress, show, table
from bot.validation import Wrong
from bot.who import phone_of

MANY = 2000
"""Rows from which a bar shows how far it is."""
TWICE = "twice in the file"
HEADS = ("row", "number", "result")
"""Of the report."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the command was given."""

    of_list: str
    file: Path
    language: str
    welcome: bool
    sure: Callable[[str], bool]
    """Asks whoever types the command."""


def import_file(config_path: Path, wanted: Wanted, *, kind: str, wording: str, note: str) -> int:
    """Put the people of a file on a list, after showing what that would do."""

    def act() -> int:
        config, ground = load_config(config_path), basis(kind, wording, How.IMPORT, note=note)
        return _Import(config, wanted, ground).carry_out()

    return ending(act)


class _Import:
    """One run of the command."""

    def __init__(self, config: Config, wanted: Wanted, ground: Basis) -> None:
        self._config = config
        self._wanted = wanted
        self._ground = ground
        self._sheet = self._opened()
        rows = list(self._sheet.rows(self._number, config.timezone))
        self._people, self._unusable = _sorted_out(rows)

    def _number(self, written: str) -> str:
        return phone_of(written, self._config)

    def _opened(self) -> Sheet:
        file = self._wanted.file
        try:
            return open_sheet(file, self._number)
        except OSError as error:
            raise Refused(f"{file} cannot be read: {error.strerror}") from error
        except Wrong as wrong:
            raise Refused(f"{file}: {wrong.what}; {wrong.remedy}") from wrong

    def carry_out(self) -> int:
        """Try, ask, do, report."""
        file, of_list = self._wanted.file, self._wanted.of_list
        if self._sheet.latin:
            show(f"{file.name} is no UTF-8; it is read as Windows-1252 (Latin-1).")
        tried = self._enrolled(dry=True, what="Trying")
        self._summarise([*tried, *self._unusable])
        changing = [line for line in tried if line[2] in {Enrolled.ADDED, Enrolled.RENEWED}]
        report = file.with_name(f"{file.stem}.report.csv")
        if not changing:
            _write(report, [*tried, *self._unusable])
            show(f"There is nobody to add. Each row: {report}")
            return DONE
        if not self._wanted.sure(f"Put {count(len(changing), 'number')} on {of_list}?"):
            show("Nothing was done.")
            return DONE
        _write(report, [])  # what cannot be reported is not begun
        lines = self._enrolled(dry=False, what="Importing")
        _write(report, [*lines, *self._unusable])
        fates = Counter(fate for _, _, fate in lines)
        told = f"{count(fates[Enrolled.ADDED], 'number')} added to {of_list}"
        renewed = fates[Enrolled.RENEWED]
        show(f"{told}{f', {renewed} renewed' if renewed else ''}. Each row: {report}")
        return DONE

    def _enrolled(self, *, dry: bool, what: str) -> list[Line]:
        """Have all rows decided, some hundreds at once."""
        lines: list[Line] = []
        with progress(what, len(self._people), shown=len(self._people) >= MANY) as advance:
            for batch in _batches(self._people):
                told = done(self._config, self._asked(batch, dry=dry))
                lines += [
                    (one.row, one.number, str(fate))
                    for one, fate in zip(batch, told["fates"], strict=True)
                ]
                advance(len(batch))
        return lines

    def _asked(self, batch: Sequence[Person], *, dry: bool) -> Mapping[str, object]:
        usual = self._wanted.language
        return Enrol(
            of_list=self._wanted.of_list,
            people=[(one.number, one.row, one.at, one.language or usual) for one in batch],
            kind=self._ground.kind,
            how=self._ground.how,
            cause=f"import {self._wanted.file.name[:150]}",
            wording=self._ground.wording,
            dry=dry,
            welcome=self._wanted.welcome and not dry,
        ).model_dump(mode="json")

    def _summarise(self, lines: Iterable[Line]) -> None:
        fates = Counter(fate for _, _, fate in lines)
        ordered = sorted(fates.items(), key=lambda one: (-one[1], one[0]))
        table(("rows", "what would come of them"), [(str(n), fate) for fate, n in ordered])


def _sorted_out(rows: Iterable[Person | Unreadable]) -> tuple[list[Person], list[Line]]:
    """Divide what can be imported from what cannot; of a number that stands twice, the first."""
    people: dict[str, Person] = {}
    unusable: list[Line] = []
    for row in rows:
        if isinstance(row, Unreadable):
            unusable.append((row.row, row.shown, row.why))
        elif row.number in people:
            unusable.append((row.row, row.number, TWICE))
        else:
            people[row.number] = row
    return list(people.values()), unusable


def _batches(people: Iterable[Person]) -> Iterator[Sequence[Person]]:
    left = iter(people)
    while batch := list(islice(left, AT_ONCE)):
        yield batch


def _write(report: Path, lines: Iterable[Line]) -> None:
    """Write what came of each row. Raises `Refused`."""
    try:
        write_report(report, lines, HEADS)
    except OSError as error:
        raise Refused(f"the report {report} cannot be written: {error.strerror}") from error
