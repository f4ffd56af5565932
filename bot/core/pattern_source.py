"""A pattern as its author writes it, made fit for folded texts; or what is wrong with it.

Patterns see texts as `bot.core.plain` folds them, so the letters of a pattern are folded alike:
`été` is `ete`, `œ` is `(?:oe)`, `’` is `'`, and blanks, however many and however written, are one.
Upper and lower case are left to RE2. What RE2 reads as syntax stays as it is; what would come to
mean something else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import re2

from bot.core.plain import plain_character

Problem = tuple[str, str]
"""What is wrong, and what to do."""
LONGEST = 1_000
"""Characters of a pattern."""
MEMORY = 1 << 20
"""Bytes that a compiled pattern and what it learns of texts may take."""


class BadPattern(Exception):
    """A pattern that cannot be asked of texts."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.problem: Problem = (what, remedy)


def pattern_problem(source: str) -> Problem | None:
    """Say what is wrong with a pattern, and what to do; None if it can be asked of texts."""
    try:
        found = compiled(fold_pattern(source))
    except BadPattern as bad:
        return bad.problem
    if found.search("") is not None:
        return _MATCHES_NOTHING
    return None


def fold_pattern(source: str) -> str:
    """Fold a pattern as texts are folded. Raises `BadPattern` where that cannot be."""
    if len(source) > LONGEST:
        raise BadPattern(f"a pattern has {LONGEST:,} characters at most", "make several rules")
    tokens = list(_TOKENS.finditer(source.strip("\r\n")))
    names = [name for token in tokens if (name := token["name"]) is not None]
    for name in names:
        if names.count(name) > 1:
            raise BadPattern(f"two groups have the name {name!r}", "give each its own")
    return "".join(_FOLDS[str(token.lastgroup)](token[0]) for token in tokens)


def compiled(folded: str) -> Any:  # noqa: ANN401 - re2 ships no types
    """Compile a folded pattern. Raises `BadPattern`."""
    try:
        return re2.compile(folded, options())
    except re2.error as error:
        raise _explained(error) from None


def options() -> Any:  # noqa: ANN401 - re2 ships no types
    """Make what patterns are compiled with: case never decides, memory is bounded."""
    made = re2.Options()
    made.case_sensitive = False
    made.log_errors = False
    made.max_mem = MEMORY
    return made


# --- what is folded ------------------------------------------------------------------------------

