"""Why a text may not be answered, whatever it says."""

from __future__ import annotations

from bot.core.robots import echoes, is_robot_number, rhythmic
from bot.core.turn import Turn


def silence(turn: Turn) -> str:
    """Give the reason, one of `REASONS`; nothing where the text may be answered."""
    text, policy, person = turn.text, turn.policy, turn.subscriber
    others = policy.only_numbers
    reasons = {
        "history": text.history,
        "late": not text.again and turn.now - text.sent_at > policy.max_age,
        "robot": is_robot_number(text.number, policy.our_numbers),
        "opted_out": person.opted_out,
        "blocked": person.blocked,
        "only_numbers": bool(others) and text.number not in others,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def robotic(turn: Turn) -> str:
    """Say by what no person texts here: our own words come back, or a clockwork ticks.

    `echo` or `rhythm`; nothing where it may be a person.
    """
    conversation = turn.conversation
    if echoes(turn.text.text, conversation.said):
        return "echo"
    return "rhythm" if rhythmic(conversation.heard) else ""
