"""VuduMobile's contacts and groups as its document prints them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox import Clock, Sandbox
from tests.sandbox.conftest import MOBILE, Client
from tests.sandbox.fault_stories import lost

NOW = "2026-06-01 12:00:00"
NEVER = "0000-00-00 00:00:00"
ICON = "https://api.vudumobile.net/assets/images/contact_icons/default.png"
TOUS = {"id": 1, "group_name": "Tous", "created_at": NEVER, "system": 1}
BLOCKED = {"id": 10, "group_name": "Blocked", "created_at": NEVER, "system": 1}
MARKETING = {"id": 11, "group_name": "Marketing", "created_at": NOW, "system": 0}
FOUND = {
    "id": 1,
    "number": "15145555555",
    "name": "John Smith",
    "description": "Dev",
    "email": "some@some.com",
    "icon": ICON,
    "is_blocked": 0,
    "user_id": "0",
    "language": "fr",
    "created_at_unix": 1780315200,
}
"""The samples' contact as `get_contact` has it, but for its groups."""
LISTED = FOUND | {"created_at": NOW}
POSTED = FOUND | {"number": 15145555555}
DONE = {"status": True}
JOHN = {
    "number": "15145555555",
    "name": "John Smith",
    "description": "Dev",
    "email": "some@some.com",
    "language": "fr",
}


def failed(text: str) -> dict[str, object]:
    return {"status": False, "error": text}


def worded(group: dict[str, Any]) -> dict[str, Any]:
    """A group as `get_contact` has it."""
    return group | {"system": str(group["system"])}


@pytest.fixture(autouse=True)
def known(sandbox: Sandbox) -> None:
    """John, who is in no group of ours, and a group."""
    sandbox.vudumobile_book.add(
        "15145555555", name="John Smith", description="Dev", email="some@some.com"
    )
    sandbox.vudumobile_book.add_group("Marketing")


async def ask(client: Client, operation: str, **form: str) -> tuple[int, Any]:
    async with client.vudumobile(operation, **form) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("operation", "form", "answer"),
    [
        ("get_contacts", {"group": "Tous"}, {"group": TOUS, "contacts": [LISTED]}),
        ("get_contacts", {"group": "tOUS"}, {"group": TOUS, "contacts": [LISTED]}),
        ("get_contacts", {"group": "1"}, {"group": TOUS, "contacts": [LISTED]}),
        ("get_contacts", {"group": "marketing"}, {"group": MARKETING, "contacts": []}),
        *(
            ("get_contact", form, DONE | {"contact": [FOUND | {"groups": [worded(TOUS)]}]})
            for form in (
                {"number": "15145555555"},
                {"number": "5145555555"},
                {"email": "Some@some.com"},
                {"id": "1"},
            )
        ),
        (
            "post_contact",
            JOHN | {"id": "1", "name": "Jo", "user_id": "7"},
            DONE | {"contact": [POSTED | {"name": "Jo", "user_id": 7}]},
        ),
        ("post_contact", JOHN | {"id": "1"}, DONE | {"contact": [POSTED | {"user_id": 0}]}),
        (
            "post_contact",
            {"number": "15146660000", "user_id": ""},
            DONE
            | {
                "contact": [
                    POSTED
                    | {"id": 2, "number": 15146660000, "name": "", "description": "", "email": ""}
                ]
            },
        ),
        (
            "post_contact",
            JOHN | {"number": "1514555555", "user_id": ""},
            DONE | {"contact": [POSTED | {"id": 2, "number": 1514555555}]},
        ),
        ("delete_contact", {"number": "15145555555"}, DONE),
        ("delete_contact", {"email": "some@some.com"}, DONE),
        ("delete_contact", {"id": "1"}, DONE),
        ("get_groups", {}, DONE | {"groups": [TOUS, BLOCKED, MARKETING]}),
        (
            "post_group",
            {"group_name": "test"},
            DONE | {"group": {"id": 12, "group_name": "test", "created_at": NOW, "system": 0}},
        ),
        (
            "post_group",
            {"group_id": "11", "group_name": "NEW_test"},
            DONE | {"group": MARKETING | {"group_name": "NEW_test"}},
        ),
        ("add_group_contact", {"group": "MARKETING", "contact": "15145555555"}, DONE),
        ("add_group_contact", {"group": "Marketing", "contact": "1"}, DONE),
        ("add_group_contact", {"group": "11", "contact": "some@some.com"}, DONE),
        ("delete_group_contact", {"group": "Marketing", "contact": "15145555555"}, DONE),
        ("delete_group_contact", {"group": "11", "contact": "1"}, DONE),
        ("delete_group", {"group": "marketing"}, DONE),
        ("delete_group", {"group": "11"}, DONE),
    ],
)
async def test_samples(
    client: Client, operation: str, form: dict[str, str], answer: dict[str, Any]
) -> None:
    assert await ask(client, operation, **form) == (200, answer)


