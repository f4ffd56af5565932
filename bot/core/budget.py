"""How much one number is told: `replies.per_number`, the guard against endless talk (INV-29)."""

from __future__ import annotations

from dataclasses import replace

from bot.core.conversation import Conversation
from bot.core.decision import Decision
from bot.core.instants import milliseconds
from bot.core.messages import InboundStatus, MessageClass
from bot.core.obey import OBEYED
from bot.core.policy import Policy
from bot.core.turn import Turn


def within_budget(turn: Turn, decision: Decision) -> Decision:
    """Let a decision pass and count its replies; or, if this number was told enough, be silent.

    Then nothing is done either: a conversation stays where it was. But a built-in word holds. The
    confirmation of an opt-out and HELP are said always and never count.
    """
    counted = sum(reply.message_class is MessageClass.REPLY for reply in decision.replies)
    if not counted:
        return decision
    before, after = turn.conversation, decision.conversation
    kept = _recent(before, turn)
    if _too_many(kept, turn):
        obeyed = decision.why.reason in {*OBEYED, "ended"}
        return Decision(
            replace(after if obeyed else before, replied=kept, loop_noticed=True),
            decision.subscriber if obeyed else turn.subscriber,
            InboundStatus.IGNORED,
            replace(decision.why, reason="loop", detail={"first": not before.loop_noticed}),
        )
    said = (*kept, *(milliseconds(turn.now),) * counted)
    counted_in = replace(after, replied=_newest(said, turn.policy), loop_noticed=False)
    return replace(decision, conversation=counted_in)


def _recent(conversation: Conversation, turn: Turn) -> tuple[int, ...]:
    """Forget the replies that no limit looks back to, and more than the largest counts."""
    if not turn.policy.per_number:
        return ()
    since = milliseconds(turn.now - max(limit.period for limit in turn.policy.per_number))
    return _newest(
        tuple(instant for instant in conversation.replied if instant > since), turn.policy
    )


def _newest(replied: tuple[int, ...], policy: Policy) -> tuple[int, ...]:
    most = max((limit.count for limit in policy.per_number), default=0)
    return replied[-most:] if most else ()


def _too_many(replied: tuple[int, ...], turn: Turn) -> bool:
    for limit in turn.policy.per_number:
        since = milliseconds(turn.now - limit.period)
        if sum(instant > since for instant in replied) >= limit.count:
            return True
    return False
