"""Mails as both documents print them, in both readings where they are silent; and mailboxes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox import Mail
from bot.sandbox.mails import source
from tests.sandbox.conftest import START, Client

REFERENCE = "Push20260601140000"
TWO = "inbox@example.com;inbox@example.com"


# VuduMobile


async def test_vudumobiles_sample(client: Client) -> None:
    async with client.http.post(
        f"{client.sandbox.vudumobile_url}/send_email",
        headers=client.key | {"Content-Type": "application/x-www-form-urlencoded"},
        data=b"to=some%40some.com&subject=my+subject&message=test+message&format=text",
    ) as answer:
        assert (answer.status, await answer.json()) == (200, {"status": True})
    (mail,) = client.sandbox.mails("vudumobile")
    assert (mail.to, mail.subject, mail.text) == ("some@some.com", "my subject", "test message")
    assert (mail.time, mail.id) == (START, "")
    assert mail.request == client.sandbox.requests[-1].id
    assert client.sandbox.ledger == [], "a mail is no text"
    assert await client.feed("mt") == []


MISSING = "to, subject, message or format parameter is missing"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        *(({name: ""}, MISSING) for name in ("to", "subject", "message", "format")),
        ({"to": "some"}, "to is not a valid email address"),
        ({"to": "some@some"}, "to is not a valid email address"),
        ({"to": "a@some.com,b@some.com"}, "to is not a valid email address"),
        ({"to": "a@some.com\r\nBcc: b@some.com"}, "to is not a valid email address"),
        ({"to": "Some <a@some.com>"}, "to is not a valid email address"),
        ({"format": "html"}, "format parameter is invalid"),
    ],
)
async def test_vudumobiles_errors(client: Client, change: dict[str, str], error: str) -> None:
    async with client.send_email(**change) as answer:
        assert (answer.status, await answer.json()) == (400, {"status": False, "error": error})
    assert client.sandbox.mails("vudumobile") == []


async def test_vudumobiles_key_and_firewall_are_asked_for_mails_too(client: Client) -> None:
    client.sandbox.vudumobile.firewall_open = False
    async with client.send_email() as answer:
        assert answer.status == 403
        assert "(127.0.0.1) using API key sandbox-key" in (await answer.json())["error"]


@pytest.mark.parametrize(("filled_in", "text"), [(False, "_NAME_ _EMAIL_"), (True, " a@b.ca")])
async def test_both_readings_of_the_variables_of_broadcasts(
    client: Client, filled_in: bool, text: str
) -> None:
    client.sandbox.vudumobile.variables_in_mails = filled_in
    async with client.send_email(to="a@b.ca", subject="X _EMAIL_", message="_NAME_ _EMAIL_"):
        (mail,) = client.sandbox.mails("vudumobile")
    assert mail.text == text
    assert mail.subject == ("X a@b.ca" if filled_in else "X _EMAIL_")


# Clever


@pytest.mark.parametrize("name", ["pushsmails", "pushmails"])
async def test_clevers_sample(client: Client, name: str) -> None:
    """By the text's name, and by the picture's."""
    client.sandbox.clever.mail_path = name
    async with client.pushsmails(name) as answer:
        assert (answer.status, await answer.json()) == (
            201,
            {
                "push": {
                    "reference": REFERENCE,
                    "email_list": TWO,
                    "text": "Send Push Mail",
                    "email_subject": "push mail",
                    "hd_send": "2026-06-01 14:00:00",
                    "filename": "noFile",
                    "unit": 4,
                    "nb_mail": 2,
                    "open_tag": 0,
                    "type_mail": "html",
                    "duplicates": 1,
                }
            },
        )
    assert client.sandbox.clever.credit == 999_733 - 4
    assert [(m.to, m.subject, m.text, m.id) for m in client.sandbox.mails("clever")] == [
        ("inbox@example.com", "push mail", "Send Push Mail", REFERENCE)
    ] * 2
    assert client.sandbox.ledger == []


async def test_the_two_names_of_mails(client: Client) -> None:
    for setting, open_ones in (
        ("pushsmails", {"pushsmails"}),
        ("pushmails", {"pushmails"}),
        ("both", {"pushsmails", "pushmails"}),
    ):
        client.sandbox.clever.mail_path = setting
        for name in ("pushsmails", "pushmails"):
            async with client.pushsmails(name) as answer:
                assert answer.status == (201 if name in open_ones else 404)
            client.later(1)


async def test_clevers_sample_read(client: Client) -> None:
    async with client.pushsmails():
        pass
    assert await client.read(f"pushsmails/{REFERENCE}") == {
        "push": {
            "reference": REFERENCE,
            "email_list": TWO,
            "status": 2,
            "text": "Send Push Mail",
            "email_subject": "push mail",
            "hd_send": "2026-06-01 14:00:00",
            "type_push": "mail",
            "unit": 4,
            "nb_mail": 2,
            "open_tag": 0,
            "type_mail": "html",
        }
    }


async def test_clevers_samples_of_deliveries(client: Client) -> None:
    async with client.pushsmails(email_list="inbox@example.com"):
        pass
    row = {
        "subject": "push mail",
        "body": "Send Push Mail",
        "reply_to": "",
        "date_send": "2026-06-01 14:00:00",
        "recipient": "inbox@example.com",
        "status": "2",
    }
    path = f"pushsmails/{REFERENCE}/deliveries"
    assert await client.read(path) == {"deliveries": [row]}
    client.later(2)
    received = row | {"date_receive": "2026-06-01 14:00:02", "status": "3"}
    assert await client.read(path) == {"deliveries": [received]}


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": None},
        {"email_subject": ""},
        {"email_list": ""},
        {"email_list": "inbox"},
        {"email_list": "a@example.com;b"},
        {"email_list": "a@example.com\r\nBcc: b@example.com"},
        {"email_list": [1]},
        {"type_mail": "texte"},
        {"type_push": "sms"},
        {"open_tag": 2},
        {"duplicates": 2},
        {"filename": "a.exe"},
        {"hd_send": "demain"},
    ],
)
async def test_wrong_parameters(client: Client, change: dict[str, Any]) -> None:
    async with client.pushsmails(**change) as answer:
        assert answer.status == 400
        assert "errors" in await answer.json()
    assert client.sandbox.mails("clever") == []


@pytest.mark.parametrize(
    "addresses", ["a@b.fr", ["a@b.fr"], "a@b.fr; c@d.fr", ["a@b.fr", "c@d.fr"]]
)
async def test_spellings_of_a_list(client: Client, addresses: object) -> None:
    async with client.pushsmails(email_list=addresses) as answer:
        assert answer.status == 201
    count = len(client.sandbox.mails("clever"))
    assert client.sandbox.clever.credit == 999_733 - 2 * count


async def test_raw_is_what_a_mail_is_where_nothing_is_said(client: Client) -> None:
    async with client.pushsmails(type_mail=None, text="<b>a</b> &amp;") as answer:
        assert (await answer.json())["push"]["type_mail"] == "brut"
    assert [mail.text for mail in client.sandbox.mails("clever")] == ["<b>a</b> &amp;"] * 2


async def test_without_credit_or_after_expiry_nothing_is_mailed(client: Client) -> None:
    client.sandbox.clever.credit = 3
    async with client.pushsmails() as answer:
        assert (answer.status, answer.reason) == (402, "Payment Required")
    client.sandbox.clever.expires = "2026-05-31 09:49:21"
    async with client.pushsmails() as answer:
        assert (answer.status, answer.reason) == (430, "Account expired 2026-05-31")
    assert (client.sandbox.mails("clever"), client.sandbox.clever.credit) == ([], 3)


async def test_a_second_has_one_name_for_texts_and_mails(client: Client) -> None:
    async with client.pushs():
        pass
    async with client.pushsmails() as answer:
        assert answer.status == 409
    client.sandbox.clever.same_second = "share"
    async with client.pushsmails() as answer:
        assert (await answer.json())["push"]["reference"] == REFERENCE
    client.later(1)
    client.sandbox.clever.same_second = "conflict"
    async with client.pushsmails():
        pass
    async with client.pushs() as answer:
        assert answer.status == 409
    async with client.clever("pushs/Push20260601140001") as answer:
        assert answer.status == 404, "it is no campaign of texts"


async def test_two_readings_of_duplicates(client: Client) -> None:
    async with client.pushsmails(duplicates=0) as answer:
        assert (await answer.json())["push"]["nb_mail"] == 1
    client.later(1)
    async with client.pushsmails(duplicates=0) as answer:
        assert answer.status == 201
    client.later(1)
    client.sandbox.clever.duplicates_mean = "history"
    async with client.pushsmails(duplicates=0) as answer:
        assert answer.status == 409


async def test_a_campaign_for_later(client: Client) -> None:
    async with client.pushsmails(hd_send="2026-06-01 15:00:00"):
        pass
    assert client.sandbox.mails("clever") == []
    assert (await client.read(f"pushsmails/{REFERENCE}"))["push"]["status"] == 0
    assert (await client.read(f"pushsmails/{REFERENCE}/deliveries"))["deliveries"] == []
    client.later(3600)
    assert len(client.sandbox.mails("clever")) == 2
    assert (await client.read(f"pushsmails/{REFERENCE}"))["push"]["status"] == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("pushsmails/Push19990101000000", 404),
        ("pushsmails/Push19990101000000/deliveries", 404),
        ("pushsmails/x/mos", 404),
        ("pushsmails", 405),
    ],
)
async def test_what_is_not_there(client: Client, path: str, status: int) -> None:
    async with client.clever(path) as answer:
        assert answer.status == status


async def test_faults_befall_mails_too(client: Client) -> None:
    """`send_email` stands for either vendor's mails."""
    client.sandbox.break_("both", "http_500", operation="send_email")
    await client.send()
    for request in (client.send_email(), client.pushsmails()):
        async with request as answer:
            assert answer.status == 500
    client.sandbox.break_("clever", "no_body", operation="pushsmails")
    async with client.pushsmails() as answer:
        assert (answer.status, await answer.read()) == (202, b"")
    assert [len(client.sandbox.mails(name)) for name in ("vudumobile", "clever")] == [0, 2]


