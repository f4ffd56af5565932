"""`steps` and the endings of a conversation, as they are written."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.config.notation import Duration, between
from bot.content.notation import Entry, Maybe, Name, Said
from bot.content.types import Type
from bot.content.verbs import DoEntry, actions_of
from bot.core.flows import TRIES, Ending, Step
from bot.validation import Wrong, raise_all

MOST_TRIES = 20
Timeout = Annotated[Duration, between("10s", "366d")]


def _next(value: object) -> dict[str, str]:
    """Read where an answer leads: the key `""` is any answer that is not named. Raises `Wrong`."""
    if isinstance(value, str) and value.strip():
        return {"": value}
    if not isinstance(value, dict) or not value:
        raise Wrong("this is no way to a step", "write a step, done, gave_up, or {no: step}")
    raise_all(
        [
            Wrong("this is no step", "write the id of a step, done or gave_up", (answer,))
            for answer, target in value.items()
            if not isinstance(target, str)
        ]
    )
    return value


Next = Annotated[
    dict[str, str],
    BeforeValidator(_next),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {"type": "string"},
                },
            ]
        }
    ),
]


class StepEntry(Entry):
    """One question."""

    id: Name = Field(description="The name of the step, under which templates see its answer.")
    ask: Said = Field(description="The question.")
    expect: Type = Field(description="The type of its answer.")
    invalid: Maybe[Said] = Field(
        None, description="What is said when the answer is not understood; else it asks again."
    )
    tries: int = Field(
        TRIES,
        ge=1,
        le=MOST_TRIES,
        description="How often an answer may be misunderstood until the conversation gives up.",
    )
    next: Next = Field(
        {}, description="Where answers lead: {no: day}; left out: to the step below."
    )


class EndingEntry(Entry):
    """What is done and said when a conversation ends otherwise than by its last answer."""

    reply: Maybe[Said] = Field(None, description="What is said then.")
    do: Maybe[DoEntry] = Field(None, description="What is done then.")


def step_of(entry: StepEntry) -> Step:
    """Give the step that an entry means."""
    return Step(
        entry.id,
        entry.ask,
        entry.expect,
        invalid=entry.invalid,
        tries=entry.tries,
        next=entry.next,
    )


def ending_of(entry: EndingEntry | None) -> Ending:
    """Give the ending that an entry means; none where there is no entry."""
    if entry is None:
        return Ending()
    return Ending(entry.reply, actions_of(entry.do) if entry.do else ())
