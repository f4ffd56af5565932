"""Clever's contacts as its document prints them, in both readings where it contradicts itself."""

from typing import Any

import pytest

from tests.sandbox.conftest import GSM, Client
from tests.sandbox.fault_stories import lost

SAMPLE = {
    "name": "contact",
    "lastName": "contact lastname",
    "gsmPrimary": GSM,
    "email": "contact@email.com",
}
TABLE = {"name": "contact", "lastname": "contact lastname", "gsm_primary": GSM}
TEXT = {"id": "214905", **SAMPLE}
PICTURE = {
    "id": 214905,
    "name": "contact",
    "last_name": "contact lastname",
    "gsm_primary": "600000001",
    "email": "contact@email.com",
}
ONE = "contacts/214905"


async def ask(client: Client, method: str, path: str, **datas: object) -> tuple[int, Any]:
    """The status, and the JSON where there is any."""
    async with client.http.request(
        method,
        f"{client.sandbox.clever_url}/{path}",
        headers=client.basic,
        json={"datas": datas} if datas else None,
    ) as answer:
        body = await answer.read()
        return answer.status, await answer.json() if body else None


async def posted(client: Client, **change: object) -> tuple[int, Any]:
    return await ask(client, "POST", "contacts", **(SAMPLE | change))


async def test_the_samples_of_one_contact(client: Client) -> None:
    assert await posted(client) == (201, {"contact": TEXT})
    assert await ask(client, "GET", ONE) == (200, {"contact": TEXT})
    changed = SAMPLE | {"gsmPrimary": "+33600000002"}
    assert await ask(client, "PUT", ONE, **changed) == (204, None)
    assert await ask(client, "GET", ONE) == (200, {"contact": {"id": "214905"} | changed})
    assert await ask(client, "DELETE", ONE) == (204, None)
    assert (await ask(client, "GET", ONE))[0] == 404
    assert client.sandbox.clever_book.contacts == []


async def test_the_picture_of_a_contact(client: Client) -> None:
    client.sandbox.clever.contact_shape = "picture"
    await posted(client)
    assert await ask(client, "GET", ONE) == (200, {"contact": PICTURE})


async def test_the_samples_list(client: Client) -> None:
    """One contact of whom everything is known, and one of whom only the usual is."""
    assert await ask(client, "GET", "contactlists") == (200, {"contact": []})
    await ask(
        client,
        "POST",
        "contacts",
        name="Clever",
        lastname="ALGnew3",
        gsm_primary="+33771100899",
        email="inbox@example.com",
        city="Torcy",
        street="rue de paris",
        streetNumber="4",
    )
    await posted(client)
    full = {
        "id": 214905,
        "name": "Clever",
        "last_name": "ALGnew3",
        "gsm_primary": "771100899",
        "gsm_secondary": "",
        "landline_primary": "",
        "landline_secondary": "",
        "email": "inbox@example.com",
        "fax_primary": "",
        "fax_secondary": "",
        "zip_code": "",
        "city": "Torcy",
        "street": "rue de paris",
        "street_number": "4",
        "longitude": "2.6566156",
        "latitude": "48.8511663",
    }
    listed = (200, {"contact": [full, PICTURE | {"id": 214906}]})
    assert await ask(client, "GET", "contactlists") == listed
    assert await ask(client, "GET", "contactlists/sandbox") == listed


async def test_the_list_of_another_user(client: Client) -> None:
    """For managers alone; each user has contacts of his own."""
    client.sandbox.clever_book.add(GSM, "contact", "contact lastname", user="useryb")
    assert (await posted(client))[0] == 201, "the other's contact is not in the way"
    _, listed = await ask(client, "GET", "contactlists/useryb")
    assert [contact["id"] for contact in listed["contact"]] == [214905]
    _, listed = await ask(client, "GET", "contactlists")
    assert [contact["id"] for contact in listed["contact"]] == [214906]
    assert (await ask(client, "GET", "contactlists/nobody"))[0] == 404
    client.sandbox.clever.manager = False
    assert (await ask(client, "GET", "contactlists/useryb"))[0] == 403


@pytest.mark.parametrize(
    ("names", "taken"),
    [("either", {"sample", "table"}), ("sample", {"sample"}), ("table", {"table"})],
)
async def test_spellings_of_the_names(client: Client, names: str, taken: set[str]) -> None:
    await client.control("settings", clever={"contact_names": names})
    for spelling, datas in (("sample", SAMPLE), ("table", TABLE)):
        status, _ = await ask(client, "POST", "contacts", duplicates=1, **datas)
        assert status == (201 if spelling in taken else 400)


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": None},
        {"lastName": None},
        {"gsmPrimary": None},
        {"gsmPrimary": "0600000001"},
        {"gsmPrimary": "+33 6"},
        {"name": "Jean <b>"},
        {"lastName": "Martin; Paul"},
        {"email": "contact"},
        {"duplicates": 2},
    ],
)
async def test_wrong_parameters(client: Client, method: str, change: dict[str, object]) -> None:
    known = client.sandbox.clever_book.add("+33600000009", "Jean-Luc", "d'Été")
    path = "contacts" if method == "POST" else ONE
    status, answer = await ask(client, method, path, **(SAMPLE | change))
    assert status == 400
    assert "errors" in answer
    assert client.sandbox.clever_book.contacts == [known]