NO_WHO = "Contact number or email required"
TAKEN = "Contact already exists with this number"


@pytest.mark.parametrize(
    ("operation", "form", "text"),
    [
        ("get_contacts", {}, "group parameter is missing"),
        ("get_contacts", {"group": "test"}, "group not found"),
        ("get_contact", {}, NO_WHO),
        ("get_contact", {"number": "15140000000"}, "Contact not found"),
        ("post_contact", {"name": "Jo"}, NO_WHO),
        ("post_contact", {"id": "1", "name": "Jo"}, NO_WHO),
        ("post_contact", {"number": "15145555555"}, TAKEN),
        ("post_contact", {"id": "2", "number": "15145550009"}, "Contact not found"),
        ("post_contact", {"number": "1"}, "number parameter is invalid"),
        ("post_contact", {"email": "some"}, "email is not a valid email address"),
        ("post_contact", {"email": "a@b.ca", "language": "es"}, "language parameter is invalid"),
        ("post_contact", {"email": "a@b.ca", "user_id": "me"}, "user_id parameter is invalid"),
        ("delete_contact", {}, "Contact number, email or id required"),
        ("delete_contact", {"id": "123"}, "Contact not found"),
        ("post_group", {}, "group_name parameter is missing"),
        ("post_group", {"group_name": "marketing"}, "group already exists"),
        ("post_group", {"group_name": "BLOCKED"}, "group already exists"),
        ("post_group", {"group_id": "26", "group_name": "test"}, "group doesn't exist"),
        ("post_group", {"group_id": "Marketing", "group_name": "test"}, "group doesn't exist"),
        ("post_group", {"group_id": "11", "group_name": "tous"}, "group already exists"),
        ("post_group", {"group_id": "10", "group_name": "x"}, "system groups can't be modified"),
        ("add_group_contact", {"contact": "1"}, "group parameter is missing"),
        ("add_group_contact", {"group": "Marketing"}, "contact parameter is missing"),
        ("add_group_contact", {"group": "Marketing", "contact": "9"}, "contact not found"),
        ("add_group_contact", {"group": "test", "contact": "1"}, "group not found"),
        ("delete_group_contact", {"group": "Marketing", "contact": "9"}, "contact not found"),
        ("delete_group_contact", {"group": "test", "contact": "1"}, "group not found"),
        ("delete_group", {}, "group parameter is missing"),
        ("delete_group", {"group": "test"}, "group not found"),
        ("delete_group", {"group": "26"}, "group not found"),
        ("delete_group", {"group": "Tous"}, "system groups can't be deleted"),
        ("delete_group", {"group": "bLOCKED"}, "system groups can't be deleted"),
        ("delete_group", {"group": "10"}, "system groups can't be deleted"),
    ],
)
async def test_errors_change_nothing(
    client: Client, operation: str, form: dict[str, str], text: str
) -> None:
    book = client.sandbox.vudumobile_book
    before = book.contacts, book.groups
    assert await ask(client, operation, **form) == (400, failed(text))
    assert (book.contacts, book.groups) == before


