"""The shape of a rule file: what may be written, before it means anything."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bot.content.templates import LANGUAGE
from bot.core.messages import Delivery
from bot.core.sayings import Message
from bot.validation import Wrong

TEXT_KEYS = frozenset({"id", "exactly", "keyword", "contains", "reply", "examples"})
"""Below these keys everything is text, as it was typed: `no`, `on`, `0123`, `8:00`."""
LATER_KEYS = frozenset(
    {"pattern", "expect", "invalid", "when", "typos", "once", "do", "steps", "timeout"}
    | {"gave_up", "timed_out", "interrupt", "lists"}
)
"""What the grammar has and this version cannot do."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_WORDS = ("this is no list of words", "write [one, another], or {fr: [un], en: [one]}")
_MESSAGE = ("this is no message", "write a text, {fr: …, en: …} or {template: NAME}")


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Wrong("this is no name for a rule", "use small letters a to z, digits, - and _")
    return value


def _word_list(value: object) -> list[str]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not words or not all(isinstance(one, str) for one in words):
        raise Wrong(*_WORDS)
    return words


def _words_by_language(value: object) -> dict[str, list[str]]:
    """Read words: the key `""` has those that say nothing of the language."""
    if not isinstance(value, dict):
        return {"": _word_list(value)}
    if not value:
        raise Wrong(*_WORDS)
    _check_languages(value)
    return {language: _word_list(words) for language, words in value.items()}


def _message(value: object) -> Message:
    texts = {"": value} if isinstance(value, str) else value
    if not isinstance(texts, dict) or not texts:
        raise Wrong(*_MESSAGE)
    template = texts.get("template")
    if template is not None:
        if len(texts) > 1 or not isinstance(template, str):
            raise Wrong(*_MESSAGE)
        return Message(template=template)
    if not isinstance(value, str):
        _check_languages(texts)
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise Wrong("a text is missing or empty", "write it; with a comma in it, it needs quotes")
    return Message(texts)


def _anything(value: object) -> Literal[True]:
    if value is not True:
        raise Wrong("this is not `true`", "write `anything: true`, or another trigger")
    return True


def _check_languages(value: dict[str, Any]) -> None:
    for language, said in value.items():
        if not LANGUAGE.fullmatch(language):
            if said is None:  # `{fr: Oui, merci}`
                remedy = "put a text with a comma in it between quotes"
                raise Wrong(f"{language!r} stands after a comma, and is no language", remedy)
            raise Wrong(f"{language!r} is no language", "write two small letters, like fr or en")


_TEXT_SCHEMA = {"type": ["string", "number", "boolean"]}  # editors read `8.30` otherwise than we
_TEXTS_SCHEMA = {"oneOf": [_TEXT_SCHEMA, {"type": "array", "items": _TEXT_SCHEMA}]}
_LANGUAGES_SCHEMA = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-z]{2}$"},
    "minProperties": 1,
}
Words = Annotated[
    dict[str, list[str]],
    BeforeValidator(_words_by_language),
    WithJsonSchema(
        {"anyOf": [_TEXTS_SCHEMA, {**_LANGUAGES_SCHEMA, "additionalProperties": _TEXTS_SCHEMA}]}
    ),
]
Texts = Annotated[list[str], BeforeValidator(_word_list), WithJsonSchema(_TEXTS_SCHEMA)]
Said = Annotated[
    Message,
    BeforeValidator(_message),
    WithJsonSchema(
        {
            "anyOf": [
                _TEXT_SCHEMA,
                {
                    "type": "object",
                    "properties": {"template": {"type": "string"}},
                    "required": ["template"],
                    "additionalProperties": False,
                },
                {**_LANGUAGES_SCHEMA, "additionalProperties": _TEXT_SCHEMA},
            ]
        }
    ),
]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Examples(_Entry):
    """Texts that the rule must answer, and such that it must not."""

    matches: Texts = []
    not_: Annotated[Texts, Field(alias="not")] = []


class RuleEntry(_Entry):
    """One rule: a trigger, and what is said."""

    id: Annotated[
        str, BeforeValidator(_id), Field(json_schema_extra={"pattern": f"^{_ID.pattern}$"})
    ]
    exactly: Words | None = None
    keyword: Words | None = None
    contains: Words | None = None
    anything: Annotated[Literal[True], BeforeValidator(_anything)] | None = None
    reply: Said
    examples: Examples = Examples()
    only: Literal["sandbox"] | None = None
    delivery: Delivery | None = None


class FileEntry(_Entry):
    """A rule file."""

    only: Literal["sandbox"] | None = None
    rules: list[RuleEntry] = []


def json_schema() -> dict[str, Any]:
    """Describe rule files for editors."""
    return FileEntry.model_json_schema()
