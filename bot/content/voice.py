"""One decision put into words: what is `set` and spoken on the way is seen by what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.content.templates import Templates
from bot.core.conversation import Subscriber
from bot.core.decision import Decision, Reply
from bot.core.sayings import Message
from bot.core.turn import Turn
from bot.core.understanding import to_json

REMEMBERED = 64
"""Values that are kept of one person; the oldest give way."""
LANGUAGE_LETTERS = 2
FORWARDED = Message(template="forwarded")


class Voice:
    """Says what a decision says, in the order in which it is asked to. All raise `RenderError`."""

    def __init__(self, decision: Decision, turn: Turn, templates: Templates) -> None:
        self.person: Subscriber = decision.subscriber
        """With what was `set` and the language that was chosen so far."""
        self.spoken = ""
        """The language that this decision itself chose for the person."""
        self._decision = decision
        self._turn = turn
        self._templates = templates
        self._set: dict[str, str] = {}
        first = decision.replies[0].languages[0] if decision.replies else ""
        told = decision.language or first
        self._usual = told or self.person.language or turn.usual

    @property
    def language(self) -> str:
        """The language of what is said beside the replies."""
        return self.spoken or self._usual

    def remember(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """Keep values of the person, and give them; what comes out empty is forgotten."""
        said = {name: self.fill(text) for name, text in values.items()}
        before = self.person.values.items()
        kept = {name: value for name, value in before if name not in said}
        kept |= {name: value for name, value in said.items() if value}
        newest = list(kept.items())[-REMEMBERED:]
        self.person = replace(self.person, values=dict(newest))
        self._set |= said
        return said

    def speak(self, language: str) -> str:
        """Answer the person in a language from now on; give it, or nothing if it is none."""
        chosen = self.fill(language).strip().lower()
        if len(chosen) != LANGUAGE_LETTERS or not (chosen.isascii() and chosen.isalpha()):
            return ""
        self.person = replace(self.person, language=chosen)
        self.spoken = chosen
        return chosen

    def languages(self, reply: Reply) -> tuple[str, ...]:
        """Name the languages in which a reply is said."""
        return (self.spoken,) if self.spoken else reply.languages

    def say(self, message: Message, languages: Sequence[str]) -> str:
        """Render a message in each of these languages."""
        seen = self.seen
        said = [
            self._templates.render(message, language, {**seen, "named": place > 0})
            for place, language in enumerate(languages)
        ]
        return "\n".join(dict.fromkeys(said))

    def pass_on(self, message: Message, language: str) -> str:
        """Render what is forwarded; the usual words where it comes out empty."""
        said = self._templates.fill(message, language, self.seen)
        return said or self.say(FORWARDED, (language,))

    def fill(self, text: str) -> str:
        """Render what is kept or passed on, and may come out empty."""
        return self._templates.fill(Message({"": text}), self.language, self.seen)

    @property
    def seen(self) -> dict[str, Any]:
        """Give what a message sees now: what was `set` too, where nothing was captured so."""
        before, names = self._decision.subscriber.values, self._decision.names
        new = {
            name: value for name, value in self._set.items() if names.get(name) == before.get(name)
        }
        answers = "\n".join(
            f"{name}: {to_json(value)}" for name, value in self._decision.captured.items()
        )
        shared = seen_by_templates(self._turn, self.person)
        return {**shared, "answers": answers, **names, **new}


def seen_by_templates(turn: Turn, person: Subscriber) -> dict[str, Any]:
    """Give what every message sees about a text."""
    text = turn.text
    return {
        "text": text.text,
        "number": text.number,
        "our_number": text.our_number,
        "gateway": text.gateway,
        "now": turn.now,
        "subscriber": {"number": person.number, "opted_out": person.opted_out},
        "rest": "",
        "answers": "",
    }


def as_texts(seen: Mapping[str, Any]) -> dict[str, str]:
    """Write what messages see for an address, which takes texts alone."""
    return {name: _plain(value) for name, value in seen.items()}


def _plain(value: Any) -> str:  # noqa: ANN401 - whatever messages see
    return "" if isinstance(value, dict) else str(to_json(value))
