"""Where the steps of a rule lead, whether they end, and which answers are known on the way."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.core.flows import DONE, GAVE_UP, Step
from bot.core.understanding import Expected, Kind
from bot.validation import Wrong
from bot.yamlfile import Key, shown

TIMED_OUT = "timed_out"
ENDS = (DONE, GAVE_UP)
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
_MOST_COUNTED = 1000


def shape_of(steps: Sequence[Step]) -> str:
    """Digest names, types and ways: a conversation goes on under steps of the same shape."""
    said = [
        (step.id, _typed(step.expected), sorted(step.next.items()), step.unless_in)
        for step in steps
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def _typed(expected: Expected) -> str:
    """Write a type as ever: digests are kept with conversations that an update finds open."""
    spans = expected.first is not None or expected.last is not None
    return f"{expected!r}{expected}" if spans else repr(expected)


def confirmed(steps: Sequence[Step], question: Step) -> tuple[Step, ...]:
    """Append a question that every way to the end has to pass."""
    before = (
        replace(
            step,
            next={a: question.id if to == DONE else to for a, to in step.next.items()},
        )
        for step in steps
    )
    return (*before, question)


def check_ways(steps: Sequence[Step], wrong: list[Wrong]) -> bool:
    """Note what is wrong with the ways between steps; say whether nothing is."""
    before = len(wrong)
    places: dict[str, int] = {}
    for place, step in enumerate(steps):
        at = ("steps", place)
        if step.id in ENDS:
            what = f"{step.id!r} is where steps end"
            wrong.append(Wrong(what, "give the step another id", (*at, "id")))
        if places.setdefault(step.id, place) != place:
            what = f"there is a step {step.id!r} already"
            wrong.append(Wrong(what, "give each step an id of its own", (*at, "id")))
    for place, step in enumerate(steps):
        for answer, target in step.next.items():
            way: tuple[Key, ...] = ("steps", place, "next", *((answer,) if answer else ()))
            if answer and (problem := _impossible(answer, step.expected)):
                wrong.append(Wrong(*problem, way))
            if target not in (*places, *ENDS):
                wrong.append(Wrong(*_no_step(target, places), way))
    if len(wrong) == before:
        wrong += _dead_ends(steps)
    return len(wrong) == before


def _no_step(target: str, known: Collection[str]) -> tuple[str, str]:
    near = get_close_matches(target, [*known, *ENDS], n=1)
    others = ", ".join([*known, *ENDS])
    remedy = f"did you mean {near[0]}?" if near else f"known here: {others}"
    return f"there is no step {shown(target)}", remedy


def _impossible(answer: str, expected: Expected) -> tuple[str, str] | None:
    """Say why no answer of a type can be this one."""
    what = f"no answer of this step is {shown(answer)}"
    match expected.kind:
        case Kind.YES_NO:
            return None if answer in {"yes", "no"} else (what, "write yes or no")
        case Kind.CHOICE:
            values = [value for value, _ in expected.choices]
            known = f"write one of {', '.join(values)}"
            near = get_close_matches(answer, values, n=1)
            hint = f"did you mean {near[0]}?" if near else known
            return None if answer in values else (what, hint)
        case Kind.INTEGER:
            inside = _WHOLE.fullmatch(answer) and _holds(expected, int(answer))
            return None if inside else (what, f"write an integer as {expected} gives it, like 3")
    types = "yes_no, integer or a choice"
    return f"answers of the type {expected.kind} lead nowhere by name", f"expect {types}"


def _holds(expected: Expected, value: int) -> bool:
    low, high = expected.low, expected.high
    return (low is None or value >= low) and (high is None or value <= high)


def _dead_ends(steps: Sequence[Step]) -> Iterator[Wrong]:
    """Say which steps are never asked, and which ones never come to an end."""
    leads = {step.id: _targets(steps, place) for place, step in enumerate(steps)}
    reached = _closure({steps[0].id}, leads)
    asked, skipped = (
        {step.id: ways(steps, place) for place, step in enumerate(steps)}
        for ways in (_answered, _skipped)
    )
    ending = _closure(set(ENDS), _back(asked)) & _closure(set(ENDS), _back(skipped))
    for place, step in enumerate(steps):
        at = ("steps", place)
        if step.id not in reached:
            remedy = "let a `next` lead to it, or take it out"
            yield Wrong(f"the step {step.id!r} is never asked", remedy, at)
        elif step.id not in ending:
            what = f"from the step {step.id!r} no way leads to the end"
            yield Wrong(what, "let a `next` lead to done, or to a step that does", at)
    if DONE not in reached and all(step.id in ending for step in steps):
        yield Wrong("no way leads to done", "let the last answer lead there", ("steps",))


def _closure(begin: set[str], leads: Mapping[str, Collection[str]]) -> set[str]:
    found, waiting = set(begin), list(begin)
    while waiting:
        for target in leads.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _back(leads: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Turn every way around."""
    back: dict[str, set[str]] = {}
    for source, targets in leads.items():
        for target in targets:
            back.setdefault(target, set()).add(source)
    return back


