"""How Clever's campaigns leave: kinds of message, later, in a cascade, and taken back."""

from typing import Any

import pytest

from tests.sandbox.conftest import GSM, Client

SECOND, HOME = "+33600000022", "+33151028452"
LATER = "2026-06-01 15:00:00"
REFERENCE = "Push20260601140000"
TO_ALL = {"text": "Bonjour", "type_push": "sms", "encodage": 3, "duplicates": 0}


def kinds(client: Client, number: str = GSM) -> list[str]:
    return [bubble.kind for bubble in client.sandbox.phone("clever", number).bubbles]


@pytest.mark.parametrize(
    ("datas", "kind", "unit", "said"),
    [
        ({}, "sms", 7, "sms"),
        ({"options": "F0"}, "flash", 7, "sms"),
        ({"type_push": "tts"}, "tts", 9, "tts"),
        ({"type_push": "voice", "filename": "noel.mp3"}, "voice", 9, "voice"),
        ({"text": "a" * 161}, "sms", 14, "sms"),
        ({"text": "a" * 161, "type_push": "tts"}, "tts", 9, "tts"),
        ({"text": "a" * 71, "encodage": 4}, "sms", 14, "sms"),
    ],
)
async def test_kinds_of_messages(
    client: Client, datas: dict[str, Any], kind: str, unit: int, said: str
) -> None:
    async with client.pushs(**datas) as answer:
        assert (await answer.json())["push"]["unit"] == unit
    assert kinds(client) == [kind]
    assert client.sandbox.clever.credit == 999_733 - unit
    (row,) = (await client.read(f"pushs/{REFERENCE}/deliveries"))["deliveries"]
    assert row["typemessage"] == said


@pytest.mark.parametrize("filename", ["noel.exe", "noel", "a<b.wav", "a\\b.mp3", "a*.wav"])
async def test_files_that_are_not_played(client: Client, filename: str) -> None:
    async with client.pushs(type_push="voice", filename=filename) as answer:
        assert answer.status == 400


# Taken back


@pytest.mark.parametrize(("refunds", "units"), [(True, 0), (False, 7)])
async def test_a_deferred_campaign_is_taken_back(
    client: Client, refunds: bool, units: int
) -> None:
    client.sandbox.clever.refunds = refunds
    await client.push(hd_send=LATER)
    assert (await client.read(f"pushs/{REFERENCE}"))["push"]["status"] == 0
    assert await client.tell("DELETE", f"pushs/{REFERENCE}") == (204, None)
    assert client.sandbox.clever.credit == 999_733 - units
    client.later(7200)
    assert kinds(client) == []
    for path in ("", "/mos", "/deliveries"):
        assert (await client.tell("GET", f"pushs/{REFERENCE}{path}"))[0] == 404
    assert (await client.tell("DELETE", f"pushs/{REFERENCE}"))[0] == 404


async def test_deferred_mails_are_taken_back(client: Client) -> None:
    async with client.pushsmails(hd_send=LATER):
        pass
    assert await client.tell("DELETE", f"pushsmails/{REFERENCE}") == (204, None)
    assert client.sandbox.clever.credit == 999_733
    client.later(7200)
    assert client.sandbox.mails("clever") == []
    assert (await client.tell("DELETE", f"pushsmails/{REFERENCE}"))[0] == 404


async def test_what_has_left_cannot_be_taken_back(client: Client) -> None:
    await client.push()
    async with client.pushsmails():
        pass
    assert (await client.tell("DELETE", f"pushs/{REFERENCE}"))[0] == 405
    assert (await client.tell("DELETE", "pushsmails/Push20260601140001"))[0] == 405
    assert len(client.sandbox.mails("clever")) == 2
    assert client.sandbox.clever.credit == 999_733 - 7 - 4


@pytest.mark.parametrize("path", ["pushs/Push19990101000000", "pushsmails/Push19990101000000"])
async def test_taking_back_what_is_not_there(client: Client, path: str) -> None:
    assert (await client.tell("DELETE", path))[0] == 404
    client.sandbox.clever.expires = "2026-05-31 09:49:21"
    assert (await client.tell("DELETE", path))[0] == 430
    client.sandbox.clever.password = "another"
    assert (await client.tell("DELETE", path))[0] == 401


