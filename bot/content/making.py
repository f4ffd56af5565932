"""A rule, made of what is written; what is wrong with it is noted, with its place in it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.conditions import when_of
from bot.content.entries import RuleEntry
from bot.content.patterns import groups
from bot.content.phrases import always, never_asked, phrases_of
from bot.content.steps import ending_of, step_of
from bot.content.verbs import actions_of
from bot.content.ways import check_ways, shape_of
from bot.core.conditions import ALWAYS
from bot.core.flows import TIMEOUT, Flow
from bot.core.rules import Phrase, Rule, Source, Trigger
from bot.core.understanding import Kind
from bot.validation import Wrong

_ONE_TRIGGER = f"give it exactly one of {', '.join(Trigger)}"
_WITH_FIELDS = (Trigger.KEYWORD, Trigger.PATTERN, Trigger.ANYTHING)


def trigger_of(entry: RuleEntry, wrong: list[Wrong]) -> Trigger | None:
    """Say what calls a rule; None, and a fault, where that is not one thing."""
    found = [trigger for trigger in Trigger if getattr(entry, trigger.value) is not None]
    if len(found) == 1:
        return found[0]
    wrong.append(Wrong(f"the rule {entry.id!r} has {len(found)} triggers", _ONE_TRIGGER))
    return None


def rule_of(
    entry: RuleEntry, trigger: Trigger, source: Source, wrong: list[Wrong], *, sandbox_only: bool
) -> Rule:
    """Give the rule that an entry means, as far as its own words tell."""
    rule = Rule(
        id=entry.id,
        trigger=trigger,
        phrases=_phrases(entry, trigger, wrong),
        reply=entry.reply,
        source=source,
        delivery=entry.delivery,
        sandbox_only=sandbox_only or entry.only == "sandbox",
        typos=entry.typos,
        when=when_of(entry.when) if entry.when else ALWAYS,
        fields=entry.expect or (),
        invalid=entry.invalid,
        once=entry.once is not None,
        actions=actions_of(entry.do) if entry.do else (),
        flow=_flow(entry, wrong),
        interrupt=entry.interrupt,
    )
    wrong += _contradictions(entry, rule)
    return rule


def _phrases(entry: RuleEntry, trigger: Trigger, wrong: list[Wrong]) -> tuple[Phrase, ...]:
    if trigger is Trigger.ANYTHING:
        return ()
    if trigger is Trigger.PATTERN:
        return tuple(
            Phrase(written, (), frozenset({language} - {""}))
            for language, written in (entry.pattern or {}).items()
        )
    check = always if trigger is Trigger.CONTAINS else never_asked
    refused: list[Wrong] = []
    phrases = phrases_of(getattr(entry, trigger.value), check, refused)
    wrong += [one for found in refused for one in found.all_within(trigger.value)]
    return phrases


def _flow(entry: RuleEntry, wrong: list[Wrong]) -> Flow | None:
    """Give the questions. There may be none yet: a list that is joined may ask one."""
    told = entry.timeout, entry.gave_up, entry.timed_out
    if entry.steps is None and all(one is None for one in told):
        return None
    steps = tuple(map(step_of, entry.steps or ()))
    if entry.steps is not None and not steps:
        wrong.append(Wrong("there is no step here", "write one, or leave the key out", ("steps",)))
    if steps and not check_ways(steps, wrong):
        steps = ()
    return Flow(
        steps,
        shape_of(steps),
        timeout=entry.timeout or TIMEOUT,
        gave_up=ending_of(entry.gave_up),
        timed_out=ending_of(entry.timed_out),
    )


def _contradictions(entry: RuleEntry, rule: Rule) -> Iterator[Wrong]:
    """Say which keys make no sense beside the others."""
    if entry.reply is None and entry.do is None and entry.steps is None:
        what = f"the rule {rule.id!r} does nothing"
        yield Wrong(what, "give it a reply, or do, or steps")
    if rule.invalid is not None and not rule.fields:
        remedy = "write what is expected, or leave `invalid` out"
        yield Wrong("nothing is expected that could be invalid", remedy, ("invalid",))
    if rule.typos and rule.trigger is not Trigger.KEYWORD:
        yield Wrong("only keywords can be misspelled", "leave `typos` out", ("typos",))
    yield from _wrong_fields(rule)


def _wrong_fields(rule: Rule) -> Iterator[Wrong]:
    if rule.fields and rule.trigger not in _WITH_FIELDS:
        what = f"nothing follows the words of `{rule.trigger}`"
        yield Wrong(what, "use keyword, or pattern with groups", ("expect",))
        return
    if rule.trigger is Trigger.PATTERN:
        shared, _ = groups([phrase.written for phrase in rule.phrases])
        for one in rule.fields:
            if one.name not in shared:
                remedy = f"write it into the pattern: (?P<{one.name}>…)"
                yield Wrong(f"the pattern has no group {one.name!r}", remedy, ("expect", one.name))
        return
    many = [one for one in rule.fields if one.expected.kind is Kind.TEXT][1:]
    for one in many:
        remedy = "ask for one of the two in a step, or expect a word"
        yield Wrong("two texts cannot be told apart", remedy, ("expect", one.name))
