"""Which messages are dear by their own words, and what would be free instead: notes, no faults.

A message that nothing is filled into is noted where its dear signs cost a segment. One that takes
more is noted wherever it has them, since only what is filled in tells how long it becomes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.content.variants import cost
from bot.core.segments import Segments, cheapen, is_dear, segments, signs
from bot.yamlfile import Key

LABELS = {
    "ask": "the question",
    "fallback": "the fallback",
    "invalid": "what is said to other answers",
    "reply": "the reply",
    "send": "the follow-up",
    "text": "what is passed on",
    "welcome": "the welcome",
}
"""By the last key of a message; what else may stand in one is not sent."""
LONGEST = 100
"""Lines in which a sign is looked for."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A text that is sent, and where it stands."""

    file: str
    line: int
    column: int
    whose: str
    """In words: `the reply of the rule 'fete'`."""
    language: str
    text: str
    """As it is written, maybe Jinja."""
    rule: str = ""
    """The rule whose reply it is, where it is one."""

    def note(self, said: Iterable[str], *, filled: bool) -> Note | None:
        """Make a note of the dearest that it may say, where that is dear."""
        dear = [one for one in said if is_dear(one) and (filled or costs_more(one))]
        if not dear:
            return None
        place = self.file, self.line, self.column
        return Note(*place, self.whose, self.language, max(dear, key=cost), filled, self.rule)


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A message that is dear."""

    file: str
    line: int
    column: int
    whose: str
    language: str
    text: str
    """The dearest that it says of its own."""
    filled: bool
    """What is filled in comes to that."""
    rule: str = ""
    examples: tuple[str, ...] = ()
    """Texts that call the rule, where it is its reply."""
    example: str = ""
    """The one of them that is answered with the text."""

    @property
    def cost(self) -> Segments:
        """What it costs now."""
        return segments(self.text)

    def __str__(self) -> str:
        now, free = self.cost, segments(cheapen(self.text))
        without = segments("".join("e" if is_dear(sign) else sign for sign in self.text))
        language = f" ({self.language})" if self.language else ""
        least = "at least " if self.filled and not self.example else ""
        because = ", ".join(map(str, signs(now.dear)))
        what = f"{self.whose}{language} costs {least}{_count(now)} because of {because}"
        answered = f", as {self.example!r} is answered" if self.example else ""
        if free.count < now.count:
            what += f"; with what is free instead, {free.count}"
        elif without.count < now.count:
            what += f"; without them, {without.count}"
        else:
            what += "; a segment has 70 characters so, and not 160"
        return f"{self.file}:{self.line}:{self.column}: note: {what}{answered}"


def _count(of: Segments) -> str:
    return f"{of.count} segment" + ("" if of.count == 1 else "s")


def label(at: tuple[Key, ...]) -> str:
    """Say what stands at this place of a rule; nothing where it is not sent."""
    inside = at[-2] if len(at) > 1 else ""
    return "" if inside == "set" else LABELS.get(str(at[-1]), "")


def costs_more(text: str) -> bool:
    """Tell whether the dear signs of a text cost a segment."""
    without = "".join("e" if is_dear(sign) else sign for sign in text)
    return segments(without).count < segments(text).count


def placed(note: Note, source: str) -> Note:
    """Point at the very sign: the first dear one behind the place, where it is written as such."""
    dear = set(note.cost.dear)
    behind = source.split("\n")[note.line - 1 :][:LONGEST]
    for place, written in enumerate(behind, note.line):
        begin = note.column - 1 if place == note.line else 0
        found = [begin + at for at, sign in enumerate(written[begin:]) if sign in dear]
        if found:
            return replace(note, line=place, column=found[0] + 1)
    return note