@pytest.mark.parametrize(
    ("setting", "operation", "form", "answer"),
    [
        ({"unknown_contact": "empty"}, "get_contact", {"id": "9"}, (200, DONE | {"contact": []})),
        (
            {"apt_statuses": True},
            "delete_contact",
            {"id": "9"},
            (404, failed("Contact not found")),
        ),
        (
            {"apt_statuses": True},
            "post_group",
            {"group_name": "Marketing"},
            (409, failed("group already exists")),
        ),
        (
            {"tous_id": 6},
            "get_contacts",
            {"group": "6"},
            (200, {"group": TOUS | {"id": 6}, "contacts": [LISTED]}),
        ),
        (
            {"capital_groups": True},
            "get_contacts",
            {"group": "Tous"},
            (200, {"group": TOUS | {"group_name": "TOUS"}, "contacts": [LISTED]}),
        ),
    ],
)
async def test_other_readings(
    client: Client,
    setting: dict[str, object],
    operation: str,
    form: dict[str, str],
    answer: tuple[int, object],
) -> None:
    await client.control("settings", vudumobile=setting)
    assert await ask(client, operation, **form) == answer


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_contacts_language_is_the_accounts_unless_said(
    client: Client, language: str
) -> None:
    client.sandbox.vudumobile.default_language = language
    _, added = await ask(client, "post_contact", number=MOBILE, language="")
    assert added["contact"][0]["language"] == language
    _, added = await ask(client, "post_contact", number="15145550002", language="en")
    assert added["contact"][0]["language"] == "en"


async def test_only_what_is_sent_changes(client: Client) -> None:
    await ask(client, "post_contact", id="1", email="new@some.com")
    (john,) = client.sandbox.vudumobile_book.contacts
    assert (john.number, john.name, john.email) == ("+15145555555", "John Smith", "new@some.com")


async def test_a_number_that_another_has_cannot_be_taken(client: Client) -> None:
    client.sandbox.vudumobile_book.add(MOBILE)
    form = {"id": "1", "number": MOBILE}
    assert await ask(client, "post_contact", **form) == (400, failed(TAKEN))


async def test_a_group_from_beginning_to_end(client: Client) -> None:
    """Joining twice and leaving twice do no harm, and members outlive their group."""
    book = client.sandbox.vudumobile_book
    form = {"group": "Marketing", "contact": "1"}
    for _ in range(2):
        assert await ask(client, "add_group_contact", **form) == (200, DONE)
        assert [contact.id for contact in book.members("Marketing")] == [1]
    await ask(client, "post_group", group_id="11", group_name="Ventes")
    assert [contact.id for contact in book.members("ventes")] == [1]
    form = {"group": "Ventes", "contact": "1"}
    for _ in range(2):
        assert await ask(client, "delete_group_contact", **form) == (200, DONE)
        assert book.members("Ventes") == []
    book.join(1, "Ventes")
    assert await ask(client, "delete_group", group="Ventes") == (200, DONE)
    assert [group.name for group in book.groups_of(1)] == ["Tous"]
    assert len(book.contacts) == 1


async def test_nobody_leaves_tous(client: Client) -> None:
    form = {"group": "Tous", "contact": "1"}
    assert await ask(client, "delete_group_contact", **form) == (200, DONE)
    assert len(client.sandbox.vudumobile_book.members("TOUS")) == 1


async def test_who_is_in_blocked_is_blocked_and_is_still_sent_to(client: Client) -> None:
    """The document does not say that a message is refused."""
    await ask(client, "add_group_contact", group="BLOCKED", contact="15145555555")
    _, found = await ask(client, "get_contact", id="1")
    assert found["contact"][0]["is_blocked"] == 1
    assert found["contact"][0]["groups"] == [worded(TOUS), worded(BLOCKED)]
    await client.send("Bonjour", "15145555555")
    client.later(3)
    (bubble,) = client.sandbox.phone("vudumobile", "15145555555").received
    assert bubble.code == "DELIVRD_000"
    client.sandbox.vudumobile_book.leave("+15145555555", "blocked")
    _, found = await ask(client, "get_contact", id="1")
    assert found["contact"][0]["is_blocked"] == 0


async def test_what_a_person_does_on_the_site_is_seen_over_the_api(client: Client) -> None:
    book = client.sandbox.vudumobile_book
    anne = book.add(MOBILE, name="Anne", language="en", groups=["Marketing", "Blocked"])
    book.edit(anne.id, name="Anna", email="some@some.com")
    book.rename_group("Marketing", "Ventes")
    book.remove("15145555555")
    _, listed = await ask(client, "get_contacts", group="Ventes")
    assert [(c["id"], c["name"], c["is_blocked"]) for c in listed["contacts"]] == [(2, "Anna", 1)]
    book.remove_group("ventes")
    assert await ask(client, "get_contacts", group="11") == (400, failed("group not found"))
    assert book.find("some@some.com") == book.find(2) == book.find(MOBILE)
    with pytest.raises(LookupError):
        book.find("John")
    with pytest.raises(ValueError, match="system group"):
        book.remove_group("Tous")
    with pytest.raises(ValueError, match="A contact has"):
        book.edit(anne.id, age="7")


