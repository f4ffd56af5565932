"""`lists`: what people join and leave by a word, as it is written."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.config.notation import Duration, between
from bot.content.notation import Entry, Flag, Id, Maybe, Said, Words
from bot.content.phrases import phrases_of
from bot.core.builtin_words import read_builtin
from bot.core.rules import Phrase, Source, SubscriptionList
from bot.core.text import words
from bot.validation import Wrong
from bot.yamlfile import shown

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
        sandbox_only=sandbox_only,
    )


def _never_left(phrase: str, said: tuple[str, ...]) -> tuple[str, str] | None:
    """Say why STOP and this name would not leave the list."""
    if len(said) > 1:
        return f"{shown(phrase)} is more than one word", "write one: STOP RABAIS leaves by it"
    told = read_builtin(("stop", *said))
    if told is None or told.list_name != said[0]:
        return f"STOP {said[0].upper()} stops everything", "choose another name for the list"
    return None
