"""Clever as its document prints it, and in both readings where it is silent."""

import json
from datetime import UTC, datetime

import pytest

from tests.sandbox.conftest import GSM, Client

TWO = "+33600000001;+33600000002"
REFERENCE = "Push20260601140000"


async def test_the_samples_campaign(client: Client) -> None:
    async with client.pushs("test envoi du message", TWO, options="F1", duplicates=0) as answer:
        assert (answer.status, await answer.json()) == (
            201,
            {
                "push": {
                    "reference": REFERENCE,
                    "nb_destination": 2,
                    "number_list": TWO,
                    "encodage": 3,
                    "text": "test envoi du message",
                    "hd_send": "2026-06-01 14:00:00",
                    "filename": "noFile",
                    "type_push": "sms",
                    "unit": 14,
                    "nb_sms": 1,
                    "duplicates": 0,
                }
            },
        )
    assert [(line.number, line.id) for line in client.sandbox.ledger] == [
        (GSM, REFERENCE),
        ("+33600000002", REFERENCE),
    ]


async def test_the_samples_campaign_read(client: Client) -> None:
    reference = await client.push("test envoi du message", type_push="tts")
    assert await client.read(f"pushs/{reference}") == {
        "push": {
            "reference": reference,
            "nb_destination": 1,
            "number_list": GSM,
            "status": 2,
            "short_code": "",
            "encodage": 3,
            "text": "test envoi du message",
            "hd_send": "2026-06-01 14:00:00",
            "type_push": "tts",
            "unit": 9,
            "nb_sms": 1,
            "options": "F1",
        }
    }


async def test_the_samples_deliveries(client: Client) -> None:
    client.sandbox.set_outcome("clever", GSM, "3", after=1)
    client.sandbox.set_outcome("clever", "+33600000002", "2")
    reference = await client.push("send push all contacts test", TWO)
    assert await client.read(f"pushs/{reference}/deliveries") == {
        "deliveries": [
            {
                "message": "send push all contacts test",
                "typemessage": "sms",
                "date_send": "2026-06-01 14:00:00",
                "date_receive": "2026-06-01 14:00:01",
                "recipient": GSM,
                "status": "3",
            },
            {
                "message": "send push all contacts test",
                "typemessage": "sms",
                "date_send": "2026-06-01 14:00:00",
                "recipient": "+33600000002",
                "status": "2",
            },
        ]
    }


async def test_the_samples_answer(client: Client) -> None:
    reference = await client.push()
    client.sandbox.text("clever", GSM, "Ok Yacine")
    assert await client.read(f"pushs/{reference}/mos") == {
        "mos": [
            {
                "status": "5",
                "date_receive": "2026-06-01 14:00:01",
                "recipient": GSM,
                "message": "Ok Yacine",
            }
        ]
    }


async def test_the_samples_profile(client: Client) -> None:
    account = (await client.read("account/me"))["account"]
    assert account == {
        "name": "Clever",
        "lastname": "Tec",
        "email": "support@clever.fr",
        "telephone": "+33160536053",
        "credit": 999733,
        "date_expiration": "2033-02-10 09:49:21",
        "company": {
            "company_name": "Clever Technologies - IS",
            "address": "52 rue d'emeraïnvill",
            "country": "France",
            "city": "Croissy",
            "zip_code": 77183,
        },
    }


async def test_the_profiles_two_addresses(client: Client) -> None:
    for setting, open_ones in (
        ("account", {"account"}),
        ("accounts", {"accounts"}),
        ("both", {"account", "accounts"}),
    ):
        client.sandbox.clever.account_path = setting
        for word in ("account", "accounts"):
            async with client.clever(f"{word}/me") as answer:
                assert answer.status == (200 if word in open_ones else 404)


async def test_credit_falls_by_seven_a_part_and_number(client: Client) -> None:
    client.sandbox.clever.credit = 50
    await client.push("a" * 161, TWO)
    assert client.sandbox.clever.credit == 22
    async with client.pushs("ç" * 71, TWO, encodage=4) as answer:
        assert (answer.status, answer.reason) == (402, "Payment Required")
    assert len(client.sandbox.ledger) == 2
    assert client.sandbox.clever.credit == 22


