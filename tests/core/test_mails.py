"""What may be mailed: one plain address, a subject of one line, a text of characters."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from bot.core.mails import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    as_sent,
    as_subject,
    as_text,
    refuses,
    refuses_address,
)
from bot.core.messages import Mail

GOOD = Mail("rdv@clinique.example", "Texto", "Il neige")


@pytest.mark.parametrize(
    "address",
    [
        "rdv@clinique.example",
        "a@b.ca",
        "jean.de-la_rue+rdv@exemple.qc.ca",
        "o'brien@example.com",
        "r&d=x@a-b.example",
        "~a@example.com",
        "a@xn--bcher-kva.xn--p1ai",
        f"{'a' * LONGEST_NAME}@example.com",
        "1@2.example",
    ],
)
def test_plain_addresses(address: str) -> None:
    assert refuses_address(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="none"),
        pytest.param("rdv", id="no place"),
        pytest.param("@b.ca", id="no name"),
        pytest.param("a@", id="nothing after the sign"),
        pytest.param("a@b", id="a machine of the vendor's"),
        pytest.param("a@1.2.3.4", id="a machine's number"),
        pytest.param("a@[1.2.3.4]", id="a machine's number in brackets"),
        pytest.param("a@b.c", id="no such top"),
        pytest.param("a@b..ca", id="an empty label"),
        pytest.param("a@-b.ca", id="a label that begins with a dash"),
        pytest.param("a@b_c.ca", id="no label"),
        pytest.param("a@b.ca.", id="a full stop"),
        pytest.param(".a@b.ca", id="a dot first"),
        pytest.param("a.@b.ca", id="a dot last"),
        pytest.param("a..b@c.ca", id="two dots"),
        pytest.param("a@b@c.ca", id="two signs"),
        pytest.param("a@b.ca,c@d.ca", id="two, by a comma"),
        pytest.param("a@b.ca;c@d.ca", id="two, by a semicolon"),
        pytest.param("a@b.ca c@d.ca", id="two, by a blank"),
        pytest.param("Ana <a@b.ca>", id="a name in front"),
        pytest.param("<a@b.ca>", id="in brackets"),
        pytest.param('"a b"@c.ca', id="in quotes"),
        pytest.param("a(x)@b.ca", id="a comment"),
        pytest.param("mailto:a@b.ca", id="a link"),
        pytest.param("a@b.ca?bcc=c@d.ca", id="a link's copy"),
        pytest.param("a%40x@b.ca", id="a sign in code"),
        pytest.param("a!b@c.ca", id="a route"),
        pytest.param("-oQ/tmp@b.ca", id="an option"),
        pytest.param("$(id)@b.ca", id="a shell"),
        pytest.param("`id`@b.ca", id="another shell"),
        pytest.param("{{7*7}}@b.ca", id="a template"),
        pytest.param("é@b.ca", id="letters beyond ASCII"),
        pytest.param("a@é.ca", id="a place beyond ASCII"),
        pytest.param("a@b.ca\n", id="a line break after it"),
        pytest.param("\na@b.ca", id="a line break before it"),
        pytest.param("a@b.ca\r\nBcc: c@d.ca", id="a header"),
        pytest.param("a\0@b.ca", id="a zero"),
        pytest.param("a@b.ca\u2028", id="a separator of lines"),
        pytest.param(f"{'a' * (LONGEST_NAME + 1)}@example.com", id="a long name"),
        pytest.param(f"a@{'b' * 64}.ca", id="a long label"),
        pytest.param(f"a@b.{'c' * 64}", id="a long top"),
        pytest.param(f"a@{'b.' * LONGEST_ADDRESS}ca", id="too long"),
    ],
)
def test_what_is_no_plain_address(address: str) -> None:
    """INV-31, and it is not quoted in what is said of it."""
    why = refuses_address(address)
    assert why
    assert not address or address not in why
    assert refuses(Mail(address, "Texto", "Il neige")) == why


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Rendez-vous : 5 €", "Rendez-vous : 5 €"),
        ("a\r\nBcc: b@c.ca", "a Bcc: b@c.ca"),
        ("a\0b\x0bc\x0cd\x85e\u2028f\u2029g\x1bh", "a b c d e f g h"),
        ("  a \t b  ", "a b"),
        ("x\ud800y", "x y"),
        ("=?utf-8?q?=0D=0ABcc=3A?=", "= ?utf-8?q?=0D=0ABcc=3A?="),
        ("\r\n\0", ""),
        ("👩‍👩‍👧 été", "👩‍👩‍👧 été"),
        ("x" * LONGEST_SUBJECT, "x" * LONGEST_SUBJECT),
        ("x" * (LONGEST_SUBJECT + 1), "x" * (LONGEST_SUBJECT - 1) + "…"),
        ("x" * (LONGEST_SUBJECT - 2) + " yz", "x" * (LONGEST_SUBJECT - 2) + "…"),
    ],
)
def test_subjects(text: str, subject: str) -> None:
    assert as_subject(text) == subject


@given(st.text(st.characters()))
def test_a_subject_of_anything_is_one_line(text: str) -> None:
    """INV-31"""
    subject = as_subject(text)
    assert len(subject) <= LONGEST_SUBJECT
    assert len(subject.splitlines()) <= 1
    assert not {unicodedata.category(one) for one in subject} & {"Cc", "Cs", "Zl", "Zp"}
    assert as_subject(subject) == subject
    subject.encode()


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("a\x0bb\x0cc\x85d", "a\nb\nc\nd"),
        ("a\0b\x1b[31mc\x7f", "ab[31mc"),
        ("a\ud800b\ufffec\U0010ffff", "a\ufffdb\ufffdc\ufffd"),
        ("<b>&lt; {{7*7}} %s  “é” 👩‍👩‍👧\u00a0", "<b>&lt; {{7*7}} %s  “é” 👩‍👩‍👧\u00a0"),
    ],
)
def test_texts(text: str, sent: str) -> None:
    assert as_text(text) == sent
    assert as_sent(Mail(GOOD.to, "a\nb", text)) == Mail(GOOD.to, "a b", sent)


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        pytest.param(GOOD, "", id="a good one"),
        pytest.param(Mail(GOOD.to, "a\r\nBcc: b@c.ca", "x"), "", id="a subject to be put right"),
        pytest.param(Mail(GOOD.to, "x" * 9000, "x"), "", id="a subject to be cut off"),
        pytest.param(Mail(GOOD.to, "x", "y" * LONGEST_TEXT), "", id="as long as can be"),
        pytest.param(Mail(GOOD.to, " \r\n", "x"), "a subject and a text", id="no subject"),
        pytest.param(Mail(GOOD.to, "x", "\0 \n"), "a subject and a text", id="no text"),
        pytest.param(Mail(GOOD.to, "x", "y" * (LONGEST_TEXT + 1)), "10001", id="too long"),
        pytest.param(Mail("a@b.ca,c@d.ca", "x", "y"), "address", id="two addresses"),
    ],
)
def test_mails(mail: Mail, why: str) -> None:
    said = refuses(mail)
    assert why in said
    assert bool(said) == bool(why)
