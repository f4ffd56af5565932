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
    known = _list_of(rule, lists)
    flow = rule.flow
    if known is not None and known.confirm:
        steps = confirmed(flow.steps if flow else (), _question(known.id))
        flow = replace(flow or Flow((), ""), steps=steps, shape=shape_of(steps))
    elif flow is not None and not flow.steps:
        flow = None
    reply = rule.reply or (known.welcome if known else None)
    return (
        rule
        if reply is rule.reply and flow is rule.flow
        else replace(rule, reply=reply, flow=flow)
    )


def problem(rule: Rule, lists: Mapping[str, SubscriptionList]) -> tuple[str, str] | None:
    """Say what of a rule does not go with the list that it puts people on, and what to do."""
    known = _list_of(rule, lists)
    if known is None or rule.flow is None:
        return None
    if known.confirm and rule.flow.step(CONFIRMED):
        what = f"the list {known.id!r} asks a question of its own, whose name is {CONFIRMED!r}"
        return what, f"give the step {CONFIRMED!r} another id"
    if not known.confirm and not rule.flow.steps:
        what = f"the rule {rule.id!r} asks nothing, and has a time-out or an ending"
        return what, f"write steps, or `confirm: true` in the list {known.id!r}"
    return None


def _list_of(rule: Rule, lists: Mapping[str, SubscriptionList]) -> SubscriptionList | None:
    join = next((action for action in rule.actions if isinstance(action, Join)), None)
    return lists.get(join.list) if join else None


def _question(list_id: str) -> Step:
    return Step(
        CONFIRMED,
        Message(template="confirm"),
        Expected(Kind.YES_NO),
        next={"no": GAVE_UP},
        unless_in=list_id,
    )
