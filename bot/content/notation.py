"""How ids, names, words and messages are written in rule files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from bot.content.dialect import nearest
from bot.content.templates import LANGUAGE, NAMES
from bot.core.sayings import Message
from bot.core.text import words
from bot.validation import Wrong, noting, raise_all
from bot.yamlfile import shown

JINJA_WORDS = frozenset(
    {"and", "as", "block", "by", "call", "context", "defined", "else", "false", "filter", "for"}
    | {"from", "if", "import", "in", "include", "is", "loop", "none", "not", "or", "recursive"}
    | {"scoped", "self", "set", "true", "undefined", "with", "without"}
)
"""What Jinja reads otherwise than as a name of ours, or its authors take for a word of Jinja."""

TEXT: Mapping[str, Any] = {"type": ["string", "number", "boolean"]}
"""A text, for editors: they read `8.30` otherwise than we."""
TEXTS: Mapping[str, Any] = {"oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
LANGUAGES: Mapping[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": f"^{LANGUAGE.pattern}$"},
    "minProperties": 1,
}

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Known:
    """What the configuration has of which rules speak. What is empty is not compared."""

    gateways: Collection[str] = ()
    """Not compared in files for the sandbox, which has gateways of its own."""
    languages: Collection[str] = ()
    private_hosts: Collection[str] = ()
    """Hosts within one's own network that lookups may ask."""
    groupless: Collection[str] = ()
    """Gateways that have contacts and no groups."""


def known_in(info: ValidationInfo) -> Known:
    """Give what the configuration has, to a validator."""
    return info.context if isinstance(info.context, Known) else Known()


def one_of(value: str, known: Collection[str], what: str) -> str:
    """Refuse what is not known, where something is. Raises `Wrong`."""
    if known and value not in known:
        raise Wrong(f"there is no {what} {shown(value)}", nearest(value, known))
    return value


class Entry(BaseModel):
    """A mapping in a rule file: keys that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _given(value: object) -> object:
    if value is None:
        raise Wrong("nothing stands here", "write it, or leave the key out")
    return value


class _NotNull:
    """Tells editors that `null` cannot stand where the key is written."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, describe: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        either = describe(schema)["anyOf"]
        kept = [one for one in either if one != {"type": "null"}]
        return kept[0] if len(kept) == 1 else {"anyOf": kept}


Maybe = Annotated[Kind | None, BeforeValidator(_given), _NotNull()]
"""A key that may be left out; one that is written has something behind it."""


def _listed(value: object) -> object:
    if value == []:
        raise Wrong("nothing stands between the brackets", "write it, or leave the key out")
    return value if isinstance(value, list) else [value]


class _OneOrMore:
    """Tells editors that a list may be written without brackets where it has one item."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, describe: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        listed = describe(schema)
        return {"oneOf": [listed["items"], {**listed, "minItems": 1}]}


Several = Annotated[list[Kind], BeforeValidator(_listed), _OneOrMore()]
"""One item, or a list of them."""

# --- ids and names -------------------------------------------------------------------------------

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
RESERVED = NAMES | {"list"}
"""Names that templates see already."""


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Wrong("this is no id", f"use small letters a to z, digits, - and _{_like(value)}")
    return value


def _like(value: object, joint: str = "-") -> str:
    """Propose what `Ma chanson préférée` may be called."""
    proposed = joint.join(words(value)) if isinstance(value, str) else ""
    return f", as in {proposed}" if _ID.fullmatch(proposed) else ""


def name(value: object) -> str:
    """Check a name under which an answer or a value is seen. Raises `Wrong`."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        remedy = "use small letters a to z, digits and _, and begin with a letter"
        like = _like(value, "_")
        remedy += like if _NAME.fullmatch(like.removeprefix(", as in ")) else ""
        raise Wrong("this is no name that a template can use", remedy)
    if value in RESERVED:
        raise Wrong(f"every template has a name {value!r} already", "choose another")
    if value in JINJA_WORDS:
        raise Wrong(f"{value!r} is a word of the template language", "choose another name")
    return value


ID: Mapping[str, Any] = {"type": "string", "pattern": f"^{_ID.pattern}$"}
NAME: Mapping[str, Any] = {"type": "string", "pattern": f"^{_NAME.pattern}$"}
Id = Annotated[str, BeforeValidator(_id), WithJsonSchema({**ID})]
Name = Annotated[str, BeforeValidator(name), WithJsonSchema({**NAME})]


def _true(value: object) -> Literal[True]:
    """Read `true`, which is a text where every value is one."""
    if value is not True and value != "true":
        raise Wrong("this is not `true`", "write `true`, or leave the key out")
    return True


Flag = Annotated[bool, Field(strict=True)]
Yes = Annotated[Literal[True], BeforeValidator(_true), WithJsonSchema({"const": True})]

# --- words ---------------------------------------------------------------------------------------

_NO_WORDS = ("this is no list of words", "write [one, another], or {fr: [un], en: [one]}")
_COLON = ("a colon makes a mapping here", "put the whole text between quotes")


