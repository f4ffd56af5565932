"""What rules say of lists, of other rules, and of the values that these keep."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from bot.content.dialect import nearest
from bot.content.patterns import groups
from bot.core.actions import Action, Join, Leave, Remember, Start
from bot.core.flows import Ending
from bot.core.rules import Rule, Source, SubscriptionList, Trigger
from bot.yamlfile import Fault, Key, shown

Item = TypeVar("Item", Rule, SubscriptionList)
Place = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a rule that stands for something elsewhere."""

    kind: str
    """`list`, `rule` or `value`."""
    name: str
    rule: Rule
    source: Source
    joins: bool = False
    """It is a list that is joined by an ending, where nothing can be asked."""


def actions_in(rule: Rule) -> Iterator[tuple[Place, Action]]:
    """Yield all that a rule may do, however it ends, and where it says so."""
    endings: dict[Place, Ending] = {(): Ending(actions=rule.actions)}
    if rule.flow is not None:
        endings |= {("gave_up",): rule.flow.gave_up, ("timed_out",): rule.flow.timed_out}
    for at, ending in endings.items():
        for action in ending.actions:
            yield (*at, "do"), action


def references(rule: Rule) -> Iterator[tuple[Place, str, str]]:
    """Yield the names in a rule that stand for something elsewhere: where, of what kind, which."""
    for name in sorted(rule.when.on_lists | rule.when.off_lists):
        yield ("when", "list"), "list", name
    for name in sorted({*rule.when.values, *rule.when.unset}):
        yield ("when", "set", name), "value", name
    for at, action in actions_in(rule):
        match action:
            case Join(list=name):
                yield (*at, "join"), "list", name
            case Leave(list=name):
                yield (*at, "leave"), "list", name
            case Start(rule=name):
                yield (*at, "start"), "rule", name


def values_of(rule: Rule) -> Iterator[str]:
    """Name the values that a rule sets."""
    for _, action in actions_in(rule):
        if isinstance(action, Remember):
            yield from action.values


class Whole:
    """The rules and lists of all files, one's own first: these do not know the sandbox's."""

    def __init__(self, rules: Sequence[Rule], lists: Sequence[SubscriptionList]) -> None:
        self.rules = rules
        self.lists = lists
        self._lists = {own: _by_id(lists, own=own) for own in (True, False)}

    def lists_for(self, rule: Rule) -> Mapping[str, SubscriptionList]:
        """Give the lists that a rule knows, by their ids."""
        return self._lists[not rule.sandbox_only]

    @cached_property
    def _rules_for_own(self) -> Mapping[str, Rule]:
        return _by_id(self.rules, own=True)

    @cached_property
    def _rules_for_the_sandbox(self) -> Mapping[str, Rule]:
        return _by_id(self.rules, own=False)

    def faults(
        self, found: Iterable[Reference], values: Collection[str], broken: Collection[str]
    ) -> Iterator[Fault]:
        """Say which names stand for nothing, or for what cannot be meant.

        `values` are all that are set; `broken` are ids of what has faults: that is told already.
        """
        for one in found:
            match one.kind:
                case _ if one.name in broken:
                    problem = None
                case "list":
                    problem = self._of_list(one)
                case "rule":
                    problem = self._of_rule(one)
                case _:
                    problem = None if one.name in values else _unset(one.name, values)
            if problem is not None:
                yield Fault(one.source.file, one.source.line, one.source.column, *problem)

    def _of_list(self, one: Reference) -> tuple[str, str] | None:
        known = self.lists_for(one.rule)
        if one.name not in known:
            remedy = nearest(one.name, known) if known else "make it, under `lists:` of a file"
            return f"there is no list {shown(one.name)}", remedy
        if known[one.name].confirm and one.joins:
            what = f"whoever joins {one.name!r} is asked first, and no question fits here"
            return what, "join it in the rule's own `do`"
        return None

    def _of_rule(self, one: Reference) -> tuple[str, str] | None:
        known = self._rules_for_own if not one.rule.sandbox_only else self._rules_for_the_sandbox
        target = known.get(one.name)
        if target is None:
            asking = [rule.id for rule in known.values() if rule.flow is not None]
            remedy = nearest(one.name, asking) if asking else "make it, and give it steps"
            return f"there is no rule {shown(one.name)}", remedy
        named = f"the rule {target.id!r}"
        if target.flow is None:
            return f"{named} asks nothing that could be started", "give it steps"
        if target.fields or any(groups(_patterns(target))):
            what = f"{named} takes answers from the text that calls it, and here none does"
            return what, "ask for them in steps, in a rule of its own"
        if target.when.values:
            what = f"{named} counts on values of its `when`, which is not asked here"
            return what, "write another rule with these steps, without that `when`"
        if circle := _circle(one.rule, known):
            return f"the rules start each other for ever: {circle}", "leave one `start` out"
        return None


def _circle(begin: Rule, known: Mapping[str, Rule]) -> str:
    """Give the way by which a rule starts itself again, or nothing."""
    waiting: list[tuple[str, ...]] = [(begin.id,)]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop()
        rule = known.get(way[-1])
        for _, action in actions_in(rule) if rule else ():
            if isinstance(action, Start) and action.rule == begin.id:
                return ", ".join((*way, begin.id))
            if isinstance(action, Start) and action.rule not in seen:
                seen.add(action.rule)
                waiting.append((*way, action.rule))
    return ""


def _patterns(rule: Rule) -> list[str]:
    return [one.written for one in rule.phrases if rule.trigger is Trigger.PATTERN]


def _unset(name: str, values: Collection[str]) -> tuple[str, str]:
    remedy = f"set it somewhere: `do: {{set: {{{name}: yes}}}}`"
    return f"no rule sets {shown(name)}", nearest(name, values) if values else remedy


def _by_id(items: Sequence[Item], *, own: bool) -> dict[str, Item]:
    """Give what is known to one's own rules, or to those of the sandbox too."""
    known = [one for one in items if not (own and one.sandbox_only)]
    return {one.id: one for one in reversed(known)}
