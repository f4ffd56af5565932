"""Why a text is answered as it is: what deciding does about it, with each rule that it asks.

It decides by `bot.core.decide` itself, and asks the same candidates: it cannot tell otherwise than
what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.content.asked import Asked, everybody
from bot.content.templates import RenderError, Templates
from bot.content.voice import Voice
from bot.content.wording import Told, deed, reason, reason_of, told, verbs
from bot.core.actions import Action, Lookup, Verify
from bot.core.decide import decide, without_quotation
from bot.core.decision import Decision, Reply
from bot.core.messages import InboundStatus
from bot.core.segments import Segments, cheapen, segments
from bot.core.text import words
from bot.core.turn import Turn
from bot.core.understanding import to_json


@dataclass(frozen=True, slots=True)
class Said:
    """A reply as it would be sent."""

    text: str
    languages: tuple[str, ...]
    cost: Segments
    cheaper: str
    """The same with free replacements, where that saves segments."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What becomes of a text, and why."""

    words: tuple[str, ...]
    """Its normal form, without what it quotes of ours."""
    decision: Decision
    """What is decided; where `silent` says why nothing is, what would be without that."""
    reason: Told
    silent: Told | None = None
    """Why it is not answered although it could be: history, an opt-out, a person who took over."""
    asked: tuple[Asked, ...] = ()
    """In the order of asking; those that are not called come last."""
    captured: Mapping[str, str] = field(default_factory=dict)
    does: tuple[Told, ...] = ()
    """What is done before the reply, a verb a line."""
    replies: tuple[Said, ...] = ()
    error: str = ""
    """Why it cannot be said; then nothing is done, and the text is parked."""

    @property
    def answering(self) -> Asked | None:
        """The rule that answers."""
        return next((one for one in self.asked if one.answers), None)


def explain(turn: Turn, templates: Templates) -> Explanation:
    """Explain a text on its turn."""
    decision = decide(turn)
    silent = _silence(decision)
    if decision.status is InboundStatus.IGNORED:
        freed = _unhindered(turn)
        otherwise = decide(freed)
        if otherwise.status is not InboundStatus.IGNORED:
            turn, decision = freed, otherwise
    read, _ = without_quotation(turn)
    explained = Explanation(
        words(read.text.text),
        decision,
        reason_of(decision.why),
        silent,
        tuple(everybody(read, decision)),
        _captured(read, decision),
    )
    try:
        return _spoken(explained, turn, templates)
    except RenderError as error:
        return replace(explained, error=str(error))


# --- silence -------------------------------------------------------------------------------------


def _silence(decision: Decision) -> Told | None:
    """Say why nothing is said, where that is not because nobody answers."""
    if decision.status is InboundStatus.IGNORED:
        return reason_of(decision.why)
    silent = decision.why.detail.get("silent")
    if silent is None:
        return None
    return _OVERTAKEN if silent == "overtaken" else reason(silent)


_OVERTAKEN = Told(
    "a newer word of theirs was read before", "un mot plus récent de leur part a été lu avant"
)


def _unhindered(turn: Turn) -> Turn:
    """Give the same text from somebody who may be answered."""
    return replace(
        turn,
        text=replace(turn.text, history=False, sent_at=turn.now),
        subscriber=replace(turn.subscriber, opted_out=False, blocked=False),
        conversation=replace(turn.conversation, silent_until=None, said=(), heard=(), replied=()),
        policy=replace(turn.policy, only_numbers=frozenset(), our_numbers=frozenset()),
    )


# --- what is done and said -----------------------------------------------------------------------


def _captured(turn: Turn, decision: Decision) -> dict[str, str]:
    """Give what was understood so far."""
    if decision.answer is not None:
        return _written(decision.answer.captured)
    if (waiting := decision.asking or decision.challenge) is not None:
        return _written(waiting.captured)
    position = decision.conversation.position or turn.conversation.position
    ours = position is not None and position.rule == decision.why.rule
    return _written(position.answers) if position is not None and ours else {}


def _written(captured: Mapping[str, object]) -> dict[str, str]:
    return {name: str(to_json(value)) for name, value in captured.items()}  # type: ignore[arg-type]


def _spoken(explained: Explanation, turn: Turn, templates: Templates) -> Explanation:
    """Put into words what is done and said. Raises `RenderError`."""
    decision = explained.decision
    voice = Voice(decision, turn, templates)
    does = [deed(action, voice, turn) for action in _actions(decision, turn)]
    replies = tuple(_said(reply, voice) for reply in decision.replies)
    if decision.asking is not None:
        does += _after_asking(decision, turn, voice)
    if decision.challenge is not None:
        does += _after_proof(decision, turn)
    return replace(explained, does=tuple(does), replies=replies)


def _actions(decision: Decision, turn: Turn) -> tuple[Action, ...]:
    """Give the verbs that are done now."""
    rule = turn.rulebook.rule(decision.why.rule)
    if decision.asking is not None:
        return (decision.asking.lookup,)
    if decision.challenge is not None:
        return (Verify(decision.challenge.purpose),)
    if rule is None:
        return ()
    if decision.why.reason == "gave_up":
        return rule.flow.gave_up.actions if rule.flow else ()
    position = decision.conversation.position
    open_still = position is not None and position.rule == rule.id
    if decision.why.reason not in {"rule", "asked", "approved"} or open_still:
        return ()
    return tuple(one for one in rule.actions if not isinstance(one, (Verify, Lookup)))


def _after_asking(decision: Decision, turn: Turn, voice: Voice) -> Iterator[Told]:
    """Say what comes once an address has answered, or has not."""
    asking = decision.asking
    rule = turn.rulebook.rule(decision.why.rule)
    assert asking is not None
    assert rule is not None
    others = [one for one in rule.actions if not isinstance(one, Lookup)]
    follows = ", ".join(filter(None, [verbs(others), "reply" if rule.reply else ""]))
    if follows:
        yield told(
            "once it has answered: {verbs}", "une fois sa réponse reçue : {verbs}", verbs=follows
        )
    fallback = asking.lookup.fallback
    if fallback is not None:
        yield told(
            "if it does not answer: {said}",
            "si elle ne répond pas : {said}",
            said=voice.say(fallback, (asking.language,)),
        )


def _after_proof(decision: Decision, turn: Turn) -> Iterator[Told]:
    """Say what comes once the code is texted back."""
    rule = turn.rulebook.rule(decision.why.rule)
    assert rule is not None
    others = [one for one in rule.actions if not isinstance(one, Verify)]
    follows = ", ".join(filter(None, [verbs(others), "reply" if rule.reply else ""]))
    if follows:
        yield told("then: {verbs}", "ensuite : {verbs}", verbs=follows)


def _said(reply: Reply, voice: Voice) -> Said:
    languages = voice.languages(reply)
    text = voice.say(reply.message, languages)
    cost, cheap = segments(text), cheapen(text)
    saves = segments(cheap).count < cost.count
    return Said(text, languages, cost, cheap if saves else "")
