"""A list and its group at a vendor, both played by the sandbox: whatever changes on one side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.consent import ConsentKind, How
from bot.core.enrolling import Basis, Candidate
from bot.core.mirroring import FEW, Act, Difference
from bot.services.desk import NotDone
from bot.services.forgetting import Forgetting
from bot.services.mirror import BLOCKED_EVERY, EVERY, FIRST_LOOK, Mirrors
from bot.services.roster import Roster
from bot.storage import consents, mirrors
from bot.storage.events import of_types
from bot.storage.whose import gather
from tests.services.installation import ANA, BEN, LEA, TOM, Installation, open_installation

RULES = """
rules:
  - {id: deals, keyword: [rabais], do: {join: deals}, reply: Inscrit}
lists:
  - {id: deals, names: [rabais], mirror: {vudumobile: Marketing}}
  - {id: paris, mirror: {clever: all}}
"""
EXPRESS = Basis(ConsentKind.EXPRESS, How.OPERATOR, "a form")
CROWD = [f"+1514555{place:04}" for place in range(1000, 1000 + FEW + 1)]


@dataclass
class Town:
    """An installation whose lists have mirrors."""

    all: Installation
    gateway: str
    of_list: str

    def __post_init__(self) -> None:
        lists = self.all.library.rulebook.lists
        self.roster = Roster(self.all.database, self.all.clock, lambda: lists)
        self.mirrors = self.process()

    def process(self) -> Mirrors:
        lists = self.all.library.rulebook.lists
        return Mirrors(self.all.accounts[self.gateway], lambda: lists, self.roster)

    @property
    def book(self):
        return self.all.sandbox.vudumobile_book

    async def equal(self) -> None:
        """Five minutes pass, and it is compared."""
        self.all.wait(EVERY.total_seconds() + 1)
        await self.mirrors.tick()

    async def join(self, *numbers: str) -> None:
        people = [Candidate(number, "operator") for number in numbers]
        await self.roster.add(self.of_list, people, EXPRESS)

    async def leave(self, *numbers: str) -> None:
        await self.roster.remove(
            self.of_list, numbers, how=How.OPERATOR, cause="operator", wording="asked"
        )

    async def text(self, number: str, text: str) -> None:
        self.all.wait(31)  # what is listed at first is history
        self.all.sandbox.text(self.gateway, number, text)
        await self.all.round()

    async def here(self) -> set[str]:
        page = await self.roster.page(self.of_list, limit=100)
        return {one.number for one in page}

    def there(self) -> set[str]:
        if self.gateway == "clever":
            return {one.gsm_primary for one in self.all.sandbox.clever_book.contacts}
        return {one.number for one in self.book.members("Marketing")}

    def put(self, *numbers: str) -> None:
        """Somebody at the vendor's pages puts people into the group."""
        for number in numbers:
            if not self.book.by_number(number):
                self.book.add(number)
            self.book.join(number, "Marketing")

    def take_out(self, *numbers: str) -> None:
        for number in numbers:
            self.book.leave(number, "Marketing")

    async def differences(self) -> dict[str, Difference]:
        return dict((await self.mirrors.look(self.of_list)).plan.differences)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_installation(tmp_path, rules=RULES) as made:
        made.sandbox.vudumobile_book.add_group("Marketing")
        yield Town(made, "vudumobile", "deals")


