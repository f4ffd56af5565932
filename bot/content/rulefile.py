"""One rule file, read into rules, examples and faults; the file itself is not kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from bot.content.entries import LATER_KEYS, TEXT_KEYS, FileEntry, RuleEntry
from bot.content.examples import Example
from bot.content.templates import NAMES, Templates
from bot.core.builtin_words import read_builtin
from bot.core.rules import Phrase, Rule, Source, Trigger
from bot.core.sayings import Message
from bot.core.text import words
from bot.validation import faults_of
from bot.yamlfile import Document, Fault, Faults, Key, Value, read, shown

Place = tuple[Key, ...]
"""The keys and indices that lead to something in a file."""


@dataclass(slots=True)
class RuleFile:
    """What a file says."""

    faults: list[Fault] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
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
        self._languages: dict[frozenset[str], frozenset[str]] = {}

    def read(self) -> None:
        """Read the head of the file, then its rules one by one: no more is held than one."""
        whole = self._document.value
        if whole is None:
            return
        rules: list[Value] = []
        if isinstance(whole, dict):
            self._refuse_later(whole, ())
            whole = {key: value for key, value in whole.items() if key not in LATER_KEYS}
            if isinstance(listed := whole.get("rules"), list):
                whole["rules"], rules = [], listed
        try:
            head = FileEntry.model_validate(whole)
        except ValidationError as error:
            self.found.faults += faults_of(error, self._document, model=FileEntry)
            head = FileEntry()
        for place, value in enumerate(rules):
            self._read_rule(value, ("rules", place), sandbox_only=head.only == "sandbox")

    def _read_rule(self, value: Value, at: Place, *, sandbox_only: bool) -> None:
        if isinstance(value, dict) and self._refuse_later(value, at):
            return
        try:
            entry = RuleEntry.model_validate(value)
        except ValidationError as error:
            self.found.faults += faults_of(error, self._document, model=RuleEntry, at=at)
            return
        triggers = [trigger for trigger in Trigger if getattr(entry, trigger, None) is not None]
        if len(triggers) != 1:
            self._refuse(at, f"the rule {entry.id!r} has {len(triggers)} triggers", _ONE_TRIGGER)
            return
        rule = Rule(
            id=entry.id,
            trigger=triggers[0],
            phrases=self._phrases(entry, triggers[0], at),
            reply=entry.reply,
            source=self._source(at),
            delivery=entry.delivery,
            sandbox_only=sandbox_only or entry.only == "sandbox",
        )
        self._check_reply(entry.reply, (*at, "reply"))
        self.found.rules.append(rule)
        for key, texts in (("matches", entry.examples.matches), ("not", entry.examples.not_)):
            for place, text in enumerate(texts):
                source = self._source((*at, "examples", key, place))
                self.found.examples.append(Example(rule, text, key == "matches", source))

    def _phrases(self, entry: RuleEntry, trigger: Trigger, at: Place) -> tuple[Phrase, ...]:
        """Give a trigger's phrases; the same words in two languages are one phrase of both."""
        if trigger is Trigger.ANYTHING:
            return ()
        listed: dict[str, list[str]] = getattr(entry, trigger)
        found: dict[tuple[str, ...], tuple[str, set[str]]] = {}
        for language, phrases in listed.items():
            for phrase in phrases:
                said = words(phrase)
                if wrong := _wrong_with(phrase, said, trigger):
                    self._refuse((*at, trigger.value, language), *wrong)
                _, languages = found.setdefault(said, (phrase, set()))
                languages.update({language} - {""})
        return tuple(
            Phrase(written, said, self._shared(frozenset(languages)))
            for said, (written, languages) in found.items()
            if said
        )

    def _shared(self, languages: frozenset[str]) -> frozenset[str]:
        return self._languages.setdefault(languages, languages)

    def _check_reply(self, reply: Message, at: Place) -> None:
        if reply.template and reply.template not in self._templates.names:
            near = get_close_matches(reply.template, self._templates.names, n=1)
            what = f"there is no template {shown(reply.template)}"
            missing = "make it in templates/fr/ or another language's folder, ending in .j2"
            known = f"did you mean {near[0]}?" if near else missing
            self._refuse((*at, "template"), what, known)
        for language, text in reply.texts.items():
            for problem in self._templates.problems(text, NAMES):
                self._refuse((*at, language), problem.what, problem.remedy)

    def _refuse_later(self, value: dict[str, Value], at: Place) -> bool:
        """Refuse the keys that the grammar has and this version cannot do."""
        later = [key for key in value if key in LATER_KEYS]
        for key in later:
            self._refuse((*at, key), f"{key!r} is not supported yet in this version", _LATER)
        return bool(later)

    def _refuse(self, at: Place, what: str, remedy: str) -> None:
        self.found.faults.append(self._document.fault(at, what, remedy))

    def _source(self, at: Place) -> Source:
        return Source(self._document.file, *self._document.position(at))


def _wrong_with(phrase: str, said: tuple[str, ...], trigger: Trigger) -> tuple[str, str] | None:
    """Say why a phrase could never call a rule, and what to do."""
    if not said:
        return f"{shown(phrase)} has no word in it", "write a word or an emoji"
    built_in = None if trigger is Trigger.CONTAINS else read_builtin(said)
    if built_in is None or built_in.word == "info":
        return None
    what = f"{shown(phrase)} is never asked: it is the built-in word {built_in.word!r}"
    return what, "choose other words, or replace what it says in templates/<language>/"


_ONE_TRIGGER = f"give it exactly one of {', '.join(Trigger)}"
_LATER = f"leave it out: a rule has one of {', '.join(Trigger)}, and a reply"
