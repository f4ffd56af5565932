"""A code comes back by text: it is right, or it is not, and nothing tells why it is not."""

from __future__ import annotations

from dataclasses import replace

from bot.core import conversing
from bot.core.budget import within_budget
from bot.core.codes import is_same, read_digits
from bot.core.decision import Attempt, Decision, Reply, Why
from bot.core.messages import Delivery, InboundStatus, MessageClass
from bot.core.sayings import Message
from bot.core.silence import silence
from bot.core.turn import Turn
from bot.core.verification import Awaited, State, at, checked

NOBODYS = frozenset({"history", "robot", "blocked", "only_numbers"})
"""Why a text is no attempt. One who opted out, or whose text came late, may still prove a thing,
and is told nothing."""


def prove(turn: Turn) -> Decision:
    """Compare the code that a text is with all that are awaited of its number."""
    silent = silence(turn)
    if silent in NOBODYS:
        why = Why(silent)
        return Decision(turn.conversation, turn.subscriber, InboundStatus.IGNORED, why)
    pending = [one for one in turn.awaited if _is_pending(one, turn)]
    # All are compared, each in constant time.
    right = [one for one in pending if is_same(one.seal, turn.text.sealed)]
    if right:
        return _approved(turn, right[0], silent)
    told = wrong(turn, silent)
    attempts = tuple(_attempt(one, turn, right=False) for one in pending)
    return replace(told, attempts=attempts)


def _is_pending(one: Awaited, turn: Turn) -> bool:
    return not one.locked and at(one.verification, turn.now).status is State.PENDING


def _attempt(one: Awaited, turn: Turn, *, right: bool) -> Attempt:
    before = one.verification
    return Attempt(before, checked(before, turn.now, right=right))


def _approved(turn: Turn, one: Awaited, silent: str) -> Decision:
    """Go on with the rule that sent the code; one that a program began says nothing here.

    It is not held back by `replies.per_number`: as many codes are approved as were sent.
    """
    before = one.verification
    attempts = (_attempt(one, turn, right=True),)
    why = Why("approved", before.rule, detail={"verification": before.id})
    rule = turn.rulebook.rule(before.rule)
    if rule is None or silent:
        return Decision(
            turn.conversation, turn.subscriber, InboundStatus.HANDLED, why, attempts=attempts
        )
    told = conversing.proved(turn, rule, before.captured, before.language, why)
    return replace(told, attempts=attempts)


def wrong(turn: Turn, silent: str = "") -> Decision:
    """Say that a code is not right: the same of one that is wrong, unknown, over or used."""
    if silent:
        why = Why("wrong_code", detail={"silent": silent})
        return Decision(turn.conversation, turn.subscriber, InboundStatus.HANDLED, why)
    language = turn.subscriber.language or turn.code_language or turn.policy.language
    reply = Reply(
        message=Message(template="wrong_code"),
        languages=(language,),
        message_class=MessageClass.REPLY,
        rule="wrong_code",
        delivery=Delivery.AT_MOST_ONCE,
    )
    why = Why("wrong_code")
    handled = InboundStatus.HANDLED
    said = Decision(turn.conversation, turn.subscriber, handled, why, (reply,))
    return within_budget(turn, said)


def is_nobodys_code(turn: Turn) -> bool:
    """Tell whether a text that no rule understands is a code as rules send them.

    No verification is looked at: who was never sent a code is told the same as who mistypes one.
    """
    if not turn.rulebook.verifies:
        return False
    code = read_digits(turn.text.text)
    return code is not None and len(code) == turn.policy.code_length
