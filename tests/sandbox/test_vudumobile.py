"""VuduMobile as its document prints it, and in both readings where it is silent."""

from time import process_time

import pytest

from tests.sandbox.conftest import GSM, MOBILE, Client, stopped

SAMPLE = [
    ("15145555555", "Meteo", "2013-09-09 03:26:18"),
    ("15145555555", "Dj", "2013-09-09 03:34:52"),
    ("18195555555", "Demande special damien ", "2013-09-09 03:40:19"),
    ("14505555555", "Salut une chanson pour existe de olivier dion ", "2013-09-09 04:22:28"),
    ("14505555555", "Salut chanson de olivier dion", "2013-09-09 04:32:39"),
    ("15145555555", "Meteo", "2013-09-09 04:40:16"),
]


def texted_as_in_the_sample(client: Client) -> None:
    from datetime import UTC, datetime

    for number, text, time in SAMPLE:
        when = datetime.strptime(time, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        client.sandbox.text(
            "vudumobile", "+" + number, text, offset=when - client.sandbox.clock.now()
        )


async def test_the_samples_rows(client: Client) -> None:
    texted_as_in_the_sample(client)
    rows = await client.feed(start="2013-09-09 03:26:00")
    assert rows[0] == {
        "msg_id": 1,
        "direction": "mo",
        "from": "15145555555",
        "to": "15149541234",
        "message": "Meteo",
        "datetime": "2013-09-09 03:26:18",
        "part_count": 1,
    }
    assert [(r["from"], r["message"], r["datetime"]) for r in rows] == SAMPLE


async def test_the_samples_rows_in_montreal(client: Client) -> None:
    texted_as_in_the_sample(client)
    rows = await client.feed(start="2013-09-08 23:26:00", pref_timezone="America/Montreal")
    assert [row["datetime"] for row in rows] == [
        "2013-09-08 23:26:18",
        "2013-09-08 23:34:52",
        "2013-09-08 23:40:19",
        "2013-09-09 00:22:28",
        "2013-09-09 00:32:39",
        "2013-09-09 00:40:16",
    ]
    assert await client.feed(start="2013-09-09 00:40:17", pref_timezone="America/Montreal") == []


async def test_what_was_sent_is_listed_with_its_status(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "Meteo")
    assert await client.send("Il neige") == 2, "ids are unique over both directions"
    assert [row["msg_id"] for row in await client.feed("mo")] == [1]
    (row,) = await client.feed("mt")
    assert row == {
        "msg_id": 2,
        "direction": "mt",
        "from": "15149541234",
        "to": "15145550001",
        "message": "Il neige",
        "datetime": "2026-06-01 12:00:00",
        "part_count": 1,
        "status_mt": "queued",
    }


@pytest.mark.parametrize(
    ("number", "detailed", "simple"),
    [
        ("+15145550001", "DELIVRD_000", "delivered"),
        ("+15145559300", "UNDELIV_300", "failed"),
        ("+15145559101", "EXPIRED_101", "failed"),
        ("+15145559306", "EXPIRED_306", "failed"),
        ("+15145559399", "UNKNOWN_399", "failed"),
        ("+15145559001", "ACCEPTD_000", "delivered"),
        ("+15145559009", "sent", "sent"),
    ],
)
async def test_receipts_by_number(client: Client, number: str, detailed: str, simple: str) -> None:
    await client.send(to=number)
    seen = []
    for wait in (0, 0.5, 2):
        client.later(wait)
        seen.append((await client.feed("mt"))[0]["status_mt"])
    assert seen == ["queued", "sent", detailed]
    client.sandbox.vudumobile.detailed_statuses = False
    assert (await client.feed("mt"))[0]["status_mt"] == simple
    reached = client.sandbox.phone("vudumobile", number).received
    assert bool(reached) == (simple != "failed")


async def test_an_outcome_can_be_given_to_a_number(client: Client) -> None:
    client.sandbox.set_outcome("vudumobile", MOBILE, "304", after=100)
    await client.send()
    client.later(99)
    assert (await client.feed("mt"))[0]["status_mt"] == "sent"
    client.later(1)
    assert (await client.feed("mt"))[0]["status_mt"] == "UNDELIV_304"
    client.sandbox.set_outcome("vudumobile", MOBILE, None)
    assert client.sandbox.phone("vudumobile", MOBILE).fate().code == "DELIVRD_000"
    with pytest.raises(ValueError, match="outcome"):
        client.sandbox.set_outcome("vudumobile", MOBILE, "999")


async def test_a_start_second_is_inclusive_or_not(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "Meteo")
    assert len(await client.feed(start="2026-06-01 12:00:00")) == 1
    assert await client.feed(start="2026-06-01 12:00:01") == []
    client.sandbox.vudumobile.exclusive = True
    assert await client.feed(start="2026-06-01 12:00:00") == []


async def test_rows_come_in_any_order(client: Client) -> None:
    for n in range(30):
        client.sandbox.text("vudumobile", MOBILE, str(n))

    async def order() -> list[int]:
        async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
            return [row["msg_id"] for row in await answer.json()]

    assert sorted(await order()) == list(range(1, 31)) != await order()
    client.sandbox.vudumobile.unordered = False
    assert await order() == list(range(1, 31))


async def test_both_readings_of_the_default_direction(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "Meteo")
    await client.send()
    for setting, ids in (("mo", [1]), ("both", [1, 2])):
        client.sandbox.vudumobile.default_direction = setting
        async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
            assert sorted(row["msg_id"] for row in await answer.json()) == ids


async def test_both_readings_of_date_start(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "Meteo")
    async with client.vudumobile("get_feed") as answer:
        assert answer.status == 400
    client.sandbox.vudumobile.date_start_required = False
    async with client.vudumobile("get_feed") as answer:
        assert len(await answer.json()) == 1


@pytest.mark.parametrize(
    ("operation", "form", "status", "error"),
    [
        ("send", {"message": "a"}, 400, "to parameter is missing"),
        ("send", {"to": "15145550001"}, 400, "message parameter is missing"),
        ("send", {"to": "abc", "message": "a"}, 400, "to parameter is invalid"),
        ("send", {"to": "15145550001", "message": "a" * 1531}, 400, "message is too long"),
        (
            "get_feed",
            {"date_start": "yesterday"},
            400,
            "date_start parameter is missing or invalid",
        ),
        (
            "get_feed",
            {"date_start": "2026-01-01 00:00:00", "direction": "up"},
            400,
            "direction parameter is invalid",
        ),
        (
            "get_feed",
            {"date_start": "2026-01-01 00:00:00", "pref_timezone": "Mars/Base"},
            400,
            "pref_timezone parameter is invalid",
        ),
        (
            "get_feed",
            {"date_start": "2026-01-01 00:00:00", "pref_timezone": "../etc"},
            400,
            "pref_timezone parameter is invalid",
        ),
        ("no_such", {}, 404, "API method not found"),
    ],
)
async def test_errors(
    client: Client, operation: str, form: dict[str, str], status: int, error: str
) -> None:
    async with client.vudumobile(operation, **form) as answer:
        assert answer.status == status
        assert await answer.json() == {"status": False, "error": error}
    assert client.sandbox.ledger == []


async def test_the_documents_diagnosis(client: Client) -> None:
    """`wget https://api.vudumobile.net/api/send`: a GET, without a key."""
    async with client.http.get(f"{client.sandbox.vudumobile_url}/send") as answer:
        assert 400 <= answer.status < 500
        assert await answer.json() == {"status": False, "error": "API Key parameter is missing"}


@pytest.mark.parametrize("why", ["firewall", "key"])
async def test_a_refusal_repeats_address_and_key(client: Client, why: str) -> None:
    if why == "firewall":
        client.sandbox.vudumobile.firewall_open = False
    else:
        client.key = {"VUDUMOBILE-API-KEY": "another"}
    async with client.vudumobile("send", to="15145550001", message="a") as answer:
        key = client.key["VUDUMOBILE-API-KEY"]
        assert (answer.status, await answer.json()) == (
            403,
            {
                "status": False,
                "error": f"The API is not accessible from your IP (127.0.0.1) using API key {key}",
            },
        )


@pytest.mark.parametrize("to", ["15145550001", "5145550001", "+1 (514) 555-0001"])
async def test_spellings_of_a_number(client: Client, to: str) -> None:
    await client.send(to=to)
    assert [line.number for line in client.sandbox.ledger] == [MOBILE]


async def test_the_samples_ten_digits(client: Client) -> None:
    assert await client.send("test message", to="1514555555") == 1


@pytest.mark.parametrize("text", ["été €", "<b>&amp;", "a\nb", "😀" * 5, " x ", "%zz+&="])
async def test_texts_arrive_as_they_were_sent(client: Client, text: str) -> None:
    await client.send(text)
    client.sandbox.text("vudumobile", MOBILE, text)
    phone = client.sandbox.phone("vudumobile", MOBILE)
    assert [b.text for b in phone.bubbles] == [text, text]
    rows = [*await client.feed("mt"), *await client.feed("mo")]
    assert [row["message"] for row in rows] == [text, text]


async def test_bytes_that_are_no_utf_8(client: Client) -> None:
    async with client.http.post(
        f"{client.sandbox.vudumobile_url}/send",
        headers=client.key,
        data=b"to=15145550001&message=\xff\xfe",
    ) as answer:
        assert answer.status == 200
    assert client.sandbox.ledger[0].text == "��"


async def test_a_skewed_gateway(client: Client) -> None:
    client.sandbox.vudumobile.skew = 300
    client.sandbox.text("vudumobile", MOBILE, "Meteo")
    async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
        assert answer.headers["Date"] == "Mon, 01 Jun 2026 12:05:00 GMT"
        assert (await answer.json())[0]["datetime"] == "2026-06-01 12:05:00"


async def test_somebody_writes_in_the_vendors_application(client: Client) -> None:
    client.sandbox.send_by_hand(MOBILE, "Je vous appelle")
    assert [row["message"] for row in await client.feed("mt")] == ["Je vous appelle"]
    assert client.sandbox.ledger == []
    assert [b.origin for b in client.sandbox.phone("vudumobile", MOBILE).received] == ["operator"]


async def test_twenty_thousand_texts_at_once(client: Client) -> None:
    for n in range(20_000):
        client.sandbox.text("vudumobile", f"+1514555{n % 500:04}", f"VOTE {n}")
    began = process_time()
    async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
        body = await answer.read()
    assert process_time() - began < 0.5
    assert body.count(b'"msg_id"') == 20_000


def test_phones_of_no_gateway() -> None:
    from bot.sandbox import Sandbox

    sandbox = Sandbox(stopped())
    for gateway, number in (("orange", GSM), ("clever", "METEO"), ("vudumobile", "")):
        with pytest.raises(LookupError):
            sandbox.phone(gateway, number)