async def test_everybody_who_shares_an_address_is_found_by_it(client: Client) -> None:
    client.sandbox.vudumobile_book.add(MOBILE, email="some@some.com")
    _, found = await ask(client, "get_contact", email="some@some.com")
    assert [contact["id"] for contact in found["contact"]] == [1, 2]
    await ask(client, "delete_contact", email="some@some.com")
    assert [contact.id for contact in client.sandbox.vudumobile_book.contacts] == [2]


async def test_a_reset_empties_the_book(client: Client) -> None:
    client.sandbox.reset()
    book = client.sandbox.vudumobile_book
    assert (book.contacts, [group.name for group in book.groups]) == ([], ["Tous", "Blocked"])


async def test_key_and_method_are_asked_for(client: Client) -> None:
    url = f"{client.sandbox.vudumobile_url}/get_groups"
    async with client.http.post(url) as answer:
        assert await answer.json() == failed("API Key parameter is missing")
    async with client.http.get(url, headers=client.key) as answer:
        assert answer.status == 405


# Faults


async def test_a_contact_whose_answer_is_lost_is_added(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_lost", operation="post_contact")
    await lost(client.vudumobile("post_contact", number=MOBILE))
    assert client.sandbox.vudumobile_book.find(MOBILE).id == 2
    assert await ask(client, "post_contact", number=MOBILE) == (400, failed(TAKEN))


@pytest.mark.parametrize(
    ("operation", "form"),
    [
        ("post_contact", {"number": MOBILE}),
        ("get_contact", {"id": "2"}),
        ("add_group_contact", {"group": "Marketing", "contact": "2"}),
        ("delete_group_contact", {"group": "Marketing", "contact": "anne@some.com"}),
        ("delete_contact", {"email": "anne@some.com"}),
    ],
)
async def test_a_fault_of_one_number_finds_it_however_it_is_named(
    client: Client, operation: str, form: dict[str, str]
) -> None:
    client.sandbox.vudumobile_book.add(MOBILE, email="anne@some.com")
    client.sandbox.break_("vudumobile", "http_500", number=MOBILE, times=None)
    assert (await ask(client, operation, **form))[0] == 500
    assert (await ask(client, "get_contact", id="1"))[0] == 200


async def test_rows_of_contacts_are_lost_and_come_back(client: Client) -> None:
    client.sandbox.vudumobile_book.add(MOBILE)
    client.sandbox.break_("vudumobile", "rows_lost", operation="get_contacts", number=MOBILE)
    client.sandbox.break_("vudumobile", "rows_lost", operation="get_groups")
    rows = [(await ask(client, "get_contacts", group="Tous"))[1]["contacts"] for _ in range(2)]
    assert [[row["id"] for row in listed] for listed in rows] == [[1], [1, 2]]
    assert (await ask(client, "get_groups"))[1]["groups"] == []
    assert len((await ask(client, "get_groups"))[1]["groups"]) == 3


async def test_rows_of_contacts_are_shuffled(client: Client) -> None:
    for end in range(10):
        client.sandbox.vudumobile_book.add(f"1514555010{end}")
    client.sandbox.break_("vudumobile", "rows_shuffled", operation="get_contacts")
    _, listed = await ask(client, "get_contacts", group="Tous")
    ids = [contact["id"] for contact in listed["contacts"]]
    assert ids != sorted(ids) == list(range(1, 12))


def test_a_contact_is_dated_by_the_gateways_clock() -> None:
    sandbox = Sandbox(Clock(speed=0, world=0.0))
    sandbox.vudumobile.skew = 5.0
    assert sandbox.vudumobile_book.add(MOBILE).created_at == datetime(
        1970, 1, 1, 0, 0, 5, tzinfo=UTC
    )
