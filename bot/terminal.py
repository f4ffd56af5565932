"""What commands print, and how they end: sentences, tables, faults."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from bot.yamlfile import Faults

DONE, FAILED, WRONG = 0, 1, 2
PIPE_WIDTH = 10_000
"""Columns of a pipe: a line of a table is not folded there."""


class Misused(Exception):
    """The command was not given as it must be; the text says how."""


def never_asked(question: str) -> bool:
    """Refuse where nobody is there who could be asked. Raises `Misused`."""
    raise Misused(f"{question} Nobody can be asked here: give --yes")


def show(line: str, *, style: str = "") -> None:
    """Print a line. What people texted is shown, never obeyed: no markup, no control signs.

    `style` is one of rich's, for a terminal alone.
    """
    Console().print(Text(harmless(line), style), soft_wrap=True)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, as harmless as `show`."""
    shown = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(harmless(cell)) for cell in row))
    console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
    console.print(shown)


def refuse(sentence: str) -> None:
    """Say on stderr, in one sentence, why something is not done."""
    sys.stderr.write(f"textobot: {sentence}\n")


def faults(wrong: Faults) -> int:
    """Say on stderr all that is wrong in the operator's files; give the exit code."""
    for fault in wrong.faults:
        sys.stderr.write(f"{fault}\n")
    return FAILED


def count(number: int, what: str) -> str:
    """Write `1 rule`, `2 rules`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def harmless(text: str) -> str:
    """Replace control signs and marks of direction; line breaks stay."""
    return "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


@contextmanager
def progress(what: str, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show on stderr how far something is; gives what to call with the steps that were done."""
    if not shown:
        yield lambda _steps: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda steps: bar.update(task, advance=steps)
