"""One rule file, read into rules, lists, examples and faults; the file itself is not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.content.entries import LATER_KEYS, TEXT_KEYS, FileEntry, RuleEntry
from bot.content.examples import Example
from bot.content.lists import ListEntry, list_of
from bot.content.making import rule_of, trigger_of
from bot.content.patterns import groups
from bot.content.templates import NAMES, Templates
from bot.core.actions import Lookup, Remember
from bot.core.rules import Rule, Source, SubscriptionList
from bot.core.sayings import Message
from bot.validation import Wrong, faults_of
from bot.yamlfile import Document, Fault, Faults, Key, Value, read, shown

Shape = TypeVar("Shape", bound=BaseModel)
Place = tuple[Key, ...]
"""The keys and indices that lead to something in a file."""


@dataclass(slots=True)
class RuleFile:
    """What a file says."""

    faults: list[Fault] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    lists: list[SubscriptionList] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    digest: str = ""
    """Equal for files that say the same."""


def read_rule_file(file: Path, templates: Templates) -> RuleFile:
    """Read a file whose replies may name these templates. Never raises for what is wrong in it."""
    noted: list[Fault] = []
    try:
        document = read(file, texts=TEXT_KEYS, noted=noted)
    except Faults as wrong:
        return RuleFile(faults=list(wrong.faults))
    reader = _Reader(document, templates)
    reader.found.faults += noted
    reader.read()
    return reader.found


class _Reader:
    """Goes through a document once; what it finds is in `found`."""

    def __init__(self, document: Document, templates: Templates) -> None:
        said = repr((document.file, document.value))
        self.found = RuleFile(digest=hashlib.sha256(said.encode()).hexdigest())
        self._document = document
        self._templates = templates

    def read(self) -> None:
        """Read the head of the file, then its parts one by one: no more is held than one."""
        whole = self._document.value
        if whole is None:
            return
        parts: dict[str, list[Value]] = {"lists": [], "rules": []}
        if isinstance(whole, dict):
            whole = dict(whole)
            for key in parts:
                if isinstance(listed := whole.get(key), list):
                    whole[key], parts[key] = [], listed
        head = self._validated(FileEntry, whole, ())
        sandbox_only = head is not None and head.only == "sandbox"
        for place, value in enumerate(parts["lists"]):
            self._read_list(value, ("lists", place), sandbox_only=sandbox_only)
        for place, value in enumerate(parts["rules"]):
            self._read_rule(value, ("rules", place), sandbox_only=sandbox_only)

    def _validated(self, model: type[Shape], value: Value, at: Place) -> Shape | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self.found.faults += faults_of(
                error, self._document, model=model, at=at, later=LATER_KEYS
            )
            return None

    def _read_list(self, value: Value, at: Place, *, sandbox_only: bool) -> None:
        entry = self._validated(ListEntry, value, at)
        if entry is not None:
            wrong: list[Wrong] = []
            source = self._source(at)
            self.found.lists.append(list_of(entry, source, wrong, sandbox_only=sandbox_only))
            self._refuse_all(wrong, at)

    def _read_rule(self, value: Value, at: Place, *, sandbox_only: bool) -> None:
        entry = self._validated(RuleEntry, value, at)
        if entry is None:
            return
        wrong: list[Wrong] = []
        trigger = trigger_of(entry, wrong)
        if trigger is not None:
            rule = rule_of(entry, trigger, self._source(at), wrong, sandbox_only=sandbox_only)
            self.found.rules.append(rule)
            self._add_examples(entry, rule, at)
            if entry.reply is not None:
                self._check_reply(entry.reply, (*at, "reply"), _names(rule))
        self._refuse_all(wrong, at)

    def _add_examples(self, entry: RuleEntry, rule: Rule, at: Place) -> None:
        examples = entry.examples
        if examples is None:
            return
        for key, texts in (("matches", examples.matches), ("not", examples.not_)):
            for place, text in enumerate(texts):
                source = self._source((*at, "examples", key, place))
                self.found.examples.append(Example(rule, text, key == "matches", source))

    def _check_reply(self, reply: Message, at: Place, names: Collection[str]) -> None:
        if reply.template and reply.template not in self._templates.names:
            near = get_close_matches(reply.template, self._templates.names, n=1)
            what = f"there is no template {shown(reply.template)}"
            missing = "make it in templates/fr/ or another language's folder, ending in .j2"
            known = f"did you mean {near[0]}?" if near else missing
            self._refuse((*at, "template"), what, known)
        for language, text in reply.texts.items():
            for problem in self._templates.problems(text, names):
                self._refuse((*at, language), problem.what, problem.remedy)

    def _refuse_all(self, wrong: list[Wrong], at: Place) -> None:
        for one in wrong:
            self._refuse((*at, *one.at), one.what, one.remedy)

    def _refuse(self, at: Place, what: str, remedy: str) -> None:
        self.found.faults.append(self._document.fault(at, what, remedy))

    def _source(self, at: Place) -> Source:
        return Source(self._document.file, *self._document.position(at))


def _names(rule: Rule) -> frozenset[str]:
    """Name what the reply of a rule may see."""
    shared, more = groups(one.written for one in rule.phrases if not one.words)
    names = {one.name for one in rule.fields} | NAMES | shared | more | {"list"}
    for action in rule.actions:
        if isinstance(action, Remember):
            names |= action.values.keys()
        elif isinstance(action, Lookup):
            names |= {key.rpartition(".")[2] for key, _ in action.fields}
    return frozenset(names) | {step.id for step in (rule.flow.steps if rule.flow else ())}
