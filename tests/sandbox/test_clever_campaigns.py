"""Clever's campaigns by criteria and to all contacts: chapters 3.13 to 3.16 of the document."""

import re
from typing import Any

import pytest

from tests.sandbox.conftest import Client

ANNE, BOB, OFFICE = "+33600000001", "+33600000002", "+33151028452"
CRITERIA = {
    "text": "send push criteria test",
    "criteria": "diffusion=on and BRINGUP=oui",
    "type_push": "sms",
    "encodage": 3,
    "options": "F1",
    "duplicates": 0,
}
TO_ALL = {
    "text": "send push all contacts test",
    "type_push": "sms",
    "encodage": 3,
    "options": "F1",
    "gsm_routage_mo": "+336000000012",
    "mail_routage_mo": "test@clever.fr",
    "duplicates": 0,
}
MAILS = {
    "text": "send push criteria test",
    "email_subject": "push mail",
    "open_tag": 0,
    "type_mail": "html",
    "duplicates": 1,
}
MAILS_BY_CRITERIA = MAILS | {"criteria": CRITERIA["criteria"]}
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("pushscriterias", CRITERIA),
    ("pushsbroadcasts", TO_ALL),
    ("pushsmailcriterias", MAILS_BY_CRITERIA),
    ("pushsmailbroadcasts", MAILS),
]
TAIL = re.compile(r"Push20260601140000[0-9a-f]{33}")


@pytest.fixture(autouse=True)
def known(client: Client) -> None:
    """Two mobiles, of which one has the fields of the samples, and a landline."""
    book = client.sandbox.clever_book
    book.add(ANNE, "Anne", "Roy", email="anne@some.fr")
    book.add(BOB, "Bob", "Petit", email="bob@some.fr", gsm_secondary="+33600000022")
    book.add(OFFICE, "Accueil", "IS")
    book.mark(ANNE, diffusion="on", BRINGUP="oui")


def texts(client: Client, number: str) -> list[tuple[str, str]]:
    phone = client.sandbox.phone("clever", number)
    return [(bubble.kind, bubble.text) for bubble in phone.received]


async def test_the_sample_of_messages_by_criteria(client: Client) -> None:
    status, answer = await client.tell("POST", "pushscriterias", **CRITERIA)
    reference = answer["push"].pop("reference")
    assert TAIL.fullmatch(reference)
    assert (status, answer) == (
        201,
        {
            "push": {
                "nb_destination": 1,
                "number_list": ANNE,
                "encodage": 3,
                "text": "send push criteria test",
                "hd_send": "2026-06-01 14:00:00",
                "filename": "noFile",
                "type_push": "sms",
                "unit": 7,
                "nb_sms": 1,
                "duplicates": 0,
            }
        },
    )
    assert texts(client, ANNE) == [("sms", "send push criteria test")]
    assert [(line.number, line.id) for line in client.sandbox.ledger] == [(ANNE, reference)]
    found = (await client.read(f"pushs/{reference}"))["push"]
    assert (found["number_list"], found["status"]) == (ANNE, 2)


@pytest.mark.parametrize("pictures", [False, True])
async def test_the_sample_of_messages_to_all(client: Client, pictures: bool) -> None:
    """Nobody is counted, times have an offset, and a landline is called: 7 + 7 + 9."""
    client.sandbox.clever.pictures = pictures
    status, answer = await client.tell("POST", "pushsbroadcasts", **TO_ALL)
    assert TAIL.fullmatch(answer["push"].pop("reference"))
    assert (status, answer["push"]) == (
        201,
        ({"id": 675} if pictures else {})
        | {
            "nb_destination": 0,
            "number_list": f"{ANNE};{BOB};{OFFICE}",
            "encodage": 3,
            "text": "send push all contacts test",
            "date_entry": "2026-06-01T14:00:00+0200",
            "hd_send": "2026-06-01T14:00:00+0200",
            "type_push": "sms",
            "unit": 23,
            "nb_sms": 1,
            "options": "F1",
            "way": 1,
            "duplicates": "0",
            "mail_routage_mo": "test@clever.fr",
            "gsm_routage_mo": "+336000000012",
        },
    )
    assert [texts(client, number)[0][0] for number in (ANNE, BOB, OFFICE)] == ["sms", "sms", "tts"]
    assert client.sandbox.clever.credit == 999_733 - 23


