"""Keeps lists equal to groups at one gateway, both ways, and reads who is blocked there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.consent import ConsentKind, How
from bot.core.enrolling import REFUSED, Basis, Candidate
from bot.core.mirroring import CAUSE, TO_DECIDE, Act, Difference, Plan, Sides, compare
from bot.core.rules import SubscriptionList
from bot.gateways.base import GatewayError, Rejected
from bot.gateways.book import UNKNOWN, Members, Person
from bot.log import logger
from bot.services.account import Account
from bot.services.desk import NotDone
from bot.services.roster import Lists, Roster
from bot.storage import members, mirrors
from bot.storage.aliases import forgotten_at

LOG = logger(__name__)
EVERY = timedelta(minutes=5)
"""Between two comparisons of a list to which nothing happened here."""
BLOCKED_EVERY = timedelta(hours=1)
FIRST_LOOK = timedelta(minutes=5)
"""After a start, before it is read who is blocked: texts come first."""
AT_ONCE = 20
"""People for whom a gateway is asked before it is looked again who left meanwhile."""
AT_ONCE_HERE = 300
"""People put on a list in one transaction."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison came to."""

    group: str
    plan: Plan
    read_at: datetime
    """When the group was asked for: what somebody chose since then is newer."""
    people: Mapping[str, Person]
    """Who is in the group."""


@dataclass(slots=True)
class _State:
    """What is remembered of a list from one comparison to the next."""

    compared_at: datetime | None = None
    trouble: str = ""
    """Why the last comparison could not be made; empty: it was."""
    shown: int = 0
    """Differences that the operator was told of."""
    sure: frozenset[str] = frozenset()
    """Whose difference an operator has settled."""
    refused: set[str] = field(default_factory=set)
    """Numbers that the gateway did not take."""


