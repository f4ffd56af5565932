"""The shape of a rule file: what may be written, before it means anything."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import WithDefaultSchema

from bot.content.conditions import WhenEntry
from bot.content.lists import ListEntry
from bot.content.notation import Entry, Flag, Id, Maybe, Said, Texts, Words, Yes
from bot.content.patterns import Patterns
from bot.content.steps import EndingEntry, StepEntry, Timeout
from bot.content.types import Fields
from bot.content.verbs import DoEntry
from bot.core.messages import Delivery

TEXT_KEYS = frozenset(
    {"id", "exactly", "keyword", "contains", "pattern", "examples", "expect", "when", "do"}
    | {"once", "next", "timeout", "names", "template", "mirror"}
)
"""Below these keys everything is text, as it was typed: `no`, `on`, `0123`, `8:00`."""
PROSE_KEYS = frozenset({"reply", "invalid", "ask", "welcome", "fallback", "send", "text"})
"""Below these stands what is said."""
LATER_KEYS = frozenset({"schedule"})
"""What the grammar has and this version cannot do."""


class Examples(Entry):
    """Texts that the rule must answer, and such that it must not."""

    matches: Texts = Field([], description="Texts that this rule must answer.")
    not_: Texts = Field([], alias="not", description="Texts that this rule must not answer.")


class RuleEntry(Entry):
    """One rule: what calls it, what it does, and what it says."""

    id: Id = Field(description="The rule's name, once in all files.")
    exactly: Maybe[Words] = Field(None, description="The whole text is one of these.")
    keyword: Maybe[Words] = Field(None, description="The text begins with one of these.")
    pattern: Maybe[Patterns] = Field(
        None, description="The text fits this regular expression (RE2); put it in single quotes."
    )
    contains: Maybe[Words] = Field(None, description="The text has one of these anywhere in it.")
    anything: Maybe[Yes] = Field(None, description="Whatever no other rule answers.")
    typos: Flag = Field(
        default=False, description="Its keywords are also understood with a slip of the thumb."
    )
    when: Maybe[WhenEntry] = Field(
        None, description="Where and when the rule holds; elsewhere the next rule is asked."
    )
    expect: Maybe[Fields] = Field(
        None, description="Names and types of what follows the keyword, in this order."
    )
    invalid: Maybe[Said] = Field(
        None,
        description="What is said when what follows is not understood; else the next rule is"
        " asked.",
    )
    once: Maybe[Literal["number"]] = Field(
        None, description="One answer of a number counts: the newest."
    )
    do: Maybe[DoEntry] = Field(None, description="What is done before the reply.")
    steps: Maybe[list[StepEntry]] = Field(
        None, description="Questions, one after the other: the rule is a conversation."
    )
    timeout: Maybe[Timeout] = Field(None, description="How long an answer is waited for: 30m.")
    gave_up: Maybe[EndingEntry] = Field(
        None, description="What is said and done after too many answers were misunderstood."
    )
    timed_out: Maybe[EndingEntry] = Field(
        None, description="What is said and done when no answer came in time."
    )
    interrupt: Flag = Field(
        default=False, description="It is asked also inside the conversation of another rule."
    )
    reply: Maybe[Said] = Field(
        None, description="What is said; where there are steps, when all is answered."
    )
    examples: Maybe[Examples] = Field(None, description="Texts that are tried at every load.")
    only: Maybe[Literal["sandbox"]] = Field(
        None, description="Real gateways do not know this rule."
    )
    delivery: Maybe[Delivery] = Field(
        None, description="What happens to a reply of which nobody can say whether it left."
    )


class FileEntry(Entry):
    """A rule file."""

    only: Maybe[Literal["sandbox"]] = Field(
        None, description="Real gateways do not know the rules and lists of this file."
    )
    rules: list[RuleEntry] = Field([], description="The rules, the first to be asked first.")
    lists: list[ListEntry] = Field([], description="What people join and leave by a word.")


class _Plain(GenerateJsonSchema):
    """Says no more than editors show: no titles, and no defaults that stand for nothing."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - not for any
        return False

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        if described.get("default", True) in (None, [], {}, ()):
            del described["default"]
        return described


def json_schema() -> dict[str, Any]:
    """Describe rule files for editors."""
    described = FileEntry.model_json_schema(schema_generator=_Plain)
    return {"$schema": _Plain.schema_dialect, **described, "title": "Textobot rules"}
