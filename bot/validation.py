"""What pydantic finds wrong with a file's values, in plain words, with line, column and remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.core.text import words
from bot.meant import OTHER_WORDS
from bot.yamlfile import Document, Fault, Key, shown


class Wrong(ValueError):
    """What a validator says of a value: what is wrong with it, and what to do.

    It is shown as it is: whoever raises it for a secret leaves the value out.
    """

    def __init__(self, what: str, remedy: str, at: tuple[Key, ...] = ()) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy
        self.at = at
        """The way from the value to the part of it that is wrong."""
        self.others: tuple[Wrong, ...] = ()
        """What else is wrong with the value."""

    def all_within(self, *steps: Key) -> list[Wrong]:
        """Give all that is wrong, as seen from what the value stands in."""
        return [Wrong(one.what, one.remedy, (*steps, *one.at)) for one in (self, *self.others)]


@contextmanager
def noting(wrong: list[Wrong], *steps: Key) -> Iterator[None]:
    """Note what a block raises as `Wrong`, at these steps, and go on behind it."""
    try:
        yield
    except Wrong as found:
        wrong += found.all_within(*steps)


def raise_all(wrong: Sequence[Wrong]) -> None:
    """Raise the first of these with the others, if there is any."""
    if wrong:
        first, *others = wrong
        first.others = tuple(others)
        raise first


_KEY = "[key]"
"""The step by which pydantic means the key itself."""
_SUBJECT = re.compile("^(Input|String|Tuple|List|Dictionary|Value)")
_ASIDE = re.compile(" after validation, not [0-9]+$")
_MISTYPED = ("_type", "_parsing", "_from_float")
_FEW = 13
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
    later: Collection[str] = (),
) -> list[Fault]:
    """Say everything that `model` found wrong with what stands at the path `at`, and where.

    `later` are keys that may be written some day, and cannot be obeyed yet.
    No value is quoted, since it might be a secret; `Wrong` is shown as it was raised.
    """
    errors = error.errors(include_url=False, include_input=False)
    around = {one["loc"][:-1] for one in errors}
    faults = []
    for one in errors:
        path = (*at, *one["loc"])
        # Items that are wrong are not counted: their list may only seem too short.
        if one["type"] == "too_short" and one["loc"] in around:
            continue
        if isinstance(cause := one.get("ctx", {}).get("error"), Wrong):
            named = _named(one["loc"])
            faults += [
                document.fault((*path, *part.at), f"{named}: {part.what}", part.remedy)
                for part in (cause, *cause.others)
            ]
        else:
            told = _explained(one, model, after_comma=document.is_after_comma(path))
            if path and path[-1] in later and one["type"] == "extra_forbidden":
                told = f"{path[-1]!r} is not supported yet in this version", "leave it out"
            faults.append(document.fault(path, *told))
    return faults


def _named(path: Sequence[Key]) -> str:
    """Give the last key of a path."""
    return next(
        (step for step in reversed(path) if isinstance(step, str) and step != _KEY), "this"
    )


def _explained(
    error: ErrorDetails, model: type[BaseModel], *, after_comma: bool
) -> tuple[str, str]:
    """Give what is wrong, and the remedy."""
    path, kind = error["loc"], error["type"]
    name = _named(path)
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(name, _keys(model, path[:-1]), after_comma=after_comma)
    if kind == "missing":
        return f"the key {shown(name)} is missing", "add it"
    if kind == "model_type" and 0 < len(keys := _keys(model, path)) <= _FEW:
        known = ", ".join(sorted(keys))
        return f"{name} should be a mapping", f"write `key: value`; keys: {known}"
    if expected := _EXPECTED.get(kind.partition("_")[0] if kind.endswith(_MISTYPED) else ""):
        return f"{name} should be {expected[0]}", expected[1]
    if kind.startswith("union_tag"):
        tag = context["discriminator"].strip("'")
        return f"{name} does not say what it is", f"add {tag}: {_tags(model, path[:-1], tag)}"
    return _ASIDE.sub("", _SUBJECT.sub(name, error["msg"])), "change it"


def _unknown(name: str, known: Collection[str], *, after_comma: bool) -> tuple[str, str]:
    """Say that there is no such key, and which mark may have made a key of a text."""
    what = f"there is no key {shown(name)} here"
    if after_comma:
        return what, "it stands after a comma: put a text with a comma in it between quotes"
    if "\u00a0" in name:
        what = "a no-break space stands here, where YAML wants a plain one"
        return what, "type it again, without Alt or Option"
    if name.startswith("-"):
        return what, "leave a blank between the `-` and the key"
    return what, _nearest(name, known)


def _nearest(name: str, known: Collection[str]) -> str:
    meant = (key for key in OTHER_WORDS.get(" ".join(words(name)), ()) if key in known)
    if (key := next(meant, None)) is not None:
        return f"did you mean {shown(key)}?"
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