# Mailboxes


def received(subject: str, body: str, *, html: bool = False) -> Mail:
    written = source("a@b.ca", subject, body, html=html)
    return Mail("vudumobile", "a@b.ca", written, datetime.now(UTC), "", 1)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x85", "\u2028"])
def test_what_ends_a_header_begins_another(end: str) -> None:
    mail = received(f"a{end}Bcc: c@d.ca", "x")
    assert ("Bcc", "c@d.ca") in mail.headers
    assert mail.subject == "a"


@pytest.mark.parametrize("blank", ["\r\n\r\n", "\n\n"])
def test_what_ends_the_headers_begins_the_text(blank: str) -> None:
    mail = received(f"a{blank}b", "x", html=True)
    assert mail.headers == [("To", "a@b.ca"), ("Subject", "a")]
    assert mail.text.startswith("b\r\nContent-Type")


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Été — 5 €", "Été — 5 €"),
        ("=?utf-8?q?=C3=A9t=C3=A9?=", "été"),
        ("a =? b", "a =? b"),
        ("=?no-such?q?a?=", "=?no-such?q?a?="),
        ("a\r\n b", "a b"),
    ],
)
def test_subjects_as_they_are_shown(subject: str, shown: str) -> None:
    assert received(subject, "x").subject == shown


