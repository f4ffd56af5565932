"""What a command may have done to lists: people put on one, and taken off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.control.verbs import Number, Offer, Offers, Told
from bot.core.consent import LONGEST_WORDING, ConsentKind, How
from bot.core.enrolling import Basis, Candidate
from bot.services.roster import Roster

AT_ONCE = 300
"""People in one line: it stays well below the longest that a daemon reads."""
ListId = Annotated[str, Field(min_length=1, max_length=100)]
Wording = Annotated[str, Field(min_length=1, max_length=LONGEST_WORDING)]
Row = tuple[Number, int, AwareDatetime | None, Annotated[str, Field(max_length=8)]]
"""A number, the row of the file (0: no file), when the consent was given, the language."""


class _Verb(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Enrol(_Verb):
    """Put people on a list."""

    verb: Literal["list-add"] = "list-add"
    of_list: ListId
    people: Annotated[list[Row], Field(max_length=AT_ONCE)]
    kind: ConsentKind
    how: How
    cause: Annotated[str, Field(max_length=200)]
    wording: Wording
    dry: bool = False
    """Say what would come of it, and do nothing."""
    welcome: bool = False
    """Who is added is told the list's welcome."""


class Remove(_Verb):
    """Take somebody off a list."""

    verb: Literal["list-remove"] = "list-remove"
    of_list: ListId
    number: Number
    cause: Annotated[str, Field(max_length=200)]
    wording: Wording


def list_offers(roster: Roster) -> Offers:
    """Give the verbs that a roster carries out."""

    async def enrol(asked: Enrol) -> Told:
        basis = Basis(asked.kind, asked.how, asked.wording)
        people = [_candidate(asked.cause, *row) for row in asked.people]
        fates = await roster.add(
            asked.of_list, people, basis, dry=asked.dry, welcome=asked.welcome
        )
        return {"fates": fates}

    async def remove(asked: Remove) -> Told:
        gone = await roster.remove(
            asked.of_list,
            [asked.number],
            how=How.OPERATOR,
            cause=asked.cause,
            wording=asked.wording,
        )
        return {"removed": gone[0]}

    return {"list-add": Offer(Enrol, enrol), "list-remove": Offer(Remove, remove)}


def _candidate(cause: str, number: str, row: int, at: datetime | None, language: str) -> Candidate:
    return Candidate(number, f"{cause} row {row}" if row else cause, at, language)
