"""Why a text is answered as it is: each rule that it calls or nearly calls, and why it lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.content.templates import RenderError, Templates
from bot.core.builtin_words import BuiltIn, read_builtin
from bot.core.decide import BUILT_IN, language_of, languages_of
from bot.core.rulebook import Rulebook
from bot.core.rules import Match, Phrase, Rule, Trigger
from bot.core.sayings import Message
from bot.core.segments import Segments, cheapen, segments
from bot.core.text import words


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule, the words of it that the text has, and why it does not answer."""

    rule: Rule
    phrase: Phrase | None
    lost: str
    """Empty for the rule that answers."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What becomes of a text by its words alone, whoever sends it."""

    words: tuple[str, ...]
    """Its normal form."""
    built_in: BuiltIn | None
    """The built-in word that it is, unless a rule claims that word."""
    candidates: tuple[Candidate, ...]
    """In the order in which they are asked; those that are not called come last."""
    languages: tuple[str, ...] = ()
    """Of the reply."""
    reply: str = ""
    error: str = ""
    """Why there is no reply although a rule answers."""
    segments: Segments | None = None
    cheaper: str = ""
    """The reply with free replacements, where that saves segments."""


def explain(
    text: str,
    rulebook: Rulebook,
    templates: Templates,
    *,
    language: str,
    chosen: str = "",
    data: Mapping[str, Any],
) -> Explanation:
    """Explain a text; `language` is the usual one, `chosen` that of the person who texts."""
    said = words(text)
    built_in = read_builtin(said)
    if built_in and built_in.word == "info" and rulebook.claims_info:
        built_in = None
    matches = list(rulebook.find(text))
    candidates = (*_called(matches, built_in), *_nearly_called(said, rulebook, matches))
    message, told = _answer(matches, built_in, language, chosen)
    if message is None:
        return Explanation(said, built_in, candidates)
    seen = {"text": text, "rest": matches[0].rest if matches else "", **data}
    try:
        replies = [templates.render(message, spoken, seen) for spoken in told]
    except RenderError as error:
        return Explanation(said, built_in, candidates, told, error=str(error))
    reply = "\n".join(dict.fromkeys(replies))
    cost, cheap = segments(reply), cheapen(reply)
    saves = segments(cheap).count < cost.count
    return Explanation(
        said, built_in, candidates, told, reply, segments=cost, cheaper=cheap if saves else ""
    )


def _answer(
    matches: list[Match], built_in: BuiltIn | None, language: str, chosen: str
) -> tuple[Message | None, tuple[str, ...]]:
    """Give what is said, and in which languages."""
    if built_in:
        template = BUILT_IN[built_in.word_class][1]
        told = languages_of(built_in, chosen=chosen, usual=language)
        return Message(template=template), told
    if matches:
        return matches[0].rule.reply, (language_of(matches[0], chosen=chosen, usual=language),)
    return None, ()


def _called(matches: list[Match], built_in: BuiltIn | None) -> Iterator[Candidate]:
    """Yield each rule that the text calls once, by the phrase that is asked first."""
    winner = matches[0] if matches else None
    seen: set[str] = set()
    for match in matches:
        if match.rule.id in seen or winner is None:
            continue
        seen.add(match.rule.id)
        if built_in:
            lost = f"the text is the built-in word {built_in.word.upper()}, which is asked first"
        else:
            lost = "" if match is winner else _later(match, winner)
        yield Candidate(match.rule, match.phrase, lost)


def _later(match: Match, winner: Match) -> str:
    """Say why the winner is asked before this match."""
    if match.rule.trigger is not winner.rule.trigger:
        return f"{winner.rule.trigger} is asked before {match.rule.trigger}"
    if match.phrase and winner.phrase and len(match.phrase.words) < len(winner.phrase.words):
        return f"{winner.phrase.written!r} has more words than {match.phrase.written!r}"
    return f"the rule {winner.rule.id!r} stands before it"


def _nearly_called(
    said: tuple[str, ...], rulebook: Rulebook, matches: list[Match]
) -> Iterator[Candidate]:
    """Yield the rules whose words the text has, but not where they would call the rule."""
    called = {match.rule.id for match in matches}
    for rule in rulebook.rules:
        if rule.id in called or rule.trigger not in _MISSED:
            continue
        phrase = next((one for one in rule.phrases if _within(one.words, said)), None)
        if phrase:
            yield Candidate(rule, phrase, _MISSED[rule.trigger])


_MISSED = {
    Trigger.EXACTLY: "the text says more than its words",
    Trigger.KEYWORD: "its words are not the first of the text",
}


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "
