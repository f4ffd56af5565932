"""The operator's rule files: a rulebook, or everything that is wrong with them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.content.joining import joined
from bot.content.rulefile import read_rule_file
from bot.content.templates import Templates
from bot.core.rulebook import Rulebook, overshadowed
from bot.core.rules import Rule
from bot.yamlfile import Fault, Faults, shown


def load_rulebook(folder: Path, templates: Templates, *, sandbox: bool) -> Rulebook:
    """Read `**/*.yaml` of a folder, which may be missing; `stories/` in it is not ours.

    Rules that are `only: sandbox` are checked always, and kept where `sandbox` says so. Raises
    `Faults` with all that is wrong in rules and templates.
    """
    files = [read_rule_file(file, templates) for file in _rule_files(folder)]
    said = [templates.digest, *(file.digest for file in files)]
    digest = hashlib.sha256(repr(said).encode()).hexdigest()[:12]
    lists = {one.id: one for file in files for one in file.lists}
    rules = sorted((rule for file in files for rule in file.rules), key=_is_for_the_sandbox)
    rules = [joined(rule, lists) for rule in rules]
    own = Rulebook(
        tuple(rule for rule in rules if not rule.sandbox_only),
        digest,
        {name: one for name, one in lists.items() if not one.sandbox_only},
    )
    more = len(rules) > len(own.rules) or len(lists) > len(own.lists)
    every = Rulebook(tuple(rules), digest, lists) if more else own
    faults = [*templates.faults, *_named_twice(rules), *_never_answering(rules)]
    for file in files:
        faults += file.faults
        for example in file.examples:
            faults += example.faults(every if example.rule.sandbox_only else own)
    if faults:
        raise Faults(faults)
    return every if sandbox else own


def check(folder: Path, templates: Templates) -> tuple[Fault, ...]:
    """Say everything that is wrong with the rules of a folder, and with the templates."""
    try:
        load_rulebook(folder, templates, sandbox=True)
    except Faults as wrong:
        return wrong.faults
    return ()


def _rule_files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*.yaml")):
        inside = file.relative_to(folder).parts
        if inside[0] != "stories" and not any(part.startswith(".") for part in inside):
            yield file


def _is_for_the_sandbox(rule: Rule) -> bool:
    return rule.sandbox_only


def _named_twice(rules: Iterable[Rule]) -> Iterator[Fault]:
    first: dict[str, Rule] = {}
    for rule in rules:
        earlier = first.setdefault(rule.id, rule)
        if earlier is not rule and earlier.sandbox_only is rule.sandbox_only:
            what = f"the rule {rule.id!r} is already at {earlier.source}"
            yield _fault(rule, what, "give it an id of its own")


def _never_answering(rules: Iterable[Rule]) -> Iterator[Fault]:
    for rule, phrase, earlier in overshadowed(rules):
        called = f"{rule.trigger} {shown(phrase.written)}" if phrase else rule.trigger.value
        what = f"the rule {rule.id!r} never answers to {called}: {earlier.id!r} does"
        yield _fault(rule, what, f"take it out of one of the two ({earlier.source})")


def _fault(rule: Rule, what: str, remedy: str) -> Fault:
    return Fault(rule.source.file, rule.source.line, rule.source.column, what, remedy)
