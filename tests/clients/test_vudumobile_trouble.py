"""Whatever VuduMobile answers: an error of the right class, no secret in it, and asked once.

INV-30 (what a gateway wrote is hostile until it is parsed), INV-33 (no secret leaves).
"""

from __future__ import annotations

import pytest

from bot.clients import (
    AccountHeld,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
    Unreachable,
    VuduMobile,
)
from bot.gateways.http import LONGEST_ANSWER
from tests.clients.conftest import KEY
from tests.clients.test_vudumobile_refusals import CALLS
from tests.gateways.server import RESET, Raw, Reply, ScriptedServer, html, sample

PAGE = f"<html><h1>Proxy</h1>VUDUMOBILE-API-KEY: {KEY}</html>".encode()
NONSENSE = [
    pytest.param(Reply(200, PAGE, headers={"Content-Type": "text/html"}), id="a page"),
    pytest.param(html(), id="a page for maintenance"),
    pytest.param(Reply(200, b"[" * 5000 + b"]" * 5000), id="nested deeply"),
    pytest.param(Reply(200, b'{"a":' * 5000 + b"1" + b"}" * 5000), id="objects nested deeply"),
    pytest.param(Reply(200, b'{{"status":true}}'), id="doubled braces"),
    pytest.param(Reply(200, b""), id="nothing"),
    pytest.param(Reply(200, b"null"), id="null"),
    pytest.param(Reply(200, b"7"), id="a figure"),
    pytest.param(Reply(200, b"{}"), id="an empty object"),
    pytest.param(Reply(200, b'"status"'), id="a string"),
    pytest.param(Reply(200, b'["a", "b"]'), id="a list of strings"),
    pytest.param(Reply(200, b'{"status": tru'), id="half an answer"),
    pytest.param(Reply(200, {"status": {"status": True}}), id="a status of another type"),
    pytest.param(Reply(200, {"status": False, "error": f"key {KEY}"}), id="a failed success"),
    pytest.param(Reply(500, PAGE), id="their fault, in a page"),
    pytest.param(Reply(503, {"status": False, "error": "not found"}), id="overloaded"),
    pytest.param(Reply(408, {"status": False, "error": "not found"}), id="out of patience"),
    pytest.param(RESET, id="a reset"),
    pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"), id="broken off"),
    pytest.param(Raw(b"SSH-2.0-OpenSSH_9.2\r\n"), id="another protocol"),
]
each_function = pytest.mark.parametrize("function", CALLS)


def expect_no_secret(error: GatewayError) -> None:
    """The error, what it says of itself, and what it was raised from."""
    assert KEY[:6] not in f"{error} {error!r} {error.args} {error.__cause__}"
    assert "\n" not in str(error)


