"""A rule answers: at once, by its questions one after the other, or when they end otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core.actions import Action, Block, HandOver, Join, Leave, Lookup, Start, Tag, Verify
from bot.core.candidates import kinds
from bot.core.conversation import Conversation, Position, Subscriber
from bot.core.decision import Answer, Asking, Challenge, Decision, Reply, Why
from bot.core.flows import DONE, GAVE_UP, Ending, Step
from bot.core.messages import InboundStatus, MessageClass
from bot.core.rules import Rule
from bot.core.sayings import Message
from bot.core.turn import Turn
from bot.core.understanding import Kind, Value, from_json, to_json, understand

Captured = Mapping[str, Value]


def answer(turn: Turn, rule: Rule, captured: Captured, language: str, why: Why) -> Decision:
    """Answer by a rule that was called: put its first question, or do and say what it does."""
    if rule.flow is None:
        return _finish(turn, rule, captured, language, why)
    stored = {name: to_json(value) for name, value in captured.items()}
    return _begin(turn, rule, stored, language, why)


def misunderstood(turn: Turn, rule: Rule, language: str, why: Why) -> Decision:
    """Say that what follows a keyword is not what the rule expects."""
    assert rule.invalid is not None
    reply = _reply(turn, rule, rule.invalid, language)
    return Decision(
        turn.conversation,
        turn.subscriber,
        InboundStatus.HANDLED,
        replace(why, reason="invalid"),
        (reply,),
        turn.names({}),
    )


def proceed(turn: Turn, rule: Rule, position: Position) -> Decision:
    """Take the text for the answer to the question that is open."""
    assert rule.flow is not None
    step = rule.flow.step(position.step)
    assert step is not None, "the shape of the flow was compared"
    value = understand(turn.text.text, step.expected, turn.around)
    why = Why("asked", rule.id)
    if value is None:
        return _ask_again(turn, rule, step, position)
    answers = {**position.answers, step.id: to_json(value)}
    target = rule.flow.after(step, str(to_json(value)))
    if target == DONE:
        captured = _captured(rule, answers)
        return _finish(_at_none(turn), rule, captured, position.language, Why("rule", rule.id))
    if target == GAVE_UP:
        return _end(turn, rule, rule.flow.gave_up, replace(position, answers=answers), "gave_up")
    next_step = rule.flow.step(target)
    assert next_step is not None, "rules are checked when they are read"
    return _ask(turn, rule, next_step, replace(position, answers=answers), why)


def time_out(turn: Turn, rule: Rule, position: Position) -> Decision:
    """End a conversation whose answer did not come in time."""
    assert rule.flow is not None
    return _end(turn, rule, rule.flow.timed_out, position, "timed_out")


def conclude(
    turn: Turn, rule: Rule, captured: Captured, found: Captured | None, language: str
) -> Decision:
    """Answer by a rule whose address has answered (`found`), or has not."""
    if found is not None:
        return _finish(turn, rule, captured, language, Why("rule", rule.id), found=found)
    lookup = _lookup(rule)
    why = Why("rule", rule.id, detail={"lookup": "not answered"})
    if lookup is None or lookup.fallback is None:
        return Decision(turn.conversation, turn.subscriber, InboundStatus.HANDLED, why)
    reply = _reply(turn, rule, lookup.fallback, language)
    return Decision(
        turn.conversation,
        turn.subscriber,
        InboundStatus.HANDLED,
        why,
        (reply,),
        turn.names(captured),
    )


def proved(
    turn: Turn, rule: Rule, stored: Mapping[str, str | int], language: str, why: Why
) -> Decision:
    """Go on with a rule whose code was texted back; `stored`: what it had captured."""
    return _finish(turn, rule, _captured(rule, stored), language, why, proved=True)


def _ask(turn: Turn, rule: Rule, step: Step, position: Position, why: Why) -> Decision:
    """Put a question; go past those that this person need not be asked.

    `position` has the answers so far, and the language.
    """
    flow, answers, language = rule.flow, position.answers, position.language
    assert flow is not None
    while step.unless_in and step.unless_in in turn.subscriber.lists:
        target = flow.after(step, "")
        following = flow.step(target)
        if following is None:
            why = replace(why, reason="rule")
            return _finish(_at_none(turn), rule, _captured(rule, answers), language, why)
        step = following
    asked = replace(
        position,
        step=step.id,
        inbound=turn.text.id,
        times_out_at=turn.now + flow.timeout,
        misunderstood=0,
    )
    return Decision(
        replace(turn.conversation, position=asked),
        turn.subscriber,
        InboundStatus.HANDLED,
        replace(why, reason="asked", detail={**why.detail, "step": step.id}),
        (_reply(turn, rule, step.ask, language),),
        turn.names(_captured(rule, answers) | _list_name(turn, step, language)),
    )


def _begin(
    turn: Turn, rule: Rule, answers: Mapping[str, str | int], language: str, why: Why
) -> Decision:
    """Put a rule's first question."""
    flow = rule.flow
    assert flow is not None
    first = flow.steps[0]
    position = Position(rule.id, flow.shape, first.id, language, turn.text.id, turn.now, answers)
    return _ask(turn, rule, first, position, why)


