"""What a file says, as plain values, and where each of them stands."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.yamlfile.faults import Fault

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
Key: TypeAlias = str | int


def packed(line: int, column: int) -> int:
    """Write a line and a column, counted from 0, as one integer."""
    return line << 32 | column


def unpacked(place: int) -> tuple[int, int]:
    """Give line and column, counted from 1."""
    return (place >> 32) + 1, (place & 0xFFFF_FFFF) + 1


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
        return unpacked(place)

    def is_after_comma(self, path: Sequence[Key]) -> bool:
        """Tell whether a key without a value follows another one on its line: `{fr: Oui, merci}`.

        There a comma within a text ended it.
        """
        *before, key = path or ("",)
        here = self.value
        for step in before:
            if isinstance(here, dict):
                here = here.get(str(step))
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
        if not isinstance(here, dict) or here.get(str(key), "") is not None:
            return False
        place, places = list(here).index(str(key)), self._places[id(here)]
        return place > 0 and unpacked(places[place - 1])[0] == unpacked(places[place])[0]

    def fault(self, path: Collection[Key], what: str, remedy: str) -> Fault:
        """Make a fault of what stands at this path."""
        return Fault(self.file, *self.position(path), what, remedy)
