"""What stands in a line of YAML, and what is said of it to who wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.yamlfile.faults import shown

QUOTE_IT = "put the whole text between quotes"
BACKSLASH = "write it twice, or use single quotes"
BRACES = "`{` begins a mapping in YAML"
_NO_COMMENT = f"if it is text, {QUOTE_IT}, otherwise write a blank behind the `#`"
CUT = ("what follows a blank and `#` is a comment: the text ends before it", _NO_COMMENT)
ALL_CUT = ("what begins with `#` is a comment", _NO_COMMENT)
GOES_ON = (
    "this line goes on the text above it",
    "put it into the line above, or begin it with `- ` if it is an item of its own",
)
MORE_LINES = (
    "this line goes on the text above it, without a line break",
    "for a text of several lines, put `|` behind its key and indent all of them below",
)
_SIGNS: Mapping[str, str] = {
    "*": "a reference, and those are not read here",
    "&": "an anchor, and those are not read here",
    "!": "a tag, and those are not read here",
    "|": "a text that begins on the next line",
    ">": "a text that begins on the next line",
    "-": "a list",
    "?": "a key",
    "[": "a list",
    "{": "a mapping",
    "%": "an instruction to the parser",
    "]": "the end of a list",
    "}": "the end of a mapping",
    ",": "the end of an item",
    "@": "kept for later",
    "`": "kept for later",
}

LINE = re.compile(
    r"(?P<lead> *(?:- +)*)(?:(?P<key>[\w-]+) *: +)?(?P<value>\S.*?)(?P<note>\s+#(?:[\W_].*)?)?\s*"
)
"""`  - key: value  # note`"""
KEY = re.compile(r" *(?:- +)*[\w-]+ *:(?: |$)")
LEAD = re.compile(r" *(?P<items>(?:- +)*)(?=[^\s#])")
NO_BLANK = re.compile(r" *(?:- +)*(?:(?P<dash>-)[\w-]+ *:|[\w-]+(?P<colon>:)(?=[^\s/]))")
NO_BREAK_SPACE = re.compile("\\A[ \t-]*\u00a0|(?<=:)\u00a0")
GLUED_COMMENT = re.compile(r"(?:(?<=\s)|(?P<first>(?<=[\[{,])))#(?=[^\W_])")
"""Within brackets; `#3` may be meant as text, `# words` and `####` are not."""
QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"")
UNKNOWN_ESCAPE = re.compile(r'\\(?![0abt\tnvfre "/\\N_LPxuU])')


def between_quotes(said: str) -> str:
    """Write a text so that YAML reads every sign of it; quotes around it count as meant."""
    if len(said) > 1 and said[0] == said[-1] and said[0] in "'\"":
        said = said[1:-1]
    escaped = said.replace("'", "''")
    return f"'{escaped}'"


def quoted(line: str) -> str | None:
    """Write a line with its text between quotes; None where there is none."""
    found = LINE.fullmatch(line)
    if found is None:
        return None
    begin, end = found.span("value")
    return f"{line[:begin]}{between_quotes(found['value'])}{line[end:]}"


def quote_it(said: str) -> str:
    """Say that a text needs quotes, and show it if it is short."""
    short = len(said) <= 40 and said.isprintable() and not set(said) & {'"', "\\"}
    return f'{QUOTE_IT}: "{said}"' if short else QUOTE_IT


def cannot_begin(said: str) -> str:
    """Say that the first sign of a text means something to YAML."""
    sign = said[:1]
    return f"a text cannot begin with {shown(sign)}: in YAML that is {_SIGNS.get(sign, 'none')}"


def nothing_below(style: str) -> tuple[str, str]:
    """Say that a `|` has no text, and what to do."""
    remedy = "indent each line of the text further than the key"
    return f"no text stands below this `{style}`", remedy


def closed(line: str) -> str:
    """Close the brackets that a line opens and leaves open."""
    text = QUOTED.sub(lambda one: "'" * len(one[0]), line)
    open_ones: list[str] = []
    for sign in text:
        if sign in "[{":
            open_ones.append("]" if sign == "[" else "}")
        elif open_ones and sign == open_ones[-1]:
            open_ones.pop()
    return line.rstrip() + "".join(reversed(open_ones))


def indentation(line: str) -> int:
    """Count the blanks before a line."""
    return len(line) - len(line.lstrip(" "))