def _ask_again(turn: Turn, rule: Rule, step: Step, position: Position) -> Decision:
    """Say that the answer was not understood, or give up."""
    flow = rule.flow
    assert flow is not None
    tried = position.misunderstood + 1
    if tried >= step.tries:
        return _end(turn, rule, flow.gave_up, position, "gave_up")
    after = replace(
        position,
        misunderstood=tried,
        inbound=turn.text.id,
        times_out_at=turn.now + flow.timeout,
    )
    captured = _captured(rule, position.answers)
    return Decision(
        replace(turn.conversation, position=after),
        turn.subscriber,
        InboundStatus.HANDLED,
        Why("invalid", rule.id, detail={"step": step.id, "try": tried}),
        (_reply(turn, rule, step.invalid or step.ask, position.language),),
        turn.names(captured | _list_name(turn, step, position.language)),
    )


def _end(turn: Turn, rule: Rule, ending: Ending, position: Position, reason: str) -> Decision:
    """End a conversation otherwise than by its last answer."""
    told = _Done(_at_none(turn), ending.actions)
    captured = _captured(rule, position.answers)
    language = position.language
    replies = _replies(turn, rule, ending.reply, language)
    why = Why(reason, rule.id, detail={"step": position.step})
    decision = told.decision(why, replies, captured)
    decision = replace(decision, language=language, captured=captured)
    return decision if told.start is None else _go_on(turn, told.start, decision, language)


def _finish(
    turn: Turn,
    rule: Rule,
    captured: Captured,
    language: str,
    why: Why,
    *,
    found: Captured | None = None,
    proved: bool = False,
) -> Decision:
    """Do what the rule does, and say its reply; or first send a code, or ask an address."""
    verify = next((one for one in rule.actions if isinstance(one, Verify)), None)
    if verify is not None and not proved and found is None:
        return Decision(
            turn.conversation,
            turn.subscriber,
            InboundStatus.HANDLED,
            replace(why, reason="code"),
            names=turn.names(captured),
            challenge=Challenge(verify.purpose, rule.id, captured, language),
            language=language,
        )
    lookup = _lookup(rule)
    if lookup is not None and found is None:
        return Decision(
            turn.conversation,
            turn.subscriber,
            InboundStatus.HANDLED,
            replace(why, reason="lookup"),
            names=turn.names(captured),
            asking=Asking(lookup, rule.id, captured, language),
        )
    told = _Done(turn, [one for one in rule.actions if not isinstance(one, (Verify, Lookup))])
    replies = _replies(turn, rule, rule.reply, language)
    answered = Answer(rule.id, captured, rule.once) if rule.keeps_answers else None
    seen = {**captured, **(found or {}), **_joined(turn, rule, language)}
    decision = told.decision(why, replies, seen)
    decision = replace(decision, answer=answered, language=language, captured=captured)
    return decision if told.start is None else _go_on(turn, told.start, decision, language)


