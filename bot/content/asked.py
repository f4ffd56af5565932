"""Who is asked about a text, one after the other, and why each but one does not answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.content.wording import Told, plain, reason_of, told, why_not_now
from bot.core.candidates import Candidate, candidates
from bot.core.conversation import Position
from bot.core.decide import open_rule
from bot.core.decision import Decision
from bot.core.flows import Step
from bot.core.messages import InboundStatus
from bot.core.obey import left_list, read_word
from bot.core.rules import Match, Rule, Trigger
from bot.core.text import words
from bot.core.turn import Turn
from bot.core.understanding import to_json, understand

MOST_MISSED = 20
"""Rules that are told although the text does not call them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule that is asked, and whether it answers."""

    rule: Rule
    by: Told
    """What asks it: its words, as they are written in the rule, or its open question."""
    answers: bool
    why: Told
    """Why it does not answer, or how it understands the text; empty where there is nothing to
    say."""


def everybody(turn: Turn, decision: Decision) -> Iterator[Asked]:
    """Yield who is asked about a text, in that order, and then who is nearly called.

    `turn` is that of which the decision was made, without what the text quotes of ours.
    """
    yield from _asked(turn, decision)
    yield from _missed(turn)


def _asked(turn: Turn, decision: Decision) -> Iterator[Asked]:
    if (first := _asked_first(turn, decision)) is not None:
        yield from _all_lost(candidates(turn), first)
        return
    position = turn.conversation.position
    if position is None:
        yield from _by_rules(candidates(turn), turn)
        return
    rule = open_rule(turn, position)
    if rule is None:
        yield from _after_a_change(turn, decision, position)
        return
    breaking_in = list(_by_rules(candidates(turn, interrupting=True), turn))
    yield from breaking_in
    yield _at_question(turn, rule, position, breaking_in)
    others = (one for one in candidates(turn) if not one.match.rule.interrupt)
    yield from _all_lost(
        others,
        told(
            "a question of {rule} is open, and this rule has no `interrupt: true`",
            "une question de {rule} est ouverte, et cette règle n'a pas `interrupt: true`",
            rule=rule.id,
        ),
    )


def _asked_first(turn: Turn, decision: Decision) -> Told | None:
    """Say what is asked before any rule, if that ends it."""
    if decision.status is InboundStatus.IGNORED:
        return told(
            "nobody is asked: {reason}",
            "personne n'est interrogé : {reason}",
            reason=reason_of(decision.why),
        )
    if decision.why.reason == "unsure":
        return told(
            "the text probably asks for no more messages, and that is asked back",
            "le texto demande sans doute de ne plus recevoir de messages : on le demande",
        )
    if decision.why.reason in {"approved", "wrong_code"}:
        return told(
            "the text is a code, which comes before rules that take anything",
            "le texto est un code, qui passe avant les règles qui prennent tout",
        )
    word = read_word(turn)
    if word is None or not (word.certain or left_list(word, turn)):
        return None
    return told(
        "the text is the built-in word {word}, which is asked first",
        "le texto est le mot intégré {word}, qui passe avant",
        word=word.word.upper(),
    )


def _all_lost(asked: Iterable[Candidate], why: Told) -> Iterator[Asked]:
    seen: set[str] = set()
    for one in asked:
        if one.match.rule.id not in seen:
            seen.add(one.match.rule.id)
            yield Asked(one.match.rule, _by(one.match), answers=False, why=why)


def _by_rules(asked: Iterable[Candidate], turn: Turn) -> Iterator[Asked]:
    """Yield each rule by the words that are asked first; again where they lose otherwise."""
    winner: Match | None = None
    seen: set[tuple[str, str]] = set()
    for one in asked:
        rule = one.match.rule
        if winner is not None:
            why, answers = _later(one.match, winner), False
        elif one.lost:
            why, answers = _lost(one, turn), False
        else:
            why, answers, winner = _takes(one), True, one.match
        known = any(rule.id == other for other, _ in seen) if winner and not answers else False
        if known or (rule.id, why.en) in seen:
            continue
        seen.add((rule.id, why.en))
        yield Asked(rule, _by(one.match), answers, why)


def _lost(candidate: Candidate, turn: Turn) -> Told:
    rule = candidate.match.rule
    around = turn.circumstances(candidate.language)
    return (
        why_not_now(rule.when, around) if rule.when.failing(around) else _not_expected(candidate)
    )


def _not_expected(candidate: Candidate) -> Told:
    match = candidate.match
    wanted = ", ".join(f"{one.name}: {one.expected}" for one in match.rule.fields)
    given = match.groups if match.rule.trigger is Trigger.PATTERN else {"": match.rest}
    return told(
        "what follows is not what it expects ({wanted}): {given}",
        "la suite n'est pas ce qu'elle attend ({wanted}) : {given}",
        wanted=wanted,
        given=", ".join(f"«{text}»" for text in given.values()),
    )


def _takes(candidate: Candidate) -> Told:
    if not candidate.misunderstood:
        return plain("")
    why = _not_expected(candidate)
    return told("{why}; it says `invalid`", "{why}; elle dit son `invalid`", why=why)


def _by(match: Match) -> Told:
    written = match.phrase.written if match.phrase else match.rule.trigger.value
    if match.misspelled:
        return told("{it}, misspelled", "{it}, mal écrit", it=written)
    return plain(written)


def _later(match: Match, winner: Match) -> Told:
    """Say why the winner is asked before this match."""
    if match.misspelled and not winner.misspelled:
        return Told(
            "what is spelled right is asked before `typos`",
            "ce qui est bien écrit passe avant `typos`",
        )
    if match.rule.trigger is not winner.rule.trigger:
        return told(
            "{first} is asked before {second}",
            "{first} passe avant {second}",
            first=winner.rule.trigger,
            second=match.rule.trigger,
        )
    if match.phrase and winner.phrase and len(match.phrase.words) < len(winner.phrase.words):
        return told(
            "{first} has more words than {second}",
            "{first} a plus de mots que {second}",
            first=repr(winner.phrase.written),
            second=repr(match.phrase.written),
        )
    if winner.rule.may_pass < match.rule.may_pass:
        return told(
            "{rule}, which may pass a text on, is asked before it",
            "{rule}, qui peut passer son tour, est interrogée avant",
            rule=winner.rule.id,
        )
    return told(
        "the rule {rule} stands before it", "la règle {rule} est avant elle", rule=winner.rule.id
    )


def _after_a_change(turn: Turn, decision: Decision, position: Position) -> Iterator[Asked]:
    """Yield who is asked where the rule of the open question asks otherwise by now."""
    asked = candidates(_at_none(turn))
    if decision.why.reason != "changed":
        yield from _by_rules(asked, turn)
        return
    why = told(
        "the questions of {rule} changed meanwhile, and that is said",
        "les questions de {rule} ont changé entre-temps, et c'est ce qui est dit",
        rule=position.rule,
    )
    for one in asked:
        lost = _lost(one, turn) if one.lost else why
        yield Asked(one.match.rule, _by(one.match), answers=False, why=lost)


def _at_none(turn: Turn) -> Turn:
    return replace(turn, conversation=replace(turn.conversation, position=None))


def _at_question(
    turn: Turn, rule: Rule, position: Position, breaking_in: Sequence[Asked]
) -> Asked:
    """Say how the answer to the open question is understood."""
    assert rule.flow is not None
    step = rule.flow.step(position.step)
    assert step is not None, "the shape of the flow was compared"
    by = told("its question {step}", "sa question {step}", step=step.id)
    winner = next((one for one in breaking_in if one.answers), None)
    if winner is None:
        return Asked(rule, by, answers=True, why=_understood(turn, step, position))
    why = told("{rule} interrupts it", "{rule} l'interrompt", rule=winner.rule.id)
    return Asked(rule, by, answers=False, why=why)


def _understood(turn: Turn, step: Step, position: Position) -> Told:
    value = understand(turn.text.text, step.expected, turn.around)
    if value is None:
        count = position.misunderstood + 1
        return told(
            "not understood as {wanted}: try {count} of {tries}{end}",
            "pas compris comme {wanted} : essai {count} de {tries}{end}",
            wanted=step.expected,
            count=count,
            tries=step.tries,
            end=_GIVES_UP if count >= step.tries else "",
        )
    return told("understood as {value}", "compris comme {value}", value=to_json(value))


_GIVES_UP = Told(", and it gives up", ", et elle renonce")


def _missed(turn: Turn) -> Iterator[Asked]:
    """Yield the rules whose words the text has, but not where they would call the rule."""
    said = f" {' '.join(words(turn.text.text))} "
    called: set[str] | None = None
    found = 0
    for rule in turn.rulebook.rules:
        if rule.trigger not in _MISSED or found == MOST_MISSED:
            continue
        phrase = next((p for p in rule.phrases if f" {' '.join(p.words)} " in said), None)
        if phrase is None:
            continue
        if called is None:
            called = {match.rule.id for match in turn.rulebook.find(turn.text.text)}
        if rule.id not in called:
            found += 1
            yield Asked(rule, plain(phrase.written), answers=False, why=_MISSED[rule.trigger])


_MISSED = {
    Trigger.EXACTLY: Told("the text says more than its words", "le texto dit plus que ses mots"),
    Trigger.KEYWORD: Told(
        "its words are not the first of the text", "ses mots ne sont pas les premiers du texto"
    ),
}
