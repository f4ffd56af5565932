"""Reading what a gateway wrote: whatever it is, it costs little and is never taken for "nothing".

Answers come from the network, and their texts from anybody with a phone (INV-30).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import Any

DEEPEST = 64
"""How far arrays and objects may be nested; the vendors' own samples reach 4."""

MOST = 32_767
"""Of whatever a gateway counts for us, people and segments: as much as the store can keep."""

_NOT_STRUCTURE = bytes(sorted(set(range(256)) - set(b'"[]{}')))
_LONE = re.compile("[\ud800-\udfff]")


class UnreadableError(ValueError):
    """An answer that is not what its address is documented to give."""


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not UTF-8 as Latin-1, each by itself.

    One bad byte must not change how the rows beside it read: their identity depends on it.
    """
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("textobot-latin-1", _as_latin_1)

_DECODER = json.JSONDecoder(
    parse_constant=lambda _: None,  # NaN and Infinity are no JSON, and no number of ours
    strict=False,  # a raw line break inside a string is a fault that can be read over
)


def read_json(body: bytes) -> object:
    """Parse an answer. Raises `UnreadableError` for anything but JSON of a bearable depth."""
    if len(body) > 2 * DEEPEST and _too_deep(body):
        raise UnreadableError("the answer is nested too deeply")
    try:
        return _DECODER.decode(body.decode("utf-8", "textobot-latin-1").removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise UnreadableError("the answer is not JSON") from None


def _too_deep(body: bytes) -> bool:
    """Tell, in linear time, whether brackets outside strings are nested deeper than `DEEPEST`.

    Escapes go first, then everything but quotes and brackets, then the quotes that touch: what
    stays between two quotes are brackets in strings. Taking out the innermost pairs over and over
    empties a shallow text soon: of n nested things no deeper than 64, n/64 are innermost.
    """
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_STRUCTURE)
    brackets = b"".join(bare.replace(b'""', b"").split(b'"')[::2])
    while brackets:
        rest = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if (len(brackets) - len(rest)) * DEEPEST < len(brackets):
            return True
        brackets = rest
    return False


def read_object(body: bytes) -> Mapping[str, Any]:
    """Parse an answer that must be an object. Raises `UnreadableError`."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise UnreadableError(f"the answer is {_kind(value)} where an object was expected")
    return value


def rows_of(value: object) -> list[Any]:
    """Find the rows of a listing: a list, or an object with exactly one list in it.

    Raises `UnreadableError` for anything else, the empty object and a list of complaints
    included: not seeing rows where there may be some would lose them.
    """
    lists = [value]
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list)]
    if len(lists) != 1 or not isinstance(lists[0], list):
        raise UnreadableError(f"the answer is {_kind(value)} where a list was expected")
    rows: list[Any] = lists[0]
    if rows and not any(isinstance(row, dict) for row in rows):
        raise UnreadableError("the answer is a list of something else")
    return rows


def clean(text: str) -> str:
    """Make a text storable and printable as UTF-8: no NUL, no half of a surrogate pair."""
    if not text.isascii():
        text = _LONE.sub("\ufffd", text)
    return text.replace("\0", "") if "\0" in text else text


def whole_number(value: object) -> int | None:
    """Read a number that vendors write as `7`, `"7"` or `7.0`."""
    match value:
        case bool():
            return None
        case int():
            return value
        case float() if value.is_integer():
            return int(value)
        case str() if value.strip().isascii() and value.strip().isdigit() and len(value) < 20:
            return int(value)
    return None


def how_many(value: object) -> int | None:
    """Read how many there are of something. What nobody can have counted is no figure."""
    number = whole_number(value)
    return number if number is not None and 0 <= number <= MOST else None


def decimal(value: object) -> float | None:
    """Read a figure that vendors write as `7`, `7.5` or `"7.5"`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", type(None): "null"}
    return names.get(type(value), "a number or a truth value")
