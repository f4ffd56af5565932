"""What is wrong in a file of the operator's, where, and what to do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


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


def shown(text: str) -> str:
    """Quote a word of a file for a fault: short, and harmless on a terminal."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