@pytest.mark.parametrize(
    ("body", "shown", "tags"),
    [
        ("a  b\n c", "a b c", []),
        ("a<br>b", "a\nb", ["br"]),
        ("&lt;b&gt; &#38;amp; &#233;", "<b> &amp; é", []),
        ("<pre>a  b\n</pre> c  d", "a  b\n c d", ["pre"]),
        ('<div style="white-space: pre-wrap">a  <b>b  c</b></div>', "a  b  c", ["div", "b"]),
        ("a<script>document.title</script>b", "ab", ["script"]),
        ("a<img src=x onerror=y>  b", "a b", ["img"]),
        ("a</b>b</div>", "ab", []),
    ],
)
def test_pages_as_they_are_shown(body: str, shown: str, tags: list[str]) -> None:
    mail = received("s", body, html=True)
    assert (mail.text, mail.tags) == (shown, tags)
    assert received("s", body).text == body
    assert received("s", body).tags == []


async def test_mails_by_control(client: Client) -> None:
    async with client.send_email(subject="a\r\nX: y", message="<b>"):
        pass
    for name in ("mails", "state"):
        async with client.http.get(f"{client.sandbox.url}/control/{name}") as answer:
            (mail,) = (await answer.json())["mails"]
        assert (mail["to"], mail["subject"], mail["text"]) == ("some@some.com", "a", "<b>")
        assert [header[0] for header in mail["headers"]] == ["To", "Subject", "X", "Content-Type"]
    await client.control("reset")
    assert client.sandbox.mails("vudumobile") == []


async def test_a_mail_is_told_as_it_comes(client: Client) -> None:
    async with client.http.get(f"{client.sandbox.url}/control/events") as stream:
        await stream.content.readuntil(b"\n\n")
        async with client.send_email(message="<i>été</i>"):
            pass
        while not (frame := await stream.content.readuntil(b"\n\n")).startswith(b"event: mail"):
            pass
    assert '"text": "<i>\\u00e9t\\u00e9</i>"' in frame.decode()
