"""What goes wrong in YAML, in the words of who writes: the mark that does it, and what to do.

The parser says where it gave up. What was meant stands in the line: where that can be told, the
line is mended, so that the rest of the file is read too, and all faults are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.yamlfile.lines import (
    ALL_CUT,
    BACKSLASH,
    BRACES,
    CUT,
    GLUED_COMMENT,
    KEY,
    LEAD,
    LINE,
    NO_BLANK,
    NO_BREAK_SPACE,
    QUOTE_IT,
    QUOTED,
    UNKNOWN_ESCAPE,
    between_quotes,
    cannot_begin,
    closed,
    indentation,
    nothing_below,
    quote_it,
    quoted,
)


@dataclass(frozen=True, slots=True)
class Before:
    """The text that was read last, and from where to where."""

    style: str
    """Its quote, `|` or `>`; nothing if it is plain."""
    line: int
    column: int
    end_line: int
    end_column: int
    empty: bool


@dataclass(frozen=True, slots=True)
class Stumble:
    """Where the parser gave up. Lines and columns begin at 0."""

    lines: Sequence[str]
    problem: str
    """Its own words."""
    line: int
    column: int
    begun: tuple[int, int] | None
    """Where that begins which it could not end."""
    before: Before | None

    @property
    def text(self) -> str:
        """The line in which it gave up."""
        return self.line_at(self.line)

    @property
    def sign(self) -> str:
        """The character at which it gave up."""
        return self.text[self.column : self.column + 1]

    @property
    def value(self) -> re.Match[str] | None:
        """What stands behind the key of its line."""
        return LINE.fullmatch(self.text)

    def line_at(self, line: int) -> str:
        """Give a line; nothing beyond the last one."""
        return self.lines[line] if 0 <= line < len(self.lines) else ""


@dataclass(frozen=True, slots=True)
class Trap:
    """What is wrong, and where. Lines and columns begin at 0."""

    line: int
    column: int
    what: str
    remedy: str
    mended: str | None = None
    """The line as it was meant; None where that cannot be told."""
    elsewhere: int | None = None
    """The line that is mended, where it is another one."""


_NO_COLON = "could not find expected ':'"
_NO_KEY = "did not find expected key"
_NO_DASH = "did not find expected '-' indicator"
_COLON = "mapping values are not allowed in this context"
_IN_BRACKETS = {"did not find expected ',' or ']'", "did not find expected ',' or '}'"}
_AT_SIGN = {
    "found character that cannot start any token",
    "did not find expected alphabetic or numeric character",
    "did not find expected node content",
    "block sequence entries are not allowed in this context",
    "mapping keys are not allowed in this context",
    "did not find expected comment or line break",
    "found undefined tag handle",
}
_INDENTED = {_NO_KEY, _NO_COLON, _NO_DASH}
_QUOTES = ("'", '"')
_BARS = ("|", ">")
_SMART = "“”„«»"


def trap_of(stumble: Stumble) -> Trap:
    """Say what the author ran into."""
    for look in _LOOKS:
        if (found := look(stumble)) is not None:
            return found
    unknown = _Problem(f"this is not YAML ({stumble.problem})", "check quotes and brackets here")
    problem = _PROBLEMS.get(stumble.problem, unknown)
    line, column = stumble.line, stumble.column
    if problem.at_start and stumble.begun is not None:
        line, column = stumble.begun
    return Trap(line, column, problem.what, problem.remedy)


def _no_break_space(at: Stumble) -> Trap | None:
    for line in (at.line, at.line - 1):
        text = at.line_at(line)
        if (found := NO_BREAK_SPACE.search(text)) is not None:
            what = "a no-break space stands here, where YAML wants a plain one"
            mended = NO_BREAK_SPACE.sub(lambda one: one[0].replace("\u00a0", " "), text)
            return Trap(
                line, found.end() - 1, what, "type it again, without Alt or Option", mended
            )
    return None


def _tab(at: Stumble) -> Trap | None:
    if at.sign != "\t" and "tab" not in at.problem.split():
        return None
    return Trap(at.line, at.column, "a tab stands where YAML wants spaces", "indent with spaces")


def _escape(at: Stumble) -> Trap | None:
    if at.problem != "found unknown escape character":
        return None
    mended = UNKNOWN_ESCAPE.sub(r"\\\\", at.text[at.column :])
    what, remedy = "a backslash means something between double quotes", BACKSLASH
    return Trap(at.line, at.column, what, remedy, at.text[: at.column] + mended)


def _open_quote(at: Stumble) -> Trap | None:
    """Find a quote that is never closed, or only where the next one opens."""
    line, column = at.line, at.column
    one = at.before
    if at.problem == "found unexpected end of stream" and at.begun is not None:
        line, column = at.begun
    elif one and one.style in _QUOTES and one.line < one.end_line == at.line and _follows(at):
        line, column = one.line, one.column
    else:
        return None
    text = at.line_at(line)
    swallowed = any(KEY.match(at.line_at(below)) for below in range(line + 1, at.line + 1))
    closed = f"{text[:column]}{between_quotes(text[column + 1 :].rstrip())}" if swallowed else None
    what, remedy = "this quote is never closed", "add the quote at the end of the text"
    return Trap(line, column, what, remedy, closed)


def _follows(at: Stumble) -> bool:
    """Tell whether it gave up right behind a text that was quoted."""
    one = at.before
    if one is None or one.end_line != at.line or at.text[one.end_column : at.column].strip():
        return False
    return at.sign not in {"", ",", "]", "}", ":", "#"}


def _closed_quote(at: Stumble) -> Trap | None:
    """Find a quote within a text, which ends it."""
    one = at.before
    if one is None or one.style not in _QUOTES or not _follows(at):
        return None
    value = at.value
    mended = quoted(at.text) if value and value.start("value") == one.column else None
    quote, other = ("an apostrophe", "double") if one.style == "'" else ("a quote", "single")
    what = f"{quote} within the text closes the quotes around it"
    remedy = f"put it between {other} quotes"
    return Trap(at.line, one.end_column - 1, what, remedy, mended)


def _braces(at: Stumble) -> Trap | None:
    """Find a template without quotes, where YAML reads a mapping."""
    value = at.value
    if value and value["value"].startswith(("{{", "{%")):
        remedy = quote_it(value["value"])
        return Trap(at.line, value.start("value"), BRACES, remedy, quoted(at.text))
    if at.text.startswith(("{{", "{%"), at.column):
        return Trap(at.line, at.column, BRACES, QUOTE_IT)
    return None


def _cut_in_brackets(at: Stumble) -> Trap | None:
    """Find a comment that ate the end of a list or mapping."""
    ends = not "".join(at.lines[at.line :]).strip()
    if at.problem not in _IN_BRACKETS and not ends:
        return None
    first = at.begun[0] if at.begun and at.problem in _IN_BRACKETS else max(at.line - 1, 0)
    for line in range(first, at.line + 1):
        text = QUOTED.sub(lambda one: "'" * len(one[0]), at.line_at(line))
        if (found := GLUED_COMMENT.search(text)) is not None:
            problem = CUT if found["first"] is None else ALL_CUT
            return Trap(line, found.start(), *problem)
    return None


def _no_blank(at: Stumble) -> Trap | None:
    """Find a blank that is missing behind a colon or a dash."""
    if at.problem not in {_COLON, _NO_COLON}:
        return None
    for line in dict.fromkeys((at.begun[0] if at.begun else at.line, at.line - 1)):
        text = at.line_at(line)
        if (found := NO_BLANK.match(text)) is not None:
            mark = "dash" if found["dash"] else "colon"
            place = found.start(mark) + 1
            mended = f"{text[:place]} {text[place:]}"
            shown = mended.strip() if len(mended) < 40 and mended.isprintable() else "key: value"
            what = f"a blank is missing behind this {mark}"
            return Trap(line, place - 1, what, f"write `{shown}`", mended)
    return None


def _goes_on(at: Stumble) -> Trap | None:
    """Find a line with a key that is indented so far that it goes on the text above."""
    if at.problem != _COLON or not KEY.match(at.text) or at.text.find(":") < at.column:
        return None
    what = "this line is indented further than the one above, and goes on its text"
    return Trap(at.line, indentation(at.text), what, _like_its_neighbours(at))


def _never_closed(at: Stumble) -> Trap | None:
    """Find a list or mapping that goes on below its line, into what is certainly none of it."""
    if at.problem not in _IN_BRACKETS or at.begun is None or at.begun[0] == at.line:
        return None
    line, column = at.begun
    text = at.line_at(line)
    what, remedy = "this mapping is never closed", "add the `}`"
    if text[column : column + 1] == "[":
        what, remedy = "this list is never closed", "add the `]`"
    mended = closed(text) if KEY.match(at.line_at(line + 1)) else None
    return Trap(line, column, what, remedy, mended)


def _colon(at: Stumble) -> Trap | None:
    """Find a colon within a text."""
    if at.problem in _IN_BRACKETS and at.sign == ":":
        return Trap(at.line, at.column, _CUT_IN_TWO, QUOTE_IT)
    value = at.value
    if at.problem != _COLON or value is None or at.column < value.start("value"):
        return None
    sign, remedy = value["value"][0], quote_it(value["value"])
    if sign in _SMART:
        remedy = f'put the whole text between straight quotes ("), since {sign} is none to YAML'
    return Trap(at.line, at.column, _CUT_IN_TWO, remedy, quoted(at.text))


_CUT_IN_TWO = "a colon with a blank behind it makes a key of what stands before it"


def _below_bar(at: Stumble) -> Trap | None:
    """Find lines below a `|` that are not indented, or not alike."""
    one = at.before
    line = at.begun[0] if at.problem == _NO_COLON and at.begun else at.line
    text = at.line_at(line)
    if at.problem not in _INDENTED or one is None or one.style not in _BARS or KEY.match(text):
        return None
    if one.empty:
        problem = nothing_below(one.style)
        return Trap(one.line, one.column, *problem, mended="", elsewhere=line)
    what = f"this line is indented less than the text below `{one.style}`"
    return Trap(line, indentation(text), what, "indent all lines of a text alike", "")


def _beside_bar(at: Stumble) -> Trap | None:
    """Find a text that begins in the line of its `|`, and goes on below."""
    if at.problem != "did not find expected comment or line break" or at.begun is None:
        return None
    line, column = at.begun
    if indentation(at.line_at(line + 1)) <= indentation(at.line_at(line)):
        return None
    what = f"a text begins beside its `{at.line_at(line)[column]}`"
    return Trap(at.line, at.column, what, "begin it on the next line")


def _first_sign(at: Stumble) -> Trap | None:
    """Find a text whose first sign means something to YAML."""
    line, column = (at.begun or (at.line, at.column)) if at.problem in _AT_SIGN else (at.line, -1)
    value = LINE.fullmatch(at.line_at(line))
    said = value["value"] if value else ""
    begin = value.start("value") if value else -1
    more_follows = at.problem in {_NO_KEY, _NO_DASH} and said.startswith(tuple("*&![{"))
    is_property = at.begun == (at.line, begin) and said.startswith(tuple("*&!"))
    if said and (begin == column or is_property or (more_follows and begin < at.column)):
        remedy = quote_it(said) + (", or write a list as [a, b]" if said[:2] == "- " else "")
        return Trap(line, begin, cannot_begin(said), remedy, quoted(at.line_at(line)))
    if at.problem in _AT_SIGN and at.line_at(line)[column:]:
        return Trap(line, column, cannot_begin(at.line_at(line)[column:]), QUOTE_IT)
    return None


def _indentation(at: Stumble) -> Trap | None:
    if at.problem not in {_NO_KEY, _NO_DASH} or at.column != indentation(at.text):
        return None
    if at.problem == _NO_DASH and at.begun and at.begun[1] == at.column:
        what = "a list is followed by something that is no item"
        remedy = f"begin it with `- `, or {_like_its_neighbours(at)}"
        return Trap(at.line, at.column, what, remedy)
    what = "the indentation of this line fits nothing above it"
    return Trap(at.line, at.column, what, _like_its_neighbours(at))


def _no_key(at: Stumble) -> Trap | None:
    if at.problem != _NO_COLON or at.begun is None:
        return None
    line, column = at.begun
    remedy = "write `key: value`; a text that goes on is indented further than its key"
    return Trap(line, column, "this line has no key", remedy, "")


def _like_its_neighbours(at: Stumble) -> str:
    """Say in which column the line should begin: that of the nearest one of its kind above."""
    item = at.text.lstrip(" ").startswith("- ")
    for line in range(at.line - 1, -1, -1):
        lead = LEAD.match(at.line_at(line))
        if lead is not None and (lead["items"] or not item):
            column = lead.start("items") if item else lead.end()
            return f"begin it in column {column + 1}, like line {line + 1}"
    return "indent it like its neighbours"


_LOOKS: Sequence[Callable[[Stumble], Trap | None]] = (
    *(_no_break_space, _tab, _escape, _open_quote, _closed_quote, _braces, _cut_in_brackets),
    *(_never_closed, _no_blank, _goes_on, _colon, _below_bar, _beside_bar, _first_sign),
    *(_indentation, _no_key),
)
"""The surest first."""


class _Problem(NamedTuple):
    what: str
    remedy: str
    at_start: bool = False
    """It is told where the piece begins, not where the parser gave up."""


_PROBLEMS: Mapping[str, _Problem] = {
    _COLON: _Problem("a colon stands where none can", f"if it is text, {QUOTE_IT}"),
    _NO_KEY: _Problem("this does not go on what stands above", "indent it like its neighbours"),
    _NO_DASH: _Problem("this does not go on what stands above", "indent it like its neighbours"),
    **dict.fromkeys(
        _IN_BRACKETS,
        _Problem("the bracket before this is not closed", "close it, or put a comma between two"),
    ),
    **dict.fromkeys(
        ("found unknown directive name", "found unexpected non-alphabetical character"),
        _Problem("a line cannot begin with `%`", QUOTE_IT, at_start=True),
    ),
    "did not find expected node content": _Problem(
        "something is missing here", "write it, or close the bracket before it"
    ),
    "did not find expected <document start>": _Problem(
        "something follows the end of the document", "remove the line `...`"
    ),
}
