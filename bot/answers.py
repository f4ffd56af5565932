"""`textobot answers`: what people answered to a rule, as a table, counted, or as CSV.

CSV is RFC 4180 in UTF-8, with a header. A spreadsheet takes a cell that begins with `=`, `+`, `-`,
`@`, a tab or a line break for a formula, and people text what they like: such a cell gets an
apostrophe in front. A figure and a telephone number do not: `-3`, `+2.5` and `+15145550001` are
what they are, and no formula can be made of digits alone.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bot.app import load_content
from bot.config import Config, load_config
from bot.config.notation import parse_duration
from bot.core.rulebook import Rulebook
from bot.explained import local
from bot.storage import answers as stored
from bot.storage.answers import Tally
from bot.storage.beside import open_beside
from bot.storage.errors import StoreError
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show, table
from bot.validation import Wrong
from bot.yamlfile import Faults

Row = Mapping[str, Any]
Drawn = tuple[Sequence[str], Sequence[Sequence[str]]]
"""The heads of the columns, and the lines."""
HEADS = ("time", "number", "gateway")
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_FIGURE = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")


def answers(
    config_path: Path,
    rule: str,
    *,
    since: str,
    as_csv: bool,
    counts: bool,
    every: bool,
) -> int:
    """Print the answers to a rule; which rules have some, where none is named.

    `every`: those too that a newer one of the same number took the place of.
    """
    try:
        config = load_config(config_path)
        begun = datetime.now(UTC) - parse_duration(since) if since else None
        tallies, rows = asyncio.run(_read(config, rule, begun))
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except (Wrong, StoreError) as error:
        refuse(str(error))
        return WRONG if isinstance(error, Wrong) else FAILED
    if not rule:
        return _print_rules(tallies, config, as_csv=as_csv)
    rulebook = _rulebook(config)
    if not any(one.rule == rule for one in tallies) and rulebook.rule(rule) is None:
        return _unknown(rule, tallies, rulebook)
    wanted = [row for row in rows if every or row["counts"]]
    drawn = _counted(wanted) if counts else _drawn(wanted, config, every=every)
    if as_csv:
        write_csv(drawn)
        return DONE
    if wanted:
        table(*drawn)
    show(_sum(rule, wanted, len(rows) - len(wanted), rulebook))
    return DONE


async def _read(
    config: Config, rule: str, since: datetime | None
) -> tuple[Sequence[Tally], Sequence[Row]]:
    async with open_beside(config.store_url) as database, database.read() as connection:
        rows = await stored.read(connection, rule, since=since) if rule else []
        return await stored.tally(connection), rows


def _rulebook(config: Config) -> Rulebook:
    """Read the rules, if they can be read: answers are there whatever is wrong with them now."""
    try:
        return load_content(config, sandbox=True)[0]
    except Faults:
        return Rulebook()


def _unknown(rule: str, tallies: Sequence[Tally], rulebook: Rulebook) -> int:
    known = {one.rule for one in tallies} | {one.id for one in rulebook.rules}
    near = get_close_matches(rule, known, n=1)
    hint = (
        f"did you mean {near[0]}?" if near else "`textobot answers` lists those that have answers"
    )
    refuse(f"there is no rule {rule!r}; {hint}")
    return FAILED


# --- what is shown -------------------------------------------------------------------------------


def _print_rules(tallies: Sequence[Tally], config: Config, *, as_csv: bool) -> int:
    """List the rules that have answers."""
    heads = ("rule", "answers", "replaced", "newest")
    rows = [
        (one.rule, str(one.count), str(one.replaced), local(one.newest, config)) for one in tallies
    ]
    if as_csv:
        write_csv((heads, rows))
    elif rows:
        table(heads, rows)
    else:
        show("No rule was answered yet.")
    return DONE


def captured_names(rows: Iterable[Row]) -> list[str]:
    """Name all that was captured, in the order in which the newest answers have it."""
    names: dict[str, None] = {}
    for row in reversed(list(rows)):
        names |= dict.fromkeys(row["captured"])
    return list(names)


def _drawn(rows: Sequence[Row], config: Config, *, every: bool) -> Drawn:
    """Draw a line for each answer."""
    names = captured_names(rows)
    heads = [*HEADS, *names, *(["counts"] if every else [])]
    lines = []
    for row in rows:
        line = [local(row["answered_at"], config), row["number"], row["gateway"]]
        line += [str(row["captured"].get(name, "")) for name in names]
        lines.append(line + (["yes" if row["counts"] else "no"] if every else []))
    return heads, lines


def _counted(rows: Sequence[Row]) -> Drawn:
    """Count each value of each name, the most frequent first."""
    lines = []
    for name in captured_names(rows):
        values = [str(row["captured"][name]) for row in rows if name in row["captured"]]
        for value, times in sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])):
            lines.append((name, value, str(times), f"{100 * times / len(values):.1f} %"))
    return ("answer", "value", "count", "share"), lines


def _sum(rule: str, rows: Sequence[Row], replaced: int, rulebook: Rulebook) -> str:
    """Say how many there are."""
    known = rulebook.rule(rule)
    if not rows and known is not None and not known.keeps_answers:
        return f"{rule} keeps no answers: it has no expect, steps, groups or once."
    people = len({row["number"] for row in rows})
    total = f"{count(len(rows), 'answer')} of {count(people, 'number')}"
    return f"{total}; {replaced} replaced (--all shows them)." if replaced else f"{total}."


# --- CSV -----------------------------------------------------------------------------------------


def write_csv(drawn: Drawn) -> None:
    """Write CSV on standard output, whatever its encoding is said to be."""
    heads, rows = drawn
    written = io.StringIO(newline="")
    csv.writer(written).writerows([neutral(cell) for cell in row] for row in (heads, *rows))
    sys.stdout.flush()
    sys.stdout.buffer.write(written.getvalue().encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def neutral(cell: str) -> str:
    """Give a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _FIGURE.fullmatch(cell) else cell
