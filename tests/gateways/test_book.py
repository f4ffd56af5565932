"""The vendors' contacts and groups, against the sandbox that others wrote from the documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from bot.gateways.base import AccountHeld, GatewayError, Rejected, Unconfirmed, Unreachable
from bot.gateways.book import EXISTS, UNKNOWN, Book
from bot.gateways.clever_contacts import Contacts as CleverContacts, read_contact as read_clever
from bot.gateways.clever_forms import contact
from bot.gateways.vudumobile_contacts import (
    Contacts as VuduMobileContacts,
    read_contact as read_vudumobile,
)
from bot.gateways.vudumobile_forms import digits
from bot.gateways.vudumobile_tables import SYSTEM
from tests.gateways.test_sandbox import NOT_TAKEN, Played, faults, played

__all__ = ["played"]

ANA, BEN, LEA = "+15145550001", "+15145550002", "+33600000001"
GROUP = {"vudumobile": "Marketing", "clever": "all"}
only_vudumobile = pytest.mark.parametrize("played", ["vudumobile"], indirect=True)
only_clever = pytest.mark.parametrize("played", ["clever"], indirect=True)
LISTING = {"vudumobile": "get_contacts", "clever": "contactlists"}
ADDING = {"vudumobile": "add_group_contact", "clever": "contacts"}


def contacts(played: Played) -> VuduMobileContacts:
    found: VuduMobileContacts = played.gateway.book._contacts  # type: ignore[attr-defined]  # the functions themselves
    return found


def clever(played: Played) -> CleverContacts:
    found: CleverContacts = played.gateway.book._contacts  # type: ignore[attr-defined]  # the functions themselves
    return found


def there(played: Played) -> set[str]:
    """Who is in the group, as a person sees it at the vendor."""
    if played.name == "clever":
        return {one.gsm_primary for one in played.sandbox.clever_book.contacts}
    return {one.number for one in played.sandbox.vudumobile_book.members("Marketing")}


async def made(played: Played) -> Book:
    if played.name == "vudumobile":
        played.sandbox.vudumobile_book.add_group("Marketing")
    return played.gateway.book


async def again(played: Played, do: Callable[[], Awaitable[object]]) -> None:
    """Do it as often as it needs: on a busy machine a second request may be late, too."""
    for _ in range(5):
        await played.clock.sleep(31)
        with suppress(Unconfirmed, Unreachable):
            await do()
            return
    raise AssertionError("it does not come to an end")


# What every book does


async def test_who_is_added_is_listed_once(played: Played) -> None:
    book, group = await made(played), GROUP[played.name]

    first = await book.add(group, played.number, "fr")
    await book.add(group, played.number, "fr")

    members = await book.members(group)
    assert {number: one.contact for number, one in members.people.items()} == {
        played.number: first
    }
    assert members.unreadable == 0
    assert there(played) == {played.number}


async def test_one_person_is_asked_for_alone(played: Played) -> None:
    book, group = await made(played), GROUP[played.name]
    contact = await book.add(group, played.number, "")

    assert await book.holds(group, played.number, contact)
    if played.name == "vudumobile":
        played.sandbox.vudumobile_book.leave(played.number, "Marketing")
    else:
        played.sandbox.clever_book.remove(played.number)
    assert not await book.holds(group, played.number, contact)


async def test_a_group_that_is_not_there_is_never_an_empty_one(played: Played) -> None:
    with pytest.raises(Rejected) as refused:
        await played.gateway.book.members("Elsewhere")
    assert refused.value.code == UNKNOWN


@faults(LISTING, "before", "instead", "after")
async def test_a_list_is_read_whole_or_not_at_all(played, fault):
    """Never "everybody left" because of an answer that cannot be read."""
    book = await made(played)
    if played.name == "vudumobile":
        played.sandbox.vudumobile_book.add(played.number, groups=["Marketing"])
    else:
        played.sandbox.clever_book.add(played.number, "Ana", "Petit")
    played.sandbox.break_(played.name, fault, operation=LISTING[played.name])
    try:
        members = await book.members(GROUP[played.name])
    except GatewayError:
        return
    assert set(members.people) == {played.number}


@faults(ADDING, "before", "instead", "after")
async def test_what_is_said_of_an_adding_is_true(played, fault):
    """Done was done, refused was not; what is unclear is done at the second attempt, once.

    Clever's 409 says "exists", which the next listing confirms or not.
    """
    book = await made(played)
    played.sandbox.break_(played.name, fault, operation=ADDING[played.name])
    try:
        await book.add(GROUP[played.name], played.number, "")
    except NOT_TAKEN:
        assert there(played) == set()
        return
    except Unconfirmed:
        await again(played, lambda: book.add(GROUP[played.name], played.number, ""))
    group = GROUP[played.name]
    if fault == "http_409" and played.number not in (await book.members(group)).people:
        await book.add(group, played.number, "")
    assert there(played) == {played.number}


@faults({"vudumobile": "get_contacts", "clever": "contactlists"}, "instead")
async def test_trouble_with_contacts_holds_up_no_text(played, fault):
    """INV-28."""
    book = await made(played)
    for _ in range(6):
        played.sandbox.break_(played.name, fault, operation=LISTING[played.name])
        try:
            await book.members(GROUP[played.name])
        except GatewayError:
            continue
    condition = played.gateway.condition
    assert (condition.held, condition.sends_from, condition.reads_from) == ("", None, None)


async def test_an_account_that_may_not_use_contacts_is_not_held(played: Played) -> None:
    played.sandbox.break_(played.name, "http_403", operation=LISTING[played.name])
    with pytest.raises((Rejected, AccountHeld)):
        await (await made(played)).members(GROUP[played.name])
    assert played.gateway.condition.held == ""


# VuduMobile


@only_vudumobile
@pytest.mark.parametrize("capital", [False, True], ids=["Blocked", "BLOCKED"])
@pytest.mark.parametrize("known", [False, True], ids=["no contact yet", "a contact"])
@pytest.mark.parametrize("apt", [False, True], ids=["400", "404 and 409"])
async def test_an_opt_out_is_carried_and_taken_back(played, capital, known, apt):
    account, theirs = played.sandbox.vudumobile, played.sandbox.vudumobile_book
    account.capital_groups, account.apt_statuses = capital, apt
    if known:
        theirs.add(ANA, name="Ana", language="en")
    book = played.gateway.book

    for _ in range(2):
        await book.block(ANA, "fr")
    assert [one.number for one in theirs.members("blocked")] == [ANA]
    assert set((await book.blocked()).people) == {ANA}
    for _ in range(2):
        await book.unblock(ANA)
    assert theirs.members("blocked") == []
    (contact,) = theirs.contacts
    assert (contact.name, contact.language) == (("Ana", "en") if known else ("", "fr"))


@only_vudumobile
async def test_who_is_no_contact_is_in_no_group(played):
    await played.gateway.book.unblock(ANA)
    assert played.sandbox.vudumobile_book.contacts == []


@only_vudumobile
async def test_a_group_is_made_once_and_goes_by_its_id(played):
    """A name of digits is no id; a new name does not lose the group within one reading."""
    book, theirs = played.gateway.book, played.sandbox.vudumobile_book
    for _ in range(2):
        await book.make("2026")
    await book.add("2026", ANA, "")
    assert [one.number for one in theirs.members(theirs.groups[-1].id)] == [ANA]
    assert set((await book.members("2026")).people) == {ANA}


@only_vudumobile
async def test_each_function_of_vudumobile(played):
    ask = contacts(played)
    group = await ask.post_group("test")
    assert (await ask.post_group("NEW_test", group=group.id)).name == "NEW_test"
    assert [(one.name, one.system) for one in await ask.get_groups()] == [
        ("Tous", True),
        ("Blocked", True),
        ("NEW_test", False),
    ]
    assert await ask.get_contact("number", digits(ANA)) == []
    one = await ask.post_contact({"number": digits(ANA), "language": "en", "name": "Ana & Cie"})
    changed = await ask.post_contact({"id": one.id, "number": ANA, "description": "Dev"})
    assert (changed.id, changed.name, changed.description) == (one.id, "Ana & Cie", "Dev")
    await ask.add_group_contact(group.id, digits(ANA))
    (found,) = await ask.get_contact("number", digits(ANA))
    assert {one.id for one in found.groups or ()} == {"1", group.id}
    assert [one.number for one in (await ask.get_contacts(group.id)).contacts] == [ANA]
    await ask.delete_group_contact(group.id, digits(ANA))
    assert (await ask.get_contacts(group.id)).contacts == ()
    await ask.delete_group(group.id)
    await ask.delete_contact("id", one.id)
    assert played.sandbox.vudumobile_book.contacts == []


@only_vudumobile
@pytest.mark.parametrize("empty", ["error", "empty"])
@pytest.mark.parametrize("apt", [False, True], ids=["400", "404 and 409"])
async def test_what_is_unknown_or_there_is_told_by_its_words(played, empty, apt):
    played.sandbox.vudumobile.unknown_contact = empty
    played.sandbox.vudumobile.apt_statuses = apt
    ask = contacts(played)
    ana, ben = digits(ANA), digits(BEN)
    assert await ask.get_contact("number", ana) == []
    await ask.post_contact({"number": ana})
    group = await ask.post_group("test")
    for refused, code in (
        (ask.post_contact({"number": ana}), EXISTS),
        (ask.post_group("TEST"), EXISTS),
        (ask.post_group("x", group="999"), UNKNOWN),
        (ask.add_group_contact("999", ana), UNKNOWN),
        (ask.delete_group_contact(group.id, ben), UNKNOWN),
        (ask.get_contacts("999"), UNKNOWN),
        (ask.delete_group("999"), UNKNOWN),
        (ask.delete_group("Tous"), SYSTEM),
        (ask.delete_contact("number", ben), UNKNOWN),
    ):
        with pytest.raises(Rejected) as error:
            await refused
        assert error.value.code == code


@only_vudumobile
async def test_a_wrong_key_is_the_account_and_no_unknown_contact(played):
    played.sandbox.break_("vudumobile", "wrong_key", operation="get_contact")
    with pytest.raises(AccountHeld):
        await contacts(played).get_contact("number", digits(ANA))


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ({"id": 1, "number": "15145550001"}, ANA),
        ({"id": "1", "number": 15145550001}, ANA),
        ({"id": 1, "number": "5145550001"}, ANA),
        ({"id": 1, "number": ""}, ""),
        ({"id": 1, "number": 0}, ""),
        ({"id": 1}, ""),
        ({"id": 1, "number": "33600000001"}, LEA),
        ({"id": 1, "number": "555"}, ""),
    ],
)
def test_numbers_of_vudumobiles_contacts(row: dict[str, object], number: str) -> None:
    assert read_vudumobile(row).phone == number


# Clever


@only_clever
async def test_each_function_of_clever(played):
    ask = clever(played)
    one = await ask.create_contact(contact(LEA, "Léa", "Petit", email="lea@example.com"))
    assert (await ask.find_contact(one.id)).email == "lea@example.com"
    await ask.modify_contact(one.id, contact(LEA, "Léa", "Grand"))
    found = await ask.list_contacts()
    (listed,) = found.contacts
    assert (listed.id, listed.phone, listed.lastname) == (one.id, LEA, "Grand")
    assert found.unreadable == ()
    with pytest.raises(Rejected) as refused:
        await ask.create_contact(contact(LEA, "Une", "Autre"))
    assert refused.value.code == EXISTS
    await ask.delete_contact(one.id)
    with pytest.raises(Rejected) as refused:
        await ask.find_contact(one.id)
    assert refused.value.code == UNKNOWN


@only_clever
async def test_nothing_is_deleted_at_clever(played):
    book = played.gateway.book
    await book.add("all", LEA, "")
    for refused in (book.remove("all", LEA), book.block(LEA, ""), book.unblock(LEA)):
        with pytest.raises(Rejected):
            await refused
    assert there(played) == {LEA}
    assert not book.removes
    assert not book.blocks


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ({"id": "1", "gsmPrimary": "+33600000001"}, LEA),
        ({"id": 1, "gsm_primary": "600000001"}, LEA),
        ({"id": 1, "gsm_primary": "0600000001"}, LEA),
        ({"id": 1, "gsm_primary": 600000001}, LEA),
        ({"id": 1, "gsm_primary": "33600000001"}, LEA),
        ({"id": 1, "gsm_primary": "+15145550001"}, ANA),
        ({"id": 1, "gsm_primary": ""}, ""),
        ({"id": 1, "gsm_primary": None}, ""),
    ],
)
def test_numbers_of_clevers_contacts(row: dict[str, object], number: str) -> None:
    assert read_clever(row).phone == number