def texts(value: object) -> list[str]:
    """Read a text or a list of them. Raises `Wrong`."""
    listed: list[Any] = value if isinstance(value, list) else [value]
    if not listed:
        raise Wrong(*_NO_WORDS)
    wrong = [
        Wrong(
            *(_COLON if isinstance(one, dict) else _NO_WORDS), (place,) if listed is value else ()
        )
        for place, one in enumerate(listed)
        if not isinstance(one, str) or not one.strip()
    ]
    raise_all(wrong)
    return listed


def by_language(value: object) -> dict[str, list[str]]:
    """Read words: the key `""` has those that say nothing of the language. Raises `Wrong`."""
    if not isinstance(value, dict):
        return {"": texts(value)}
    if not value:
        raise Wrong(*_NO_WORDS)
    wrong = list(_no_languages(value))
    refused = {one.at[0] for one in wrong}
    read = {}
    for language, listed in value.items():
        if language not in refused:
            with noting(wrong, language):
                read[language] = texts(listed)
    raise_all(wrong)
    return read


def words_by_language(value: object) -> dict[str, list[str]]:
    """Read words, and refuse a list of them without brackets: `song, chanson` is one phrase.

    Raises `Wrong`.
    """
    wrong: list[Wrong] = []
    for language, listed in (value if isinstance(value, dict) else {"": value}).items():
        if isinstance(listed, str) and _COMMA.search(listed):
            parts = ", ".join(part.strip() for part in _COMMA.split(listed) if part.strip())
            what = f"without brackets {shown(listed)} is one phrase"
            remedy = f"write [{parts}]; one phrase goes without its comma"
            wrong.append(Wrong(what, remedy, (language,) if language else ()))
    raise_all(wrong)
    return by_language(value)


_COMMA = re.compile(r"(?<!\d)[,;]|[,;](?!\d)")


Texts = Annotated[list[str], BeforeValidator(texts), WithJsonSchema(dict(TEXTS))]
Words = Annotated[
    dict[str, list[str]],
    BeforeValidator(words_by_language),
    WithJsonSchema({"anyOf": [TEXTS, {**LANGUAGES, "additionalProperties": TEXTS}]}),
]

# --- messages ------------------------------------------------------------------------------------

_NO_MESSAGE = ("this is no message", "write a text, {fr: …, en: …} or {template: NAME}")
_TYPOGRAPHIC = (
    "these quotes would be said, and make the message dear",
    'write straight ones (") around it in their place; within a text they may stand',
)
_WRAPPED = re.compile("“[^“”]*”|«[^«»]*»", re.DOTALL)
"""What is pasted from where quotes are curled by themselves."""


def message(value: object) -> Message:
    """Read a message. Raises `Wrong`."""
    if isinstance(value, str):
        value = {"": value}
    if not isinstance(value, dict) or not value:
        raise Wrong(*_NO_MESSAGE)
    if "template" in value:
        template = value["template"]
        if len(value) > 1 or not isinstance(template, str) or not template:
            raise Wrong(*_NO_MESSAGE)
        return Message(template=template)
    wrong = [] if "" in value else list(_no_languages(value))
    refused = {one.at[0] for one in wrong}
    for language, text in value.items():
        at = (language,) if language else ()
        if isinstance(text, dict | list):
            wrong.append(Wrong("this is no text", "put it between quotes", at))
        elif language not in refused and not (isinstance(text, str) and text.strip()):
            wrong.append(Wrong("a text is missing or empty", "write it, or leave it out", at))
        elif isinstance(text, str) and _WRAPPED.fullmatch(text.strip()):
            wrong.append(Wrong(*_TYPOGRAPHIC, at))
    raise_all(wrong)
    return Message(value)


Said = Annotated[
    Message,
    BeforeValidator(message),
    WithJsonSchema(
        {
            "anyOf": [
                TEXT,
                {
                    "type": "object",
                    "properties": {
                        "template": {
                            "type": "string",
                            "description": "The name of a file templates/<language>/NAME.j2.",
                        }
                    },
                    "required": ["template"],
                    "additionalProperties": False,
                },
                {**LANGUAGES, "additionalProperties": TEXT},
            ]
        }
    ),
]


def _no_languages(value: Mapping[str, object]) -> Iterator[Wrong]:
    for place, (language, said) in enumerate(value.items()):
        if LANGUAGE.fullmatch(language) and (said is not None or not place):
            continue
        if LANGUAGE.fullmatch(language):
            remedy = "write it; a text before it that has a comma in it needs quotes"
            yield Wrong(f"nothing stands behind {language!r}", remedy, (language,))
        elif said is None and place:  # `{fr: Oui, merci}`
            what = f"{shown(language)} stands after a comma, which ended the text before it"
            yield Wrong(what, "put a text with a comma in it between quotes", (language,))
        else:
            remedy = "write two small letters, like fr or en; a text with a colon needs quotes"
            yield Wrong(f"{shown(language)} is no language", remedy, (language,))