async def test_deliveries_of_a_campaign_to_all_name_the_call(client: Client) -> None:
    _, answer = await client.tell("POST", "pushsbroadcasts", **TO_ALL)
    rows = (await client.read(f"pushs/{answer['push']['reference']}/deliveries"))["deliveries"]
    assert [(row["recipient"], row["typemessage"]) for row in rows] == [
        (ANNE, "sms"),
        (BOB, "sms"),
        (OFFICE, "tts"),
    ]
    assert client.sandbox.phone("clever", OFFICE).campaigns == [], "a call takes no answer"


MAILED = {
    "reference": "Push20260601140000",
    "text": "send push criteria test",
    "email_subject": "push mail",
    "hd_send": "2026-06-01 14:00:00",
    "type_push": "mail",
    "open_tag": 0,
    "type_mail": "html",
    "duplicates": 1,
}


@pytest.mark.parametrize(
    ("path", "pictures", "own"),
    [
        ("pushsmailcriterias", False, {"status": 2}),
        ("pushsmailcriterias", True, {"statut": 0}),
        ("pushsmailbroadcasts", False, {}),
        ("pushsmailbroadcasts", True, {"id": 675}),
    ],
)
async def test_the_samples_of_mails(
    client: Client, path: str, pictures: bool, own: dict[str, object]
) -> None:
    """To all, the list stands with commas."""
    client.sandbox.clever.pictures = pictures
    datas, whom = MAILS_BY_CRITERIA, {"email_list": "anne@some.fr", "unit": 2, "nb_mail": 1}
    if path == "pushsmailbroadcasts":
        datas = MAILS
        whom = {"email_list": "anne@some.fr,bob@some.fr", "unit": 4, "nb_mail": 2}
    assert await client.tell("POST", path, **datas) == (201, {"push": MAILED | whom | own})
    mails = client.sandbox.mails("clever")
    assert [mail.to for mail in mails] == str(whom["email_list"]).split(",")
    assert (await client.read("pushsmails/Push20260601140000"))["push"]["status"] == 2


@pytest.mark.parametrize(("path", "datas"), KINDS)
@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"duplicates": 2},
        {"hd_send": "demain"},
        {"predefined_message": 2},
        {"predefined_message": 1},
        {"filename": "a.exe"},
    ],
)
async def test_wrong_parameters_of_all_four(
    client: Client, path: str, datas: dict[str, Any], change: dict[str, object]
) -> None:
    status, answer = await client.tell("POST", path, **datas | change)
    assert (status, list(answer["errors"])) == (400, ["message"])
    assert (client.sandbox.ledger, client.sandbox.mails("clever")) == ([], [])
    assert client.sandbox.clever.credit == 999_733


@pytest.mark.parametrize("path", ["pushscriterias", "pushsbroadcasts"])
@pytest.mark.parametrize(
    "change",
    [
        {"encodage": 5},
        {"encodage": None},
        {"short_code": "A" * 12},
        {"type_push": "mail"},
        {"options": "F2"},
        {"gsm_routage_mo": "0600000000"},
        {"mail_routage_mo": "test"},
        {"all_number": "oui"},
        {"cascade": 2},
        {"time_cascade": "-1"},
        {"time_cascade": "bientôt"},
        {"number_list": "0600000000"},
        {"filename": "a?.wav"},
    ],
)
async def test_wrong_parameters_of_messages(
    client: Client, path: str, change: dict[str, object]
) -> None:
    assert (await client.tell("POST", path, **CRITERIA | change))[0] == 400
    assert client.sandbox.ledger == []


@pytest.mark.parametrize("path", ["pushscriterias", "pushsmailcriterias"])
@pytest.mark.parametrize(
    "criteria", [None, "", "age=7", "diffusion=on and", "diffusion=off and BRINGUP=oui"]
)
async def test_wrong_criteria_and_those_that_mean_nobody(
    client: Client, path: str, criteria: str | None
) -> None:
    datas = CRITERIA | MAILS | {"criteria": criteria}
    assert (await client.tell("POST", path, **datas))[0] == 400
    assert (client.sandbox.ledger, client.sandbox.mails("clever")) == ([], [])


@pytest.mark.parametrize(("path", "datas"), KINDS)
async def test_a_campaign_to_nobody(client: Client, path: str, datas: dict[str, Any]) -> None:
    for contact in client.sandbox.clever_book.contacts:
        client.sandbox.clever_book.remove(contact.id)
    assert (await client.tell("POST", path, **datas))[0] == 400
    client.sandbox.clever.empty_campaign = 201
    status, answer = await client.tell("POST", path, **datas)
    assert (status, answer["push"]["unit"]) == (201, 0)


