"""The operator's rule files: a rulebook, or everything that is wrong with them at once."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

from bot.content import seen
from bot.content.dearness import Note, placed
from bot.content.joining import joined, problem
from bot.content.notation import Known
from bot.content.references import Item, Whole
from bot.content.rulefile import RuleFile, read_rule_file
from bot.content.templates import Templates
from bot.content.variants import cost
from bot.core.rulebook import Rulebook, overshadowed
from bot.core.rules import Rule, Source, SubscriptionList
from bot.yamlfile import Fault, Faults, shown


@contextmanager
def _keeping_everything() -> Iterator[None]:
    """Look for no garbage: there is hardly any, and looking takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_keeping_everything()
def load_rulebook(
    folder: Path,
    templates: Templates,
    *,
    sandbox: bool,
    gateways: Collection[str] = (),
    languages: Collection[str] = (),
    private_hosts: Collection[str] = (),
    groupless: Collection[str] = (),
) -> Rulebook:
    """Read `**/*.yaml` of a folder, which may be missing; `stories/` in it is not ours.

    Rules that are `only: sandbox` are checked always, and kept where `sandbox` says so. Gateways
    and languages that rules name are compared with those that are given, where any are; lookups
    may ask `private_hosts`; `groupless` are gateways without groups. Raises `Faults` with all
    that is wrong in rules and templates.
    """
    known = Known(gateways, languages, private_hosts, groupless)
    files = [read_rule_file(file, templates, known) for file in _rule_files(folder)]
    whole = Whole(
        _own_first(rule for file in files for rule in file.rules),
        _own_first(one for file in files for one in file.lists),
    )
    rules = [joined(rule, whole.lists_for(rule)) for rule in whole.rules]
    digest = _digest(files, templates)
    own = _rulebook(_own(rules), _own(whole.lists), digest)
    every = own if len(own.rules) == len(rules) else _rulebook(rules, whole.lists, digest)
    values = {name for file in files for name in file.values}
    faults = [
        *templates.faults,
        *_within(files, templates, values),
        *_between(rules, whole),
        *_beyond(files, whole, values),
    ]
    if not any(file.broken for file in files):  # a rule that is missing would be missed by others
        examples = chain.from_iterable(file.examples for file in files)
        tried = (one.fault(every if one.rule.sandbox_only else own) for one in examples)
        faults += [fault for fault in tried if fault is not None]
    if faults:
        raise Faults(list(dict.fromkeys(faults)))
    return every if sandbox else own


def check(folder: Path, templates: Templates, **known: Collection[str]) -> tuple[Fault, ...]:
    """Say everything that is wrong with the rules of a folder, and with the templates.

    `known` is what `load_rulebook` compares with.
    """
    try:
        load_rulebook(folder, templates, sandbox=True, **known)
    except Faults as wrong:
        return wrong.faults
    return ()


@_keeping_everything()
def dear_messages(
    folder: Path, templates: Templates, config: Path, **known: Collection[str]
) -> list[Note]:
    """Say which messages are dear, of rules and templates that have no faults.

    Of the built-in texts, which are dear by what `config` says of the organisation, one stands
    for all. `known` is what `load_rulebook` compares with.
    """
    files = [read_rule_file(file, templates, Known(**known)) for file in _rule_files(folder)]
    examples: dict[str, tuple[str, ...]] = {}
    for one in chain.from_iterable(file.examples for file in files):
        if one.ours:
            examples[one.rule.id] = (*examples.get(one.rule.id, ()), one.text)
    notes: list[Note] = []
    for saying in chain(chain.from_iterable(file.dear for file in files), templates.sayings()):
        said, filled = templates.variants(saying.text, saying.language)
        if (note := saying.note(said, filled=filled)) is not None:
            notes.append(replace(note, examples=examples.get(note.rule, ())))
    ours = sorted((one for one in notes if not one.file), key=lambda one: cost(one.text))
    every = [one for one in notes if one.file]
    every += [replace(one, file=str(config)) for one in ours[-1:]]
    sources = {one.file: Path(one.file).read_text("utf-8-sig") for one in every}
    return sorted({placed(one, sources[one.file]) for one in every})


