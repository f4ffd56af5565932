"""`do`: its verbs, as they are written, and the actions that they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from bot.config.notation import Duration, between, parse_number
from bot.content.notation import (
    NAME,
    TEXT,
    Entry,
    Id,
    Maybe,
    Said,
    Several,
    Yes,
    known_in,
    name,
    one_of,
)
from bot.content.templates import LANGUAGE
from bot.content.types import TYPE_SCHEMA, expected
from bot.core.actions import (
    VERBS,
    Action,
    Block,
    Emit,
    Forward,
    HandOver,
    Join,
    Later,
    Leave,
    Lookup,
    Remember,
    Speak,
    Start,
    Tag,
    Verify,
)
from bot.core.sayings import Message
from bot.core.understanding import Expected
from bot.internet import refusal
from bot.validation import Wrong, noting, raise_all
from bot.yamlfile import shown

LONGEST_LATER = "366d"
LONGEST_LOOKUP = "10s"
OUR_EVENTS = frozenset(
    {"message.received", "message.answered", "message.failed", "verification.approved"}
    | {"verification.failed", "list.joined", "list.left", "conversation.finished"}
    | {"gateway.held", "alarm.raised", "alarm.ended"}
)
"""Names of the events that every installation tells."""
LOOKUP_TIME = timedelta(seconds=3)
"""How long an address may take to answer, where the rule does not say."""

_PURPOSE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_EVENT = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_KEY = re.compile(r"[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*")


def _values(value: object) -> dict[str, str]:
    """Read `set`: names to texts. Raises `Wrong`."""
    if not isinstance(value, dict) or not value:
        raise Wrong("this is no mapping of names", 'write {name: text}, like {vote: "{{ rest }}"}')
    wrong: list[Wrong] = []
    for one, text in value.items():
        with noting(wrong, one):
            name(one)
        if not isinstance(text, str) or not text.strip():
            wrong.append(Wrong("a text is missing or empty", "write it between quotes", (one,)))
        elif text in {"true", "false"}:
            what = f"`when` takes {text!r} for {'any value' if text == 'true' else 'no value'}"
            wrong.append(Wrong(what, "keep a word, like yes or no", (one,)))
    raise_all(wrong)
    return value


def _language(value: object, info: ValidationInfo) -> str:
    if isinstance(value, str) and "{" in value:
        return value
    if isinstance(value, str) and LANGUAGE.fullmatch(value):
        return one_of(value, known_in(info).languages, "language")
    raise Wrong("this is no language", 'write two small letters, like fr, or "{{ name }}"')


def _event(value: object) -> str:
    if not isinstance(value, str) or not _EVENT.fullmatch(value):
        remedy = "use small letters a to z, digits, dots, - and _, and begin with a letter"
        raise Wrong("this is no name of an event", remedy)
    if value in OUR_EVENTS:
        raise Wrong(f"{value!r} is an event of ours", "give yours another name")
    return value


def _purpose(value: object) -> str:
    if not isinstance(value, str) or not _PURPOSE.fullmatch(value):
        remedy = "write small letters, digits, dots, - and _, like sign-in"
        raise Wrong("this is no purpose of a code", remedy)
    return value


def _number(value: object) -> str:
    if not isinstance(value, str) or not value.startswith("+"):
        raise Wrong("this is no number", "write `+`, the country and the number: +15149541234")
    return parse_number(value)


def _email(value: object) -> str:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise Wrong("this is no e-mail address", "write it like rdv@clinique.example")
    return value


PhoneNumber = Annotated[str, BeforeValidator(_number), WithJsonSchema({**TEXT})]
Email = Annotated[str, BeforeValidator(_email), WithJsonSchema({"type": "string"})]


class ForwardEntry(Entry):
    """Whom a text is passed on to: a telephone or a mailbox."""

    number: Maybe[PhoneNumber] = Field(None, description="A number, with `+` and its country.")
    email: Maybe[Email] = Field(None, description="An e-mail address.")
    text: Maybe[Said] = Field(
        None, description="What is said there; left out: the template `forwarded`."
    )

    @model_validator(mode="after")
    def _is_one(self) -> ForwardEntry:
        if (self.number is None) is (self.email is None):
            raise Wrong("this is no place to pass a text on to", _FORWARD_REMEDY)
        return self


_FORWARD_REMEDY = "write {number: +1…} or {email: …}"


def _forward(value: object) -> object:
    """Take a number or an address that is written alone for a mapping."""
    if not isinstance(value, str):
        return value
    if "@" not in value and not any(map(str.isdigit, value)):
        remedy = "write a number, like +15149541234, or an address, like rdv@clinique.example"
        raise Wrong("this is neither a number nor an e-mail address", remedy)
    return {"email" if "@" in value else "number": value}


@dataclass(frozen=True, slots=True)
class _Or:
    """Tells editors what may be written in place of a mapping."""

    short: Mapping[str, Any]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, describe: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [dict(self.short), describe(schema)]}


def _fields(value: object) -> tuple[tuple[str, Expected], ...]:
    """Read what an address must answer: keys of its JSON, and their types. Raises `Wrong`."""
    if not isinstance(value, dict) or not value:
        raise Wrong("this is no mapping of names to types", "write {sky: text, degrees: integer}")
    wrong: list[Wrong] = []
    fields: dict[str, tuple[str, Expected]] = {}
    for key, kind in value.items():
        with noting(wrong, key):
            if not _KEY.fullmatch(key):
                remedy = "write it like sky, or weather.sky for what stands within another"
                raise Wrong(f"{shown(key)} is no key of an answer", remedy)
            seen = name(key.rpartition(".")[2])
            if seen in fields:
                raise Wrong(f"{seen!r} is seen already, from {fields[seen][0]!r}", "keep one")
            fields[seen] = (key, expected(kind))
    raise_all(wrong)
    return tuple(fields.values())


Fields = Annotated[
    tuple[tuple[str, Expected], ...],
    BeforeValidator(_fields),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"^[^\W\d][\w-]*(\.[^\W\d][\w-]*)*$"},
            "additionalProperties": TYPE_SCHEMA,
        }
    ),
]


def _url(value: object, info: ValidationInfo) -> str:
    if why := refusal(str(value), known_in(info).private_hosts):
        what, remedy = why.split("; ", 1)
        raise Wrong(what, remedy)
    return str(value)


class LookupEntry(Entry):
    """An address that is asked before the reply."""

    url: Annotated[str, BeforeValidator(_url)] = Field(
        description="The address, with {{ name }} in its path or query; it answers with JSON."
    )
    expect: Fields = Field(description="Keys of the answer, their types: {weather.sky: text}.")
    fallback: Said = Field(
        description="What is said where the address does not answer; then nothing is done."
    )
    within: Annotated[Duration, between("100ms", LONGEST_LOOKUP)] = Field(
        LOOKUP_TIME, description=f"How long it may take, {LONGEST_LOOKUP} at most."
    )


class LaterEntry(Entry):
    """Something more that is said after a while, unless the person texts before."""

    after: Annotated[Duration, between("1s", LONGEST_LATER)] = Field(
        description="How long after the reply: 2h, 1d."
    )
    send: Said = Field(description="What is said then.")


class HandOverEntry(Entry):
    """How long a person takes over."""

    for_: Annotated[Maybe[Duration], between("1m", "366d")] = Field(
        None,
        alias="for",
        description="How long rules stay silent after the person's last word: 2h.",
    )


def _handover(value: object) -> object:
    """Take `true` for a mapping without keys."""
    if value in (True, "true"):
        return {}
    if not isinstance(value, dict):
        raise Wrong("this is neither `true` nor {for: 2h}", "write one of the two")
    return value


class DoEntry(Entry):
    """What a rule does before it replies."""

    verify: Annotated[
        Maybe[str],
        BeforeValidator(_purpose),
        WithJsonSchema({"type": "string", "pattern": f"^{_PURPOSE.pattern}$"}),
    ] = Field(
        None,
        description="Send a code for this purpose; the rest, and the reply, follow when it is "
        "texted back.",
    )
    lookup: Maybe[LookupEntry] = Field(
        None, description="Ask an address for what the reply is made of."
    )
    set: Annotated[
        dict[str, str],
        BeforeValidator(_values),
        WithJsonSchema(
            {
                "type": "object",
                "propertyNames": NAME,
                "minProperties": 1,
                "additionalProperties": TEXT,
            }
        ),
    ] = Field({}, description="Keep values of the person, which templates and `when` see.")
    language: Annotated[
        Maybe[str], BeforeValidator(_language), WithJsonSchema({"type": "string"})
    ] = Field(None, description="Answer this person in a language from now on.")
    tag: Several[Id] = Field([], description="Mark the person, for `when` and for operators.")
    join: Maybe[Id] = Field(None, description="Put the person on a list.")
    leave: Maybe[Id] = Field(None, description="Take the person off a list.")
    forward: Annotated[Maybe[ForwardEntry], BeforeValidator(_forward), _Or(TEXT)] = Field(
        None, description="Pass the text on to a telephone or a mailbox."
    )
    webhook: Annotated[
        Maybe[str],
        BeforeValidator(_event),
        WithJsonSchema({"type": "string", "pattern": f"^{_EVENT.pattern}$"}),
    ] = Field(None, description="Tell programs of yours, by an event of this name.")
    later: Maybe[LaterEntry] = Field(
        None, description="Say something more after a while, unless the person texts before."
    )
    start: Maybe[Id] = Field(None, description="Go on with the questions of another rule.")
    handover: Annotated[Maybe[HandOverEntry], BeforeValidator(_handover), _Or({"const": True})] = (
        Field(None, description="Leave the conversation to a person: rules fall silent.")
    )
    block: Maybe[Yes] = Field(None, description="Answer this number no more.")


def actions_of(entry: DoEntry) -> tuple[Action, ...]:
    """Give the actions of a `do`, in the order in which they are done."""
    return tuple(_MEANS[verb](written) for verb in VERBS if (written := getattr(entry, verb)))


def _forward_of(entry: ForwardEntry) -> Forward:
    return Forward(
        message=entry.text or Message(template="forwarded"),
        number=entry.number or "",
        email=entry.email or "",
    )


_MEANS: Mapping[str, Callable[[Any], Action]] = {
    "verify": Verify,
    "lookup": lambda entry: Lookup(entry.url, entry.expect, entry.fallback, entry.within),
    "set": Remember,
    "language": Speak,
    "tag": lambda names: Tag(tuple(names)),
    "join": Join,
    "leave": Leave,
    "forward": _forward_of,
    "webhook": Emit,
    "later": lambda entry: Later(entry.after, entry.send),
    "start": Start,
    "handover": lambda entry: HandOver(entry.for_),
    "block": lambda _true: Block(),
}
"""By verb: the action that its entry means."""
