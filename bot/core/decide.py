"""What to do about a text: all of it, in order, in one readable function.

Asked in this order; the first that answers ends it: opt-out, opt-in and help words · what probably
asks for no more messages · a code that is awaited · what may not be answered (history, late, opted
out, robots, reactions) · a person who took the conversation over · the step at which an answer is
awaited · the rules · nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core import conversing
from bot.core.budget import within_budget
from bot.core.candidates import Candidate, taker
from bot.core.conversation import Conversation, Position
from bot.core.decision import Decision, Reply, Why
from bot.core.doubt import read_wish, take
from bot.core.instants import milliseconds
from bot.core.messages import Delivery, InboundStatus, MessageClass
from bot.core.obey import leave, left_list, obey, read_word
from bot.core.proving import is_nobodys_code, prove, wrong
from bot.core.reactions import looks_quoted, own_words, read_reaction
from bot.core.robots import HEARD
from bot.core.rules import Rule, Trigger
from bot.core.sayings import Message
from bot.core.silence import robotic, silence
from bot.core.turn import Turn
from bot.core.understanding import Value, understand


def decide(turn: Turn) -> Decision:
    """Decide what a text does, and what is said to it. Renders nothing, keeps nothing."""
    if not turn.text.history:
        turn = replace(turn, conversation=_heard(turn))
    turn, reacting = without_quotation(turn)
    word = read_word(turn)
    if word is not None and (left := left_list(word, turn)) is not None:
        return within_budget(turn, leave(word, left, turn))
    if word is not None and word.certain:
        return within_budget(turn, obey(word, turn))
    if not reacting and (wish := read_wish(turn)) is not None:
        return within_budget(turn, take(wish, turn))
    if turn.text.sealed:
        return prove(turn)
    reason = _unanswerable(turn) or ("reaction" if reacting else "")
    if reason:
        return _ignored(turn, reason)
    return within_budget(turn, _answered(turn))


def time_out(turn: Turn) -> Decision:
    """Decide for the clock: the answer that a conversation awaits did not come in time."""
    position = turn.conversation.position
    assert position is not None
    rule = open_rule(turn, position)
    away = turn.subscriber.opted_out or turn.subscriber.blocked or _is_taken_over(turn)
    if rule is None or away:
        ended = replace(turn.conversation, position=None)
        why = Why("timed_out", position.rule)
        return Decision(ended, turn.subscriber, InboundStatus.HANDLED, why)
    told = conversing.time_out(turn, rule, _in_chosen_language(turn, position))
    decision = within_budget(turn, told)
    if decision.why.reason != "loop":
        return decision
    # Nothing may be said, and no question put; but it is overdue, and what is to be done is done.
    silent_until = told.conversation.silent_until
    ended = replace(decision.conversation, position=None, silent_until=silent_until)
    return replace(told, conversation=ended, replies=())


def conclude(
    turn: Turn,
    rule_id: str,
    captured: Mapping[str, Value],
    found: Mapping[str, Value] | None,
    language: str,
) -> Decision:
    """Decide what a rule answers now that the address that it asks has answered, or has not."""
    rule = turn.rulebook.rule(rule_id)
    away = turn.subscriber.opted_out or turn.subscriber.blocked or _is_taken_over(turn)
    if rule is None or away:
        why = Why("rule", rule_id, detail={"lookup": "too late"})
        return Decision(turn.conversation, turn.subscriber, InboundStatus.HANDLED, why)
    return within_budget(turn, conversing.conclude(turn, rule, captured, found, language))


def answers(turn: Turn) -> bool:
    """Tell whether somebody understands this text, other than a rule that takes anything."""
    word = read_word(turn)
    if word is not None and (word.certain or left_list(word, turn) is not None):
        return True
    if read_wish(turn) is not None or turn.text.sealed or is_nobodys_code(turn):
        return True
    position = turn.conversation.position
    if position is not None and (rule := open_rule(turn, position)) is not None:
        if (breaking_in := taker(turn, interrupting=True)) is not None:
            return _is_understood(breaking_in)
        assert rule.flow is not None
        step = rule.flow.step(position.step)
        assert step is not None
        return understand(turn.text.text, step.expected, turn.around) is not None
    return _is_understood(taker(turn))


def _is_understood(found: Candidate | None) -> bool:
    return found is not None and not found.misunderstood and not _takes_anything(found.match.rule)


def _takes_anything(rule: Rule) -> bool:
    return rule.trigger is Trigger.ANYTHING


def is_wanted(turn: Turn) -> bool:
    """Tell whether a text that nobody understands is to reach somebody all the same.

    A rule that takes anything and does something with it, such as passing it on to a person, is
    to have every text, also one that is but the beginning of another.
    """
    if turn.conversation.position is not None:
        return False
    found = taker(turn)
    return (
        found is not None and _takes_anything(found.match.rule) and bool(found.match.rule.actions)
    )


def _heard(turn: Turn) -> Conversation:
    """Note when a text came: a clockwork is known by its rhythm."""
    before = turn.conversation
    return replace(before, heard=(*before.heard, milliseconds(turn.text.sent_at))[-HEARD:])


def without_quotation(turn: Turn) -> tuple[Turn, bool]:
    """Read what a person added to a quotation of ours, and nothing of what is quoted.

    Also says whether nothing was added: then a phone reports a reaction.
    """
    if not looks_quoted(turn.text.text):
        return turn, False
    kind = read_reaction(turn.text.text, turn.said)
    if kind is None:
        return turn, False
    own = own_words(turn.text.text, turn.said) if kind == "quotation" else ""
    if not own:
        return turn, True
    return replace(turn, text=replace(turn.text, text=own)), False


def _unanswerable(turn: Turn) -> str:
    reason = silence(turn)
    if reason:
        return reason
    if robotic(turn):
        return "robot"
    return "taken_over" if _is_taken_over(turn) else ""


def _is_taken_over(turn: Turn) -> bool:
    until = turn.conversation.silent_until
    return until is not None and turn.now < until


def _ignored(turn: Turn, reason: str) -> Decision:
    """Say nothing; the operator is told once that a robot seems to text."""
    conversation, detail = turn.conversation, dict[str, object]()
    if reason == "robot" and (how := robotic(turn)):
        detail = {"first": not conversation.robot_noticed, "robot": how}
        conversation = replace(conversation, robot_noticed=True)
    why = Why(reason, detail=detail)
    return Decision(conversation, turn.subscriber, InboundStatus.IGNORED, why)


def _answered(turn: Turn) -> Decision:
    """Let the open question, then the rules answer."""
    position = turn.conversation.position
    if position is None:
        return _by_rules(turn, taker(turn))
    rule = open_rule(turn, position)
    if rule is None:
        return _changed(turn, position)
    if (breaking_in := taker(turn, interrupting=True)) is not None:
        return _by_rules(turn, breaking_in)
    return conversing.proceed(turn, rule, _in_chosen_language(turn, position))


def _in_chosen_language(turn: Turn, position: Position) -> Position:
    """Go on in the language that the person chose, be it in the midst of the questions."""
    return replace(position, language=turn.subscriber.language or position.language)


def open_rule(turn: Turn, position: Position) -> Rule | None:
    """Give the rule of an open question; None where it asks other questions by now, or is gone."""
    rule = turn.rulebook.rule(position.rule)
    fits = rule is not None and rule.flow is not None and rule.flow.shape == position.shape
    return rule if fits else None


def _by_rules(turn: Turn, found: Candidate | None) -> Decision:
    if (found is None or _takes_anything(found.match.rule)) and is_nobodys_code(turn):
        return wrong(turn)
    if found is None:
        why = Why("nobody")
        return Decision(turn.conversation, turn.subscriber, InboundStatus.HANDLED, why)
    match = found.match
    why = Why("rule", match.rule.id, match.phrase.written if match.phrase else "")
    if found.misunderstood:
        return conversing.misunderstood(turn, match.rule, found.language, why)
    decision = conversing.answer(turn, match.rule, found.captured, found.language, why)
    return replace(decision, names={"rest": match.rest, **decision.names})


def _changed(turn: Turn, position: Position) -> Decision:
    """End a conversation whose questions changed with a word, unless a rule answers the text."""
    turn = replace(turn, conversation=replace(turn.conversation, position=None))
    found = taker(turn)
    if found is not None and not _takes_anything(found.match.rule):
        return _by_rules(turn, found)
    reply = Reply(
        message=Message(template="changed"),
        languages=(position.language,),
        message_class=MessageClass.REPLY,
        rule=position.rule,
        delivery=Delivery.AT_MOST_ONCE,
    )
    why = Why("changed", position.rule)
    return Decision(turn.conversation, turn.subscriber, InboundStatus.HANDLED, why, (reply,))