@each_function
@pytest.mark.parametrize("answer", NONSENSE)
async def test_nonsense_is_never_taken_for_an_answer(
    function: str, answer: Reply | Raw, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(answer)
    with pytest.raises(Unconfirmed) as caught:
        await CALLS[function](vudumobile)
    expect_no_secret(caught.value)
    assert len(server.asked) == 1


@each_function
@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        pytest.param(
            Reply(403, sample("vudumobile/refused-by-the-firewall")), AccountHeld, "firewall"
        ),
        pytest.param(
            Reply(400, sample("vudumobile/refused-by-the-firewall")), AccountHeld, "firewall"
        ),
        pytest.param(
            Reply(401, sample("vudumobile/refused-without-a-key")), AccountHeld, "key", id="no key"
        ),
        pytest.param(Reply(402), AccountHeld, "credit", id="no credit"),
        pytest.param(Reply(430), AccountHeld, "expired", id="expired"),
        pytest.param(Reply(301, headers={"Location": "/x"}), AccountHeld, "address", id="moved"),
        pytest.param(Reply(429, headers={"Retry-After": "7"}), Throttled, "", id="too fast"),
        pytest.param(
            Reply(429, {"error": "group not found"}, headers={"Retry-After": "7"}),
            Throttled,
            "",
            id="too fast, with words of another refusal",
        ),
        pytest.param(Reply(400, {"error": f"'{KEY}' is bad"}), Rejected, "", id="a secret told"),
    ],
)
async def test_what_a_refusal_means(
    function: str,
    answer: Reply,
    kind: type[GatewayError],
    word: str,
    server: ScriptedServer,
    vudumobile: VuduMobile,
) -> None:
    server.say(answer)
    with pytest.raises(GatewayError) as caught:
        await CALLS[function](vudumobile)
    assert (type(caught.value), getattr(caught.value, "word", "")) == (kind, word)
    assert caught.value.retry_after == (7.0 if kind is Throttled else None)
    expect_no_secret(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("function", ["get_contacts", "get_groups", "send"])
async def test_an_answer_without_end_is_cut(
    function: str, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(Reply(200, b'["' + b"a" * LONGEST_ANSWER + b'"]'))
    with pytest.raises(Unconfirmed, match="longer than"):
        await CALLS[function](vudumobile)


async def test_a_vendor_that_cannot_be_reached_took_nothing() -> None:
    async with VuduMobile(api_key=KEY, url="http://127.0.0.1:9") as vudumobile:
        with pytest.raises(Unreachable) as caught:
            await vudumobile.send("15145555555", "test")
    expect_no_secret(caught.value)


async def test_a_vendor_that_fails_again_and_again_is_left_alone(
    server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    """Reads and sends each for themselves."""
    server.say(*[html(500)] * 5, Reply(body=sample("vudumobile/sent")))
    for _ in range(7):
        with pytest.raises((Unconfirmed, Unreachable)):
            await vudumobile.get_groups()
    assert len(server.asked) == 5
    assert (await vudumobile.send("15145555555", "test")).msg_id == "522"


# --- rows ----------------------------------------------------------------------------------------

ROW = {"id": 1, "number": "15145555555"}


@pytest.mark.parametrize(
    "row",
    [7, "x", None, [], {}, {"id": None}, {"id": {}}, {"id": 1, "number": [7]}, {"id": [1]}],
    ids=repr,
)
async def test_a_row_that_makes_no_sense_is_kept_beside_the_others(
    row: object, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(Reply(body={"contacts": [row, ROW]}))
    found = await vudumobile.get_contacts("Tous")
    assert [one.number for one in found.contacts] == ["+15145555555"]
    assert found.unreadable == (row,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"datetime": "yesterday"},
        {"datetime": None},
        {"datetime": "9999-99-99 00:00:00"},
        {"message": {"a": 1}},
        {"from": ["1"]},
    ],
    ids=repr,
)
async def test_a_text_that_makes_no_sense_is_kept_beside_the_others(
    wrong: dict[str, object], server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    rows = sample("vudumobile/feed-of-the-document")
    server.say(Reply(body=[rows[0] | wrong, rows[1]]))
    feed = await CALLS["get_feed"](vudumobile)
    assert [one.msg_id for one in feed.messages] == ["2"]
    assert feed.unreadable == (rows[0] | wrong,)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"system": 1}, True),
        ({"system": "1"}, True),
        ({"system": True}, True),
        ({"system": 0}, False),
        ({"system": None}, False),
        ({"system": "yes"}, False),
        ({}, False),
    ],
    ids=repr,
)
async def test_types_that_vary_are_read_alike(
    written: dict[str, object], read: bool, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    group = {"id": "51", "group_name": "B", "colour": "red", **written}
    server.say(Reply(body={"status": True, "groups": [group]}))
    (found,) = await vudumobile.get_groups()
    assert (found.id, found.name, found.system) == ("51", "B", read)
    assert found.model_extra == {"colour": "red"}, "what the document does not know is kept"


@pytest.mark.parametrize("inside", [True, False])
async def test_a_broadcasts_texts_are_read_in_both_places(
    inside: bool, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    beside = sample("vudumobile/broadcast")
    if inside:
        rest = {key: beside.pop(key) for key in list(beside) if key not in {"status", "broadcast"}}
        beside["broadcast"] |= rest
    server.say(Reply(body=beside))
    found = await vudumobile.get_broadcast("50")
    assert (found.id, found.fr_message, found.en_subject) == (
        "50",
        "Sms message FR",
        "Email subject EN",
    )
    assert [one.contact for one in found.messages or ()] == ["+15146003380"]
