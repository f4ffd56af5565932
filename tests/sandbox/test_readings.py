"""What the documents leave open is set by name: every setting, in both languages, by its type."""

from dataclasses import fields

import pytest

from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.readings import READINGS, Reading
from bot.sandbox.vudumobile_account import VuduMobileAccount
from tests.sandbox.conftest import GSM, MOBILE, Client

ACCOUNTS = {"vudumobile": VuduMobileAccount(), "clever": CleverAccount()}
ELSEWHERE = {
    "vudumobile": {"api_key", "our_number", "firewall_open", "detailed_statuses"},
    "clever": {"login", "password", "credit", "expires"},
}
"""What the accounts are, and what the page has buttons for."""


@pytest.mark.parametrize("gateway", ACCOUNTS)
def test_every_setting_is_a_reading_or_stands_elsewhere(gateway: str) -> None:
    names = {field.name for field in fields(ACCOUNTS[gateway])}  # type: ignore[arg-type]
    assert {name for where, name in READINGS if where == gateway} == names - ELSEWHERE[gateway]


@pytest.mark.parametrize("reading", READINGS.values(), ids=lambda one: f"{one.gateway}.{one.name}")
def test_a_reading_is_said_in_both_languages_and_offers_what_it_is(reading: Reading) -> None:
    value = getattr(ACCOUNTS[reading.gateway], reading.name)
    assert reading.en
    assert reading.fr
    assert len(reading.fr) <= 40, "a line of the page"
    assert not reading.choices or value in reading.choices
    free = isinstance(value, bool | float) or reading.name == "users"
    assert free == (not reading.choices)


async def test_every_choice_can_be_set_and_nothing_else(client: Client) -> None:
    told = (await client.read_control("readings"))["readings"]
    assert len(told) == len(READINGS)
    for reading in told:
        gateway, name = reading["gateway"], reading["name"]
        for choice in reading["choices"]:
            settings = await client.control("settings", **{gateway: {name: choice}})
            assert settings[gateway][name] == choice
        wrong = {gateway: {name: ["no such thing"]}}
        url = f"{client.sandbox.url}/control/settings"
        async with client.http.post(url, json=wrong) as answer:
            assert answer.status == 400


async def test_an_account_expires_at_a_time(client: Client) -> None:
    url = f"{client.sandbox.url}/control/settings"
    for wrong in ("", "demain", "2026-06-01"):
        async with client.http.post(url, json={"clever": {"expires": wrong}}) as answer:
            assert answer.status == 400
    await client.control("settings", clever={"expires": "2026-06-04 00:00:00"})
    assert (await client.read("account/me"))["account"]["date_expiration"] == "2026-06-04 00:00:00"


@pytest.mark.parametrize(("echo", "shown"), [("exact", " Oui "), ("trimmed", "Oui")])
async def test_texts_are_listed_as_they_are_or_trimmed(
    client: Client, echo: str, shown: str
) -> None:
    await client.control("settings", vudumobile={"echo": echo}, clever={"echo": echo})
    await client.send(" Oui ")
    client.sandbox.text("vudumobile", MOBILE, " Oui ")
    reference = await client.push(" Oui ")
    client.sandbox.text("clever", GSM, " Oui ")
    listed = [(await client.feed(direction))[0]["message"] for direction in ("mo", "mt")]
    listed.append((await client.read(f"pushs/{reference}"))["push"]["text"])
    listed += [mo["message"] for mo in (await client.read(f"pushs/{reference}/mos"))["mos"]]
    rows = (await client.read(f"pushs/{reference}/deliveries"))["deliveries"]
    listed += [row["message"] for row in rows]
    assert listed == [shown] * 5
    for gateway, number in (("vudumobile", MOBILE), ("clever", GSM)):
        assert client.sandbox.phone(gateway, number).received[0].text == " Oui "


async def test_the_feed_may_lag(client: Client) -> None:
    """Both directions, with the time at which it happened; a fault can hold a row up longer."""
    client.sandbox.vudumobile.feed_lag = 30.0
    await client.send()
    client.sandbox.text("vudumobile", MOBILE, "METEO")
    client.sandbox.break_("vudumobile", "row_late", operation="text", seconds=60.0)
    client.sandbox.text("vudumobile", MOBILE, "AIDE")
    counts = []
    for wait in (29, 1, 30):
        client.later(wait)
        counts.append([len(await client.feed(direction)) for direction in ("mo", "mt")])
    assert counts == [[0, 0], [1, 1], [2, 1]]
    assert {row["datetime"] for row in await client.feed("mo")} == {"2026-06-01 12:00:00"}


@pytest.mark.parametrize(
    ("meaning", "status", "received"), [("list", 201, 2), ("history", 409, 1), ("silent", 201, 1)]
)
async def test_three_readings_of_an_equal_text(
    client: Client, meaning: str, status: int, received: int
) -> None:
    """A daemon that thinks it was sent learns from the list that nobody was."""
    client.sandbox.clever.duplicates_mean = meaning
    await client.push(duplicates=0)
    async with client.pushs(duplicates=0) as answer:
        assert answer.status == status
        said = await answer.json()
    if meaning == "silent":
        assert (said["push"]["number_list"], said["push"]["unit"]) == ("", 0)
    assert len(client.sandbox.phone("clever", GSM).received) == received


@pytest.mark.parametrize("path", ["", "/mos", "/deliveries"])
@pytest.mark.parametrize("status", [404, 400, 200, 500])
async def test_four_readings_of_an_unknown_reference(
    client: Client, path: str, status: int
) -> None:
    client.sandbox.clever.unknown_reference = status
    answer = await client.tell("GET", f"pushs/Push19990101000000{path}")
    assert answer[0] == status
    assert status != 200 or list(answer[1].values()) == [[]]


async def test_every_end_of_a_message_is_offered_for_a_phone(client: Client) -> None:
    offered = (await client.read_control("state"))["outcomes"]
    assert len(offered["vudumobile"]) == 28
    for gateway, number in (("vudumobile", MOBILE), ("clever", GSM)):
        for code in offered[gateway]:
            body = {"gateway": gateway, "number": number, "code": code}
            assert (await client.control("outcome", **body))["outcome"].endswith(code)