@pytest.fixture
async def paris(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_installation(tmp_path, rules=RULES) as made:
        yield Town(made, "clever", "paris")


async def test_a_first_comparison_only_adds_on_both_sides(town: Town) -> None:
    await town.join(ANA)
    town.put(BEN)

    await town.equal()

    assert await town.here() == town.there() == {ANA, BEN}
    assert town.book.groups_of(ANA)[0].name == "Tous"


async def test_what_changes_here_changes_there_soon(town: Town) -> None:
    await town.join(ANA)
    await town.equal()
    await town.text(BEN, "rabais")
    await town.leave(ANA)

    await town.mirrors.tick()

    assert town.there() == {BEN}
    assert [one.number for one in town.book.contacts] == [ANA, BEN]


async def test_what_changes_there_changes_here_and_is_in_the_ledger(town: Town) -> None:
    await town.join(ANA)
    await town.equal()
    town.put(BEN)
    town.take_out(ANA)

    await town.equal()

    assert await town.here() == {BEN}
    async with town.all.database.read() as connection:
        ledger = await consents.of(connection, [ANA, BEN])
        told = await of_types(connection, f":{BEN}", ["list.joined"])
    (joined,), left = ledger[BEN], ledger[ANA][-1]
    assert (joined.given, joined.kind, joined.how) == (True, ConsentKind.IMPLIED, How.IMPORT)
    assert joined.cause == left.cause == "mirror vudumobile:Marketing"
    assert joined.wording == "group Marketing at vudumobile"
    assert not left.given
    assert len(told) == 1


async def test_who_comes_back_to_the_group_comes_back_to_the_list(town: Town) -> None:
    await town.join(ANA)
    await town.equal()
    town.take_out(ANA)
    await town.equal()
    assert await town.here() == set()
    town.put(ANA)

    await town.equal()

    assert await town.here() == {ANA}


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["rabais", "STOP rabais"], Difference.LEFT),
        (["STOP"], Difference.OPTED_OUT),
        (["rabais", "STOP"], Difference.OPTED_OUT),
    ],
    ids=["left", "never joined, and opted out", "opted out"],
)
async def test_who_said_no_here_is_not_put_on_the_list_by_a_group(
    town: Town, texts: list[str], why: Difference
) -> None:
    """INV-12."""
    for text in texts:
        await town.text(ANA, text)
    town.put(ANA)

    await town.equal()
    assert await town.differences() == {ANA: why}
    assert town.there() == {ANA}

    assert await town.mirrors.settle("deals") == 1
    await town.mirrors.tick()
    assert town.there() == set()
    assert await town.differences() == {}
    town.put(ANA)
    await town.equal()
    assert await town.differences() == {ANA: why}


async def test_an_opt_out_leaves_the_group_and_a_start_comes_back(town: Town) -> None:
    await town.text(ANA, "rabais")
    await town.equal()
    assert town.there() == {ANA}
    await town.text(ANA, "STOP")
    await town.equal()
    assert town.there() == set()
    await town.text(ANA, "START")
    await town.equal()
    assert town.there() == {ANA}


@pytest.mark.parametrize("side", ["here", "there"])
async def test_many_at_once_wait_for_a_word(town: Town, side: str) -> None:
    """A group that was emptied by mistake does not empty the list, nor the other way round."""
    await town.join(*CROWD)
    await town.equal()
    assert town.there() == set(CROWD)
    if side == "here":
        await town.leave(*CROWD)
    else:
        town.take_out(*CROWD)

    await town.equal()

    why = Difference.MANY_THERE if side == "here" else Difference.MANY_HERE
    assert await town.differences() == dict.fromkeys(CROWD, why)
    kept = town.there() if side == "here" else await town.here()
    assert kept == set(CROWD)
    assert await town.mirrors.settle("deals") == len(CROWD)
    await town.mirrors.tick()
    assert (town.there(), await town.here()) == (set(), set())


async def test_a_crowd_that_stops_by_itself_is_no_mistake(town: Town) -> None:
    town.all.wait(31)
    for number in CROWD:
        town.all.sandbox.text("vudumobile", number, "rabais")
    await town.all.round()
    assert await town.here() == set(CROWD)
    await town.equal()
    for number in CROWD:
        town.all.sandbox.text("vudumobile", number, "STOP rabais")
    await town.all.round()

    await town.equal()

    assert town.there() == set()


@pytest.mark.parametrize("fault", ["truncated", "http_500", "empty", "rows_lost", "null"])
async def test_a_list_that_was_not_read_whole_changes_nothing(town: Town, fault: str) -> None:
    await town.join(ANA, BEN)
    await town.equal()
    town.all.sandbox.break_("vudumobile", fault, operation="get_contacts")

    await town.equal()

    assert await town.here() == town.there() == {ANA, BEN}


async def test_a_group_that_is_gone_empties_no_list(town: Town) -> None:
    await town.join(ANA)
    await town.equal()
    town.book.remove_group("Marketing")
    await town.equal()
    assert await town.here() == {ANA}
    assert "Marketing" not in [one.name for one in town.book.groups]