async def test_an_expired_account_says_when(client: Client) -> None:
    reference = await client.push()
    client.sandbox.clever.expires = "2026-05-31 09:49:21"
    async with client.pushs() as answer:
        assert (answer.status, answer.reason) == (430, "Account expired 2026-05-31")
    await client.read(f"pushs/{reference}/mos")
    client.sandbox.clever.expired_blocks_reading = True
    async with client.clever(f"pushs/{reference}/mos") as answer:
        assert answer.status == 430


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": None},
        {"text": "a" * 1001},
        {"number_list": ""},
        {"number_list": "0600000001"},
        {"number_list": [1, 2]},
        {"encodage": 5},
        {"encodage": None},
        {"short_code": "douze lettres"},
        {"type_push": "mail"},
        {"options": "F2"},
        {"duplicates": 2},
        {"hd_send": "demain"},
        {"filename": "a/b.wav"},
    ],
)
async def test_wrong_parameters(client: Client, change: dict[str, object]) -> None:
    datas = {"text": "a", "number_list": GSM, "encodage": 3} | change
    async with client.http.post(
        f"{client.sandbox.clever_url}/pushs", headers=client.basic, json={"datas": datas}
    ) as answer:
        assert answer.status == 400
        assert "errors" in await answer.json()
    assert client.sandbox.ledger == []


GOOD = {"text": "a", "number_list": GSM, "encodage": 3}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (json.dumps({"datas": GOOD}), 201),
        (json.dumps({"datas": [GOOD]}), 201),
        (json.dumps({"datas": GOOD | {"number_list": [GSM]}}), 201),
        (json.dumps({"datas": GOOD | {"encodage": "3"}}), 201),
        ('{"datas": {' + json.dumps(GOOD) + "}}", 400),
        (json.dumps(GOOD), 400),
        ("", 400),
        ("[" * 100_000, 400),
        ("null", 400),
    ],
)
async def test_bodies(client: Client, body: str, status: int) -> None:
    headers = client.basic | {"Content-Type": "application/json"}
    async with client.http.post(
        f"{client.sandbox.clever_url}/pushs", headers=headers, data=body
    ) as answer:
        assert answer.status == status


async def test_a_body_must_say_that_it_is_json(client: Client) -> None:
    async with client.http.post(
        f"{client.sandbox.clever_url}/pushs",
        headers=client.basic,
        data=json.dumps({"datas": GOOD}),
    ) as answer:
        assert answer.status == 400


async def test_two_readings_of_authorization(client: Client) -> None:
    word, token = client.basic["Authorization"].split()
    table = {"basic": (200, 401), "bare": (401, 200), "either": (200, 200)}
    for setting, statuses in table.items():
        client.sandbox.clever.authorization = setting
        for value, status in zip((f"{word} {token}", token), statuses, strict=True):
            client.basic = {"Authorization": value}
            async with client.clever("account/me") as answer:
                assert answer.status == status


@pytest.mark.parametrize("value", ["", "Basic", "Basic !", "Basic eHg6eXk=", "Bearer abc"])
async def test_wrong_credentials(client: Client, value: str) -> None:
    client.basic = {"Authorization": value}
    async with client.clever("account/me") as answer:
        assert answer.status == 401


async def test_a_second_push_in_the_same_second(client: Client) -> None:
    async with client.pushs("un") as answer:
        assert answer.status == 201
    async with client.pushs("deux") as answer:
        assert answer.status == 409
    client.sandbox.clever.same_second = "share"
    async with client.pushs("trois", "+33600000002") as answer:
        assert (await answer.json())["push"]["reference"] == REFERENCE
    client.later(3)
    assert (await client.read(f"pushs/{REFERENCE}"))["push"]["text"] == "un"
    rows = (await client.read(f"pushs/{REFERENCE}/deliveries"))["deliveries"]
    assert [row["message"] for row in rows] == ["un", "trois"]
    assert [line.text for line in client.sandbox.ledger] == ["un", "trois"]


@pytest.mark.parametrize("status", [404, 400, 200])
async def test_an_unknown_reference(client: Client, status: int) -> None:
    client.sandbox.clever.unknown_reference = status
    for path, name in (("", "push"), ("/mos", "mos"), ("/deliveries", "deliveries")):
        async with client.clever(f"pushs/Push19990101000000{path}") as answer:
            assert answer.status == status
            if status == 200:
                assert await answer.json() == {name: []}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "pushs"), ("POST", "account/me"), ("DELETE", f"pushs/{REFERENCE}/mos")],
)
async def test_methods_that_are_not_permitted(client: Client, method: str, path: str) -> None:
    async with client.http.request(
        method, f"{client.sandbox.clever_url}/{path}", headers=client.basic
    ) as answer:
        assert answer.status == 405


async def test_nobody_can_text_without_a_campaign(client: Client) -> None:
    with pytest.raises(LookupError, match="no campaign"):
        client.sandbox.text("clever", GSM, "METEO")
    reference = client.sandbox.start_campaign([GSM], "Bonjour")
    assert client.sandbox.text("clever", GSM, "METEO").reference == reference
    assert client.sandbox.ledger == [], "the operator's own campaign is no request of ours"


