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


def osa(one: str, other: str) -> int:
    """Count the slips between two words by the book: letters missing, more, wrong, swapped."""
    slips = [[row + column for column in range(len(other) + 1)] for row in range(len(one) + 1)]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            wrong = one[row - 1] != other[column - 1]
            slips[row][column] = min(
                slips[row - 1][column] + 1,
                slips[row][column - 1] + 1,
                slips[row - 1][column - 1] + wrong,
            )
            if one[:row][-2:] == other[:column][-2:][::-1] and min(row, column) > 1:
                swapped = slips[row - 2][column - 2] + 1
                slips[row][column] = min(slips[row][column], swapped)
    return slips[-1][-1]
