"""A list and a group at a gateway are kept equal, both ways: what is to be done on which side.

Three states are compared: who is on the list, who is in the group, and whom both had in common
when they were last compared. Who is missing on one side was taken away there, or was never there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.consent import Consent

CAUSE = "mirror"
"""With what the cause of a consent begins that a group brought about."""
FEW = 10
SHARE = 10
"""So many people may be taken away on a side in one comparison, or one in `SHARE` of those in
common where that is more. Where it would be more than both, nobody is until an operator says so:
a group that was emptied by mistake must not empty the list, nor the other way round."""


class Act(StrEnum):
    """What is to be done, in the words of a report."""

    ADD_THERE = "is put into the group"
    REMOVE_THERE = "is taken out of the group: not on the list any more"
    JOIN_HERE = "is put on the list: was put into the group"
    LEAVE_HERE = "is taken off the list: was taken out of the group"


class Difference(StrEnum):
    """What stays different, and why, in the words of a report."""

    OPTED_OUT = "in the group, and opted out here"
    LEFT = "in the group, and left the list here"
    FORGOTTEN = "in the group, and was forgotten here"
    UNDELETED = "in the contacts, and not on the list any more: delete the contact there"
    MANY_THERE = "would be taken out of the group, with many others"
    MANY_HERE = "would be taken off the list, with many others"
    REFUSED = "on the list; the gateway does not take the number"


TO_DECIDE = frozenset(
    {Difference.OPTED_OUT, Difference.LEFT, Difference.FORGOTTEN}
    | {Difference.MANY_THERE, Difference.MANY_HERE}
)
"""What an operator's yes settles, as far as the gateway can."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody on the list, who may be written to."""

    joined_at: datetime
    language: str = ""


@dataclass(frozen=True, slots=True)
class Common:
    """Somebody whom both sides had."""

    contact: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides and what they had in common, by number."""

    here: Mapping[str, Here]
    there: Mapping[str, str]
    """The contact's id."""
    common: Mapping[str, Common]
    unwilling: Mapping[str, Difference] = field(default_factory=dict)
    """Who is not on the list and must not be put on it: of who is in the group alone."""
    by_themselves: frozenset[str] = frozenset()
    """Who left the list, or everything, by a text of their own."""
    whole: bool = True
    """The group was read whole: who is not listed is not in it."""
    removes: bool = True
    """Somebody can be taken out of the group."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a comparison comes to."""

    acts: Mapping[str, Act]
    differences: Mapping[str, Difference]
    agreed: Mapping[str, str]
    """Whom both sides have, and that was not written down yet: number to contact."""
    gone: tuple[str, ...]
    """Whom neither side has any more."""

    def to_do(self, act: Act) -> list[str]:
        """Name those to whom this is to be done."""
        return [number for number, one in self.acts.items() if one is act]


def compare(sides: Sides, *, sure: frozenset[str] = frozenset()) -> Plan:
    """Say what is to be done. `sure`: numbers whose difference an operator has settled."""
    acts: dict[str, Act] = {}
    differences: dict[str, Difference] = {}
    here, there, common = sides.here, sides.there, sides.common
    for number in sorted({*here, *there, *common}):
        found = _of(number, sides, sure)
        if isinstance(found, Act):
            acts[number] = found
        elif found is not None:
            differences[number] = found
    _withhold(acts, differences, sides, sure)
    return Plan(
        acts,
        differences,
        agreed={
            number: contact
            for number, contact in there.items()
            if number in here and (number not in common or common[number].contact != contact)
        },
        gone=tuple(number for number in common if number not in here and number not in there),
    )


def _of(number: str, sides: Sides, sure: frozenset[str]) -> Act | Difference | None:
    """Decide about one number."""
    match number in sides.common, number in sides.here, number in sides.there:
        case False, True, False:
            return Act.ADD_THERE
        case True, True, False:
            return _gone_there(number, sides)
        case True, False, True:
            return Act.REMOVE_THERE if sides.removes else Difference.UNDELETED
        case False, False, True:
            return _new_there(number, sides, sure)
    return None


def _gone_there(number: str, sides: Sides) -> Act | None:
    if sides.here[number].joined_at > sides.common[number].seen_at:
        return Act.ADD_THERE  # joined again since
    return Act.LEAVE_HERE if sides.whole else None


def _new_there(number: str, sides: Sides, sure: frozenset[str]) -> Act | Difference:
    why = sides.unwilling.get(number)
    if why is None:
        return Act.JOIN_HERE
    return Act.REMOVE_THERE if number in sure and sides.removes else why


def _withhold(
    acts: dict[str, Act],
    differences: dict[str, Difference],
    sides: Sides,
    sure: frozenset[str],
) -> None:
    """Keep back what would take away too many; but what people chose themselves is done."""
    most = max(FEW, len(sides.common) // SHARE)
    chosen = {Act.REMOVE_THERE: sides.by_themselves, Act.LEAVE_HERE: frozenset[str]()}
    for act, why in WITHHELD.items():
        taken = [number for number, one in acts.items() if one is act]
        taken = [one for one in taken if one not in sure and one not in chosen[act]]
        if len(taken) > most:
            for number in taken:
                del acts[number]
                differences[number] = why


WITHHELD = {
    Act.REMOVE_THERE: Difference.MANY_THERE,
    Act.LEAVE_HERE: Difference.MANY_HERE,
}


def by_mirror(entry: Consent) -> bool:
    """Say whether an entry was written because of a group."""
    return entry.cause.startswith(f"{CAUSE} ")