def _rule_files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*.yaml")):
        inside = file.relative_to(folder).parts
        if inside[0] != "stories" and not any(part.startswith(".") for part in inside):
            yield file


def _own(items: Iterable[Item]) -> list[Item]:
    return [one for one in items if not one.sandbox_only]


def _own_first(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda one: one.sandbox_only)


def _digest(files: Iterable[RuleFile], templates: Templates) -> str:
    said = [templates.digest, *(file.digest for file in files)]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def _rulebook(rules: Sequence[Rule], lists: Sequence[SubscriptionList], digest: str) -> Rulebook:
    return Rulebook(tuple(rules), digest, {one.id: one for one in reversed(lists)})


# --- what is wrong within messages, and between rules --------------------------------------------


def _within(
    files: Sequence[RuleFile], templates: Templates, values: Collection[str]
) -> Iterator[Fault]:
    """Say what is wrong in one rule by itself, and in what it says."""
    yield from chain.from_iterable(file.faults for file in files)
    unseen = chain.from_iterable(file.unseen for file in files)
    yield from seen.faults(chain(unseen, seen.built_in(templates)), values)


def _between(rules: Sequence[Rule], whole: Whole) -> Iterator[Fault]:
    """Say which rules and lists take one another's place."""
    yield from _named_twice("rule", whole.rules)
    yield from _named_twice("list", whole.lists)
    yield from _called_twice(whole.lists)
    yield from _mirrored_twice(whole.lists)
    yield from _never_answering(rules)


def _beyond(files: Sequence[RuleFile], whole: Whole, values: Collection[str]) -> Iterator[Fault]:
    """Say where rules speak of what is not there, or not as they think."""
    broken = {name for file in files for name in file.broken}
    yield from whole.faults(chain.from_iterable(file.references for file in files), values, broken)
    for rule in whole.rules:
        if (found := problem(rule, whole.lists_for(rule))) is not None:
            yield _fault(rule.source, *found)


def _named_twice(kind: str, items: Iterable[Item]) -> Iterator[Fault]:
    first: dict[tuple[str, bool], Item] = {}
    for one in items:
        earlier = first.setdefault((one.id, one.sandbox_only), one)
        if earlier is not one:
            what = f"the {kind} {one.id!r} is already at {earlier.source}"
            yield _fault(one.source, what, "give it an id of its own")


def _called_twice(lists: Iterable[SubscriptionList]) -> Iterator[Fault]:
    """Say which lists would be left by the same word."""
    first: dict[tuple[tuple[str, ...], bool], SubscriptionList] = {}
    for one in lists:
        for name in one.names:
            earlier = first.setdefault((name.words, one.sandbox_only), one)
            if earlier.id != one.id:
                what = (
                    f"STOP {' '.join(name.words).upper()} leaves the list {earlier.id!r} already"
                )
                yield _fault(one.source, what, f"choose another name ({earlier.source})")


def _mirrored_twice(lists: Iterable[SubscriptionList]) -> Iterator[Fault]:
    """Say which lists would fill and empty the same group."""
    first: dict[tuple[str, str, bool], SubscriptionList] = {}
    for one in lists:
        for gateway, group in one.mirror.items():
            place = (gateway, group.casefold(), one.sandbox_only)
            earlier = first.setdefault(place, one)
            if earlier.id != one.id:
                what = f"the list {earlier.id!r} is kept equal to {group} of {gateway} already"
                yield _fault(one.source, what, f"name another group ({earlier.source})")


def _never_answering(rules: Iterable[Rule]) -> Iterator[Fault]:
    for rule, phrase, earlier in overshadowed(rules):
        called = f"{rule.trigger} {shown(phrase.written)}" if phrase else rule.trigger.value
        what = f"the rule {rule.id!r} never answers to {called}: {earlier.id!r} does"
        remedy = f"take it out of one of the two ({earlier.source})"
        if rule.may_pass < 2:  # it answers where the other passes, but what if neither does?
            what = f"nothing says which of {earlier.id!r} and {rule.id!r} answers to {called}"
            remedy = f"let their `when` never hold together, or {remedy}"
        yield _fault(rule.source, what, remedy)


def _fault(source: Source, what: str, remedy: str) -> Fault:
    return Fault(source.file, source.line, source.column, what, remedy)
