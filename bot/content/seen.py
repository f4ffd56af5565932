"""What each message of a rule sees: its names are there, or are written so that they may not be.

Values that are `set` by any rule may be missing, and so may answers that not every way asks for.
Nothing on a phone ever meets a name that has no value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from bot.content.dialect import nearest
from bot.content.patterns import groups
from bot.content.templates import BUILT_IN, NAMES, Templates
from bot.content.uses import Use
from bot.content.ways import TIMED_OUT, Answered
from bot.core.actions import Action, Forward, Join, Later, Leave, Lookup, Remember, Speak, Verify
from bot.core.flows import DONE, GAVE_UP, Ending
from bot.core.rules import Rule, Trigger
from bot.core.sayings import Message
from bot.yamlfile import Fault, Key

Place = tuple[Key, ...]
NO_TEXTS = frozenset({"language", "now", "organisation", "subscriber"})
"""Names that cannot stand in an address."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a message sees."""

    sure: frozenset[str] = NAMES
    maybe: frozenset[str] = frozenset()
    """Those that are missing on some ways to it."""
    steps: frozenset[str] = frozenset()
    """Those that the rule asks for, be it later."""

    def more(self, sure: Collection[str], maybe: Collection[str] = ()) -> Names:
        """Add names."""
        if not sure and not maybe:
            return self
        return Names(self.sure.union(sure), self.maybe.union(maybe), self.steps)

    def later(self, passing: Collection[str]) -> Names:
        """See some names no longer surely."""
        return replace(self, sure=self.sure.difference(passing), maybe=self.maybe.union(passing))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of a rule, or an address that is asked."""

    at: Place
    """Within the rule."""
    message: Message
    names: Names
    url: str = ""


def name_of(key: str) -> str:
    """Give the name under which a key of a lookup is seen: `weather.sky` is `sky`."""
    return key.rpartition(".")[2]


def spoken(rule: Rule) -> Iterator[Spoken]:
    """Yield all that a rule says, in the order of its keys, with the names that are seen there.

    What `when` says is set may be set to nothing again while a question is open, a code is
    awaited, or an address is asked.
    """
    at_once = Names().more(rule.when.values)
    if rule.invalid is not None:
        yield Spoken(("invalid",), rule.invalid, at_once)
    if rule.flow is None:
        called = at_once.more(*_captured(rule))
        yield from _ending(Ending(rule.reply, rule.actions), (), called, rule.when.values)
        return
    answered = Answered(rule.flow.steps)
    asked = Names(steps=frozenset(step.id for step in rule.flow.steps))
    called = asked.more((), rule.when.values).more(*_captured(rule))
    for place, step in enumerate(rule.flow.steps):
        names = called.more(answered.surely(step.id), answered.perhaps(step.id))
        yield Spoken(("steps", place, "ask"), step.ask, names)
        if step.invalid is not None:
            yield Spoken(("steps", place, "invalid"), step.invalid, names)
    for at, where, ending in (
        ((), DONE, Ending(rule.reply, rule.actions)),
        (("gave_up",), GAVE_UP, rule.flow.gave_up),
        (("timed_out",), TIMED_OUT, rule.flow.timed_out),
    ):
        names = called.more(answered.surely(where), answered.perhaps(where))
        yield from _ending(ending, at, names)


def _captured(rule: Rule) -> tuple[Collection[str], Collection[str]]:
    """Name what a rule captures: always, and in one language alone."""
    if rule.trigger is Trigger.PATTERN:
        return groups(phrase.written for phrase in rule.phrases)
    return [one.name for one in rule.fields], ()


def _ending(
    ending: Ending, at: Place, names: Names, passing: Collection[str] = ()
) -> Iterator[Spoken]:
    """Yield what is said at an end; `passing` names are there for a moment alone."""
    for action in ending.actions:
        if isinstance(action, Lookup):
            yield Spoken((*at, "do", "lookup", "url"), Message(), names, action.url)
            names = names.later(passing)
        elif isinstance(action, Verify):
            names = names.later(passing)
        yield from _by(action, (*at, "do"), names)
        if isinstance(action, Lookup):
            names = names.more([name_of(key) for key, _ in action.fields])
        elif isinstance(action, Remember):
            names = names.more(action.values)
    if not at and any(isinstance(action, Join | Leave) for action in ending.actions):
        names = names.more(["list"])
    if ending.reply is not None:
        yield Spoken((*at, "reply"), ending.reply, names)


def _by(action: Action, at: Place, names: Names) -> Iterator[Spoken]:
    match action:
        case Lookup(fallback=Message() as fallback):
            yield Spoken((*at, "lookup", "fallback"), fallback, names)
        case Remember(values=values):
            for name, text in values.items():
                yield Spoken((*at, "set", name), Message({"": text}), names)
        case Speak(language=language):
            yield Spoken((*at, "language"), Message({"": language}), names)
        case Forward(message=message):
            yield Spoken((*at, "forward", "text"), message, names)
        case Later(message=message):
            yield Spoken((*at, "later", "send"), message, names)


# --- what is not seen ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unseen:
    """A name that a message does not surely see; what is `set` elsewhere decides."""

    use: Use
    names: Names
    file: str
    line: int
    column: int
    rule: str = ""
    """The rule that says a template, where the template is what is looked at."""
    in_address: bool = False
    """It is filled into an address, where nothing can stand instead."""

    def fault(self, values: Collection[str]) -> Fault | None:
        """Say what is wrong, if anything is, where some rule sets these values."""
        name = self.use.name
        where = f"in the rule {self.rule!r}" if self.rule else "here"
        if name not in self.names.maybe and name not in values:
            if name in self.names.steps:
                remedy = "ask for it in a step that comes before"
                return self._fault(f"{name!r} is not answered yet {where}", remedy)
            what = f"there is no name {name!r} {where}"
            return self._fault(what, nearest(name, {*self.names.sure, *self.names.maybe, *values}))
        if self.use.guarded:
            return None
        remedy = (
            f'write {{{{ {name}|default("…") }}}}, or {{% if {name} is defined %}}…{{% endif %}}'
        )
        if self.in_address:
            remedy = "let the rule capture it, or ask for it in a step"
        return self._fault(f"{name!r} may have no value {where}", remedy)

    def _fault(self, what: str, remedy: str) -> Fault:
        return Fault(self.file, self.line, self.column, what, remedy)


def unseen_in(spoken: Spoken, uses: Iterable[Use]) -> Iterator[Use]:
    """Yield what a message uses and does not surely see, or what cannot stand in an address."""
    names = spoken.names
    sure = names.sure - NO_TEXTS if spoken.url else names.sure
    for use in uses:
        if use.name not in sure and not (use.guarded and use.name in names.maybe):
            yield use


def built_in(templates: Templates) -> Iterator[Unseen]:
    """Yield what the operator's own files for the built-in texts do not surely see.

    A template that no rule says is not judged: nobody knows what it is for.
    """
    for name, more in BUILT_IN.items():
        said = Spoken((), Message(template=name), Names().more(more))
        for one in templates.files.get(name, ()):
            if one.file:
                for use in unseen_in(said, one.uses):
                    yield Unseen(use, said.names, one.file, use.line, use.column)


def faults(unseen: Iterable[Unseen], values: Collection[str]) -> Iterator[Fault]:
    """Say what is wrong, once for each name at a place, where some rule sets these values."""
    told: set[tuple[str, int, int, str]] = set()
    for one in unseen:
        fault = one.fault(values)
        place = (one.file, one.line, one.column, one.use.name)
        if fault is not None and place not in told:
            told.add(place)
            yield fault