class Mirrors:
    """All lists that are mirrored at one account."""

    def __init__(self, account: Account, lists: Callable[[], Lists], roster: Roster) -> None:
        self._account = account
        self._lists = lists
        self._roster = roster
        self._states: dict[str, _State] = {}
        self._blocked_due = account.clock.now() + FIRST_LOOK

    @property
    def mirrored(self) -> list[SubscriptionList]:
        """The lists that have a mirror here."""
        return [one for one in self._lists().values() if self._account.name in one.mirror]

    async def tick(self) -> int:
        """Compare what is due, and make it equal; say how many lists that were."""
        await self._read_blocked()
        due = [one for one in self.mirrored if await self._is_due(one)]
        for one in due:
            await self._tend(one)
        return 0  # what is left to do is due at its time

    async def look(self, of_list: str) -> Compared:
        """Compare, and change nothing. Raises `NotDone`, `GatewayError`.

        And `StoreError` where another instance has the account in hand.
        """
        await self._account.expect_in_hand()
        return await self._compare(self._expect(of_list))

    async def settle(self, of_list: str) -> int:
        """Have done what waits for an operator's yes; say how many differences that settles.

        They are those of now: what differs later needs another yes. Raises as `look` does.
        """
        await self._account.expect_in_hand()
        one = self._expect(of_list)
        found = await self._compare(one)
        waiting = {n for n, why in found.plan.differences.items() if why in TO_DECIDE}
        state = self._state(one)
        state.sure, state.compared_at = frozenset(waiting), None
        state.refused.clear()
        return len(waiting)

    async def make_equal(self, of_list: str) -> None:
        """Compare now, and do what is to be done."""
        for one in self.mirrored:
            if one.id == of_list:
                await self._tend(one)

    # When

    async def _is_due(self, one: SubscriptionList) -> bool:
        since, now = self._state(one).compared_at, self._account.clock.now()
        if since is None or now - since >= EVERY:
            return True
        if self._state(one).trouble:
            return False
        async with self._account.database.read() as connection:
            return await mirrors.has_moved(connection, one.id, since)

    async def _tend(self, one: SubscriptionList) -> None:
        state = self._state(one)
        state.compared_at, trouble = self._account.clock.now(), ""
        try:
            found = await self._compare(one)
            await self._carry_out(one, found)
            state.sure = frozenset()  # what differs from now on needs another yes
            self._tell(one, found.plan)
        except GatewayError as error:
            trouble = error.reason
        if trouble and trouble != state.trouble:
            LOG.warning(
                "A list could not be compared with its group, and stays as it is",
                action="mirror.failed",
                list=one.id,
                gateway=self._account.name,
                reason=trouble,
            )
        state.trouble = trouble

    # What

    async def _compare(self, one: SubscriptionList) -> Compared:
        account, group = self._account, one.mirror[self._account.name]
        book, read_at = account.gateway.book, account.clock.now()
        async with account.database.read() as connection:
            known = await mirrors.common(connection, one.id, account.name)
        there = await self._group(group, is_new=not known)
        async with account.database.read() as connection:
            here = await mirrors.on_list(connection, one.id, account.clock.now())
            new = [n for n in there.people if n not in here and n not in known]
            unwilling = await mirrors.unwilling(connection, one.id, new)
            gone = [n for n in known if n not in here]
            chose = await mirrors.by_themselves(connection, one.id, gone)
        sides = Sides(
            here,
            {number: person.contact for number, person in there.people.items()},
            known,
            unwilling,
            chose,
            whole=not there.unreadable,
            removes=book.removes,
        )
        plan = compare(sides, sure=self._state(one).sure)
        return Compared(group, self._without_refused(one, plan), read_at, there.people)

    async def _group(self, group: str, *, is_new: bool) -> Members:
        """Read a group. Where it is new to us and not there, it is made.

        Who knew it must not take it for empty: it was renamed, or deleted.
        """
        book = self._account.gateway.book
        try:
            return await book.members(group)
        except Rejected as error:
            if error.code != UNKNOWN or not is_new:
                raise
        await book.make(group)
        return await book.members(group)

    def _without_refused(self, one: SubscriptionList, plan: Plan) -> Plan:
        refused = self._state(one).refused
        acts = {n: act for n, act in plan.acts.items() if n not in refused}
        told = {n: Difference.REFUSED for n in plan.acts if n in refused}
        return Plan(acts, {**plan.differences, **told}, plan.agreed, plan.gone)

    # How

    async def _carry_out(self, one: SubscriptionList, found: Compared) -> None:
        account, plan = self._account, found.plan
        async with account.database.write() as connection:
            now = account.clock.now()
            await mirrors.note(connection, one.id, account.name, dict(plan.agreed), now)
            await mirrors.drop(connection, one.id, account.name, plan.gone)
        await self._join_here(one, found)
        await self._leave_here(one, found)
        await self._each(one, plan.to_do(Act.REMOVE_THERE), self._remove_there)
        await self._each(one, plan.to_do(Act.ADD_THERE), self._add_there)

    async def _join_here(self, one: SubscriptionList, found: Compared) -> None:
        """Put on the list who was put into the group, as of when it was read."""
        account, cause = self._account, self._cause(one)
        basis = Basis(ConsentKind.IMPLIED, How.IMPORT, self._wording(found.group))
        for some in _some(found.plan.to_do(Act.JOIN_HERE), AT_ONCE_HERE):
            people = [
                Candidate(number, cause, found.read_at, found.people[number].language)
                for number in some
            ]
            fates = await self._roster.add(one.id, people, basis)
            joined = [n for n, fate in zip(some, fates, strict=True) if fate not in REFUSED]
            async with account.database.write() as connection:
                now = account.clock.now()
                agreed = {number: found.people[number].contact for number in joined}
                await mirrors.note(connection, one.id, account.name, agreed, now)

    async def _leave_here(self, one: SubscriptionList, found: Compared) -> None:
        """Take off the list who was taken out of the group, once each was asked for alone."""
        account, book = self._account, self._account.gateway.book
        async with account.database.read() as connection:
            known = await mirrors.common(connection, one.id, account.name)
        wording = f"taken out of the {self._wording(found.group)}"
        for some in _some(found.plan.to_do(Act.LEAVE_HERE), AT_ONCE):
            gone = [
                number
                for number in some
                if not await book.holds(found.group, number, known[number].contact)
            ]
            async with account.database.read() as connection:
                present = await members.find(connection, one.id, gone)
            gone = [number for number in gone if present[number].joined_at <= found.read_at]
            await self._roster.remove(
                one.id, gone, how=How.IMPORT, cause=self._cause(one), wording=wording
            )
            async with account.database.write() as connection:
                await mirrors.drop(connection, one.id, account.name, gone)

    async def _each(
        self,
        one: SubscriptionList,
        numbers: Sequence[str],
        do: Callable[[SubscriptionList, str], Awaitable[None]],
    ) -> None:
        """Do this for each number that still needs it; one that is refused holds up no other."""
        for some in _some(numbers, AT_ONCE):
            for number in await self._still(one, some, leaving=do == self._remove_there):
                try:
                    await do(one, number)
                except Rejected as error:
                    if error.code == UNKNOWN:  # the group is gone: nothing of it is about one
                        raise
                    self._state(one).refused.add(number)

    async def _still(
        self, one: SubscriptionList, numbers: Sequence[str], *, leaving: bool
    ) -> list[str]:
        """Look again who is on the list: a long row of requests takes its time."""
        async with self._account.database.read() as connection:
            now = self._account.clock.now()
            found = await members.find(connection, one.id, numbers)
        on_list = {n for n, who in found.items() if who.lasts(now) and not who.opted_out}
        return [number for number in numbers if (number in on_list) is not leaving]

    async def _add_there(self, one: SubscriptionList, number: str) -> None:
        account, group = self._account, one.mirror[self._account.name]
        async with account.database.read() as connection:
            found = await members.find(connection, one.id, [number])
        contact = await account.gateway.book.add(group, number, found[number].language)
        if contact:  # else the next comparison tells it
            async with account.database.write() as connection:
                now = account.clock.now()
                await mirrors.note(connection, one.id, account.name, {number: contact}, now)

    async def _remove_there(self, one: SubscriptionList, number: str) -> None:
        account = self._account
        await account.gateway.book.remove(one.mirror[account.name], number)
        async with account.database.write() as connection:
            await mirrors.drop(connection, one.id, account.name, [number])

    # Who is blocked there

    async def _read_blocked(self) -> None:
        """Keep who is blocked at the gateway, by whomever: nothing is started to them."""
        account, now = self._account, self._account.clock.now()
        if not account.gateway.book.blocks or now < self._blocked_due:
            return
        self._blocked_due = now + BLOCKED_EVERY
        try:
            found = await account.gateway.book.blocked()
        except GatewayError as error:
            LOG.debug(
                "Who is blocked could not be read", action="blocked.failed", why=error.reason
            )
            return
        there = {number: person.contact for number, person in found.people.items()}
        async with account.database.write() as connection:
            known = await mirrors.common(connection, mirrors.BLOCKED, account.name)
            new = {n: contact for n, contact in there.items() if n not in known}
            for number in await mirrors.forgotten_among(connection, list(new)):
                del new[number]
            for number in await forgotten_at(connection, new):
                del new[number]  # what we told the gateway ourselves does not bring anybody back
            gone = [] if found.unreadable else [n for n in known if n not in there]
            await mirrors.note(connection, mirrors.BLOCKED, account.name, new, now)
            await mirrors.drop(connection, mirrors.BLOCKED, account.name, gone)

    # In words

    def _tell(self, one: SubscriptionList, plan: Plan) -> None:
        state, shown = self._state(one), len(plan.differences)
        if plan.acts:
            LOG.info(
                "A list and its group at a gateway were made equal",
                action="mirror.done",
                list=one.id,
                gateway=self._account.name,
                changes={act.name.lower(): len(plan.to_do(act)) for act in Act if plan.to_do(act)},
            )
        if shown and shown != state.shown:
            LOG.warning(
                "A list and its group differ; `textobot lists mirror` shows it",
                action="mirror.differs",
                list=one.id,
                gateway=self._account.name,
                people=shown,
            )
        state.shown = shown

    def _cause(self, one: SubscriptionList) -> str:
        return f"{CAUSE} {self._account.name}:{one.mirror[self._account.name]}"

    def _wording(self, group: str) -> str:
        return f"group {group} at {self._account.name}"

    def _state(self, one: SubscriptionList) -> _State:
        return self._states.setdefault(one.id, _State())

    def _expect(self, of_list: str) -> SubscriptionList:
        found = self._lists().get(of_list)
        if found is None or self._account.name not in found.mirror:
            raise NotDone(f"the list {of_list!r} has no mirror at {self._account.name}")
        return found


def _some(numbers: Sequence[str], many: int) -> Iterator[Sequence[str]]:
    for begin in range(0, len(numbers), many):
        yield numbers[begin : begin + many]
