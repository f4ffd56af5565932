"""The rules that a text calls, one by one, until one takes it: for deciding and explaining."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.conditions import ALWAYS
from bot.core.rules import Match, Rule, Trigger
from bot.core.turn import Turn
from bot.core.understanding import Around, Kind, Value, understand, understand_all


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that was called, and whether it takes the text."""

    match: Match
    language: str
    """In which it would answer."""
    captured: Mapping[str, Value] = field(default_factory=dict)
    lost: str = ""
    """Why it passes the text on, in words; empty: it takes the text."""
    misunderstood: bool = False
    """It takes the text to say `invalid`."""


def candidates(turn: Turn, *, interrupting: bool = False) -> Iterator[Candidate]:
    """Yield what the text calls, in the order of asking; the first that has not lost takes it.

    `interrupting`: only rules that may break into another rule's conversation.
    """
    for match in turn.rulebook.find(turn.text.text):
        if interrupting and not match.rule.interrupt:
            continue
        yield _asked(match, turn)


def taker(turn: Turn, *, interrupting: bool = False) -> Candidate | None:
    """Give the candidate that takes the text."""
    asked = candidates(turn, interrupting=interrupting)
    return next((candidate for candidate in asked if not candidate.lost), None)


def _asked(match: Match, turn: Turn) -> Candidate:
    rule, language = match.rule, turn.language_of(match)
    if rule.when is not ALWAYS and (failing := rule.when.failing(turn.circumstances(language))):
        return Candidate(match, language, lost=f"its `when` does not hold: {failing}")
    if not rule.fields:
        return Candidate(match, language, match.groups)
    captured = captures(match, turn.around)
    if captured is not None:
        return Candidate(match, language, captured)
    if rule.invalid is not None:
        return Candidate(match, language, misunderstood=True)
    wanted = ", ".join(f"{one.name}: {one.expected}" for one in rule.fields)
    return Candidate(match, language, lost=f"what follows is not what it expects ({wanted})")


def captures(match: Match, around: Around) -> Mapping[str, Value] | None:
    """Understand what follows the keyword, or the groups of the pattern; None if it is not."""
    if match.rule.trigger is not Trigger.PATTERN:
        fields = [(one.name, one.expected) for one in match.rule.fields]
        return understand_all(match.rest, fields, around)
    understood: dict[str, Value] = dict(match.groups)
    for one in match.rule.fields:
        value = understand(match.groups.get(one.name, ""), one.expected, around)
        if value is None:
            return None
        understood[one.name] = value
    return understood


def kinds(rule: Rule) -> Mapping[str, Kind]:
    """Name what a rule's own captures and its steps' answers are; groups are texts."""
    found = {one.name: one.expected.kind for one in rule.fields}
    if rule.flow is not None:
        found |= {step.id: step.expected.kind for step in rule.flow.steps}
    return found
