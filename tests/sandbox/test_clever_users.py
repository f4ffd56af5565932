"""Clever's users, additional fields and predefined messages: chapters 3.2 to 3.4, 3.24, 3.25."""

import copy
from typing import Any

import pytest

from tests.sandbox.conftest import GSM, Client

SAMPLE: dict[str, Any] = {
    "username": "useryb",
    "password": "A12345678e",
    "account": {
        "name": "clever",
        "lastname": "tec",
        "email": "support@clever.fr",
        "telephone": "+33160536053",
        "company": {"address": "Croissy", "company_name": "IS"},
    },
}
WHOLE = copy.deepcopy(SAMPLE)
WHOLE["account"]["company"] |= {"zipCode": "77183", "city": "Croissy", "country": "France"}
FLAT = {
    "username": "useryb",
    "password": "A12345678e",
    "name": "clever",
    "lastname": "tec",
    "email": "support@clever.fr",
    "telephone": "+33160536053",
    "address": "Croissy",
    "company_name": "IS",
    "zipCode": "77183",
    "city": "Croissy",
    "country": "France",
}


def without(**changes: str | None) -> dict[str, Any]:
    """Flat, with what is changed; None: left out."""
    return {name: value for name, value in (FLAT | changes).items() if value is not None}


async def test_the_sample(client: Client) -> None:
    client.sandbox.clever.user_fields = "sample"
    client.sandbox.clever.user_ids = False
    assert await client.tell("POST", "users", **SAMPLE) == (201, {"user": SAMPLE})


async def test_the_sample_lacks_what_the_table_requires(client: Client) -> None:
    status, answer = await client.tell("POST", "users", **SAMPLE)
    assert (status, answer) == (400, {"errors": {"message": "zipCode: obligatoire"}})
    assert client.sandbox.clever_users == []


async def test_a_user_from_beginning_to_end(client: Client) -> None:
    _, created = await client.tell("POST", "users", **WHOLE)
    user_id = created["user"].pop("id")
    assert created == {"user": WHOLE}
    assert await client.tell("PUT", f"users/{user_id}", **without(city="Paris", credit="70")) == (
        204,
        None,
    )
    status, found = await client.tell("GET", f"users/{user_id}")
    assert (status, found["user"]["id"], found["user"]["username"]) == (200, user_id, "useryb")
    assert found["user"]["account"]["credit"] == "70"
    assert found["user"]["account"]["company"]["city"] == "Paris"
    assert "password" not in found["user"]
    client.sandbox.clever_book.add(GSM, "contact", "contact", user="useryb")
    status, listed = await client.tell("GET", "contactlists/useryb")
    assert (status, len(listed["contact"])) == (200, 1)


async def test_a_new_user_has_no_contacts(client: Client) -> None:
    assert (await client.tell("GET", "contactlists/useryb"))[0] == 404
    await client.tell("POST", "users", **FLAT)
    assert await client.tell("GET", "contactlists/useryb") == (200, {"contact": []})


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("change", "why"),
    [
        *(({name: None}, f"{name}: obligatoire") for name in FLAT if name != "company_name"),
        ({"telephone": "0160536053"}, "telephone: format international"),
        ({"email": "support"}, "email: adresse de courriel"),
        *(
            (
                {"password": password},
                "password: au moins 6 caractères dont une lettre capitale et un chiffre",
            )
            for password in ("A1234", "a12345", "Abcdef")
        ),
        ({"credit": "beaucoup"}, "credit: un entier"),
        ({"credit": "-1"}, "credit: un entier"),
    ],
)
async def test_wrong_parameters(
    client: Client, method: str, change: dict[str, str | None], why: str
) -> None:
    path = "users"
    if method == "PUT":
        _, created = await client.tell("POST", "users", **FLAT)
        path = f"users/{created['user']['id']}"
    before = client.sandbox.clever_users
    answer = await client.tell(method, path, **without(**change))
    assert answer == (400, {"errors": {"message": why}})
    assert client.sandbox.clever_users == before


async def test_a_name_is_taken_once(client: Client) -> None:
    taken = (409, {"errors": {"message": "username: déjà pris"}})
    await client.tell("POST", "users", **FLAT)
    assert await client.tell("POST", "users", **FLAT) == taken
    assert await client.tell("POST", "users", **without(username="sandbox")) == taken
    _, other = await client.tell("POST", "users", **without(username="other"))
    path = f"users/{other['user']['id']}"
    assert await client.tell("PUT", path, **FLAT) == taken
    assert (await client.tell("PUT", path, **without(username="other")))[0] == 204


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(("user", "status"), [("9", 404), ("me", 400), ("9" * 400, 404)])
async def test_whom_there_is_not(client: Client, method: str, user: str, status: int) -> None:
    datas = FLAT if method == "PUT" else {}
    assert (await client.tell(method, f"users/{user}", **datas))[0] == status


@pytest.mark.parametrize(
    ("shape", "nested", "flat"), [("nested", 201, 400), ("flat", 400, 201), ("either", 201, 201)]
)
async def test_three_readings_of_where_parameters_stand(
    client: Client, shape: str, nested: int, flat: int
) -> None:
    client.sandbox.clever.user_shape = shape
    assert (await client.tell("POST", "users", **WHOLE))[0] == nested
    assert (await client.tell("POST", "users", **without(username="other")))[0] == flat


async def test_fields_and_messages(client: Client) -> None:
    assert await client.tell("GET", "fieldlist") == (
        200,
        {"fieldlist": [{"id": 1, "name": "diffusion"}, {"id": 2, "name": "BRINGUP"}]},
    )
    status, answer = await client.tell("GET", "predefinedmessage")
    assert (status, answer["predefinedmessage"][0]["title"]) == (200, "Bienvenue")


@pytest.mark.parametrize("status", [404, 501])
@pytest.mark.parametrize(
    ("method", "path", "datas"),
    [("POST", "users", FLAT), ("GET", "fieldlist", {}), ("GET", "predefinedmessage", {})],
)
async def test_what_is_yet_to_come(
    client: Client, method: str, path: str, datas: dict[str, Any], status: int
) -> None:
    client.sandbox.clever.coming = status
    assert (await client.tell(method, path, **datas))[0] == status
