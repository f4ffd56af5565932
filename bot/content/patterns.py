"""`pattern`: regular expressions that never backtrack (RE2), as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

import re2
from pydantic import BeforeValidator, WithJsonSchema

from bot.content.notation import LANGUAGES, TEXT, by_language
from bot.validation import Wrong, raise_all

_CONTROL = re.compile("[\x00-\x1f\x7f-\xa0\u2028\u2029]")
_QUIET = re2.Options()
_QUIET.log_errors = False


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
    if _CONTROL.search(source):
        what = "a backslash means something between double quotes"
        return what, "put the pattern between single quotes"
    try:
        re2.compile(source, _QUIET)
    except re2.error as error:
        said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        return (
            f"this is no pattern ({said})",
            "write it as RE2 reads it, or use keyword or contains",
        )
    return None


def groups(patterns: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Name the groups that all patterns have, and those that only some have."""
    named = [frozenset(re2.compile(one, _QUIET).groupindex) for one in patterns]
    shared = frozenset.intersection(*named) if named else frozenset[str]()
    return shared, frozenset[str]().union(*named) - shared


Patterns = Annotated[
    dict[str, str],
    BeforeValidator(_patterns),
    WithJsonSchema({"anyOf": [TEXT, {**LANGUAGES, "additionalProperties": TEXT}]}),
]
