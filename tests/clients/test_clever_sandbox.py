"""Clever's client against the sandbox, which others wrote from the same document.

Each function is asked, under each reading of what the document leaves open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.clients import AccountHeld, Clever, Rejected
from bot.clock import FastClock
from bot.sandbox import Sandbox
from bot.sandbox.readings import READINGS
from tests.clients.functions import CLEVER

ANA, BEN = "+33600000001", "+33600000002"
ZOE: dict[str, Any] = {
    "username": "zoe",
    "password": "Printemps26",
    "name": "Zoe",
    "lastname": "Blanc",
    "telephone": "+33160536053",
    "email": "zoe@example.com",
    "address": "52 rue de Paris",
    "zip_code": "77183",
    "city": "Croissy",
    "country": "France",
    "company_name": "Radio",
}
REFUSED: dict[str, set[object]] = {
    "authorization": {"bare"},
    "manager": {False},
    "coming": {404, 501},
    "contact_names": {"table"},
    "user_shape": {"flat"},
}
"""Readings under which something cannot be done; see below. The others only look different."""
LOOKS = [
    pytest.param(name, value, id=f"{name}={value}")
    for (gateway, name), reading in READINGS.items()
    if gateway == "clever"
    for value in reading.choices or (False, True)
    if name not in {"skew", "feed_lag"} and value not in REFUSED.get(name, set())
]


@pytest.fixture
def speed() -> float:
    return 30.0


def client(sandbox: Sandbox) -> Clever:
    return Clever(
        login=sandbox.clever.login,
        password=sandbox.clever.password,
        url=sandbox.clever_url,
        rate="1000/s",
        clock=FastClock.parse(sandbox.clock.spec),
    )


@pytest.mark.parametrize(("name", "value"), LOOKS)
async def test_each_function_under_each_reading(
    name: str, value: object, sandbox: Sandbox
) -> None:
    assert hasattr(sandbox.clever, name)
    setattr(sandbox.clever, name, value)
    async with client(sandbox) as clever:
        assert (await clever.account()).credit == 999_733
        await of_contacts(clever)
        await of_messages(clever, sandbox)
        await of_mails(clever, sandbox)
        await of_users(clever, sandbox)


async def of_contacts(clever: Clever) -> None:
    ana = await clever.create_contact(ANA, "Ana", "Petit", email="ana@example.com")
    ben = await clever.create_contact(BEN, "Ben", "Roux", city="Torcy")
    assert (ana.phone, ana.lastname) == (ANA, "Petit")
    with pytest.raises(Rejected) as refused:
        await clever.create_contact(ANA, "Une", "Autre")
    assert refused.value.code == "exists"
    await clever.modify_contact(ana.id, ANA, "Ana", "Grand", email="ana@example.com", city="Torcy")
    found = await clever.find_contact(ana.id)
    assert (found.lastname, found.phone, found.email) == ("Grand", ANA, "ana@example.com")
    await clever.delete_contact(ben.id)
    for listed in (await clever.list_contacts(), await clever.list_user_contacts("sandbox")):
        assert [(one.id, one.phone, one.city) for one in listed.contacts] == [
            (ana.id, ANA, "Torcy")
        ]


async def of_messages(clever: Clever, sandbox: Sandbox) -> None:
    push = await clever.push([ANA, BEN], "Votez 1 ou 2", sender="36180")
    assert (push.numbers, push.kind, push.units) == ((ANA, BEN), "sms", 14)
    sandbox.text("clever", ANA, "Un")
    (mo,) = (await clever.mos(push.reference)).mos
    assert (mo.number, mo.text) == (ANA, "Un")
    assert abs((mo.received_at or sandbox.now()) - sandbox.now()) < timedelta(minutes=5)
    seen = await clever.find_push(push.reference)
    assert (seen.text, seen.numbers, seen.sender) == ("Votez 1 ou 2", (ANA, BEN), "36180")
    told = (await clever.deliveries(push.reference)).deliveries
    assert {one.number for one in told} == {ANA, BEN}
    some = await clever.push_by_criteria("city='Torcy'", "Bonjour", numbers=[ANA])
    everyone = await clever.push_to_all("Bonsoir", numbers=[ANA], kind="tts")
    assert (some.numbers, everyone.numbers, everyone.kind) == ((ANA,), (ANA,), "tts")
    later = await clever.push([ANA], "Tard", at=sandbox.now() + timedelta(days=1))
    assert (await clever.find_push(later.reference)).waits
    await clever.delete_push(later.reference)
    assert [one.text for one in sandbox.ledger if one.number == ANA] == [
        "Votez 1 ou 2",
        "Bonjour",
        "Bonsoir",
        "Tard",
    ]


async def of_mails(clever: Clever, sandbox: Sandbox) -> None:
    to = ["ana@example.com"]
    mails = await clever.push_mails(to, "Sujet", "Allo")
    assert (mails.addresses, mails.mails) == (tuple(to), 1)
    assert (await clever.find_mail_push(mails.reference)).subject == "Sujet"
    (told,) = (await clever.mail_deliveries(mails.reference)).deliveries
    assert told.address == "ana@example.com"
    await clever.push_mails_by_criteria("city='Torcy'", "Sujet", "Bonjour", addresses=to)
    await clever.push_mails_to_all("Sujet", "Bonsoir", addresses=to)
    later = await clever.push_mails(to, "Tard", "Tard", at=sandbox.now() + timedelta(days=1))
    await clever.delete_mail_push(later.reference)
    assert [one.text for one in sandbox.mails("clever")] == ["Allo", "Bonjour", "Bonsoir"]


async def of_users(clever: Clever, sandbox: Sandbox) -> None:
    made = await clever.create_user(**ZOE, credit=5)
    assert made.username == "zoe"
    assert made.id or not sandbox.clever.user_ids
    await clever.modify_user("1201", **ZOE | {"lastname": "Noir"})
    found = await clever.find_user("1201")
    assert (found.account.lastname, found.account.company.company_name) == ("Noir", "Radio")
    assert await clever.field_list()
    assert "predefinedmessage" in await clever.predefined_messages()


def test_the_story_asks_each_function() -> None:
    stories = (of_contacts, of_messages, of_mails, of_users, test_each_function_under_each_reading)
    asked = {name for one in stories for name in one.__code__.co_names}

    assert {one.method for one in CLEVER.functions} <= asked


async def test_who_is_no_manager_lists_nobody_elses_contacts(sandbox: Sandbox) -> None:
    sandbox.clever.manager = False
    async with client(sandbox) as clever:
        with pytest.raises(Rejected) as refused:
            await clever.list_user_contacts("sandbox")
        assert refused.value.code == "403"
        assert (await clever.account()).credit


@pytest.mark.parametrize("status", [404, 501])
async def test_what_is_announced_is_told_apart_from_what_is_wrong(
    status: int, sandbox: Sandbox
) -> None:
    sandbox.clever.coming = status
    async with client(sandbox) as clever:
        for asked in (
            clever.field_list(),
            clever.predefined_messages(),
            clever.create_user(**ZOE),
        ):
            with pytest.raises(Rejected) as refused:
                await asked
            assert refused.value.code == "not_yet"


@pytest.mark.parametrize(
    ("name", "value"), [("contact_names", "table"), ("user_shape", "flat")], ids=str
)
async def test_where_another_reading_is_right_it_is_refused_and_said(
    name: str, value: str, sandbox: Sandbox
) -> None:
    """We write as the samples do; the vendor's words tell that it wants something else."""
    setattr(sandbox.clever, name, value)
    async with client(sandbox) as clever:
        asked: dict[str, Callable[[], Awaitable[object]]] = {
            "contact_names": lambda: clever.create_contact(ANA, "Ana", "Petit"),
            "user_shape": lambda: clever.create_user(**ZOE),
        }
        with pytest.raises(Rejected, match="obligatoire"):
            await asked[name]()
    assert sandbox.clever_book.contacts == []


async def test_credentials_without_the_word_basic_are_not_what_we_send(sandbox: Sandbox) -> None:
    sandbox.clever.authorization = "bare"
    async with client(sandbox) as clever:
        with pytest.raises(AccountHeld, match="401"):
            await clever.account()


async def test_a_wrong_password_holds_the_account(sandbox: Sandbox) -> None:
    sandbox.clever.password = "another"
    async with client(sandbox) as clever:
        sandbox.clever.password = "changed"
        with pytest.raises(AccountHeld) as held:
            await clever.account()
    assert held.value.word == "key"
    assert "another" not in str(held.value)


async def test_two_campaigns_never_meet_in_one_second(sandbox: Sandbox) -> None:
    """INV-24."""
    async with client(sandbox) as clever:
        made = [await clever.push([ANA], f"Texte {n}") for n in range(4)]
        mail = await clever.push_mails(["ana@example.com"], "Sujet", "Allo")
    assert len({one.reference for one in (*made, mail)}) == 5
