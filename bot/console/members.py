"""Members of lists, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from bot.console.problems import Problem
from bot.console.routes import VISIBLE, Asked, Given, Route, Shown, Strict
from bot.core.consent import LONGEST_WORDING, Consent, ConsentKind, How
from bot.core.enrolling import Basis, Candidate, Enrolled
from bot.core.tokens import Scope
from bot.services.desk import NotDone
from bot.services.roster import Roster, UnknownList
from bot.storage.members import Member
from bot.validation import Wrong

PAGE, MOST = 100, 1000
"""Members in one answer: usually, and at most."""
STATUS = {
    Enrolled.ADDED: 201,
    Enrolled.MEMBER: 200,
    Enrolled.RENEWED: 200,
    Enrolled.OPTED_OUT: 409,
    Enrolled.LEFT: 409,
    Enrolled.EXPIRED: 422,
    Enrolled.FUTURE: 422,
}
ReadNumber = Callable[[str], str]
"""Gives a number as E.164. Raises `Wrong`."""


class GivenConsent(Strict):
    """On what ground a number may be written to."""

    kind: ConsentKind
    wording: Annotated[str, Field(min_length=1, max_length=LONGEST_WORDING, pattern=VISIBLE)]
    """What the person agreed to."""
    at: AwareDatetime | None = None
    """When; without it, now."""


class Joining(Strict):
    """Somebody is to be on a list."""

    consent: GivenConsent
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""
    welcome: bool = False
    """Who is new is told the list's welcome."""


class Wanted(Strict):
    """Which members are asked for."""

    after: str = ""
    """The number after which they begin."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE


class KnownConsent(Shown):
    """The newest consent that is known."""

    kind: ConsentKind
    how: How
    at: datetime
    wording: str
    expires_at: datetime | None


class MemberShown(Shown):
    """Somebody who is on a list."""

    number: str
    language: str
    joined_at: datetime
    ends_at: datetime | None
    opted_out: bool
    """Nothing is sent, although the membership is there."""
    consent: KnownConsent | None


class MembersShown(Shown):
    """Some of them, by number."""

    members: list[MemberShown]
    next: str | None
    """Give it as `after` for those that follow; null: there are none."""


def member_routes(roster: Roster, number: ReadNumber) -> tuple[Route, ...]:
    """Give the routes of `/lists/{list}/members`."""
    doing = _Members(roster, number)
    one, all_of_them, scope = (
        "/lists/{list}/members/{number}",
        "/lists/{list}/members",
        Scope.LISTS,
    )
    return (
        Route(
            "GET", all_of_them, scope, doing.page, "Who is on a list.", Wanted, gives=MembersShown
        ),
        Route("GET", one, scope, doing.look, "One member.", gives=MemberShown),
        Route(
            "PUT",
            one,
            scope,
            doing.put,
            "Put a number on a list.",
            body=Joining,
            gives=MemberShown,
            statuses=(200, 201),
            refuses=(409,),
        ),
        Route("DELETE", one, scope, doing.remove, "Take a number off a list.", statuses=(204,)),
    )


class _Members:
    """Answers."""

    def __init__(self, roster: Roster, number: ReadNumber) -> None:
        self._roster = roster
        self._read = number

    async def page(self, asked: Asked) -> Given:
        # In a query, a plus sign that is not written %2B is a blank.
        wanted: Wanted = asked.query
        after = wanted.after.strip()
        after = f"+{after}" if after[:1].isdigit() else after
        of_list, limit = asked.path["list"], wanted.limit
        try:
            found = await self._roster.page(of_list, after=after, limit=limit + 1)
        except UnknownList as unknown:
            raise Problem(404, str(unknown)) from unknown
        shown = await self._shown(of_list, found[:limit])
        following = shown[-1].number if len(found) > limit else None
        return Given(MembersShown(members=shown, next=following))

    async def look(self, asked: Asked) -> Given:
        return Given(await self._member(asked.path["list"], self._number(asked)))

    async def put(self, asked: Asked) -> Given:
        joining: Joining = asked.body
        number, of_list, consent = self._number(asked), asked.path["list"], joining.consent
        cause = f"token {asked.caller}"
        one = Candidate(number, cause, consent.at, joining.language)
        basis = Basis(consent.kind, How.API, consent.wording)
        try:
            (fate,) = await self._roster.add(of_list, [one], basis, welcome=joining.welcome)
        except UnknownList as unknown:
            raise Problem(404, str(unknown)) from unknown
        except NotDone as refused:
            raise Problem(422, str(refused)) from refused
        if STATUS[fate] >= 400:
            raise Problem(STATUS[fate], f"{number}: {fate}", reason=fate.name.casefold())
        return Given(await self._member(of_list, number), STATUS[fate])

    async def remove(self, asked: Asked) -> Given:
        cause = f"token {asked.caller}"
        try:
            await self._roster.remove(
                asked.path["list"],
                [self._number(asked)],
                how=How.API,
                cause=cause,
                wording="taken off by a program",
            )
        except UnknownList as unknown:
            raise Problem(404, str(unknown)) from unknown
        return Given(status=204)

    async def _member(self, of_list: str, number: str) -> MemberShown:
        try:
            found = await self._roster.member(of_list, number)
        except UnknownList as unknown:
            raise Problem(404, str(unknown)) from unknown
        if found is None:
            raise Problem(404, f"{number} is not on the list {of_list!r}")
        return (await self._shown(of_list, [found]))[0]

    async def _shown(self, of_list: str, found: list[Member]) -> list[MemberShown]:
        agreed = await self._roster.consents([one.number for one in found], of_list)
        return [_shown(one, agreed.get(one.number)) for one in found]

    def _number(self, asked: Asked) -> str:
        try:
            return self._read(asked.path["number"])
        except Wrong as wrong:
            raise Problem(422, f"number: {wrong.what}; {wrong.remedy}") from wrong


def _shown(one: Member, agreed: Consent | None) -> MemberShown:
    known = None
    if agreed is not None:
        known = KnownConsent(
            kind=agreed.kind,
            how=agreed.how,
            at=agreed.at,
            wording=agreed.wording,
            expires_at=agreed.expires_at,
        )
    return MemberShown(
        number=one.number,
        language=one.language,
        joined_at=one.joined_at,
        ends_at=one.ends_at,
        opted_out=one.opted_out,
        consent=known,
    )
