"""Every fault on the menu does what its line says, once, at the gateways that it names."""

import asyncio
import html
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox import FAULTS
from bot.sandbox.faults import OPERATIONS
from tests.sandbox.conftest import GSM, MOBILE, Client, until

Story = Callable[[Client], Awaitable[None]]
STORIES: dict[str, Story] = {}


def story(function: Story) -> Story:
    """The story of the fault whose name the function has."""
    STORIES[function.__name__.removeprefix("tell_")] = function
    return function


@pytest.mark.parametrize("name", FAULTS)
async def test_fault(client: Client, name: str) -> None:
    await STORIES[name](client)
    assert client.sandbox.world.faults.fired[name] >= 1
    assert not list(client.sandbox.world.faults), "used up"


def both(client: Client):
    """A send at each gateway, as requests not yet made."""
    return [
        ("vudumobile", lambda: client.vudumobile("send", to=MOBILE, message="é")),
        ("clever", lambda: client.pushs("é")),
    ]


async def lost(request: object) -> None:
    with pytest.raises((aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)):
        async with request as answer:  # type: ignore[attr-defined]
            await answer.read()


async def each_send(client: Client, name: str, accepted: int, **options: Any) -> None:
    """Break the sends of both gateways so that no answer comes."""
    for gateway, send in both(client):
        before = len(client.sandbox.ledger)
        client.sandbox.break_(gateway, name, operation="send", **options)
        await lost(send())
        assert len(client.sandbox.ledger) == before + accepted
        client.later(1)
        async with send() as answer:
            assert answer.status in {200, 201}, "only once"
        client.later(1)


@story
async def tell_answer_lost(client: Client) -> None:
    await each_send(client, "answer_lost", accepted=1)


@story
async def tell_answer_cut(client: Client) -> None:
    await each_send(client, "answer_cut", accepted=1)


@story
async def tell_refused(client: Client) -> None:
    await each_send(client, "refused", accepted=0)


@story
async def tell_accepted_late(client: Client) -> None:
    client.sandbox.break_("vudumobile", "accepted_late", seconds=30)
    await lost(client.vudumobile("send", to=MOBILE, message="a"))
    client.later(29)
    assert client.sandbox.ledger == []
    client.later(1)
    assert [line.text for line in client.sandbox.ledger] == ["a"]
    assert (await client.feed("mt"))[0]["datetime"] == "2026-06-01 12:00:30"