async def test_a_sender_of_letters_cannot_be_answered(client: Client) -> None:
    client.sandbox.start_campaign([GSM], "Bonjour", sender="RADIO")
    with pytest.raises(LookupError):
        client.sandbox.text("clever", GSM, "METEO")


async def test_an_answer_goes_to_the_newest_campaign(client: Client) -> None:
    old, new = await client.push("un"), await client.push("deux")
    client.sandbox.text("clever", GSM, "A")
    with pytest.raises(LookupError, match="newest"):
        client.sandbox.text("clever", GSM, "B", reference=old)
    client.sandbox.clever.answers = "any"
    client.sandbox.text("clever", GSM, "C", reference=old)
    with pytest.raises(LookupError):
        client.sandbox.text("clever", GSM, "D", reference="Push1")
    for reference, texts in ((old, ["C"]), (new, ["A"])):
        mos = (await client.read(f"pushs/{reference}/mos"))["mos"]
        assert [mo["message"] for mo in mos] == texts


async def test_an_answer_listed_under_two(client: Client) -> None:
    old, new = await client.push("un"), await client.push("deux")
    client.sandbox.clever.mo_in_two = True
    client.sandbox.text("clever", GSM, "A")
    for reference in (old, new):
        assert len((await client.read(f"pushs/{reference}/mos"))["mos"]) == 1


async def test_two_readings_of_duplicates(client: Client) -> None:
    async with client.pushs("un", f"{GSM};{GSM}", duplicates=0) as answer:
        assert (await answer.json())["push"]["nb_destination"] == 1
    client.later(1)
    async with client.pushs("un", f"{GSM};{GSM}", duplicates=1) as answer:
        assert (await answer.json())["push"]["nb_destination"] == 2
    client.later(1)
    client.sandbox.clever.duplicates_mean = "history"
    async with client.pushs("un", GSM, duplicates=0) as answer:
        assert answer.status == 409
    async with client.pushs("un", f"{GSM};+33600000002", duplicates=0) as answer:
        assert (await answer.json())["push"]["number_list"] == "+33600000002"


async def test_what_encodage_3_cannot_write(client: Client) -> None:
    await client.push("cœur")
    assert client.sandbox.phone("clever", GSM).received[0].text == "c?ur"
    await client.push("cœur", encodage=4)
    bubble = client.sandbox.phone("clever", GSM).received[1]
    assert (bubble.text, bubble.segments.encoding) == ("cœur", "UCS-2")
    client.sandbox.clever.not_latin = "refuse"
    async with client.pushs("cœur") as answer:
        assert answer.status == 400


async def test_times_with_an_offset(client: Client) -> None:
    client.sandbox.clever.offset_times = True
    reference = await client.push()
    push = (await client.read(f"pushs/{reference}"))["push"]
    assert push["hd_send"] == "2026-06-01T14:00:00+0200"


async def test_a_campaign_for_later(client: Client) -> None:
    reference = await client.push(hd_send="2026-06-01 15:00:00")
    assert (await client.read(f"pushs/{reference}"))["push"]["status"] == 0
    assert (await client.read(f"pushs/{reference}/deliveries"))["deliveries"] == []
    client.later(3600)
    assert (await client.read(f"pushs/{reference}"))["push"]["status"] == 2
    assert len(client.sandbox.phone("clever", GSM).received) == 1


async def test_a_skewed_gateway(client: Client) -> None:
    client.sandbox.clever.skew = -60
    async with client.pushs() as answer:
        assert answer.headers["Date"] == "Mon, 01 Jun 2026 11:59:00 GMT"
        assert (await answer.json())["push"]["reference"] == "Push20260601135900"


async def test_the_repeated_hour_repeats_references(client: Client) -> None:
    """On the last Sunday of October 02:30 happens twice in Paris."""
    autumn = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    client.sandbox.clock.jump(autumn - client.sandbox.clock.now())
    assert await client.push("un") == "Push20261025023000"
    client.later(3599)
    async with client.pushs("deux") as answer:
        assert answer.status == 409


@pytest.mark.parametrize(
    ("number", "status", "reaches"),
    [
        ("+33600000001", "3", True),
        ("+33600009002", "2", True),
        ("+33600009004", "4", False),
        ("+33600009006", "6", False),
    ],
)
async def test_receipts_by_number(client: Client, number: str, status: str, reaches: bool) -> None:
    reference = await client.push(numbers=number)
    client.later(2)
    (row,) = (await client.read(f"pushs/{reference}/deliveries"))["deliveries"]
    assert row["status"] == status
    assert bool(client.sandbox.phone("clever", number).received) == reaches
