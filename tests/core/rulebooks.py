"""Rules by what calls them, for tests of who is called."""

from collections.abc import Collection

from bot.core.conditions import ALWAYS, When
from bot.core.rulebook import Rulebook
from bot.core.rules import Field, Phrase, Rule, Source, Trigger
from bot.core.sayings import Message
from bot.core.text import words
from bot.core.understanding import Expected, Kind

NIGHT = When(hours=((22 * 60, 6 * 60),))
FIGURE = (Field("figure", Expected(Kind.INTEGER)),)
INVALID = Message({"": "A figure, please."})


def rule(
    name: str,
    trigger: Trigger,
    *phrases: str,
    languages: Collection[str] = (),
    sandbox_only: bool = False,
    typos: bool = False,
    when: When = ALWAYS,
    fields: tuple[Field, ...] = (),
    invalid: Message | None = None,
) -> Rule:
    told = frozenset(languages)
    pattern = trigger is Trigger.PATTERN
    return Rule(
        name,
        trigger,
        tuple(Phrase(one, () if pattern else words(one), told) for one in phrases),
        Message({"": name}),
        Source("rules/test.yaml", 1, 1),
        sandbox_only=sandbox_only,
        typos=typos,
        when=when,
        fields=fields,
        invalid=invalid,
    )


def book_of(*rules: Rule) -> Rulebook:
    return Rulebook(rules)


def called(text: str, book: Rulebook) -> list[str]:
    return [match.rule.id for match in book.find(text)]
