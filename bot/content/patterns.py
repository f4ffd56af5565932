"""`pattern`: regular expressions that never backtrack (RE2), as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from bot.content.notation import LANGUAGES, TEXT, by_language
from bot.core.pattern_source import compiled, fold_pattern, pattern_problem
from bot.validation import Wrong, raise_all

_SEPARATORS = re.compile("[\xa0\u2028\u2029]")
"""What YAML makes of `\\_`, `\\L` and `\\P` between double quotes."""


def _patterns(value: object) -> dict[str, str]:
    """Read a pattern, or one by language: the key `""` says nothing of it. Raises `Wrong`."""
    wrong: list[Wrong] = []
    read: dict[str, str] = {}
    for language, listed in by_language(value).items():
        at = (language,) if language else ()
        if len(listed) > 1:
            remedy = "write the others behind a |, or as rules of their own"
            wrong.append(Wrong("a rule has one pattern", remedy, at))
        elif problem := _problem(listed[0]):
            wrong.append(Wrong(*problem, at))
        else:
            read[language] = listed[0]
    raise_all(wrong)
    return read


def _problem(source: str) -> tuple[str, str] | None:
    if _SEPARATORS.search(source):
        what = "a backslash means something between double quotes"
        return what, "put the pattern between single quotes"
    return pattern_problem(source)


def groups(patterns: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Name the groups that all patterns have, and those that only some have."""
    named = [_groups_in(one) for one in patterns]
    shared = frozenset[str].intersection(*named) if named else frozenset[str]()
    return shared, frozenset[str]().union(*named) - shared


@lru_cache(maxsize=4096)
def _groups_in(source: str) -> frozenset[str]:
    return frozenset(compiled(fold_pattern(source)).groupindex)


Patterns = Annotated[
    dict[str, str],
    BeforeValidator(_patterns),
    WithJsonSchema({"anyOf": [TEXT, {**LANGUAGES, "additionalProperties": TEXT}]}),
]