@story
async def tell_answer_hangs(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_hangs")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), client.vudumobile("send", to=MOBILE, message="a"):
            pass
    assert len(client.sandbox.ledger) == 1
    assert client.sandbox.requests[-1].end == "hung"


@story
async def tell_answer_slow(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_slow", seconds=100)
    sending = asyncio.create_task(client.send())
    await until(lambda: client.sandbox.ledger)
    assert not sending.done()
    client.later(100)
    assert await sending == 1


@story
async def tell_answer_drips(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_drips", seconds=1)
    sending = asyncio.create_task(client.send())
    await until(lambda: client.sandbox.ledger)
    for _ in range(10):
        client.later(1)
        await asyncio.sleep(0)
    assert not sending.done()
    client.sandbox.clock.speed = 10_000
    assert await sending == 1


@story
async def tell_slow(client: Client) -> None:
    client.sandbox.break_("vudumobile", "slow", seconds=5)
    sending = asyncio.create_task(client.send())
    await until(lambda: any(line.faults for line in client.sandbox.requests))
    assert client.sandbox.ledger == []
    client.later(5)
    assert await sending == 1


@story
async def tell_keepalive_cut(client: Client) -> None:
    connector = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(connector=connector) as client.http:
        client.sandbox.break_("vudumobile", "keepalive_cut")
        await client.send("un")
        await lost(client.vudumobile("send", to=MOBILE, message="deux"))
        await client.send("trois")
    assert [line.text for line in client.sandbox.ledger] == ["un", "trois"]


def body_story(name: str, check: Callable[[int, str, bytes], bool]) -> None:
    async def tell(client: Client) -> None:
        for gateway, send in both(client):
            if gateway in FAULTS[name].gateways:
                client.sandbox.break_(gateway, name, operation="send")
                async with send() as answer:
                    body = await answer.read()
                    assert check(answer.status, answer.content_type, body), body[:200]
                assert len(client.sandbox.ledger) >= 1, "it was taken on all the same"

    STORIES[name] = tell


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


body_story("garbled", lambda status, kind, body: not is_json(body) and body != b"")
body_story("truncated", lambda status, kind, body: not is_json(body) and body != b"")
body_story("empty", lambda status, kind, body: (status, body) == (200, b""))
body_story("html", lambda status, kind, body: (status, kind) == (200, "text/html"))
body_story("null", lambda status, kind, body: (status, body) == (200, b"null"))
body_story(
    "status_false",
    lambda status, kind, body: (
        status == 200 and json.loads(body)["status"] is False and "error" in json.loads(body)
    ),
)
body_story("nan", lambda status, kind, body: b"NaN" in body)
body_story("bom", lambda status, kind, body: body.startswith(b"\xef\xbb\xbf{"))
body_story("content_type", lambda status, kind, body: kind == "text/plain" and is_json(body))
body_story("no_body", lambda status, kind, body: (status, body) == (202, b""))


@story
async def tell_nested(client: Client) -> None:
    client.sandbox.break_("vudumobile", "nested")
    async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
        body = await answer.read()
    assert body == b"[" * 100_000 + b"]" * 100_000


@story
async def tell_latin1(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "été")
    client.sandbox.break_("vudumobile", "latin1", operation="get_feed")
    async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
        assert b'"\xe9t\xe9"' in await answer.read()


@story
async def tell_huge(client: Client) -> None:
    client.sandbox.break_("vudumobile", "huge", mib=3)
    async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
        assert len(await answer.read()) > 3 * 2**20
    client.sandbox.break_("clever", "huge", mib=100_000)
    async with client.clever("account/me") as answer:
        await answer.content.readexactly(100_000)


def refusal_story(name: str, status: int, **options: Any) -> None:
    async def tell(client: Client) -> None:
        for gateway, send in both(client):
            if gateway in FAULTS[name].gateways:
                client.sandbox.break_(gateway, name, operation="send", **options)
                async with send() as answer:
                    assert answer.status == status
                    if options.get("retry_after"):
                        assert answer.headers["Retry-After"] == options["retry_after"]
                    else:
                        assert "Retry-After" not in answer.headers
                    if name == "http_430" and gateway == "clever":
                        assert answer.reason == "Account expired 2033-02-10"
                    if name == "firewall":
                        assert "not accessible from your IP" in await answer.text()
                    if name == "redirect":
                        assert answer.headers["Location"] == "/elsewhere"
        assert client.sandbox.ledger == []

    STORIES[name] = tell


for code in (400, 402, 403, 404, 409, 430, 500, 501, 502, 503, 504):
    refusal_story(f"http_{code}", code)
refusal_story("http_429", 429, retry_after="7")
refusal_story("firewall", 403, ip="192.168.0.1")
refusal_story("wrong_key", 401)
refusal_story("redirect", 302)


@pytest.mark.parametrize("name", ["http_409", "http_500", "http_502", "http_503", "http_504"])
async def test_a_refusal_that_took_the_message_on(client: Client, name: str) -> None:
    client.sandbox.break_("both", name, operation="send", accepted=True)
    for _, send in both(client):
        async with send() as answer:
            assert answer.status == int(name[-3:])
    assert [line.gateway for line in client.sandbox.ledger] == ["vudumobile", "clever"]


async def test_a_followed_redirect_is_seen(client: Client) -> None:
    client.sandbox.break_("vudumobile", "redirect", status=307)
    async with client.http.post(
        f"{client.sandbox.vudumobile_url}/send",
        headers=client.key,
        data={"to": MOBILE, "message": "a"},
    ) as answer:
        assert "Elsewhere" in await answer.text()
    assert client.sandbox.requests[-1].gateway == "elsewhere"


@story
async def tell_date_wrong(client: Client) -> None:
    client.sandbox.break_("clever", "date_wrong", seconds=86_400)
    async with client.clever("account/me") as answer:
        assert answer.headers["Date"] == "Tue, 02 Jun 2026 12:00:00 GMT"


@story
async def tell_date_missing(client: Client) -> None:
    client.sandbox.break_("both", "date_missing", operation="send")
    for _, send in both(client):
        async with send() as answer:
            assert "Date" not in answer.headers


async def texts(client: Client) -> tuple[list[str], list[str]]:
    """What VuduMobile lists, and what Clever lists under its newest campaign."""
    reference = client.sandbox.phone("clever", GSM).campaigns[-1]
    mos = (await client.read(f"pushs/{reference}/mos"))["mos"]
    return [row["message"] for row in await client.feed()], [mo["message"] for mo in mos]


async def texted(client: Client, name: str, text: str, **options: Any):
    """One text at each gateway, with the fault."""
    client.sandbox.start_campaign([GSM], "Bonjour")
    client.sandbox.break_("both", name, **options)
    client.sandbox.text("vudumobile", MOBILE, text)
    client.sandbox.text("clever", GSM, text)
    return await texts(client)


@story
async def tell_row_late(client: Client) -> None:
    assert await texted(client, "row_late", "METEO", seconds=60) == ([], [])
    client.later(60)
    assert await texts(client) == (["METEO"], ["METEO"])
    assert (await client.feed())[0]["datetime"] == "2026-06-01 12:00:00"


@story
async def tell_row_future(client: Client) -> None:
    assert await texted(client, "row_future", "METEO", seconds=90) == (["METEO"], ["METEO"])
    assert (await client.feed())[0]["datetime"] == "2026-06-01 12:01:30"
    reference = client.sandbox.phone("clever", GSM).campaigns[-1]
    (mo,) = (await client.read(f"pushs/{reference}/mos"))["mos"]
    assert mo["date_receive"] == "2026-06-01 14:01:30"


@story
async def tell_row_repeated(client: Client) -> None:
    assert await texted(client, "row_repeated", "A") == (["A", "A"], ["A", "A"])
    assert len({row["msg_id"] for row in await client.feed()}) == 1


@story
async def tell_text_trimmed(client: Client) -> None:
    assert await texted(client, "text_trimmed", " A  b ") == (["A  b"], ["A  b"])


@story
async def tell_text_entities(client: Client) -> None:
    feed, mos = await texted(client, "text_entities", "<é & 'ê'>")
    assert feed == mos != ["<é & 'ê'>"]
    assert html.unescape(feed[0]) == "<é & 'ê'>"


@story
async def tell_text_not_gsm(client: Client) -> None:
    assert await texted(client, "text_not_gsm", "cœur é") == (["c?ur é"], ["c?ur é"])


@story
async def tell_id_reused(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "A")
    client.sandbox.break_("vudumobile", "id_reused")
    for text in "BC":
        client.sandbox.text("vudumobile", MOBILE, text)
    rows = await client.feed()
    assert sorted((row["msg_id"], row["message"]) for row in rows) == [
        (1, "A"),
        (1, "B"),
        (2, "C"),
    ]


@story
async def tell_mo_in_two(client: Client) -> None:
    old, new = await client.push("un"), await client.push("deux")
    client.sandbox.break_("clever", "mo_in_two")
    client.sandbox.text("clever", GSM, "A")
    client.sandbox.text("clever", GSM, "B")
    found = [
        [mo["message"] for mo in (await client.read(f"pushs/{reference}/mos"))["mos"]]
        for reference in (old, new)
    ]
    assert found == [["A"], ["A", "B"]]


@story
async def tell_rows_lost(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "A")
    client.sandbox.start_campaign([GSM], "Bonjour")
    client.sandbox.text("clever", GSM, "A")
    client.sandbox.break_("vudumobile", "rows_lost", operation="get_feed")
    client.sandbox.break_("clever", "rows_lost", operation="mos")
    assert await texts(client) == ([], [])
    assert await texts(client) == (["A"], ["A"])


@story
async def tell_rows_shuffled(client: Client) -> None:
    client.sandbox.start_campaign([GSM], "Bonjour")
    for text in range(30):
        client.sandbox.text("clever", GSM, str(text))
    client.sandbox.break_("clever", "rows_shuffled")
    _, mos = await texts(client)
    assert mos != sorted(mos, key=int)
    client.sandbox.vudumobile.unordered = False
    client.sandbox.break_("vudumobile", "rows_shuffled")
    assert await client.feed() == []


async def one_row(client: Client, name: str, direction: str = "mo", **options: Any):
    """The answer to get_feed with one row in it, with the fault."""
    if direction == "mo":
        client.sandbox.text("vudumobile", MOBILE, "METEO")
    else:
        await client.send("Il neige")
        client.later(2)
    client.sandbox.break_("vudumobile", name, **options)
    async with client.vudumobile(
        "get_feed", date_start="2026-01-01 00:00:00", direction=direction
    ) as answer:
        return await answer.text()


@story
async def tell_renumbered(client: Client) -> None:
    assert json.loads(await one_row(client, "renumbered", by=500))[0]["msg_id"] == 501
    assert (await client.feed())[0]["msg_id"] == 1


@story
async def tell_ids_as_strings(client: Client) -> None:
    (row,) = json.loads(await one_row(client, "ids_as_strings"))
    assert (row["msg_id"], row["part_count"]) == ("1", "1")


@story
async def tell_bare_rows(client: Client) -> None:
    (row,) = json.loads(await one_row(client, "bare_rows", "mt"))
    assert set(row) == {"from", "to", "message", "datetime", "part_count"}


@story
async def tell_wrapped_list(client: Client) -> None:
    value = json.loads(await one_row(client, "wrapped_list"))
    assert [len(part) for part in value.values() if isinstance(part, list)] == [1]


@story
async def tell_braces_damaged(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "Dj")
    text = await one_row(client, "braces_damaged")
    assert text.startswith('{{"msg_id":')
    assert text.endswith("}}")
    assert not is_json(text.encode())


@story
async def tell_mobile_in_from(client: Client) -> None:
    (row,) = json.loads(await one_row(client, "mobile_in_from", "mt"))
    assert (row["from"], row["to"]) == ("15145550001", "15149541234")


@story
async def tell_status_backwards(client: Client) -> None:
    (row,) = json.loads(await one_row(client, "status_backwards", "mt"))
    assert row["status_mt"] == "sent"
    assert (await client.feed("mt"))[0]["status_mt"] == "DELIVRD_000"
    reference = await client.push()
    client.later(2)
    client.sandbox.break_("clever", "status_backwards")
    rows = [
        (await client.read(f"pushs/{reference}/deliveries"))["deliveries"][0] for _ in range(2)
    ]
    assert [row["status"] for row in rows] == ["2", "3"]
    assert "date_receive" not in rows[0]


@story
async def tell_mt_late(client: Client) -> None:
    client.sandbox.break_("both", "mt_late", seconds=50)
    await client.send()
    reference = await client.push()
    assert await client.feed("mt") == []
    async with client.clever(f"pushs/{reference}") as answer:
        assert answer.status == 404
    client.later(50)
    assert len(await client.feed("mt")) == 1
    assert await client.read(f"pushs/{reference}")


@story
async def tell_mt_hidden(client: Client) -> None:
    client.sandbox.break_("both", "mt_hidden", operation="send")
    await client.send()
    reference = await client.push()
    client.later(86_400)
    assert await client.feed("mt") == []
    async with client.clever(f"pushs/{reference}") as answer:
        assert answer.status == 404
    assert len(client.sandbox.ledger) == 2
    assert client.sandbox.phone("vudumobile", MOBILE).received


@story
async def tell_foreign_mt(client: Client) -> None:
    client.sandbox.break_("both", "foreign_mt")
    await client.send("Bonjour")
    await client.push("Bonjour")
    assert [row["message"] for row in await client.feed("mt")] == ["Bonjour"] * 2
    assert len(client.sandbox.phone("clever", GSM).campaigns) == 2
    assert len(client.sandbox.ledger) == 2


@story
async def tell_duplicate_reference(client: Client) -> None:
    first = await client.push("un")
    client.later(60)
    client.sandbox.break_("clever", "duplicate_reference")
    assert await client.push("deux") == first


@story
async def tell_suffixed_reference(client: Client) -> None:
    client.sandbox.break_("clever", "suffixed_reference")
    reference = await client.push()
    assert reference.startswith("Push20260601140000")
    assert len(reference) == len("Push201710121707081059df851c0e82a0484665235b4cd228f")
    assert await client.read(f"pushs/{reference}/mos") == {"mos": []}


@story
async def tell_foreign_push(client: Client) -> None:
    client.sandbox.break_("clever", "foreign_push")
    push = (await client.read("pushs/Push20260601135900"))["push"]
    assert push["reference"] == "Push20260601135900"
    assert push["number_list"] == "+33699999999"


@story
async def tell_numbers_reordered(client: Client) -> None:
    reference = await client.push(numbers=f"{GSM};+33600000002")
    client.sandbox.break_("clever", "numbers_reordered")
    assert (await client.read(f"pushs/{reference}"))["push"]["number_list"] == (
        f"+33600000002;{GSM}"
    )


# How faults are drawn


async def test_a_fault_happens_as_often_as_was_said(client: Client) -> None:
    client.sandbox.break_("vudumobile", "http_503", operation="send", times=2)
    statuses = []
    for _ in range(3):
        async with client.vudumobile("send", to=MOBILE, message="a") as answer:
            statuses.append(answer.status)
    assert statuses == [503, 503, 200]


async def test_a_fault_without_a_number_of_times_stays_until_mended(client: Client) -> None:
    client.sandbox.break_("vudumobile", "http_503", times=None)
    for _ in range(5):
        async with client.vudumobile("get_feed") as answer:
            assert answer.status == 503
    assert client.sandbox.mend() == 1
    await client.feed()


async def test_a_fault_for_one_number_leaves_the_others_alone(client: Client) -> None:
    client.sandbox.break_("both", "http_500", operation="send", number="+1 514 555-0009")
    client.sandbox.break_("clever", "http_502", number="+33600000009")
    await client.send()
    await client.push()
    async with client.vudumobile("send", to="15145550009", message="a") as answer:
        assert answer.status == 500
    async with client.pushs(numbers=f"{GSM};+33600000009") as answer:
        assert answer.status == 502


async def test_rows_of_one_number(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "A")
    client.sandbox.text("vudumobile", "+15145550002", "B")
    client.sandbox.break_("vudumobile", "rows_lost", number=MOBILE)
    assert [row["message"] for row in await client.feed()] == ["B"]


async def test_equal_seeds_fall_alike(client: Client) -> None:
    async def fall() -> list[int]:
        client.sandbox.reset(seed=3)
        client.sandbox.break_("vudumobile", "http_500", times=None, probability=0.5)
        statuses = []
        for _ in range(20):
            async with client.vudumobile("send", to=MOBILE, message="a") as answer:
                statuses.append(answer.status)
        return statuses

    first = await fall()
    assert first == await fall()
    assert set(first) == {200, 500}


async def test_faults_of_different_stages_work_together(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_lost", operation="send")
    client.sandbox.break_("vudumobile", "mt_hidden")
    await lost(client.vudumobile("send", to=MOBILE, message="a"))
    assert await client.feed("mt") == []
    assert len(client.sandbox.ledger) == 1
    assert client.sandbox.requests[0].faults == ["answer_lost"]


@pytest.mark.parametrize(
    ("gateway", "name", "options"),
    [
        ("vudumobile", "no_such", {}),
        ("orange", "slow", {}),
        ("clever", "firewall", {}),
        ("vudumobile", "slow", {"minutes": 1}),
        ("vudumobile", "slow", {"times": 0}),
        ("vudumobile", "slow", {"probability": 1.5}),
        ("vudumobile", "slow", {"operation": "mos"}),
        ("vudumobile", "row_late", {"operation": "send"}),
        ("vudumobile", "accepted_late", {"operation": "get_feed"}),
    ],
)
def test_a_wrong_order_says_so(gateway: str, name: str, options: dict[str, Any]) -> None:
    from bot.sandbox import Sandbox

    with pytest.raises(ValueError, match=r"\w+ \w+"):
        Sandbox().break_(gateway, name, **options)


def test_the_menu_is_whole() -> None:
    """Every fault has its story, both languages, and somewhere to happen."""
    assert set(STORIES) == set(FAULTS)
    known = {name for names in OPERATIONS.values() for name in names} | {"text"}
    for kind in FAULTS.values():
        assert kind.en
        assert kind.fr
        assert kind.en != kind.fr
        assert set(kind.operations) <= known