_TOKENS = re.compile(
    r"""
      (?P<blanks>(?:(?:\s|\\[fnrstv])(?:(?:[*+?]|\{\d+(?:,\d*)?\})\??)?)+)
    | (?P<brackets>\[\^?\]?(?:\[:[^\]]*:\]|\\.|[^\]\\])*\])
    | (?P<group>\(\?P?<(?P<name>[A-Za-z_][A-Za-z0-9_]*)>)
    | (?P<flags>\(\?[A-Za-z]*(?:-[A-Za-z]*)?[:)])
    | (?P<operator>\(\?(?:P.|<.|.)?)
    | (?P<escape>\\(?:x\{[^}]*\}|x[0-9A-Fa-f]{2}|[pP]\{[^}]*\}|.)?)
    | (?P<character>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLANK = re.compile(r"(?:\s|\\.)([*?]|\{0)?")
_ONE = r"(?:\[:[^\]]*:\]|\\(?:x\{[^}]*\}|x[0-9A-Fa-f]{2}|[pP]\{[^}]*\}|.)|.)"
_MEMBER = re.compile(rf"(?P<first>{_ONE})(?:-(?P<last>{_ONE}))?", re.DOTALL)
_CODE = re.compile(r"\\x\{?([0-9A-Fa-f]+)\}?")
_CONTROL = re.compile(r"\\[fnrtv]")


def _blanks(written: str) -> str:
    """Write one blank for several, which may be missing where each of them may be."""
    return " " if "" in _BLANK.findall(written) else " ?"


def _character(written: str) -> str:
    folded = _literal(written)
    return f"(?:{folded})" if len(plain_character(written)) > 1 else folded


def _literal(character: str) -> str:
    folded = plain_character(character)
    if folded == character or (character.isascii() and character.isalnum()):
        return character
    return "".join(one if one.isalnum() or not one.isascii() else f"\\{one}" for one in folded)


def _brackets(written: str) -> str:
    opening = "[^" if written.startswith("[^") else "["
    members = list(_MEMBER.finditer(written, len(opening), len(written) - 1))
    folded = "".join(_member(member, negated=opening == "[^") for member in members)
    if members and not folded:
        raise BadPattern(f"nothing is left of {written}", "write visible characters")
    return f"{opening}{folded}]"


def _member(member: re.Match[str], *, negated: bool) -> str:
    first, last = member["first"], member["last"]
    if last is not None:
        return f"{_end_of_range(first)}-{_end_of_range(last)}"
    if _CONTROL.fullmatch(first):  # folded texts have a blank instead
        return first if negated else " "
    if len(first) > 1:
        return first if first.startswith("[:") else _escape(first)
    if len(plain_character(first)) > 1:
        what = f"{first!r} is read as {plain_character(first)!r}, which […] cannot hold"
        raise BadPattern(what, "write (?:one|another) instead of [ ]")
    return _literal(first)


def _end_of_range(end: str) -> str:
    """Refuse the end of a range that is folded: it would be another range."""
    if len(end) > 1:
        return _escape(end)
    if not _is_stable(end):
        what = f"folded as texts are, the range with {end!r} would be another one"
        raise BadPattern(what, "write the letters without accents: [a-z] has é, too")
    return end


def _is_stable(character: str) -> bool:
    """Tell whether a character is the same folded, but for its case."""
    return plain_character(character) == character.lower()


def _escape(written: str) -> str:
    if code := _CODE.fullmatch(written):
        number = int(code[1], 16)
        if number > 0x10FFFF or not _is_stable(chr(number)):
            what = f"{written} is a character that folded texts do not have"
            raise BadPattern(what, "write the letter itself")
    if written in _REFUSED:
        raise BadPattern(*_REFUSED[written])
    if written[1:].isdigit():
        raise BadPattern(*_REFERENCE)
    return written


def _operator(written: str) -> str:
    if written in {"(?P=", "(?P>"}:
        raise BadPattern(*_REFERENCE)
    if written.endswith(("=", "!")):
        what = f"{written} looks ahead or behind, which a pattern here cannot"
        raise BadPattern(what, "capture what stands around it, or make two rules")
    if written.startswith(("(?P<", "(?<")):
        remedy = "write letters without accents, digits and _: (?P<title>…)"
        raise BadPattern("the name of a group is no name", remedy)
    raise BadPattern(f"{written} means nothing here", "write (?:…) for a group")


def _flags(written: str) -> str:
    if "i" in written.partition("-")[2]:
        raise BadPattern(f"{written} asks for case, which never decides here", "leave it out")
    return written


def _unchanged(written: str) -> str:
    return written


_FOLDS = {
    "blanks": _blanks,
    "brackets": _brackets,
    "group": _unchanged,
    "flags": _flags,
    "operator": _operator,
    "escape": _escape,
    "character": _character,
}

# --- what is wrong -------------------------------------------------------------------------------

_MATCHES_NOTHING = (
    "the pattern is found in every text, even in an empty one",
    "make a part of it necessary; for whatever is texted there is `anything: true`",
)
_REFERENCE = (
    "a pattern here cannot refer to what it has captured",
    "write out what may stand there",
)
_REFUSED: Mapping[str, Problem] = {
    r"\Q": (r"\Q is not read here", r"write \ before each sign that is meant literally"),
    r"\C": (r"\C would cut characters in two", "write a point"),
    r"\Z": (r"\Z means nothing here", "write $"),
    **dict.fromkeys((r"\k", r"\g"), _REFERENCE),
}
_ERRORS: Mapping[str, Problem] = {
    "missing )": ("a ( is never closed", r"write its ), or \( for the sign itself"),
    "unexpected )": ("a ) closes nothing", r"take it out, or write \) for the sign itself"),
    "missing ]": ("a [ is never closed", r"write its ], or \[ for the sign itself"),
    "invalid repetition size": (
        "a repetition is above 1000, or its ends are in the wrong order",
        "write {1,1000} at most, or +",
    ),
    "no argument for repetition operator": (
        "a repetition (* + ?) has nothing before it",
        r"write what is repeated, or \* for the sign itself",
    ),
    "bad repetition operator": ("two repetitions follow each other", "keep one of them"),
    "trailing \\": (r"a \ stands at the end", r"take it out, or write \\ for the sign itself"),
    "pattern too large": ("the pattern is too large", "repeat less in it, or make several rules"),
}


def _explained(error: Exception) -> BadPattern:
    """Say what RE2 found in plain words: its messages are `what: where`."""
    [told] = error.args
    message = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    for beginning, problem in _ERRORS.items():
        if message.startswith(beginning):
            return BadPattern(*problem)
    what, _, where = message.partition(": ")
    return BadPattern(f"{where or what} means nothing here", "see the handbook for what does")
