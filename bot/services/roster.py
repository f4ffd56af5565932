"""People on lists by another way than their own texts: an operator, a file, a program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from bot.clock import Clock
from bot.core.consent import Consent, ConsentKind, How, expiry
from bot.core.conversation import Subscriber
from bot.core.enrolling import REFUSED, Basis, Candidate, Enrolled, Standing, enrolled
from bot.core.rules import SubscriptionList
from bot.log import logger
from bot.services.desk import NotDone
from bot.services.memberships import take_off, told
from bot.storage import consents, events, members, subscribers
from bot.storage.aliases import aliases
from bot.storage.database import Connection, Database
from bot.storage.members import Member, Tally

LOG = logger(__name__)
Lists = Mapping[str, SubscriptionList]
Greet = Callable[[Connection, SubscriptionList, Sequence[Candidate]], Awaitable[None]]
"""Has the welcome of a list said to who was added; the caller commits."""
LATELY = timedelta(days=7)
REMOVED = "removed"
"""The status under which `list.left` tells of who was taken off by somebody else."""


class UnknownList(NotDone):
    """No rule file has such a list."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, and how many are on it."""

    id: str
    names: tuple[str, ...]
    """What people call it; empty: no rule file has it any more."""
    mirror: Mapping[str, str]
    """Gateway to the group that it is kept equal to."""
    tally: Tally