async def test_a_group_that_was_never_there_is_made(tmp_path: Path) -> None:
    async with open_installation(tmp_path, rules=RULES) as made:
        town = Town(made, "vudumobile", "deals")
        await town.join(ANA)
        await town.equal()
        assert town.there() == {ANA}


@pytest.mark.parametrize("operation", ["post_contact", "add_group_contact"])
async def test_what_was_done_half_is_done_once_in_the_end(town: Town, operation: str) -> None:
    await town.join(ANA, BEN)
    town.all.sandbox.break_("vudumobile", "answer_lost", operation=operation)
    await town.equal()
    town.mirrors = town.process()
    await town.equal()
    assert town.there() == {ANA, BEN}
    assert [one.number for one in town.book.contacts] == [ANA, BEN]


async def test_who_joined_again_is_put_back(town: Town) -> None:
    await town.text(ANA, "rabais")
    await town.equal()
    town.take_out(ANA)
    await town.text(ANA, "rabais")

    await town.equal()

    assert await town.here() == town.there() == {ANA}


async def test_nothing_is_deleted_at_clever(paris: Town) -> None:
    """ "Nothing deleted at the vendor without a word": it is shown, and left to people."""
    await paris.join(LEA)
    paris.all.sandbox.clever_book.add(TOM, "Tom", "Petit")
    await paris.equal()
    assert await paris.here() == paris.there() == {LEA, TOM}
    await paris.leave(LEA)

    await paris.equal()

    assert paris.there() == {LEA, TOM}
    assert await paris.differences() == {LEA: Difference.UNDELETED}
    paris.all.sandbox.clever_book.remove(LEA)
    paris.all.sandbox.clever_book.remove(TOM)
    await paris.equal()
    assert (await paris.here(), await paris.differences()) == (set(), {})


async def test_looking_changes_nothing(town: Town) -> None:
    await town.join(ANA)
    town.put(BEN)
    found = await town.mirrors.look("deals")
    assert found.plan.acts == {ANA: Act.ADD_THERE, BEN: Act.JOIN_HERE}
    assert (await town.here(), town.there()) == ({ANA}, {BEN})
    with pytest.raises(NotDone):
        await town.mirrors.look("paris")


async def test_who_was_forgotten_does_not_come_back_from_the_vendor(town: Town) -> None:
    """INV-38."""
    await town.join(ANA)
    await town.equal()
    town.book.join(ANA, "Blocked")
    forgetting = Forgetting(town.all.database, town.all.clock)
    await forgetting.forget(ANA)
    town.all.wait(FIRST_LOOK.total_seconds())

    await town.equal()

    assert await town.differences() == {ANA: Difference.FORGOTTEN}
    async with town.all.database.read() as connection:
        assert (await gather(connection, ANA)).is_empty


async def test_who_is_blocked_at_the_vendor_is_known_here(town: Town) -> None:
    async def known() -> Sequence[str]:
        async with town.all.database.read() as connection:
            return sorted(await mirrors.common(connection, mirrors.BLOCKED, "vudumobile"))

    town.book.add(ANA)
    town.book.join(ANA, "Blocked")
    await town.mirrors.tick()
    assert await known() == []
    town.all.wait(FIRST_LOOK.total_seconds() + 1)
    await town.mirrors.tick()
    assert await known() == [ANA]
    town.book.leave(ANA, "Blocked")
    town.all.wait((BLOCKED_EVERY + timedelta(seconds=1)).total_seconds())
    await town.mirrors.tick()
    assert await known() == []


async def test_who_is_blocked_and_forgotten_is_not_brought_back(town: Town) -> None:
    """INV-38: we told the vendor ourselves, perhaps."""
    town.book.add(ANA)
    town.book.join(ANA, "Blocked")
    town.all.wait(FIRST_LOOK.total_seconds() + 1)
    await town.mirrors.tick()

    await Forgetting(town.all.database, town.all.clock).forget(ANA)

    town.all.wait((BLOCKED_EVERY + timedelta(seconds=1)).total_seconds())
    await town.mirrors.tick()
    async with town.all.database.read() as connection:
        assert await mirrors.common(connection, mirrors.BLOCKED, "vudumobile") == {}