async def test_doublets_are_asked_for(client: Client) -> None:
    await posted(client)
    assert (await posted(client))[0] == 409
    assert (await posted(client, duplicates=0))[0] == 409
    assert (await posted(client, duplicates=1))[0] == 201
    assert (await posted(client, gsmPrimary="+33600000002"))[0] == 201
    changed = SAMPLE | {"name": "autre"}
    assert (await ask(client, "PUT", "contacts/214907", **changed))[0] == 409
    assert (await ask(client, "PUT", "contacts/214907", duplicates="1", **changed))[0] == 204
    assert [c.gsm_primary for c in client.sandbox.clever_book.contacts] == [GSM] * 3


async def test_a_contact_is_no_doublet_of_itself(client: Client) -> None:
    await posted(client, city="Torcy")
    assert (await ask(client, "PUT", ONE, **(SAMPLE | {"name": "autre"})))[0] == 204
    changed = client.sandbox.clever_book.find(GSM)
    assert (changed.name, changed.city) == ("autre", "Torcy"), "what was not sent stays"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(("contact_id", "status"), [("214999", 404), ("x", 400), ("1e3", 400)])
async def test_contacts_that_are_none(
    client: Client, method: str, contact_id: str, status: int
) -> None:
    datas = SAMPLE if method == "PUT" else {}
    assert (await ask(client, method, f"contacts/{contact_id}", **datas))[0] == status


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "contacts"), ("POST", ONE), ("POST", "contactlists"), ("PUT", "contactlists/x")],
)
async def test_methods_that_are_not_permitted(client: Client, method: str, path: str) -> None:
    assert (await ask(client, method, path))[0] == 405


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "contacts"),
        ("GET", ONE),
        ("PUT", ONE),
        ("DELETE", ONE),
        ("GET", "contactlists"),
        ("GET", "contactlists/sandbox"),
    ],
)
async def test_an_account_that_has_expired_or_is_not_known(
    client: Client, method: str, path: str
) -> None:
    """Reading is refused, too: 430 stands in each table."""
    client.sandbox.clever_book.add(GSM, "contact", "contact")
    client.sandbox.clever.expires = "2026-01-01 00:00:00"
    assert (await ask(client, method, path, **SAMPLE))[0] == 430
    client.sandbox.clever.password = "another"
    assert (await ask(client, method, path, **SAMPLE))[0] == 401
    assert len(client.sandbox.clever_book.contacts) == 1


async def test_what_a_person_does_on_the_site_is_seen_over_the_api(client: Client) -> None:
    book = client.sandbox.clever_book
    anne = book.add(GSM, "Anne", "Roy", zip_code="77183")
    book.edit(anne.id, lastname="Roi")
    book.remove(book.add("+33600000002", "Paul", "Roy").id)
    _, listed = await ask(client, "GET", "contactlists")
    (row,) = listed["contact"]
    assert (row["last_name"], row["zip_code"], row["longitude"]) == ("Roi", "77183", "")
    with pytest.raises(LookupError):
        book.find("+33600000002")
    with pytest.raises(ValueError, match="format international"):
        book.edit(anne.id, gsm_primary="06")
    client.sandbox.reset()
    assert book.contacts == []


# Faults


async def test_a_contact_whose_answer_is_lost_is_added(client: Client) -> None:
    client.sandbox.break_("clever", "answer_lost", operation="contacts", number=GSM)
    await lost(
        client.http.post(
            f"{client.sandbox.clever_url}/contacts", headers=client.basic, json={"datas": SAMPLE}
        )
    )
    assert (await posted(client))[0] == 409
    client.sandbox.break_("clever", "no_body", operation="contacts")
    assert await posted(client, duplicates=1) == (202, None)
    assert len(client.sandbox.clever_book.contacts) == 2


@pytest.mark.parametrize("name", ["garbled", "nan", "latin1", "bom", "answer_cut", "answer_drips"])
async def test_an_answer_without_a_body_survives_what_bodies_suffer(
    client: Client, name: str
) -> None:
    await posted(client)
    client.sandbox.break_("clever", name, operation="delete_contact")
    assert await ask(client, "DELETE", ONE) == (204, None)
    assert await ask(client, "GET", "contactlists") == (200, {"contact": []})


async def test_rows_of_contacts_are_lost_and_shuffled(client: Client) -> None:
    for end in range(10):
        client.sandbox.clever_book.add(f"+3360000001{end}", "contact", "contact")
    client.sandbox.break_("clever", "rows_lost", operation="contactlists", number="+33600000010")
    client.sandbox.break_("clever", "rows_shuffled", operation="contactlists")
    _, listed = await ask(client, "GET", "contactlists")
    ids = [contact["id"] for contact in listed["contact"]]
    assert ids != sorted(ids) == list(range(214906, 214915))
    assert len((await ask(client, "GET", "contactlists"))[1]["contact"]) == 10
