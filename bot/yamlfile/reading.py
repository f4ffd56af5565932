"""A file's bytes, read into values; what may be meant otherwise than YAML reads it is noted."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Mapping
from enum import Enum, auto
from pathlib import Path
from sys import intern
from typing import NoReturn

import yaml

from bot.yamlfile.document import Document, Value, packed, unpacked
from bot.yamlfile.faults import Fault, Faults, shown
from bot.yamlfile.lines import (
    ALL_CUT,
    BACKSLASH,
    BRACES,
    CUT,
    GOES_ON,
    MORE_LINES,
    cannot_begin,
    nothing_below,
    quote_it,
)
from bot.yamlfile.traps import Before, Stumble, Trap, trap_of

SIZE_LIMIT = 5 * 1024 * 1024
"""Bytes that one file may have."""
DEPTH_LIMIT = 32
"""Lists and mappings that may stand within one another."""


def read(
    path: Path,
    *,
    texts: Collection[str] = (),
    prose: Collection[str] = (),
    noted: list[Fault] | None = None,
) -> Document:
    """Read a file. Below a key that is in `texts` or `prose` every scalar is text, as typed.

    So `keyword: [no, on, 0123, 8:00, 1.0, ~]` gives these six texts. What is `prose` may go on
    over several lines. Raises `Faults`; but those that leave the rest of the file readable (a key
    that stands twice) go into `noted`, where it is given: a reader that finds more tells all at
    once.
    """
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or type(error).__name__})"
        remedy = "check that it is there, and that whoever runs Textobot may read it"
        raise Faults([Fault(str(path), 1, 1, what, remedy)]) from error
    return parse(content, str(path), texts=texts, prose=prose, noted=noted)


def parse(
    content: bytes,
    file: str,
    *,
    texts: Collection[str] = (),
    prose: Collection[str] = (),
    noted: list[Fault] | None = None,
) -> Document:
    """Do what `read` does, for the content of a file that is called `file`. Raises `Faults`."""
    kinds = dict.fromkeys(texts, _Kind.TEXT) | dict.fromkeys(prose, _Kind.PROSE)
    reader = _Reader(_decoded(content, file), file, kinds)
    value = reader.document()
    found = list(dict.fromkeys(reader.faults))
    if found and noted is None:
        raise Faults(found)
    if noted is not None:
        noted += found
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

_PLAIN: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "": None}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?")
"""No leading zero, no `+`, no exponent; what is longer than any number of ours is text."""
_GLUED_COMMENT = re.compile(r"[ \t]*#(?=[^\W_])")
_NEXT_LINE = re.compile(r"\n[ \t]*(?=\S)")
_NEXT_DASH = re.compile(r"\n[ \t]*(?=-[ \t])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85]")
_LINE_ENDS = re.compile("(\r\n|\n|\r)")
_READ_IN_ALL = 8 * 1024 * 1024
"""Characters, of a file that is mended and read again."""


class _Kind(Enum):
    """What stands below a key."""

    ANYTHING = auto()
    TEXT = auto()
    PROSE = auto()


class _Reader:
    """Goes through the events of one file, and notes faults and places as it goes."""

    def __init__(self, text: str, file: str, kinds: Mapping[str, _Kind]) -> None:
        self._file = file
        self._kinds = kinds
        self._told: list[Fault] = []
        self._mended: dict[int, tuple[int, int]] = {}
        """Line to the column from which on it is longer than it was, and by how much."""
        self._begin(text)

    def _begin(self, text: str) -> None:
        self._text = text
        self._parser = yaml.CSafeLoader(text)
        self._before: yaml.ScalarEvent | None = None
        self.faults: list[Fault] = [*self._told]
        self.places: dict[int, array[int]] = {}

    def document(self) -> Value:
        """Give the value of the file's only document. Raises `Faults` where it cannot be read.

        A line that was certainly meant otherwise than YAML reads it is mended, and the file read
        again: all faults are told at once.
        """
        room = _READ_IN_ALL
        while True:
            try:
                return self._only_document()
            except yaml.YAMLError as error:
                trap = self._trap(error)
            room -= len(self._text)
            fault = self._fault(trap.line, trap.column, trap.what, trap.remedy)
            line = trap.line if trap.elsewhere is None else trap.elsewhere
            if trap.mended is None or line in self._mended or room < 0:
                others = (one for one in self.faults if _place_of(one) != _place_of(fault))
                raise Faults([*others, fault])
            self._told.append(fault)
            self._mend(line, trap.column, trap.mended)

    def _trap(self, error: yaml.YAMLError) -> Trap:
        if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
            return Trap(0, 0, "this is not YAML", "check the file's first lines")
        mark, begun = error.problem_mark, error.context_mark
        return trap_of(
            Stumble(
                _LINE_ENDS.split(self._text)[::2],
                str(error.problem),
                mark.line,
                mark.column,
                None if begun is None else (begun.line, begun.column),
                None if self._before is None else _before(self._before),
            )
        )

    def _mend(self, line: int, column: int, meant: str) -> None:
        """Begin again, with one line as it was meant."""
        lines = _LINE_ENDS.split(self._text)
        self._mended[line] = column, len(meant) - len(lines[2 * line])
        lines[2 * line] = meant
        self._begin("".join(lines))

    def _only_document(self) -> Value:
        self._event()  # the stream begins
        if isinstance(self._event(), yaml.StreamEndEvent):
            return None
        value = self._node(self._event(), 0, _Kind.ANYTHING)
        self._event()  # the document ends
        another = self._event()
        if not isinstance(another, yaml.StreamEndEvent):
            self._stop(another, "a second document begins here", "put it into a file of its own")
        return value

    def _event(self) -> yaml.Event:
        event = self._parser.get_event()
        assert event is not None, "the parser was asked for more after its last event"
        if isinstance(event, yaml.ScalarEvent):
            self._before = event
        return event

    def _node(self, event: yaml.Event, depth: int, kind: _Kind) -> Value:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, kind)
        if not isinstance(event, yaml.CollectionStartEvent):
            return self._as_meant(event)
        self._check_collection(event)
        if depth == DEPTH_LIMIT:
            what = f"more than {DEPTH_LIMIT} lists and mappings stand within one another"
            self._stop(event, what, "nothing of ours is that deep: check brackets and indentation")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(depth + 1, kind)
        if self._text.startswith("{{", _begin_of(event)):
            return self._template(event)
        return self._mapping(depth + 1, kind)

    def _list(self, depth: int, kind: _Kind) -> Value:
        items: list[Value] = []
        places = array("Q")
        while not isinstance(event := self._event(), yaml.SequenceEndEvent):
            places.append(self._place(event))
            items.append(self._node(event, depth, kind))
        self.places[id(items)] = places
        return items

    def _mapping(self, depth: int, kind: _Kind) -> Value:
        items: dict[str, Value] = {}
        places = array("Q")
        while not isinstance(event := self._event(), yaml.MappingEndEvent):
            key = self._key(event, depth)
            value = self._node(self._event(), depth, self._kinds.get(key or "", kind))
            if key is None:
                continue
            if key in items:
                first, _ = unpacked(places[list(items).index(key)])
                what = f"the key {shown(key)} stands here again (first on line {first})"
                both = isinstance(value, list) and isinstance(items[key], list)
                remedy = "leave this line out, and move what is below it to that one"
                self._note(event, what, remedy if both else "keep one of the two")
                continue
            places.append(self._place(event))
            items[key] = value
        self.places[id(items)] = places
        return items

    def _template(self, start: yaml.Event) -> str:
        """Read `{{ name }}`, in which YAML sees a mapping that is a key of a mapping, as meant."""
        event, within = start, 1
        while within:
            event = self._event()
            within += isinstance(event, yaml.CollectionStartEvent)
            within -= isinstance(event, yaml.CollectionEndEvent)
        text = self._text[_begin_of(start) : _end_of(event)]
        self._note(start, BRACES, quote_it(text))
        return text

    def _key(self, event: yaml.Event, depth: int) -> str | None:
        if not isinstance(event, yaml.ScalarEvent):
            self._note(event, *_NO_SUCH_KEY)
            self._node(event, depth, _Kind.TEXT)
            return None
        if event.anchor is not None or event.tag is not None:
            return self._as_meant(event)
        if event.value == "<<" and not event.style:
            self._note(event, "`<<` merges nothing here", "write the keys out")
        return intern(event.value)

    # --- one text --------------------------------------------------------------------------------

    def _scalar(self, event: yaml.ScalarEvent, kind: _Kind) -> Value:
        if event.anchor is not None or event.tag is not None:
            return self._as_meant(event)
        if event.style:
            return self._written_out(event)
        if kind is not _Kind.ANYTHING:
            return self._plain_text(event, kind) if event.value else self._nothing(event)
        return _plain(event.value)

    def _as_meant(self, event: yaml.Event) -> str:
        """Read as text what begins with a sign that means something to YAML."""
        text = self._text[_begin_of(event) : _end_of(event)]
        self._note(event, cannot_begin(text), quote_it(text))
        return text

    def _written_out(self, event: yaml.ScalarEvent) -> str:
        """Read a text that is quoted, or stands below a `|`."""
        if event.style in {"|", ">"} and not event.value.strip():
            self._note(event, *nothing_below(event.style))
        if (found := _CONTROL.search(event.value)) is not None:
            what = f"a backslash makes a control character here (U+{ord(found[0]):04X})"
            self._note(event, what, BACKSLASH)
        return event.value

    def _nothing(self, event: yaml.ScalarEvent) -> str | None:
        """Note where a comment stands in place of a text."""
        begin = _begin_of(event)
        if (found := _GLUED_COMMENT.match(self._text, begin)) is None:
            return None
        self._note_at(begin, found.end() - 1, event, ALL_CUT)
        return _LINE_ENDS.split(self._text[found.end() - 1 :], 1)[0].strip()

    def _plain_text(self, event: yaml.ScalarEvent, kind: _Kind) -> str:
        """Note where a text ends sooner, or later, than it may seem."""
        begin, end = _begin_of(event), _end_of(event)
        if (found := _GLUED_COMMENT.match(self._text, end)) is not None:
            self._note_at(begin, found.end() - 1, event, CUT)
        if "\n" in self._text[begin:end]:
            prose = kind is _Kind.PROSE
            further = (_NEXT_DASH if prose else _NEXT_LINE).search(self._text, begin, end)
            if further is not None:
                self._note_at(begin, further.end(), event, MORE_LINES if prose else GOES_ON)
        return event.value

    # --- what is wrong ---------------------------------------------------------------------------

    def _check_collection(self, event: yaml.CollectionStartEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self._note(event, *_NO_PROPERTIES)

    def _place(self, event: yaml.Event) -> int:
        """Give where an event begins in the file, as it is on disk."""
        mark = event.start_mark
        assert mark is not None, "the parser marks every event"
        column, longer = self._mended.get(mark.line, (0, 0))
        return packed(mark.line, mark.column - (longer if mark.column > column + longer else 0))

    def _note(self, event: yaml.Event, what: str, remedy: str) -> None:
        line, column = unpacked(self._place(event))
        self.faults.append(self._fault(line - 1, column - 1, what, remedy))

    def _note_at(
        self, begin: int, place: int, event: yaml.Event, problem: tuple[str, str]
    ) -> None:
        """Note what stands somewhere behind the beginning of an event."""
        line, column = unpacked(self._place(event))
        text = self._text[begin:place]
        below = text.count("\n")
        after = len(text) - text.rfind("\n") - 1 if below else column - 1 + len(text)
        self.faults.append(self._fault(line - 1 + below, after, *problem))

    def _fault(self, line: int, column: int, what: str, remedy: str) -> Fault:
        return Fault(self._file, line + 1, column + 1, what, remedy)

    def _stop(self, event: yaml.Event, what: str, remedy: str) -> NoReturn:
        self._note(event, what, remedy)
        raise Faults(self.faults)


_NO_PROPERTIES = ("anchors (`&name`) and tags (`!name`) are not read here", "leave them out")
_NO_SUCH_KEY = ("a list or mapping cannot be a key", "write a name before the colon")


def _place_of(fault: Fault) -> tuple[int, int]:
    return fault.line, fault.column


def _plain(text: str) -> Value:
    if text in _PLAIN:
        return _PLAIN[text]
    if (number := _NUMBER.fullmatch(text)) is None:
        return text
    return float(text) if number[1] else int(text)


def _begin_of(event: yaml.Event) -> int:
    assert event.start_mark is not None, "the parser marks every event"
    return event.start_mark.index


def _end_of(event: yaml.Event) -> int:
    assert event.end_mark is not None, "the parser marks every event"
    return event.end_mark.index


def _before(event: yaml.ScalarEvent) -> Before:
    begin, end = event.start_mark, event.end_mark
    assert begin is not None
    assert end is not None
    return Before(
        event.style or "", begin.line, begin.column, end.line, end.column, not event.value.strip()
    )
