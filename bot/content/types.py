"""The types of `expect`, as they are written: `integer 1..5`, `date`, `{morning: [matin, am]}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from bot.content.notation import LANGUAGES, NAME, TEXTS, name, words_by_language
from bot.content.phrases import no_word
from bot.content.spans import SPANS, span
from bot.core.builtin_words import read_builtin
from bot.core.rules import Field
from bot.core.text import words
from bot.core.understanding import Expected, Kind
from bot.validation import Wrong, noting, raise_all
from bot.yamlfile import shown

_WRITTEN = [kind.value for kind in Kind if kind is not Kind.CHOICE]
_TYPE = re.compile(r"([a-z_]+)(?:\s+(\S.*))?")
_FIGURE = r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?"
_RANGE = re.compile(rf"({_FIGURE})?\s*\.\.\s*({_FIGURE})?|({_FIGURE})")
_BOUNDS: Mapping[Kind, tuple[Decimal, Decimal]] = {
    Kind.INTEGER: (-(Decimal(10) ** 18), Decimal(10) ** 18),
    Kind.DECIMAL: (-(Decimal(10) ** 18), Decimal(10) ** 18),
    Kind.TEXT: (Decimal(1), Decimal(1600)),
    Kind.CODE: (Decimal(4), Decimal(10)),
}
"""What a range may be of: the figure itself, the characters of a text, the digits of a code."""
_UNITS: Mapping[Kind, str] = {Kind.TEXT: " characters", Kind.CODE: " digits"}
_CHOICE_REMEDY = "write {value: [words], other: [words]}"
MOST_CHARACTERS = 64
"""Of the value of a choice."""


def expected(value: object) -> Expected:
    """Read a type. Raises `Wrong`."""
    if isinstance(value, str):
        return _simple(" ".join(value.split()))
    if isinstance(value, dict) and value:
        _refuse_named_type(value)
        return Expected(Kind.CHOICE, choices=_choices(value))
    if isinstance(value, list):
        raise Wrong("a choice names its values", "write each with its words: {a: [a], b: [b, be]}")
    raise Wrong("this is no type", f"write one of {', '.join(_WRITTEN)}, or {{value: [words]}}")


def _refuse_named_type(choice: Mapping[str, object]) -> None:
    """Refuse `{hour: time}` where one type is expected: it would be a choice of one word."""
    if len(choice) > 1:
        return
    ((value, written),) = choice.items()
    if isinstance(written, str) and (found := _TYPE.fullmatch(written)) and found[1] in _WRITTEN:
        what = f"{shown(value)} is no name here: it would be the one value of a choice"
        raise Wrong(what, f"write the type alone: {written}")


@lru_cache(maxsize=1024)
def _simple(written: str) -> Expected:
    """Read a type that is written as a text; equal ones are one value."""
    found = _TYPE.fullmatch(written)
    word = found[1] if found else written
    if word == Kind.CHOICE:
        raise Wrong("a choice names its values", _CHOICE_REMEDY)
    if found is None or word not in _WRITTEN:
        near = get_close_matches(word, _WRITTEN, n=1)
        known = f"known here: {', '.join(_WRITTEN)}, and {{value: [words]}}"
        remedy = f"did you mean {near[0]}?" if near else known
        raise Wrong(f"there is no type {shown(word)}", remedy)
    kind = Kind(word)
    if kind in SPANS and found[2]:
        return span(kind, found[2])
    return Expected(kind, *_range(kind, found[2])) if found[2] else Expected(kind)


def _range(kind: Kind, written: str) -> tuple[Decimal | None, Decimal | None]:
    if kind not in _BOUNDS:
        raise Wrong(f"{kind} has no range", f"write {kind} alone")
    found = _RANGE.fullmatch(written)
    if found is None or not any(found.groups()):
        example = "code 6, or code 4..8" if kind is Kind.CODE else f"{kind} 1..5, or {kind} 1.."
        raise Wrong(f"{shown(written)} is no range", f"write {example}")
    if found[3] and kind is not Kind.CODE:
        raise Wrong("a range has two ends", f"write {kind} {written}.. or {kind} ..{written}")
    low, high = (found[3], found[3]) if found[3] else (found[1], found[2])
    ends = [None if end is None else Decimal(end) for end in (low, high)]
    _check_ends(kind, [end for end in ends if end is not None])
    return ends[0], ends[1]


def _check_ends(kind: Kind, ends: list[Decimal]) -> None:
    if ends != sorted(ends):
        raise Wrong("the range ends before it begins", f"write {kind} {ends[1]}..{ends[0]}")
    if kind is not Kind.DECIMAL and any(end % 1 for end in ends):
        raise Wrong(f"the range of {kind} has whole ends", "leave the fraction out")
    least, most = _BOUNDS[kind]
    if not all(least <= end <= most for end in ends):
        unit = _UNITS.get(kind, "")
        raise Wrong("the range is out of bounds", f"write from {least} to {most}{unit}")


def _choices(value: Mapping[str, object]) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Read `{value: [words]}`, where words may be by language. Raises `Wrong`."""
    taken: dict[tuple[str, ...], str] = {}
    wrong: list[Wrong] = []
    for choice, listed in value.items():
        if not choice.strip() or len(choice) > MOST_CHARACTERS:
            wrong.append(Wrong("this is no value of a choice", _CHOICE_REMEDY, (choice,)))
        by_place: Mapping[str, list[str]] = {}
        with noting(wrong, choice):
            by_place = words_by_language(listed)
        for language, phrases in by_place.items():
            at = (choice, language) if language else (choice,)
            wrong += [
                Wrong(*problem, (*at, place))
                for place, phrase in enumerate(phrases)
                if (problem := _wrong_with(phrase, choice, taken))
            ]
    raise_all(wrong)
    return tuple(
        (choice, tuple(phrase for phrase, whose in taken.items() if whose == choice))
        for choice in value
    )