def _go_on(turn: Turn, start: str, decision: Decision, language: str) -> Decision:
    """Put the first question of another rule after the reply of this one.

    Where none of its questions need be put to this person, it answers at once.
    """
    rule = turn.rulebook.rule(start)
    assert rule is not None, "rules are checked when they are read"
    after = replace(turn, conversation=decision.conversation, subscriber=decision.subscriber)
    asked = _begin(after, rule, {}, language, Why("asked", rule.id))
    return replace(
        decision,
        conversation=asked.conversation,
        subscriber=asked.subscriber,
        replies=(*decision.replies, *asked.replies),
        names={**asked.names, **decision.names},
        actions=(*decision.actions, *asked.actions),
        joins=(*decision.joins, *asked.joins),
        answer=decision.answer or asked.answer,
        asking=asked.asking,
    )


class _Done:
    """The verbs that change the conversation or the subscriber alone, done; the others, left."""

    def __init__(self, turn: Turn, actions: Sequence[Action]) -> None:
        self._turn = turn
        self.conversation: Conversation = turn.conversation
        self.subscriber: Subscriber = turn.subscriber
        self.start: str | None = None
        self.joins: tuple[str, ...] = ()
        self.left = tuple(action for action in actions if not self._done(action))

    def _done(self, action: Action) -> bool:
        person = self.subscriber
        match action:
            case Tag(names=names):
                self.subscriber = replace(person, tags=person.tags | set(names))
            case Join(list=joined):
                self.subscriber = replace(person, lists=person.lists | {joined})
                self.joins = (*self.joins, joined)
            case Leave(list=left):
                self.subscriber = replace(person, lists=person.lists - {left})
            case Block():
                self.subscriber = replace(person, blocked=True)
            case HandOver(silent_for=told):
                until = self._turn.now + (told or self._turn.policy.silent_for)
                self.conversation = replace(self.conversation, silent_until=until)
            case Start(rule=rule):
                self.start = rule
            case _:
                return False
        return True

    def decision(self, why: Why, replies: tuple[Reply, ...], seen: Mapping[str, Any]) -> Decision:
        return Decision(
            self.conversation,
            self.subscriber,
            InboundStatus.HANDLED,
            why,
            replies,
            self._turn.names(seen),
            self.left,
            joins=self.joins,
        )


def _lookup(rule: Rule) -> Lookup | None:
    return next((one for one in rule.actions if isinstance(one, Lookup)), None)


def _at_none(turn: Turn) -> Turn:
    """The same with no question open."""
    return replace(turn, conversation=replace(turn.conversation, position=None))


def _captured(rule: Rule, stored: Mapping[str, str | int]) -> dict[str, Value]:
    """Read answers as they are stored."""
    of = kinds(rule)
    return {name: from_json(of.get(name, Kind.TEXT), value) for name, value in stored.items()}


def _list_name(turn: Turn, step: Step, language: str) -> dict[str, Value]:
    """Name the list that a question is about."""
    known = turn.rulebook.lists.get(step.unless_in)
    return {"list": known.name_in(language)} if known else {}


def _joined(turn: Turn, rule: Rule, language: str) -> dict[str, Value]:
    """Name the list that a rule puts people on, for its welcome."""
    for action in rule.actions:
        if isinstance(action, (Join, Leave)) and (known := turn.rulebook.lists.get(action.list)):
            return {"list": known.name_in(language)}
    return {}


def _replies(turn: Turn, rule: Rule, message: Message | None, language: str) -> tuple[Reply, ...]:
    return () if message is None else (_reply(turn, rule, message, language),)


def _reply(turn: Turn, rule: Rule, message: Message, language: str) -> Reply:
    return Reply(
        message=message,
        languages=(language,),
        message_class=MessageClass.REPLY,
        rule=rule.id,
        delivery=rule.delivery or turn.policy.delivery,
    )
