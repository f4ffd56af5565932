"""A text's turn to be decided: everything that deciding looks at, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import phonenumbers

from bot.core.conditions import Circumstances
from bot.core.conversation import Conversation, Subscriber
from bot.core.messages import Inbound
from bot.core.policy import Policy
from bot.core.rulebook import Rulebook
from bot.core.rules import Match
from bot.core.understanding import Around
from bot.core.verification import Awaited


@dataclass(frozen=True, slots=True)
class Turn:
    """What is known when a text, or the clock on its behalf, wants a decision."""

    text: Inbound
    conversation: Conversation
    subscriber: Subscriber
    rulebook: Rulebook
    policy: Policy
    now: datetime
    said: Sequence[str] = ()
    """What we said to this number lately, newest first; needed where the text may quote it."""
    contact_language: str = ""
    """Of the number's contact at the gateway; empty: it is none, or has none."""
    awaited: Sequence[Awaited] = ()
    """What a code may approve that this number texts; needed where the text is one."""
    code_language: str = ""
    """In which a code was last sent to this number."""

    @property
    def usual(self) -> str:
        """The language where nothing that was said tells another."""
        return self.contact_language or self.policy.language

    @property
    def local_now(self) -> datetime:
        """The time by the installation's zone."""
        return self.now.astimezone(self.policy.timezone)

    @property
    def around(self) -> Around:
        """What reading an answer depends on."""
        country = self.policy.countries.get(self.text.gateway) or country_of(self.text.number)
        return Around(self.local_now.date(), country)

    def language_of(self, match: Match) -> str:
        """Answer in the language chosen by the person, of the word, of the contact, or ours."""
        return self.subscriber.language or match.language or self.usual

    def circumstances(self, language: str) -> Circumstances:
        """Say what `when` looks at, for a reply in that language."""
        person = self.subscriber
        return Circumstances(
            gateway=self.text.gateway,
            number=self.text.number,
            country=country_of(self.text.number),
            language=language,
            now=self.local_now,
            lists=person.lists,
            tags=person.tags,
            values=person.values,
        )

    def names(self, captured: Mapping[str, Any]) -> dict[str, Any]:
        """Give what templates see beside the installation's own names."""
        return {**self.subscriber.values, **captured}


@lru_cache(maxsize=4096)
def country_of(number: str) -> str:
    """Give the country of a number, two letters; empty for what is no telephone number."""
    try:
        region: str | None = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ""
    return region or ""
