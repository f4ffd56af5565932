"""Limits are checked before a byte leaves, and say what to change without quoting anybody."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clients import LIMIT, Clever, Rejected
from bot.validation import Wrong
from tests.clients.conftest import LOGIN, PASSWORD
from tests.clients.test_clever_document import USER
from tests.gateways.server import Reply, ScriptedServer, sample

Call = Callable[[Clever], Awaitable[Any]]
NUMBER = "+33612345678"
TO = [NUMBER]
MAIL = "zoe@b.example"
NAIVE = datetime.now(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda c: c.push(["555"], "Allo"), "numbers: this is no telephone number"),
        (lambda c: c.push(["RADIO"], "Allo"), "numbers: this is no telephone number"),
        (lambda c: c.push([NUMBER, "06"], "Allo"), "numbers: this is no telephone number"),
        (lambda c: c.push([f"{NUMBER};{NUMBER}"], "Allo"), "numbers: this is no telephone"),
        (lambda c: c.push([], "Allo"), "numbers: nobody is named"),
        (lambda c: c.push(TO, " "), "text: an empty text"),
        (lambda c: c.push(TO, "é" * 1001), "text: 1001 characters; Clever takes 1000"),
        (lambda c: c.push(TO, 7), "text: input should be a valid string"),
        (lambda c: c.push(TO, "Allo", sender="RADIOEXEMPLE"), "sender: this is no sender"),
        (lambda c: c.push(TO, "Allo", sender=""), "sender: this is no sender"),
        (lambda c: c.push(TO, "Allo", sender="a\r\nb"), "sender: this is no sender"),
        (lambda c: c.push(TO, "Allo", kind="text"), "kind: input should be"),
        (lambda c: c.push(TO, "Allo", encodage=5), "encodage: input should be"),
        (lambda c: c.push(TO, "à bientôt", encodage=3), "encodage 3 cannot write this text"),
        (lambda c: c.push(TO, "Allo", at=NAIVE), "at: input should have timezone"),
        (lambda c: c.push(TO, "Allo", filename="a.pdf"), "filename: this file cannot be sent"),
        *(
            (lambda c, sign=sign: c.push(TO, "Allo", filename=f"a{sign}.wav"), "filename: a file")
            for sign in '<>:"/\\|?*\n'
        ),
        (lambda c: c.push_by_criteria(" ", "Allo"), "criteria: the criteria is empty"),
        (lambda c: c.push_by_criteria("a=1", "é" * 1001), "text: 1001 characters"),
        (lambda c: c.push_to_all("é" * 1001), "text: 1001 characters"),
        (lambda c: c.push_to_all("Allo", sender="x" * 12), "sender: this is no sender"),
        (lambda c: c.push_to_all("Allo", answers_to_number="12"), "answers_to_number: this is no"),
        (lambda c: c.push_to_all("Allo", answers_to_mail="ana"), "answers_to_mail: this is not"),
        (lambda c: c.push_to_all("Allo", cascade_minutes=5), "cascade_minutes is of a cascade"),
        (
            lambda c: c.push_to_all("Allo", cascade=True, cascade_minutes=0),
            "cascade_minutes: input should be greater",
        ),
        (lambda c: c.push_mails(["ana"], "a", "b"), "addresses: this is not one plain e-mail"),
        (lambda c: c.push_mails([f"{MAIL};x@b.example"], "a", "b"), "addresses: this is not one"),
        (lambda c: c.push_mails([], "a", "b"), "addresses: nobody is named"),
        (lambda c: c.push_mails([MAIL], "a\nBcc: x", "b"), "subject: this is no subject"),
        (lambda c: c.push_mails([MAIL], "a\u2028b", "b"), "subject: this is no subject"),
        (lambda c: c.push_mails([MAIL], "", "b"), "subject: this is no subject"),
        (lambda c: c.push_mails([MAIL], "a", " "), "text: the text is empty"),
        (lambda c: c.push_mails([MAIL], "a", "b", format="text"), "format: input should be"),
        (lambda c: c.push_mails([MAIL], "a", "b", filename="a.wav"), "filename: this file"),
        (lambda c: c.push_mails_by_criteria("", "a", "b"), "criteria: the criteria is empty"),
        (lambda c: c.find_push("Push 1"), "reference: this is no reference"),
        (lambda c: c.mos("../account/me"), "reference: this is no reference"),
        (lambda c: c.delete_push("x" * 81), "reference: this is no reference"),
        (lambda c: c.create_contact("12", "Ana", "Petit"), "number: this is no telephone"),
        (lambda c: c.create_contact(NUMBER, " ", "Petit"), "name: it is empty"),
        (lambda c: c.create_contact(NUMBER, "Ana", ""), "lastname: it is empty"),
        (lambda c: c.create_contact(NUMBER, "A\nB", "Petit"), "name: it has a line break"),
        (lambda c: c.create_contact(NUMBER, "A", "B", email="x"), "email: this is not one"),
        (lambda c: c.create_contact(NUMBER, "A", "B", fax_primary="x"), "fax_primary: this is no"),
        (lambda c: c.modify_contact("abc", NUMBER, "A", "B"), "id: this is no id"),
        (lambda c: c.find_contact(True), "id: this is no id"),
        (lambda c: c.find_contact("1/2"), "id: this is no id"),
        (lambda c: c.list_user_contacts(""), "login: it is empty"),
        *(
            (lambda c, weak=weak: c.create_user(**USER | {"password": weak}), "password: this")
            for weak in ("A1bcd", "abcdef1", "ABCDEF", "")
        ),
        (lambda c: c.create_user(**USER | {"telephone": "x"}), "telephone: this is no telephone"),
        (lambda c: c.create_user(**USER | {"city": ""}), "city: it is empty"),
        (lambda c: c.create_user(**USER, credit=-1), "credit: input should be greater"),
        (lambda c: c.modify_user("me", **USER), "id: this is no id"),
    ],
)
async def test_what_breaks_a_limit_is_not_sent(
    call: Call, said: str, server: ScriptedServer, clever: Clever
) -> None:
    with pytest.raises(Rejected) as caught:
        await call(clever)
    assert server.asked == []
    assert caught.value.code == LIMIT
    assert said in caught.value.reason
    for private in (NUMBER, MAIL, USER["password"]):
        assert private not in caught.value.reason


async def test_what_is_misspelled_or_missing_is_an_error_of_the_program(clever: Clever) -> None:
    with pytest.raises(TypeError, match="'senders'"):
        await clever.push(TO, "Allo", senders="RADIO")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'numbers'"):
        await clever.push(to=TO, text="Allo")  # type: ignore[call-arg]
    with pytest.raises(Rejected, match="city"):
        await clever.create_user(**{k: v for k, v in USER.items() if k != "city"})


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("+33600000001", "+33600000001"),
        ("06 00 00 00 01", "+33600000001"),
        ("06.00.00.00.01", "+33600000001"),
        ("33600000001", "+33600000001"),
        ("0033600000001", "+33600000001"),
        ("+1 514 555-0001", "+15145550001"),
    ],
)
async def test_a_number_is_sent_as_the_vendor_wants_it(
    written: str, sent: str, server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(201, sample("clever/push-created")))
    await clever.push([written], "Allo")
    assert server.asked[0].json["datas"]["number_list"] == sent


@pytest.mark.parametrize(
    ("text", "encodage"), [("é" * 1000, 3), ("à demain €", 3), ("à bientôt", 4), ("👩", 4)]
)
async def test_a_text_is_sent_by_what_can_write_it(
    text: str, encodage: int, server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(201, sample("clever/push-created")))
    await clever.push(TO, text)
    datas = server.asked[0].json["datas"]
    assert (datas["text"], datas["encodage"]) == (text, encodage)


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 7, 1, 8, tzinfo=UTC), "2026-07-01 10:00:00"),
        (datetime(2026, 1, 1, 8, 0, 1, tzinfo=UTC), "2026-01-01 09:00:01"),
        (datetime(2026, 7, 1, 4, tzinfo=ZoneInfo("America/Montreal")), "2026-07-01 10:00:00"),
        (datetime(2026, 7, 1, 8, tzinfo=timezone(timedelta(hours=-12))), "2026-07-01 22:00:00"),
    ],
)
async def test_an_instant_is_sent_as_it_is_in_paris(
    at: datetime, written: str, server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(201, sample("clever/push-created")))
    await clever.push(TO, "Allo", at=at)
    assert server.asked[0].json["datas"]["hd_send"] == written


async def test_every_option_is_sent_by_the_documents_name(
    server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(201, sample("clever/push-created")))
    await clever.push_to_all(
        "Allo",
        numbers=[NUMBER, "+33600000002"],
        kind="voice",
        encodage=4,
        sender="RADIO",
        filename="Noel.WAV",
        flash=True,
        duplicates=True,
        answers_to_number=NUMBER,
        answers_to_mail=MAIL,
        all_numbers=True,
        cascade=True,
        cascade_minutes=5,
        predefined=True,
    )
    assert server.asked[0].json["datas"] == {
        "text": "Allo",
        "number_list": f"{NUMBER};+33600000002",
        "type_push": "voice",
        "encodage": 4,
        "short_code": "RADIO",
        "filename": "Noel.WAV",
        "options": "F0",
        "duplicates": 1,
        "gsm_routage_mo": NUMBER,
        "mail_routage_mo": MAIL,
        "all_number": 1,
        "cascade": 1,
        "time_cascade": 5,
        "predefined_message": 1,
    }


async def test_every_option_of_mails_is_sent(server: ScriptedServer, clever: Clever) -> None:
    server.say(Reply(201, sample("clever/push-of-mails-created")))
    await clever.push_mails_to_all(
        "Ete", "Allo", addresses=[MAIL], filename="a.pdf", open_tag=True, predefined=True
    )
    assert server.asked[0].json["datas"] == {
        "text": "Allo",
        "email_subject": "Ete",
        "email_list": MAIL,
        "type_mail": "brut",
        "filename": "a.pdf",
        "open_tag": 1,
        "duplicates": 0,
        "predefined_message": 1,
    }


async def test_all_of_a_contact_and_of_a_user_is_sent(
    server: ScriptedServer, clever: Clever
) -> None:
    phones = dict.fromkeys(("gsm_secondary", "landline_primary", "fax_secondary"), "0160536053")
    place = {"zip_code": "77183", "city": "Torcy", "street": "rue de Paris", "street_number": "4"}
    server.say(Reply(201, sample("clever/contact-created")), Reply(204))
    await clever.create_contact(NUMBER, "A", "B", **phones, **place, duplicates=True)
    await clever.modify_user("7", **USER, credit=5)
    contact, user = (asked.json["datas"] for asked in server.asked)
    assert contact == {
        "name": "A",
        "lastName": "B",
        "gsmPrimary": NUMBER,
        **dict.fromkeys(phones, "+33160536053"),
        "zipCode": "77183",
        "city": "Torcy",
        "street": "rue de Paris",
        "streetNumber": "4",
        "duplicates": 1,
    }
    assert user["account"]["credit"] == 5
    assert user["account"]["company"] == {
        "address": "Croissy",
        "company_name": "IS",
        "zipCode": "77183",
        "city": "Croissy",
        "country": "France",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"url": "http://webservicesmultimedias.clever-is.fr/api"},
        {"url": "https://me:secret@webservicesmultimedias.clever-is.fr/api"},
        {"rate": "often"},
    ],
    ids=repr,
)
def test_an_account_that_cannot_be_used_safely_is_not_opened(given: dict[str, Any]) -> None:
    with pytest.raises(Wrong):
        Clever(login=LOGIN, password=PASSWORD, **given)


async def test_an_account_is_opened_before_it_is_asked() -> None:
    clever = Clever(login=LOGIN, password=PASSWORD, url="http://127.0.0.1:9")
    with pytest.raises(RuntimeError, match="async with"):
        await clever.account()
    assert PASSWORD not in repr(vars(clever))


def test_help_shows_the_options_of_a_method() -> None:
    told = inspect.getdoc(Clever.push) or ""
    for option in ("kind", "encodage", "sender", "at", "filename", "flash", "duplicates"):
        assert f"`{option}`" in told
