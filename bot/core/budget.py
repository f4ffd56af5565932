"""How much one number is told: `replies.per_number`, the guard against endless talk (INV-29)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.actions import Forward
from bot.core.conversation import Conversation
from bot.core.decision import Decision
from bot.core.instants import milliseconds
from bot.core.messages import InboundStatus, MessageClass
from bot.core.obey import OBEYED
from bot.core.policy import Policy
from bot.core.turn import Turn


def within_budget(turn: Turn, decision: Decision) -> Decision:
    """Let a decision pass and count its replies; or, if this number was told enough, be silent.

    Then nothing is done either, no address is asked, and a conversation stays where it was. But a
    built-in word holds. The confirmation of an opt-out and HELP are said always and never count.
    """
    counted = _counted(turn, decision)
    if not counted and decision.asking is None:
        return decision
    before, after = turn.conversation, decision.conversation
    if _too_many(before, turn.policy, turn.now, counted):
        obeyed = decision.why.reason in {*OBEYED, "ended"}
        return Decision(
            replace(
                after if obeyed else before,
                replied=_recent(before, turn.policy, turn.now),
                loop_noticed=True,
            ),
            decision.subscriber if obeyed else turn.subscriber,
            InboundStatus.IGNORED,
            replace(decision.why, reason="loop", detail={"first": not before.loop_noticed}),
        )
    if not counted:
        return decision
    return replace(decision, conversation=_with(after, turn.policy, turn.now, counted))


def follow_up(conversation: Conversation, policy: Policy, now: datetime) -> Conversation | None:
    """Count what is said some time after a text; None: this number was told enough."""
    if _too_many(conversation, policy, now, 1):
        return None
    return _with(conversation, policy, now, 1)


def _counted(turn: Turn, decision: Decision) -> int:
    """Count what this number is told: its replies, and its own text where that comes back."""
    replies = sum(reply.message_class is MessageClass.REPLY for reply in decision.replies)
    return replies + sum(
        isinstance(action, Forward) and action.number == turn.text.number
        for action in decision.actions
    )


def _with(conversation: Conversation, policy: Policy, now: datetime, counted: int) -> Conversation:
    said = (*_recent(conversation, policy, now), *(milliseconds(now),) * counted)
    return replace(conversation, replied=_newest(said, policy), loop_noticed=False)


def _recent(conversation: Conversation, policy: Policy, now: datetime) -> tuple[int, ...]:
    """Forget the replies that no limit looks back to, and more than the largest counts."""
    if not policy.per_number:
        return ()
    since = milliseconds(now - max(limit.period for limit in policy.per_number))
    return _newest(tuple(instant for instant in conversation.replied if instant > since), policy)


def _newest(replied: tuple[int, ...], policy: Policy) -> tuple[int, ...]:
    most = max((limit.count for limit in policy.per_number), default=0)
    return replied[-most:] if most else ()


def _too_many(conversation: Conversation, policy: Policy, now: datetime, more: int) -> bool:
    """Tell whether so many more exceed a limit; what exceeds it by itself is said alone."""
    replied = _recent(conversation, policy, now)
    for limit in policy.per_number:
        since = milliseconds(now - limit.period)
        said = sum(instant > since for instant in replied)
        if said >= limit.count or (said and said + more > limit.count):
            return True
    return False
