"""Looking closely at an account: the requests that it makes, and what it makes of answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.checkup import Shape
from bot.gateways.base import AccountHeld, Unconfirmed
from tests.clock import NOON, Hasty
from tests.gateways.server import Reply, sample
from tests.gateways.vendors import OURS, clever, row, vudumobile

BEN = "15145550002"


@pytest.fixture
def clock() -> Hasty:
    return Hasty()


async def test_the_shape_of_both_listings(server, transport):
    texts = [row(1, "a", NOON), {"message": "b", "datetime": "2026-01-01 00:00:00", "from": BEN}]
    messages = [
        row(2, "c", NOON, direction="mt", status_mt="UNDELIV_300"),
        row(3, "d", NOON, direction="mt", status_mt="sent"),
        "nonsense",
    ]
    server.say(Reply(body=texts), Reply(body=messages))

    look = await vudumobile(server, transport).examiner.look(NOON)

    assert look.texts == Shape(2, ids=1, directions=1, our_numbers={OURS: 1})
    assert look.messages == Shape(3, ids=2, directions=2, statuses=2, detailed=1)
    first, second = (one.form for one in server.asked)
    assert (first["direction"], second["direction"]) == ("mo", "mt")
    assert first["date_start"] == f"{NOON:%Y-%m-%d %H:%M:%S}"


async def test_a_refusal_holds_the_account(server, transport):
    said = {"status": False, "error": "The API is not accessible from your IP (1.2.3.4)"}
    server.say(Reply(403, said))
    with pytest.raises(AccountHeld) as held:
        await vudumobile(server, transport).examiner.look(NOON)
    assert held.value.word == "firewall"
    assert "1.2.3.4" in held.value.reason


async def test_what_is_no_listing_is_no_shape(server, transport):
    server.say(Reply(body="<html>maintenance</html>"))
    with pytest.raises(Unconfirmed):
        await vudumobile(server, transport).examiner.look(NOON)


@pytest.mark.parametrize(
    ("before", "second", "included"),
    [([7], [7], True), ([7], [], False), ([], [], None)],
)
async def test_whether_the_second_that_is_asked_from_is_listed(
    server, transport, before, second, included
):
    for ids in (before, second):
        server.say(Reply(body=[row(one, "x", NOON, direction="mt") for one in ids]))
    assert await vudumobile(server, transport).examiner.includes("7", NOON) is included
    before_that = NOON - timedelta(seconds=1)
    assert server.asked[0].form["date_start"] == f"{before_that:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(("text", "listed"), [("Code: 77777777", True), ("Code: 7", False)])
async def test_whether_codes_are_listed(server, transport, monkeypatch, text, listed):
    """It is looked for by its eight digits."""
    monkeypatch.setattr("secrets.choice", lambda _digits: "7")
    server.say(Reply(body={"status": True, "request_id": "5"}))
    server.always("get_feed", Reply(body=[row(1, text, NOON, direction="mt")]))

    assert await vudumobile(server, transport).examiner.lists_code("+15145550001") is listed
    assert server.asked[0].form == {"to": "15145550001", "code": "77777777", "language": "fr"}


async def test_an_account_of_campaigns(server, transport):
    server.say(Reply(body=sample("clever/account")), Reply(404, body={"errors": {}}))
    look = await clever(server, transport).examiner.look(NOON)
    assert look.nobody == "404"
    assert set(look.account) == {"credit", "expiry"}
    assert (look.texts, look.messages) == (None, None)
