"""Everything that left an account, whoever wrote it, where the gateway lists that at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.gateways.base import AccountHeld, Unconfirmed
from tests.clock import NOON
from tests.gateways.server import Reply, sample
from tests.gateways.vendors import clever, row, vudumobile

SINCE = NOON - timedelta(minutes=20)


async def test_what_others_wrote_is_listed_beside_ours(server, transport):
    server.say(Reply(body=sample("vudumobile/feed-of-messages")))
    listed = await vudumobile(server, transport).messages(SINCE)

    assert [(one.gateway_id, one.numbers, one.text.strip()) for one in listed] == [
        ("6", ("+18195555555",), "Meteo"),
        ("522", ("+15145555555",), "Il neige"),
        ("523", ("+15145555556",), "Il neige"),
    ]
    form = server.asked[0].form
    assert form["direction"] == "mt"
    start = datetime.strptime(form["date_start"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert start <= SINCE


async def test_texts_and_nonsense_are_no_messages(server, transport):
    """INV-30."""
    rows = [row(1, "Meteo", NOON), {"direction": "mt"}, 7, row(2, "Oui", NOON, direction="mt")]
    server.say(Reply(body=rows))

    listed = await vudumobile(server, transport).messages(SINCE)

    assert [one.gateway_id for one in listed] == ["2"]


async def test_a_part_of_the_list_is_none(server, transport, monkeypatch):
    """What is missing may have gone to others: it would seem to have been written to one alone."""
    monkeypatch.setattr("bot.gateways.vudumobile.LONGEST_FEED", 1000)
    gateway = vudumobile(server, transport)
    shorter = Reply(body=[row(2, "Oui", NOON, direction="mt")])
    server.say(Reply(body=[]), Reply(body=b" " * 2000), shorter)
    await gateway.messages(SINCE)  # how far the clocks are apart is known from here on

    with pytest.raises(Unconfirmed, match="too long"):
        await gateway.messages(SINCE)


async def test_a_refusal_is_told(server, transport):
    server.say(Reply(403, sample("vudumobile/refused-by-the-firewall")))

    with pytest.raises(AccountHeld):
        await vudumobile(server, transport).messages(SINCE)


async def test_campaigns_are_known_by_their_names_alone(server, transport):
    assert list(await clever(server, transport).messages(SINCE)) == []
    assert server.asked == []