@pytest.mark.parametrize(("path", "datas"), KINDS)
async def test_without_credit_or_after_expiry(
    client: Client, path: str, datas: dict[str, Any]
) -> None:
    client.sandbox.clever.credit = 1
    assert (await client.tell("POST", path, **datas))[0] == 402
    client.sandbox.clever.expires = "2026-05-31 09:49:21"
    assert (await client.tell("POST", path, **datas))[0] == 430
    assert client.sandbox.clever.credit == 1


@pytest.mark.parametrize(("path", "datas"), KINDS)
async def test_a_list_may_be_required_as_the_tables_have_it(
    client: Client, path: str, datas: dict[str, Any]
) -> None:
    """Whoever is in it gets it too."""
    client.sandbox.clever.list_required = True
    assert (await client.tell("POST", path, **datas))[0] == 400
    more = {"number_list": "+33600000009", "email_list": "more@some.fr"}
    status, answer = await client.tell("POST", path, **datas | more)
    assert status == 201
    listed = answer["push"].get("number_list") or answer["push"]["email_list"]
    assert re.split("[;,]", listed)[-1] in more.values()


@pytest.mark.parametrize(("path", "datas"), KINDS)
async def test_a_predefined_message_is_named_by_its_title(
    client: Client, path: str, datas: dict[str, Any]
) -> None:
    named = datas | {"predefined_message": 1, "text": "Bienvenue"}
    status, answer = await client.tell("POST", path, **named)
    assert (status, answer["push"]["text"]) == (201, "Bonjour et bienvenue!")


@pytest.mark.parametrize(
    ("setting", "path", "open_paths"),
    [
        ("pushsmails", "pushsmailcriterias", True),
        ("pushsmails", "pushmailcriteria", False),
        ("pushmails", "pushmailcriteria", True),
        ("pushmails", "pushsmailbroadcasts", False),
        ("pushmails", "pushmailbroadcasts", True),
        ("both", "pushmailbroadcasts", True),
    ],
)
async def test_the_two_names_of_mails(
    client: Client, setting: str, path: str, open_paths: bool
) -> None:
    client.sandbox.clever.mail_path = setting
    status, _ = await client.tell("POST", path, **MAILS_BY_CRITERIA)
    assert status == (201 if open_paths else 404)


@pytest.mark.parametrize(
    ("setting", "open_names"),
    [
        ("pushsmails", {"pushsmails"}),
        ("pushmails", {"pushmails"}),
        ("both", {"pushsmails", "pushmails"}),
    ],
)
async def test_the_two_names_of_deliveries_of_mails(
    client: Client, setting: str, open_names: set[str]
) -> None:
    """The text has `pushmails` in that chapter alone."""
    client.sandbox.clever.mail_deliveries_path = setting
    await client.tell("POST", "pushsmailbroadcasts", **MAILS)
    for name in ("pushsmails", "pushmails"):
        status, _ = await client.tell("GET", f"{name}/Push20260601140000/deliveries")
        assert status == (200 if name in open_names else 404)


@pytest.mark.parametrize(
    ("shape", "tails"), [("sample", [0, 33]), ("plain", [0, 0]), ("suffixed", [33, 33])]
)
async def test_three_shapes_of_references(client: Client, shape: str, tails: list[int]) -> None:
    client.sandbox.clever.reference_shape = shape
    found = [await client.push()]
    _, answer = await client.tell("POST", "pushscriterias", **CRITERIA)
    found.append(answer["push"]["reference"])
    assert [len(reference) - len("Push20260601140000") for reference in found] == tails


async def test_a_fault_of_one_number_befalls_the_campaign_to_it(client: Client) -> None:
    for number, status in ((ANNE, 500), (BOB, 503)):
        client.sandbox.break_("clever", f"http_{status}", number=number, operation=None)
    assert (await client.tell("POST", "pushscriterias", **CRITERIA))[0] == 500
    assert (await client.tell("POST", "pushscriterias", **CRITERIA))[0] == 201
    assert (await client.tell("POST", "pushsbroadcasts", **TO_ALL))[0] == 503


async def test_broadcasts_may_count(client: Client) -> None:
    client.sandbox.clever.broadcast_counts = True
    _, answer = await client.tell("POST", "pushsbroadcasts", **TO_ALL)
    assert answer["push"]["nb_destination"] == 3
