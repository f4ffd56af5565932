"""What a list does to the rules by which people join it: its welcome, its question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.content.ways import confirmed, shape_of
from bot.core.actions import Join
from bot.core.flows import GAVE_UP, Flow, Step
from bot.core.rules import Rule, SubscriptionList
from bot.core.sayings import Message
from bot.core.understanding import Expected, Kind

CONFIRMED = "confirmed"
"""The step that asks whoever joins once more."""


def joined(rule: Rule, lists: Mapping[str, SubscriptionList]) -> Rule:
    """Give a rule the welcome of the list that it puts people on, and the list's question."""
    join = next((action for action in rule.actions if isinstance(action, Join)), None)
    known = lists.get(join.list) if join else None
    if known is None:
        return rule
    flow = rule.flow
    if known.confirm:
        steps = confirmed(flow.steps if flow else (), _question(known.id))
        flow = replace(flow or Flow((), ""), steps=steps, shape=shape_of(steps))
    return replace(rule, reply=rule.reply or known.welcome, flow=flow)


def _question(list_id: str) -> Step:
    return Step(
        CONFIRMED,
        Message(template="confirm"),
        Expected(Kind.YES_NO),
        next={"no": GAVE_UP},
        unless_in=list_id,
    )
