"""A rule, made of what is written; what is wrong with it is noted, with its place in it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.conditions import when_of
from bot.content.entries import RuleEntry
from bot.content.notation import name
from bot.content.patterns import groups
from bot.content.phrases import always, never_asked, phrases_of
from bot.content.seen import name_of
from bot.content.steps import ending_of, step_of
from bot.content.verbs import actions_of
from bot.content.ways import check_ways, shape_of
from bot.core.actions import Lookup
from bot.core.conditions import ALWAYS
from bot.core.flows import TIMEOUT, Flow
from bot.core.rules import Phrase, Rule, Source, Trigger
from bot.core.typos import SHORT, slips_of
from bot.core.understanding import Kind
from bot.validation import Wrong, noting

_ONE_TRIGGER = f"give it exactly one of {', '.join(Trigger)}"
_TRIGGERS = [(trigger, trigger.value) for trigger in Trigger]
_WITH_FIELDS = (Trigger.KEYWORD, Trigger.PATTERN, Trigger.ANYTHING)


def rule_of(
    entry: RuleEntry, source: Source, wrong: list[Wrong], *, sandbox_only: bool
) -> Rule | None:
    """Give the rule that an entry means, as far as its own words tell; None without a trigger."""
    found = [trigger for trigger, key in _TRIGGERS if getattr(entry, key) is not None]
    if len(found) != 1:
        wrong.append(Wrong(f"the rule {entry.id!r} has {len(found)} triggers", _ONE_TRIGGER))
        return None
    [trigger] = found
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
    if entry.steps is None and not any(_about_questions(entry)):
        return None
    steps = tuple(map(step_of, entry.steps or ()))
    if entry.steps is not None and not steps:
        wrong.append(Wrong("there is no step here", "write one, or leave the key out", ("steps",)))
    if steps and not check_ways(steps, wrong):
        return None
    return Flow(
        steps,
        shape_of(steps),
        timeout=entry.timeout or TIMEOUT,
        gave_up=ending_of(entry.gave_up),
        timed_out=ending_of(entry.timed_out),
    )


def _about_questions(entry: RuleEntry) -> Iterator[str]:
    return (key for key in ("timeout", "gave_up", "timed_out") if getattr(entry, key) is not None)


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
    elif rule.typos and not any(slips_of(word) for one in rule.phrases for word in one.words):
        what = f"no word here is long enough to be misspelled: {SHORT} letters at least"
        yield Wrong(what, "leave `typos` out, or add a longer word", ("typos",))
    if rule.interrupt and rule.trigger is Trigger.ANYTHING:
        what = "`anything` would take every answer of the conversations that it interrupts"
        yield Wrong(what, "leave `interrupt` out", ("interrupt",))
    if entry.steps is None and not (entry.do and entry.do.join):  # a list may ask a question
        for key in _about_questions(entry):
            yield Wrong("the rule asks nothing", f"write steps, or leave `{key}` out", (key,))
    yield from _wrong_fields(rule)
    yield from _wrong_verbs(entry)
    yield from _names_twice(rule)


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


def _wrong_verbs(entry: RuleEntry) -> Iterator[Wrong]:
    if entry.do and entry.do.join and entry.do.join == entry.do.leave:
        remedy = "keep one of the two"
        yield Wrong("who joins a list cannot leave it at once", remedy, ("do", "leave"))
    for key, ending in (("gave_up", entry.gave_up), ("timed_out", entry.timed_out)):
        if ending and ending.do and ending.do.verify:
            remedy = "move it into the rule's own `do`"
            yield Wrong("a code is sent by the rule itself alone", remedy, (key, "do", "verify"))
        if ending and ending.do and ending.do.lookup:
            remedy = "move it into the rule's own `do`"
            yield Wrong(
                "an address is asked before the rule's reply alone", remedy, (key, "do", "lookup")
            )


def _names_twice(rule: Rule) -> Iterator[Wrong]:
    """Say which names would hide another one of the same rule."""
    taken: dict[str, str] = {}
    if rule.trigger is Trigger.PATTERN:
        shared, more = groups(phrase.written for phrase in rule.phrases)
        for one in sorted(shared | more):
            wrong: list[Wrong] = []
            with noting(wrong, "pattern"):
                taken[name(one)] = "a group of the pattern"
            yield from wrong
    taken |= {one.name: "`expect`" for one in rule.fields}
    for place, step in enumerate(rule.flow.steps if rule.flow else ()):
        if step.id in taken:
            what = f"there is a name {step.id!r} already, from {taken[step.id]}"
            yield Wrong(what, "give the step another id", ("steps", place, "id"))
        taken[step.id] = f"the step {step.id!r}"
    for action in rule.actions:
        for key, _ in action.fields if isinstance(action, Lookup) else ():
            if name_of(key) in taken:
                what = f"there is a name {name_of(key)!r} already, from {taken[name_of(key)]}"
                remedy = "give the step or the answer another name"
                yield Wrong(what, remedy, ("do", "lookup", "expect", key))