def _targets(steps: Sequence[Step], place: int) -> set[str]:
    """Say where a step may lead, asked or not."""
    return _answered(steps, place) | _skipped(steps, place)


def _answered(steps: Sequence[Step], place: int) -> set[str]:
    """Say where the answers of a step lead."""
    step = steps[place]
    named = {target for answer, target in step.next.items() if answer}
    answers = _answers(step.expected)
    if answers is not None and answers <= step.next.keys():
        return named
    return named | {_otherwise(steps, place)}


def _skipped(steps: Sequence[Step], place: int) -> set[str]:
    """Say where a member of every list gets to, who is not asked to confirm what already is."""
    return {_otherwise(steps, place)} if steps[place].unless_in else _answered(steps, place)


def _otherwise(steps: Sequence[Step], place: int) -> str:
    below = steps[place + 1].id if place + 1 < len(steps) else DONE
    return steps[place].next.get("") or below


def _answers(expected: Expected) -> frozenset[str] | None:
    """Give all answers that there may be; None where they are too many to be named."""
    match expected.kind:
        case Kind.YES_NO:
            return frozenset({"yes", "no"})
        case Kind.CHOICE:
            return frozenset(value for value, _ in expected.choices)
        case Kind.INTEGER if expected.low is not None and expected.high is not None:
            counted = range(int(expected.low), int(expected.high) + 1)
            return frozenset(map(str, counted)) if len(counted) <= _MOST_COUNTED else None
    return None


class Answered:
    """Which answers are known at each step and each end: surely, or on some ways alone."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._sure: dict[str, frozenset[str]] = {}
        self._maybe: dict[str, frozenset[str]] = {}
        if not steps:
            return
        place_of = {step.id: place for place, step in enumerate(steps)}
        waiting = [steps[0].id]
        self._arrive(steps[0].id, frozenset(), frozenset())
        while waiting:
            step = steps[place_of[waiting.pop()]]
            sure, maybe = self._sure[step.id], self._maybe[step.id]
            own = frozenset() if step.unless_in else frozenset({step.id})
            ways = [
                (target, sure | own, maybe | {step.id})
                for target in _targets(steps, place_of[step.id])
            ]
            ways += [(GAVE_UP, sure, maybe), (TIMED_OUT, sure, maybe)]
            waiting += [way[0] for way in ways if self._arrive(*way) and way[0] in place_of]

    def _arrive(self, where: str, sure: frozenset[str], maybe: frozenset[str]) -> bool:
        """Note what is known on one way to a place; say whether that is news."""
        before = self._sure.get(where), self._maybe.get(where)
        self._sure[where] = sure if before[0] is None else before[0] & sure
        self._maybe[where] = maybe | (before[1] or frozenset())
        return before != (self._sure[where], self._maybe[where])

    def surely(self, where: str) -> frozenset[str]:
        """Name what every way to a step or an end has answered."""
        return self._sure.get(where, frozenset())

    def perhaps(self, where: str) -> frozenset[str]:
        """Name what a way to a step or an end may have answered."""
        return self._maybe.get(where, frozenset()) - self.surely(where)
