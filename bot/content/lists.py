"""`lists`: what people join and leave by a word, as it is written."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from bot.config.notation import Duration, between
from bot.content.notation import (
    TEXT,
    Entry,
    Flag,
    Id,
    Maybe,
    Said,
    Words,
    known_in,
    one_of,
)
from bot.content.phrases import phrases_of
from bot.core.builtin_words import LONGEST_NAME, read_builtin
from bot.core.rules import Phrase, Source, SubscriptionList
from bot.core.text import words
from bot.validation import Wrong, noting, raise_all
from bot.yamlfile import shown

SYSTEM = ("tous", "blocked")
"""VuduMobile's own groups: everybody, and who wants no messages."""
EVERYBODY = "all"
"""Stands for the group where a gateway has none: everybody there."""


def _mirror(value: object, info: ValidationInfo) -> dict[str, str]:
    """Read to which groups a list is kept equal. Raises `Wrong`."""
    if not isinstance(value, dict) or not value:
        raise Wrong("this is no mirror", "write the gateway and a group: {vudumobile: Marketing}")
    wrong: list[Wrong] = []
    for gateway, group in value.items():
        with noting(wrong, gateway):
            _expect_group(one_of(gateway, known_in(info).gateways, "gateway"), group, info)
    raise_all(wrong)
    return {gateway: group.strip() for gateway, group in value.items()}


def _expect_group(gateway: str, group: object, info: ValidationInfo) -> None:
    """Refuse what a list cannot be kept equal to. Raises `Wrong`."""
    if not isinstance(group, str) or not group.strip():
        raise Wrong("this is no group", "write its name, as the vendor's pages show it")
    name = group.strip().casefold()
    if gateway in known_in(info).groupless:
        if name != EVERYBODY:
            raise Wrong("this gateway has no groups", f"write {EVERYBODY}: its contacts, all")
    elif name in SYSTEM:
        what = f"the group {group.strip()} is the vendor's own, not that of a list"
        raise Wrong(what, "make a group for the list there, and name that one")


Mirror = Annotated[
    dict[str, str],
    BeforeValidator(_mirror),
    WithJsonSchema({"type": "object", "additionalProperties": dict(TEXT), "minProperties": 1}),
]
Lasts = Annotated[Duration, between("1h", "3660d")]


class ListEntry(Entry):
    """A list that people join and leave by a word."""

    id: Id = Field(description="What rules call it: `join: deals`.")
    names: Maybe[Words] = Field(None, description="What people call it, as in STOP RABAIS.")
    confirm: Flag = Field(default=False, description="Ask whoever joins once more.")
    welcome: Maybe[Said] = Field(
        None, description="What is said to who joined, unless the rule has a reply of its own."
    )
    lasts: Maybe[Lasts] = Field(
        None, description="How long somebody is on it who joined: 365d; else until they leave."
    )
    mirror: Maybe[Mirror] = Field(
        None,
        description="The group at a gateway that it is kept equal to: {vudumobile: Marketing}.",
    )


def list_of(
    entry: ListEntry, source: Source, wrong: list[Wrong], *, sandbox_only: bool
) -> SubscriptionList:
    """Give the list that an entry means, and note in `wrong` the names that nobody can use."""
    refused: list[Wrong] = []
    names = phrases_of(entry.names or {}, _never_left, refused)
    wrong += [one for found in refused for one in found.all_within("names")]
    own = words(entry.id)
    if not any(name.words == own for name in names):
        names = (*names, Phrase(entry.id, own))
    return SubscriptionList(
        id=entry.id,
        names=names,
        source=source,
        confirm=entry.confirm,
        welcome=entry.welcome,
        lasts=entry.lasts,
        mirror=entry.mirror or {},
        sandbox_only=sandbox_only,
    )


def _never_left(phrase: str, said: tuple[str, ...]) -> tuple[str, str] | None:
    """Say why STOP and this name would not leave the list."""
    if len(said) > LONGEST_NAME:
        return f"{shown(phrase)} has too many words", "write three at most: STOP WEATHER ALERTS"
    told = read_builtin(("stop", *said))
    if told is not None and told.about and told.about != said:
        name = " ".join(told.about)
        return f"STOP {phrase.upper()} is read as STOP {name.upper()}", f"write {name}"
    if told is None or told.about != said:
        return f"STOP {said[0].upper()} stops everything", "choose another name for the list"
    return None
