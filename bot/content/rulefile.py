"""One rule file, read into rules, lists, examples and faults; the file itself is not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.content.dearness import Saying, label
from bot.content.entries import LATER_KEYS, PROSE_KEYS, TEXT_KEYS, FileEntry, RuleEntry
from bot.content.examples import Example
from bot.content.lists import ListEntry, list_of
from bot.content.making import rule_of
from bot.content.notation import Known
from bot.content.references import Reference, references, values_of
from bot.content.seen import Names, Spoken, Unseen, spoken, unseen_in
from bot.content.templates import Templates
from bot.content.uses import Use
from bot.core.rules import Rule, Source, SubscriptionList, Trigger
from bot.internet import names_in
from bot.validation import Wrong, faults_of
from bot.yamlfile import Document, Fault, Faults, Key, Value, read, shown

Shape = TypeVar("Shape", bound=BaseModel)
Place = tuple[Key, ...]
"""The keys and indices that lead to something in a file."""


_OF_A_RULE = {"id", "reply", *Trigger}


@dataclass(slots=True)
class RuleFile:
    """What a file says."""

    faults: list[Fault] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    lists: list[SubscriptionList] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    values: set[str] = field(default_factory=set)
    """Those that rules set, also rules with faults."""
    broken: set[str] = field(default_factory=set)
    """Ids of rules and lists that have faults; empty ids too."""
    unseen: list[Unseen] = field(default_factory=list)
    """Names in messages which there are only if a rule sets them."""
    dear: list[Saying] = field(default_factory=list)
    """Messages with dear signs."""
    digest: str = ""
    """Equal for files that say the same."""


def read_rule_file(file: Path, templates: Templates, known: Known) -> RuleFile:
    """Read a file whose replies may name these templates. Never raises for what is wrong in it."""
    noted: list[Fault] = []
    try:
        document = read(file, texts=TEXT_KEYS, prose=PROSE_KEYS, noted=noted)
    except Faults as wrong:
        return RuleFile(faults=list(wrong.faults), broken={""})
    reader = _Reader(document, templates, known)
    reader.read()
    told = {fault.line for fault in noted}  # what follows from these is not told beside them
    reader.found.faults = [one for one in reader.found.faults if one.line not in told] + noted
    return reader.found


class _Reader:
    """Goes through a document once; what it finds is in `found`."""

    def __init__(self, document: Document, templates: Templates, known: Known) -> None:
        said = repr((document.file, document.value))
        self.found = RuleFile(digest=hashlib.sha256(said.encode()).hexdigest())
        self._document = document
        self._templates = templates
        self._known = known

    def read(self) -> None:
        """Read the head of the file, then its parts one by one: no more is held than one."""
        whole = self._document.value
        if whole is None:
            return
        if isinstance(whole, list) or (isinstance(whole, dict) and whole.keys() & _OF_A_RULE):
            what = "rules stand here, and no `rules:` above them"
            self._refuse((), what, "begin the file with `rules:`, and indent all that follows")
            self.found.broken.add("")
            return
        parts: dict[str, list[Value]] = {"lists": [], "rules": []}
        if isinstance(whole, dict):
            whole = dict(whole)
            for key in parts:
                if isinstance(listed := whole.get(key), list):
                    whole[key], parts[key] = [], listed
        head = self._validated(FileEntry, whole, ())
        sandbox_only = head is not None and head.only == "sandbox"
        if sandbox_only:  # which plays gateways of its own
            self._known = replace(self._known, gateways=())
        for place, value in enumerate(parts["lists"]):
            self._read_list(value, ("lists", place), sandbox_only=sandbox_only)
        for place, value in enumerate(parts["rules"]):
            self._read_rule(value, ("rules", place), sandbox_only=sandbox_only)

    def _validated(self, model: type[Shape], value: Value, at: Place) -> Shape | None:
        try:
            return model.model_validate(value, context=self._known)
        except ValidationError as error:
            self.found.faults += faults_of(
                error, self._document, model=model, at=at, later=LATER_KEYS
            )
            self._note_broken(value)
            return None

    def _note_broken(self, value: Value) -> None:
        """Remember what others may speak of, although it has faults."""
        if isinstance(value, dict):
            self.found.broken.add(str(value.get("id", "")))
            self.found.values |= _values_in(value)

    def _read_list(self, value: Value, at: Place, *, sandbox_only: bool) -> None:
        entry = self._validated(ListEntry, value, at)
        if entry is None:
            return
        wrong: list[Wrong] = []
        one = list_of(entry, self._source(at), wrong, sandbox_only=sandbox_only)
        self.found.lists.append(one)
        self._refuse_all(wrong, at)
        if one.welcome is not None:
            names = Names().more(["list"])
            self._check_messages([Spoken(("welcome",), one.welcome, names)], at, one.id)

    def _read_rule(self, value: Value, at: Place, *, sandbox_only: bool) -> None:
        entry = self._validated(RuleEntry, value, at)
        if entry is None:
            return
        wrong: list[Wrong] = []
        rule = rule_of(entry, self._source(at), wrong, sandbox_only=sandbox_only)
        self._refuse_all(wrong, at)
        if wrong:
            self._note_broken(value)
        if rule is None:
            return
        self.found.rules.append(rule)
        self.found.values.update(values_of(rule))
        self._add_examples(entry, rule, at)
        self._add_references(rule, at)
        if not any(one.at[:1] == ("steps",) for one in wrong):  # or their names would be missed
            self._check_messages(spoken(rule), at, rule.id)

    def _add_references(self, rule: Rule, at: Place) -> None:
        for inner, kind, name in references(rule):
            joins = len(inner) == 3 and inner[-1] == "join"
            source = self._source((*at, *inner))
            self.found.references.append(Reference(kind, name, rule, source, joins))

    def _add_examples(self, entry: RuleEntry, rule: Rule, at: Place) -> None:
        examples = entry.examples
        if examples is None:
            return
        for key, texts in (("matches", examples.matches), ("not", examples.not_)):
            for place, text in enumerate(texts):
                source = self._source((*at, "examples", key, place))
                self.found.examples.append(Example(rule, text, key == "matches", source))

    def _check_messages(self, said: Iterable[Spoken], at: Place, rule: str) -> None:
        """Note what is wrong in messages, and the names that they do not surely see."""
        for one in said:
            place = (*at, *one.at)
            if one.url:
                uses = [Use(name, 1, 1) for name in names_in(one.url)]
                self._note_unseen(unseen_in(one, uses), one, place)
            elif one.message.template:
                self._check_template(one, place, rule)
            for language, text in one.message.texts.items():
                inner = (*place, language) if language else place
                problems, found = self._templates.read(text)
                for problem in problems:
                    self._refuse(inner, problem.what, problem.remedy)
                self._note_unseen(unseen_in(one, found), one, inner)
                if (whose := label(one.at)) and self._templates.is_dear(text):
                    asked = rule if one.at == ("reply",) else ""
                    saying = Saying(
                        *(self._document.file, *self._document.position(inner)),
                        *(f"{whose} of {rule!r}", language, text, asked),
                    )
                    self.found.dear.append(saying)

    def _check_template(self, said: Spoken, at: Place, rule: str) -> None:
        name = said.message.template
        if name not in self._templates.names:
            near = get_close_matches(name, self._templates.names, n=1)
            missing = "make it in templates/fr/ or another language's folder, ending in .j2"
            known = f"did you mean {near[0]}?" if near else missing
            self._refuse((*at, "template"), f"there is no template {shown(name)}", known)
        for one in self._templates.files.get(name, ()):
            missed = unseen_in(said, one.uses)
            if one.file:
                self.found.unseen += [
                    Unseen(use, said.names, one.file, use.line, use.column, rule) for use in missed
                ]
            else:
                self._note_unseen(missed, said, at)

    def _note_unseen(self, uses: Iterable[Use], said: Spoken, at: Place) -> None:
        for use in uses:
            file, (line, column) = self._document.file, self._document.position(at)
            self.found.unseen.append(
                Unseen(use, said.names, file, line, column, in_address=bool(said.url))
            )

    def _refuse_all(self, wrong: list[Wrong], at: Place) -> None:
        for one in wrong:
            self._refuse((*at, *one.at), one.what, one.remedy)

    def _refuse(self, at: Place, what: str, remedy: str) -> None:
        self.found.faults.append(self._document.fault(at, what, remedy))

    def _source(self, at: Place) -> Source:
        return Source(self._document.file, *self._document.position(at))


def _values_in(value: Mapping[str, Value]) -> set[str]:
    """Name what a rule sets that could not be read."""
    found: set[str] = set()
    for part in (value, value.get("gave_up"), value.get("timed_out")):
        done = part.get("do") if isinstance(part, dict) else None
        kept = done.get("set") if isinstance(done, dict) else None
        found |= kept.keys() if isinstance(kept, dict) else set()
    return found