class Roster:
    """Looks who is on a list, puts people on it, takes them off. Each act is one transaction."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        lists: Callable[[], Lists],
        greet: Greet | None = None,
    ) -> None:
        """`lists` gives those of the rules that are in force; `greet` says their welcome."""
        self._database = database
        self._clock = clock
        self._lists = lists
        self._greet = greet

    async def overview(self) -> list[Listed]:
        """Count every list that a rule file has or somebody was ever on."""
        now = self._clock.now()
        async with self._database.read() as connection:
            counted = await members.tally(connection, now, now - LATELY)
        tallies = {one.list: one for one in counted}
        known = self._lists()
        return [
            Listed(
                name,
                tuple(phrase.written for phrase in known[name].names) if name in known else (),
                known[name].mirror if name in known else {},
                tallies.get(name) or Tally(name, 0, 0, 0, 0),
            )
            for name in sorted(known.keys() | tallies.keys())
        ]

    async def page(self, of_list: str, *, after: str = "", limit: int) -> list[Member]:
        """Read who is on a list, by number. Raises `UnknownList`."""
        async with self._database.read() as connection:
            await self._expect(connection, of_list)
            now = self._clock.now()
            return await members.page(connection, of_list, now, after=after, limit=limit)

    async def member(self, of_list: str, number: str) -> Member | None:
        """Give somebody's membership, if they are on the list. Raises `UnknownList`."""
        async with self._database.read() as connection:
            await self._expect(connection, of_list)
            found = (await members.find(connection, of_list, [number])).get(number)
        return found if found is not None and found.lasts(self._clock.now()) else None

    async def consents(self, numbers: Sequence[str], of_list: str) -> dict[str, Consent]:
        """Give the consent by which each of these may be written to about a list, the newest."""
        async with self._database.read() as connection:
            ledger = await consents.of(connection, numbers)
        return {
            number: given[-1]
            for number, entries in ledger.items()
            if (given := [one for one in entries if one.given and one.list in {of_list, ""}])
        }

    async def add(
        self,
        of_list: str,
        candidates: Sequence[Candidate],
        basis: Basis,
        *,
        dry: bool = False,
        welcome: bool = False,
    ) -> list[Enrolled]:
        """Put people on a list, and say of each what came of it. No number stands twice.

        `dry`: say so, and do nothing. `welcome`: who is new is told the list's welcome. Raises
        `UnknownList`, and `NotDone` where the list has no welcome.
        """
        known = self._lists().get(of_list)
        if known is None:
            raise self._unknown(of_list)
        if welcome and (known.welcome is None or self._greet is None):
            raise NotDone(f"the list {of_list!r} has no welcome to be said")
        now = self._clock.now()
        numbers = [one.number for one in candidates]
        async with self._database.read() if dry else self._database.write() as connection:
            before = await self._standings(connection, of_list, numbers, now)
            fates = [enrolled(one, basis, of_list, before[one.number], now) for one in candidates]
            if dry:
                return fates
            joining = list(zip(candidates, fates, strict=True))
            await _enrol(connection, known, joining, basis, now)
            if welcome and self._greet is not None:
                new = [one for one, fate in joining if fate is Enrolled.ADDED]
                await self._greet(connection, known, new)
        added = fates.count(Enrolled.ADDED)
        if added:
            LOG.info("People were put on a list", action="lists.added", list=of_list, people=added)
        return fates

    async def remove(
        self, of_list: str, numbers: Sequence[str], *, how: How, cause: str, wording: str
    ) -> list[bool]:
        """Take people off a list; say of each whether they were on it. Raises `UnknownList`."""
        now = self._clock.now()
        async with self._database.write() as connection:
            await self._expect(connection, of_list)
            found = await members.find(connection, of_list, numbers)
            leaving = [one for one in found.values() if one.lasts(now)]
            await take_off(connection, leaving, now, status=REMOVED)
            await consents.record(
                connection,
                [
                    Consent(
                        number=one.number,
                        list=of_list,
                        given=False,
                        kind=ConsentKind.EXPRESS,
                        how=how,
                        cause=cause,
                        wording=wording,
                        at=now,
                    )
                    for one in leaving
                ],
            )
        gone = {one.number for one in leaving}
        if gone:
            LOG.info(
                "People were taken off a list",
                action="lists.removed",
                list=of_list,
                people=len(gone),
            )
        return [number in gone for number in numbers]

    async def _standings(
        self, connection: Connection, of_list: str, numbers: Sequence[str], now: datetime
    ) -> dict[str, Standing]:
        people = await subscribers.load_subscribers(connection, numbers, now)
        found = await members.find(connection, of_list, numbers)
        hidden = {number: name for name, number in aliases(connection, numbers).items()}
        ledger = await consents.of(connection, [*numbers, *hidden.values()])
        standings = {}
        for number in numbers:
            one = found.get(number)
            # Of who was forgotten, what they refused still holds; what they agreed to does not.
            refused = [e for e in ledger.get(hidden.get(number, ""), ()) if not e.given]
            standings[number] = Standing(
                people.get(number, Subscriber(number)).opted_out,
                one is not None and one.lasts(now),
                None if one is None else one.left_at,
                [*refused, *ledger.get(number, ())],
            )
        return standings

    async def _expect(self, connection: Connection, of_list: str) -> None:
        """Go on where a rule file has the list, or somebody was ever on it."""
        if of_list in self._lists() or await members.was_any(connection, of_list):
            return
        raise self._unknown(of_list)

    def _unknown(self, of_list: str) -> UnknownList:
        known = self._lists()
        near = get_close_matches(of_list, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "`textobot lists` shows those there are"
        return UnknownList(f"no rule file has a list {of_list!r}; {hint}")


async def _enrol(
    connection: Connection,
    known: SubscriptionList,
    joining: Sequence[tuple[Candidate, Enrolled]],
    basis: Basis,
    now: datetime,
) -> None:
    """Write down who is on a list now, and why; the caller commits."""
    agreed = [one for one, fate in joining if fate not in REFUSED | {Enrolled.MEMBER}]
    ends_at = known.ends(now)
    rows = [
        Member(one.number, known.id, "", one.language, one.cause, now, None, ends_at)
        for one in agreed
    ]
    await members.enrol(connection, rows)
    await consents.record(
        connection, [_consent(one, known.id, basis, ends_at, now) for one in agreed]
    )
    new = {one.number for one, fate in joining if fate is Enrolled.ADDED}
    how = {"how": basis.how.value}
    await events.record(
        connection, [told("list.joined", one, now, how) for one in rows if one.number in new]
    )


def _consent(
    one: Candidate, of_list: str, basis: Basis, ends_at: datetime | None, now: datetime
) -> Consent:
    at = one.at or now
    ends = [end for end in (expiry(basis.kind, at), ends_at) if end is not None]
    return Consent(
        number=one.number,
        list=of_list,
        given=True,
        kind=basis.kind,
        how=basis.how,
        cause=one.cause,
        wording=basis.wording,
        at=at,
        expires_at=min(ends, default=None),
    )
