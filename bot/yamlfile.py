"""YAML files as plain values that remember where they stood, and every fault told in plain words.

We read a small part of YAML. Only `true`, `false`, `null`, nothing at all, and plain numbers are
not text; a key is always text. Aliases, anchors, tags, merges, repeated keys and second documents
are faults. The parser's events are read as they come: no node is kept, nothing is constructed that
the file asks for, and how deep or long a file may be is known before it can do harm.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import NoReturn, TypeAlias

import yaml

from bot.yamlwords import CUT, CUTTING, NO_ALIASES, NO_SUCH_KEY, NO_TAGS, in_plain_words

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
Key: TypeAlias = str | int

SIZE_LIMIT = 5 * 1024 * 1024
"""Bytes that one file may have."""
DEPTH_LIMIT = 32
"""Lists and mappings that may stand within one another."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in a file of the operator's. Lines and columns begin at 1."""

    file: str
    line: int
    column: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.remedy}"


class Faults(Exception):
    """Files that cannot be used, with everything that is wrong in them, in the files' order."""

    def __init__(self, faults: Collection[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says. Positions are found through `value`, which is therefore left as it is."""

    file: str
    value: Value
    _places: Mapping[int, array[int]] = field(repr=False)
    """By the id of a list or mapping: where its items or keys stand, packed, in their order."""

    def position(self, path: Collection[Key]) -> tuple[int, int]:
        """Line and column of the key or item at this path; of what is around it where it is not.

        A step that is not there is passed over: pydantic puts steps of its own into its paths.
        """
        here, place = self.value, 0
        for step in path:
            if isinstance(here, dict) and step in here:
                index = list(here).index(str(step))
                place, here = self._places[id(here)][index], here[str(step)]
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                place, here = self._places[id(here)][step], here[step]
        return _unpacked(place)

    def is_after_comma(self, path: Sequence[Key]) -> bool:
        """Tell whether a key without a value follows another one on its line: `{fr: Oui, merci}`.

        There a comma within a text ended it.
        """
        here = self.value
        for step in path[:-1]:
            if isinstance(here, dict):
                here = here.get(str(step))
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
        if not isinstance(here, dict) or path[-1] not in here or here[str(path[-1])] is not None:
            return False
        place = list(here).index(str(path[-1]))
        places = self._places[id(here)]
        return place > 0 and places[place - 1] >> 32 == places[place] >> 32

    def fault(self, path: Collection[Key], what: str, remedy: str) -> Fault:
        """Make a fault of what stands at this path."""
        return Fault(self.file, *self.position(path), what, remedy)


def read(path: Path, *, texts: Collection[str] = (), noted: list[Fault] | None = None) -> Document:
    """Read a file. Below a key that is in `texts` every scalar is text, as it was typed.

    So `keyword: [no, on, 0123, 8:00, 1.0, ~]` gives these six texts. Raises `Faults`; but those
    that leave the rest of the file readable (a key that stands twice) go into `noted`, where it is
    given: a reader that finds more tells all at once.
    """
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or type(error).__name__})"
        remedy = "check that it is there, and that whoever runs Textobot may read it"
        raise Faults([Fault(str(path), 1, 1, what, remedy)]) from error
    return parse(content, str(path), texts=texts, noted=noted)


def parse(
    content: bytes,
    file: str,
    *,
    texts: Collection[str] = (),
    noted: list[Fault] | None = None,
) -> Document:
    """Do what `read` does, for the content of a file that is called `file`. Raises `Faults`."""
    reader = _Reader(_decoded(content, file), file, texts)
    value = reader.document()
    if reader.faults and noted is None:
        raise Faults(reader.faults)
    if noted is not None:
        noted += reader.faults
    return Document(file, value, reader.places)


# --- from bytes to text --------------------------------------------------------------------------

_FORBIDDEN = re.compile("[^\t\n\r -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Control characters, and the line breaks that an editor does not show as such."""


def _decoded(content: bytes, file: str) -> str:
    if len(content) > SIZE_LIMIT:
        what = f"the file is larger than {SIZE_LIMIT // 1024 // 1024} MiB"
        raise Faults([Fault(file, 1, 1, what, "divide it into several files")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", errors="replace")
        remedy = "save the file as UTF-8 in your editor"
        raise Faults([Fault(file, *_end(before), "this is not UTF-8", remedy)]) from error
    if found := _FORBIDDEN.search(text):
        what = f"the character U+{ord(found[0]):04X} cannot stand in a YAML file"
        remedy = "remove it; it does not show in most editors"
        raise Faults([Fault(file, *_end(text[: found.start()]), what, remedy)])
    return text


def _end(text: str) -> tuple[int, int]:
    """Line and column of what follows this text."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


# --- from text to values -------------------------------------------------------------------------

_PLAIN: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?")
"""No leading zero, no `+`, no exponent; what is longer than any number of ours is text."""


class _Reader:
    """Goes through the events of one file once, and notes faults and places as it goes."""

    def __init__(self, text: str, file: str, texts: Collection[str]) -> None:
        self._text = text
        self._file = file
        self._texts = frozenset(texts)
        self._cut = text.splitlines() if CUTTING.search(text) else None
        self._parser = yaml.CSafeLoader(text)
        self.faults: list[Fault] = []
        self.places: dict[int, array[int]] = {}

    def document(self) -> Value:
        """Give the value of the file's only document. Raises `Faults` where it cannot be read."""
        try:
            return self._only_document()
        except yaml.YAMLError as error:
            raise Faults([*self.faults, _syntax_fault(error, self._text, self._file)]) from None

    def _only_document(self) -> Value:
        self._event()  # the stream begins
        if isinstance(self._event(), yaml.StreamEndEvent):
            return None
        value = self._node(self._event(), 0, as_text=False)
        self._event()  # the document ends
        another = self._event()
        if not isinstance(another, yaml.StreamEndEvent):
            self._stop(another, "a second document begins here", "put it into a file of its own")
        return value

    def _event(self) -> yaml.Event:
        event = self._parser.get_event()
        assert event is not None, "the parser was asked for more after its last event"
        return event

    def _node(self, event: yaml.Event, depth: int, *, as_text: bool) -> Value:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, as_text=as_text)
        if not isinstance(event, yaml.CollectionStartEvent):
            self._note(event, *NO_ALIASES)
            return None
        self._check_plain(event)
        if depth == DEPTH_LIMIT:
            what = f"more than {DEPTH_LIMIT} lists and mappings stand within one another"
            self._stop(event, what, "nothing of ours is that deep: check brackets and indentation")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(depth + 1, as_text=as_text)
        return self._mapping(depth + 1, as_text=as_text)

    def _list(self, depth: int, *, as_text: bool) -> Value:
        items: list[Value] = []
        places = array("Q")
        while not isinstance(event := self._event(), yaml.SequenceEndEvent):
            places.append(_place(event))
            items.append(self._node(event, depth, as_text=as_text))
        self.places[id(items)] = places
        return items

    def _mapping(self, depth: int, *, as_text: bool) -> Value:
        items: dict[str, Value] = {}
        places = array("Q")
        while not isinstance(event := self._event(), yaml.MappingEndEvent):
            key = self._key(event, depth)
            value = self._node(self._event(), depth, as_text=as_text or key in self._texts)
            if key is None:
                continue
            if key in items:
                first, _ = _unpacked(places[list(items).index(key)])
                what = f"the key {shown(key)} stands here again (first on line {first})"
                self._note(event, what, "keep one of the two")
                continue
            places.append(_place(event))
            items[key] = value
        self.places[id(items)] = places
        return items

    def _key(self, event: yaml.Event, depth: int) -> str | None:
        if not isinstance(event, yaml.ScalarEvent):
            self._note(event, *NO_SUCH_KEY)
            self._node(event, depth, as_text=True)
            return None
        self._check_plain(event)
        if event.value == "<<" and not event.style:
            self._note(event, "`<<` merges nothing here", "write the keys out")
        return intern(event.value)

    def _scalar(self, event: yaml.ScalarEvent, *, as_text: bool) -> Value:
        self._check_plain(event)
        text = event.value
        if event.style:
            if "\0" in text:
                self._note(event, "the text holds a NUL character", "leave out the `\\0`")
            return text
        if not text:
            return None
        if as_text:
            self._check_end(event)
            return text
        if text in _PLAIN:
            return _PLAIN[text]
        if (number := _NUMBER.fullmatch(text)) is None:
            return text
        return float(text) if number[1] else int(text)

    def _check_plain(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._note(event, *NO_ALIASES)
        if event.tag is not None:
            self._note(event, *NO_TAGS)

    def _check_end(self, event: yaml.ScalarEvent) -> None:
        """Note a text that loses its end to a comment: `Dial the #3`."""
        mark = event.end_mark
        if self._cut is None or mark is None or mark.line >= len(self._cut):
            return
        if (found := CUTTING.match(self._cut[mark.line], mark.column)) is not None:
            self.faults.append(Fault(self._file, mark.line + 1, found.end(), *CUT))

    def _note(self, event: yaml.Event, what: str, remedy: str) -> None:
        self.faults.append(Fault(self._file, *_unpacked(_place(event)), what, remedy))

    def _stop(self, event: yaml.Event, what: str, remedy: str) -> NoReturn:
        self._note(event, what, remedy)
        raise Faults(self.faults)


def _place(event: yaml.Event) -> int:
    """Give where an event begins as one integer: the line above, the column below."""
    mark = event.start_mark
    assert mark is not None, "the parser marks every event"
    return mark.line << 32 | mark.column


def _unpacked(place: int) -> tuple[int, int]:
    """Line and column, counted from 1."""
    return (place >> 32) + 1, (place & 0xFFFF_FFFF) + 1


def shown(text: str) -> str:
    """Quote a word of a file for a fault: short, and harmless on a terminal."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _syntax_fault(error: yaml.YAMLError, text: str, file: str) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Fault(file, 1, 1, "this is not YAML", "check the file's first lines")
    mark, begun = error.problem_mark, error.context_mark
    return Fault(
        file,
        *in_plain_words(
            str(error.problem),
            text.splitlines(),
            (mark.line, mark.column),
            (begun.line, begun.column) if begun else None,
        ),
    )
