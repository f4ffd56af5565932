"""What pydantic finds wrong with a file's values, in plain words, with line, column and remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.yamlfile import Document, Fault, Key, shown


class Wrong(ValueError):
    """What a validator says of a value: what is wrong with it, and what to do.

    It is shown as it is: whoever raises it for a secret leaves the value out.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy


_KEY = "[key]"
"""The step by which pydantic means the key itself."""
_SUBJECT = re.compile("^(Input|String|Tuple|List|Dictionary|Value)")
_ASIDE = re.compile(" after validation, not [0-9]+$")
_MISTYPED = ("_type", "_parsing", "_from_float")
_EXPECTED: Mapping[str, tuple[str, str]] = {
    "string": ("a text", "put it between quotes"),
    "int": ("a whole number", "write it in digits"),
    "float": ("a number", "write it like 12 or 1.5"),
    "bool": ("true or false", "write one of the two"),
    "list": ("a list", "write `[a, b]`, or one item a line after `- `"),
    "tuple": ("a list", "write `[a, b]`, or one item a line after `- `"),
    "dict": ("a mapping", "write `key: value`"),
    "model": ("a mapping", "write `key: value`"),
}
"""By the first word of an error's type: what should stand there, and how it is written."""


def faults_of(
    error: ValidationError,
    document: Document,
    *,
    model: type[BaseModel],
    at: tuple[Key, ...] = (),
) -> list[Fault]:
    """Say everything that `model` found wrong with what stands at the path `at`, and where.

    No value is quoted, since it might be a secret; `Wrong` is shown as it was raised.
    """
    errors = error.errors(include_url=False, include_input=False)
    around = {one["loc"][:-1] for one in errors}
    return [
        document.fault((*at, *one["loc"]), *_explained(one, model))
        for one in errors
        # Items that are wrong are not counted: their list may only seem too short.
        if one["type"] != "too_short" or one["loc"] not in around
    ]


def _explained(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """Give what is wrong, and the remedy."""
    path, kind = error["loc"], error["type"]
    name = next(
        (step for step in reversed(path) if isinstance(step, str) and step != _KEY), "this"
    )
    context = error.get("ctx", {})
    if isinstance(cause := context.get("error"), Wrong):
        return f"{name}: {cause.what}", cause.remedy
    if kind == "extra_forbidden":
        return f"there is no key {shown(name)} here", _nearest(name, _keys(model, path[:-1]))
    if kind == "missing":
        return f"the key {shown(name)} is missing", "add it"
    if expected := _EXPECTED.get(kind.partition("_")[0] if kind.endswith(_MISTYPED) else ""):
        return f"{name} should be {expected[0]}", expected[1]
    if kind.startswith("union_tag"):
        tag = context["discriminator"].strip("'")
        return f"{name} does not say what it is", f"add {tag}: {_tags(model, path[:-1], tag)}"
    return _ASIDE.sub("", _SUBJECT.sub(name, error["msg"])), "change it"


def _nearest(name: str, known: Collection[str]) -> str:
    if near := get_close_matches(name, known, n=1):
        return f"did you mean {shown(near[0])}?"
    return f"known here: {', '.join(sorted(known))}" if known else "remove it"


def _keys(model: type[BaseModel], path: Collection[Key]) -> set[str]:
    """Give the keys that the model knows at a path."""
    here = _models_at(model, path)
    return {known.alias or name for one in here for name, known in one.model_fields.items()}


def _tags(model: type[BaseModel], path: Collection[Key], tag: str) -> str:
    """Name the kinds among which a union at a path lets one choose."""
    here = _models_at(model, path)
    return " or ".join(
        kind
        for one in here
        if tag in one.model_fields
        for kind in get_args(one.model_fields[tag].annotation)
    )


def _models_at(model: type[BaseModel], path: Collection[Key]) -> list[type[BaseModel]]:
    """Find the models that may stand at a path, by following annotations."""
    here = among = [model]
    for step in path:
        inner = [
            found
            for one in here
            for name, known in one.model_fields.items()
            if step == (known.alias or name)
            for found in _models(known.annotation)
        ]
        if inner:
            here = among = inner
        else:  # the tag of a union, an index, or a name of the operator's
            here = [one for one in among if _tagged(one, step)] or here
    return here


def _tagged(model: type[BaseModel], tag: Key) -> bool:
    return any(tag in get_args(known.annotation) for known in model.model_fields.values())


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