async def test_a_picture_shows_other_times(client: Client) -> None:
    client.sandbox.clever.pictures = True
    async with client.pushs() as answer:
        assert (await answer.json())["push"]["hd_send"] == "2026-06-01 14:00:00 "
    found = (await client.read(f"pushs/{REFERENCE}"))["push"]
    assert found["hd_send"] == "2026-06-01T14:00:00+0200"
    assert (await client.read("account/me"))["account"]["tocontrol"] == 0


# Several numbers of one contact


@pytest.fixture
def several(client: Client) -> None:
    client.sandbox.clever_book.add(GSM, "Anne", "Roy", gsm_secondary=SECOND, landline_primary=HOME)


async def to_all(client: Client, **more: object) -> str:
    status, answer = await client.tell("POST", "pushsbroadcasts", **TO_ALL | more)
    assert status == 201
    reference: str = answer["push"]["reference"]
    return reference


@pytest.mark.usefixtures("several")
async def test_all_numbers_of_a_contact(client: Client) -> None:
    await to_all(client)
    assert [kinds(client, number) for number in (GSM, SECOND, HOME)] == [["sms"], [], []]
    await to_all(client, all_number=1)
    assert [kinds(client, number) for number in (GSM, SECOND, HOME)] == [
        ["sms", "sms"],
        ["sms"],
        ["tts"],
    ]
    assert client.sandbox.clever.credit == 999_733 - 7 - 23


@pytest.mark.usefixtures("several")
async def test_a_cascade_goes_on_until_somebody_is_reached(client: Client) -> None:
    client.sandbox.set_outcome("clever", GSM, "6")
    client.sandbox.set_outcome("clever", SECOND, "2")
    reference = await to_all(client, cascade=1, time_cascade=2)
    seen = []
    for _ in range(4):
        client.later(119)
        found = (await client.read(f"pushs/{reference}"))["push"]
        counts = [len(kinds(client, number)) for number in (GSM, SECOND, HOME)]
        seen.append((counts, found["status"], found["unit"]))
        client.later(1)
        client.sandbox.phone("clever", GSM)
    assert seen == [
        ([1, 0, 0], 1, 7),
        ([1, 1, 0], 1, 14),
        ([1, 1, 1], 2, 23),
        ([1, 1, 1], 2, 23),
    ]
    assert client.sandbox.clever.credit == 999_733 - 23


@pytest.mark.usefixtures("several")
async def test_a_cascade_ends_where_the_first_is_reached_or_credit_does(client: Client) -> None:
    await to_all(client, cascade=1, time_cascade=1)
    client.later(30)
    client.sandbox.phone("clever", GSM)
    client.later(60)
    assert kinds(client, SECOND) == []
    client.sandbox.set_outcome("clever", GSM, "6")
    client.sandbox.clever.credit = 8
    await to_all(client, cascade=1, time_cascade=1)
    client.later(60)
    assert kinds(client, SECOND) == []
    assert client.sandbox.clever.credit == 1


# Answers


async def test_answers_are_sent_on(client: Client) -> None:
    client.sandbox.clever_book.add(GSM, "Anne", "Roy")
    reference = await to_all(
        client, gsm_routage_mo="+33600000099", mail_routage_mo="test@clever.fr"
    )
    client.later(5)
    client.sandbox.text("clever", GSM, "Ok Yacine")
    assert [m["message"] for m in (await client.read(f"pushs/{reference}/mos"))["mos"]] == [
        "Ok Yacine"
    ]
    (bubble,) = client.sandbox.phone("clever", "+33600000099").received
    (mail,) = client.sandbox.mails("clever")
    assert (bubble.text, bubble.origin) == (f"{GSM}: Ok Yacine", "operator")
    assert (mail.to, mail.subject, mail.text) == ("test@clever.fr", f"MO {GSM}", "Ok Yacine")


async def test_a_flash_can_be_answered_and_a_call_cannot(client: Client) -> None:
    await client.push(type_push="tts")
    client.sandbox.phone("clever", GSM)
    with pytest.raises(LookupError):
        client.sandbox.text("clever", GSM, "Oui")
    await client.push(options="F0")
    client.sandbox.text("clever", GSM, "Oui")


async def test_answers_may_be_listed_late(client: Client) -> None:
    client.sandbox.clever.feed_lag = 30.0
    reference = await client.push()
    client.sandbox.text("clever", GSM, "Oui")
    counts = []
    for wait in (0, 29, 1):
        client.later(wait)
        counts.append(len((await client.read(f"pushs/{reference}/mos"))["mos"]))
    assert counts == [0, 0, 1]
