"""Mails through the adapters into the sandbox's mailboxes, which were written by others.

Whatever somebody texts arrives as the very characters, and as nothing else (INV-31).
"""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from bot.core.mails import as_text
from bot.core.messages import Mail
from bot.gateways.base import GatewayError, Unconfirmed
from bot.gateways.mails import as_html
from bot.sandbox import Mail as Received
from bot.sandbox.mails import source
from tests.gateways.test_sandbox import NOT_TAKEN, Played, faults, played

__all__ = ["played"]

TO = "rdv@clinique.example"
HOSTILE = [
    pytest.param("<script>document.title='x'</script>", id="a script"),
    pytest.param("<img src=x onerror=alert(1)>", id="an image"),
    pytest.param("</div></body></html><h1>x</h1>", id="the end of a page"),
    pytest.param("<!-- x --><![CDATA[x]]><?php x ?>", id="comments"),
    pytest.param("&lt;b&gt; &amp;amp; &#60; &copy", id="escapes"),
    pytest.param("{{7*7}} {% x %} ${7*7} #{7*7} <%= 7*7 %>", id="templates"),
    pytest.param("[[name]] [NOM] {name} #NOM# %NAME% $name @name@", id="fields to be filled in"),
    pytest.param("_NAME_ _EMAIL_ _NUMBER_ _NOTES_ _name_", id="VuduMobile's fields"),
    pytest.param("_NAME_ <b>&lt;</b>\n  _NOTES_", id="VuduMobile's fields in a page"),
    pytest.param("%s %d %n %(x)s %% %zz%0d%0a+&=;", id="formats"),
    pytest.param("'; DROP TABLE mails; -- \\' \" ` $(id) | a", id="quotes"),
    pytest.param("\n\nBcc: x@y.example\n.\nQUIT\n", id="another mail"),
    pytest.param("--boundary\nContent-Type: text/html\n\n<b>", id="another part"),
    pytest.param("a  b\n\n   c\t\td ", id="blanks"),
    pytest.param("Été à 5 € — “œuvre”\u00a0! 👩‍👩‍👧 中文 עברית \u202e", id="every script"),
    pytest.param("x" * 1600, id="long"),
    pytest.param('{"a": [1, "b\\n"]}', id="JSON"),
]
USUAL = {
    "vudumobile": ["To", "Subject", "Content-Type"],
    "clever": ["To", "Subject", "Content-Type"],
}


def mailbox(played: Played) -> list[Received]:
    return played.sandbox.mails(played.name)


@pytest.mark.parametrize("filled_in", [False, True], ids=["", "variables filled in"])
@pytest.mark.parametrize("text", HOSTILE)
async def test_a_text_arrives_as_the_very_characters(played, text, filled_in):
    played.sandbox.vudumobile.variables_in_mails = filled_in
    name = await played.gateway.mail(Mail(TO, "Texto", text))
    (mail,) = mailbox(played)
    assert mail.text == text
    assert (mail.to, mail.subject, mail.id) == (TO, "Texto", name)
    assert set(mail.tags) <= {"div", "br"}
    assert [header[0] for header in mail.headers] == USUAL[played.name]


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Texto de +1 514 555-0001 : été", "Texto de +1 514 555-0001 : été"),
        ("a\r\nBcc: x@y.example", "a Bcc: x@y.example"),
        ("a\nBcc: x@y.example\n\n<script>", "a Bcc: x@y.example <script>"),
        ("a\rb\0c\x0bd\x0ce\x85f\u2028g\u2029h", "a b c d e f g h"),
        ("\r\n\tContent-Type: text/html", "Content-Type: text/html"),
        ("=?utf-8?q?=0D=0ABcc:_x@y.example?=", "= ?utf-8?q?=0D=0ABcc:_x@y.example?="),
        ("<b>&lt; {{7*7}} %s %0d%0a", "<b>&lt; {{7*7}} %s %0d%0a"),
        ("x" * 500, "x" * 149 + "…"),
    ],
)
async def test_a_subject_never_splits(played, subject, shown):
    await played.gateway.mail(Mail(TO, subject, "Il neige"))
    (mail,) = mailbox(played)
    assert mail.subject == shown
    assert [header[0] for header in mail.headers] == USUAL[played.name]
    assert mail.text == "Il neige"


@pytest.mark.parametrize("filled_in", [False, True])
async def test_a_subjects_variables_are_not_filled_in(played, filled_in):
    played.sandbox.vudumobile.variables_in_mails = filled_in
    await played.gateway.mail(Mail(TO, "_NOTES_ _EMAIL_", "Il neige"))
    (mail,) = mailbox(played)
    assert mail.subject.replace("\uff3f", "_") == "_NOTES_ _EMAIL_"


@given(st.text(st.characters()))
def test_any_text_survives_being_a_page(text: str) -> None:
    """INV-31"""
    sent = as_text(text)
    mail = Received("clever", TO, source(TO, "x", as_html(sent), html=True), None, "", 1)  # type: ignore[arg-type]  # no time is needed
    assert mail.text == sent
    assert set(mail.tags) <= {"div", "br"}
    as_html(sent).encode("ascii")


async def test_either_name_of_clevers_mails_will_do(played):
    for setting in ("pushmails", "pushsmails", "both"):
        played.sandbox.clever.mail_path = setting
        await played.gateway.mail(Mail(TO, "Texto", setting))
        await played.clock.sleep(2)
    assert [mail.text for mail in mailbox(played)] == ["pushmails", "pushsmails", "both"]


async def test_equal_mails_are_two(played):
    for _ in range(2):
        await played.gateway.mail(Mail(TO, "Texto", "Il neige"))
        await played.clock.sleep(2)
    assert len(mailbox(played)) == 2


@faults({"vudumobile": "send_email", "clever": "pushsmails"}, "before", "instead", "after")
async def test_what_is_said_of_a_mail_is_true(played, fault):
    """INV-4: accepted was taken, once; refused was not; only what cannot be known is unclear."""
    operation = "send_email" if played.name == "vudumobile" else "pushsmails"
    played.sandbox.break_(played.name, fault, operation=operation)
    said: str | GatewayError
    try:
        said = await played.gateway.mail(Mail(TO, "Texto", "Il neige"))
    except GatewayError as error:
        said = error
    if isinstance(said, str):
        assert len(mailbox(played)) == 1
    elif isinstance(said, NOT_TAKEN):
        assert mailbox(played) == []
    else:
        assert isinstance(said, Unconfirmed)
        assert len(mailbox(played)) <= 1
    assert sum(one.operation == operation for one in played.sandbox.requests) <= 1