def _wrong_with(
    phrase: str, choice: str, taken: dict[tuple[str, ...], str]
) -> tuple[str, str] | None:
    """Say why a phrase cannot choose; else note that it is taken."""
    said = words(phrase)
    if not said:
        return no_word(phrase)
    if (built_in := read_builtin(said)) and built_in.certain:
        what = f"{shown(phrase)} never chooses: it is the built-in word {built_in.word!r}"
        return what, "choose another word"
    if taken.setdefault(said, choice) != choice:
        return f"{shown(phrase)} chooses {taken[said]!r} already", "leave it out of one of the two"
    return None


def fields(value: object) -> tuple[Field, ...]:
    """Read the `expect` of a rule: names and their types, in their order. Raises `Wrong`."""
    if not isinstance(value, dict) or not value:
        remedy = "write a name to keep it under, and its type: {choice: integer 1..5}"
        raise Wrong("this is no mapping of names to types", remedy)
    wrong: list[Wrong] = []
    read: list[Field] = []
    for one, kind in value.items():
        with noting(wrong, one):
            read.append(Field(name(one), expected(kind)))
    raise_all(wrong)
    return tuple(read)


TYPE_SCHEMA: Mapping[str, Any] = {
    "anyOf": [
        {
            "type": "string",
            "pattern": rf"^\s*({'|'.join(_WRITTEN)})(\s+\S.*)?$",
            "examples": [
                *(*_WRITTEN, "integer 1..5", "decimal 0..100", "text ..100", "code 6"),
                *("date today..", "time 08:00..17:00"),
            ],
            "description": "A type, with a range where it may have one.",
        },
        {
            "type": "object",
            "minProperties": 1,
            "description": "A choice: each value, and the words that mean it.",
            "additionalProperties": {
                "anyOf": [TEXTS, {**LANGUAGES, "additionalProperties": TEXTS}]
            },
        },
    ]
}
Type = Annotated[Expected, BeforeValidator(expected), WithJsonSchema({**TYPE_SCHEMA})]
Fields = Annotated[
    tuple[Field, ...],
    BeforeValidator(fields),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": NAME,
            "additionalProperties": TYPE_SCHEMA,
        }
    ),
]
