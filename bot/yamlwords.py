"""What YAML's parser says of a file that it cannot read, in plain words, with what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Place = tuple[int, int]
"""Line and column, counted from 0."""

_QUOTE_IT = "put the whole text between quotes"
_BRACES = "a text with braces in it needs quotes here"
NO_ALIASES = (
    "anchors (`&name`) and aliases (`*name`) are not read here",
    f"if it is text, {_QUOTE_IT}, otherwise write it out",
)
NO_TAGS = ("tags (`!name`) are not read here", f"if it is text, {_QUOTE_IT}")
NO_SUCH_KEY = (
    "a list or mapping cannot be a key",
    f"if this is a template like {{{{ name }}}}, {_QUOTE_IT}",
)
_TAB = ("a tab stands where YAML wants spaces", "indent with spaces")
CUT = (
    "what follows a blank and `#` is a comment: the text ends before it",
    f"if it is text, {_QUOTE_IT}, otherwise write a blank behind the `#`",
)
CUTTING = re.compile(r"[ \t]+#(?=\S)")
"""What ends a text that is not between quotes, and hardly is a comment."""
_CLOSED_EARLY = re.compile(r"""(?<=['"])(?=\w)""")


class _Problem(NamedTuple):
    what: str
    remedy: str
    at_start: bool = False
    """It is told where the piece begins, not where the parser gave up."""


_PROBLEMS: Mapping[str, _Problem] = {
    "mapping values are not allowed in this context": _Problem(
        "a colon stands where none can",
        f"if it belongs to a text, {_QUOTE_IT}, otherwise check the indentation",
    ),
    "did not find expected key": _Problem(
        "this does not go on what stands above",
        "indent it like its neighbours, and put a text that has quotes in it between quotes",
    ),
    "did not find expected '-' indicator": _Problem(
        "a list is followed by something that is no item",
        "begin it with `- `, or check the indentation",
    ),
    "did not find expected ',' or ']'": _Problem(
        "this list is never closed",
        f"add the `]`, or a comma between two items, and {_BRACES}",
        at_start=True,
    ),
    "did not find expected ',' or '}'": _Problem(
        "this mapping is never closed",
        f"add the `}}`, or a comma between two entries, and {_BRACES}",
        at_start=True,
    ),
    "could not find expected ':'": _Problem(
        "a key has no colon",
        f"write `key: value`; if the line goes on a text, {_QUOTE_IT}",
        at_start=True,
    ),
    "found unexpected end of stream": _Problem(
        "this quote is never closed", "add the quote at the end of the text", at_start=True
    ),
    "found unknown escape character": _Problem(
        "a backslash means something between double quotes", "write it twice, or use single quotes"
    ),
    "block sequence entries are not allowed in this context": _Problem(
        "a list cannot begin here", "begin it on the next line, or write `[a, b]`"
    ),
    "did not find expected node content": _Problem(
        "a value is missing here", f"write it; if this is text, {_QUOTE_IT}"
    ),
    "did not find expected alphabetic or numeric character": _Problem(*NO_ALIASES, at_start=True),
    "found unknown directive name": _Problem(
        "a line cannot begin with `%`", _QUOTE_IT, at_start=True
    ),
    "found undefined tag handle": _Problem(*NO_TAGS),
    "did not find expected <document start>": _Problem(
        "something follows the end of the document", "remove the line `...`"
    ),
    "did not find expected comment or line break": _Problem(
        "a text begins beside its `|` or `>`", "begin it on the next line"
    ),
    "found a tab character where an indentation space is expected": _Problem(*_TAB),
    "found a tab character that violates indentation": _Problem(*_TAB),
}


def in_plain_words(
    problem: str, lines: Sequence[str], at: Place, begun: Place | None
) -> tuple[int, int, str, str]:
    """Say where it is, counted from 1, what is wrong, and what to do.

    `problem` are the parser's words, `at` is where it gave up, and `begun` where the piece begins
    that it was reading.
    """
    line, column = at
    written = lines[line] if line < len(lines) else ""
    if _CLOSED_EARLY.match(written, column):
        quote, other = _QUOTES[written[column - 1]]
        what = f"{quote} within the text closes the quotes around it"
        return line + 1, column, what, f"put it between {other} quotes"
    found = _problem(problem, written[column : column + 1])
    if found.at_start and begun is not None:
        line, column = begun
    return line + 1, column + 1, found.what, found.remedy


_QUOTES = {"'": ("an apostrophe", "double"), '"': ("a quote", "single")}


def _problem(words: str, character: str) -> _Problem:
    if words in _PROBLEMS:
        return _PROBLEMS[words]
    if words == "found character that cannot start any token":
        if character == "\t":
            return _Problem(*_TAB)
        return _Problem(f"a text cannot begin with {character!r}", _QUOTE_IT)
    return _Problem(f"this is not YAML ({words})", "check quotes, brackets and indentation here")
