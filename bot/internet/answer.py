"""Reads what somebody's server answered: JSON that can be kept and shown, or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from math import isfinite
from typing import Any, NoReturn

from bot.internet.failure import NotAnswered

DEEPEST = 32
"""How far arrays and objects may be nested."""

_LONGEST_INTEGER = len(str(-(1 << 63)))
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which PostgreSQL cannot store, and halves of surrogate pairs, which UTF-8 cannot write."""


def read_json(body: bytes) -> Any:  # noqa: ANN401 - JSON is whatever it is
    """Parse an answer. Raises `NotAnswered`.

    Numbers are finite, integers fit into 64 bits, strings can be written and stored. An object
    that says the same key twice is refused: readers disagree on which one counts.
    """
    try:
        value = _DECODER.decode(body.decode().removeprefix("\ufeff"))
        _judge(value)
    except RecursionError:
        raise NotAnswered("its answer is nested too deeply") from None
    except ValueError:
        raise NotAnswered("its answer is not JSON") from None
    return value


def _judge(value: object) -> None:
    """Look through an answer, level by level. Raises `NotAnswered`."""
    level, depth = [value], 0
    while level:
        if depth == DEEPEST and any(isinstance(one, dict | list) for one in level):
            raise NotAnswered("its answer is nested too deeply")
        if any(isinstance(one, str) and _UNKEEPABLE.search(one) for one in level):
            raise NotAnswered("its answer has characters that cannot be kept")
        level, depth = [part for one in level for part in _parts(one)], depth + 1


def _parts(value: object) -> Iterable[object]:
    match value:
        case dict():
            return (*value.keys(), *value.values())
        case list():
            return value
    return ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotAnswered("its answer says the same key twice")
    return found


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) <= _LONGEST_INTEGER else 1 << 63
    if not -(1 << 63) <= number < 1 << 63:
        raise NotAnswered("its answer has a number that is too large")
    return number


def _decimal(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise NotAnswered("its answer has a number that is too large")
    return number


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_decimal, parse_constant=_no_number
)
