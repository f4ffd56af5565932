"""Whatever Clever answers: an error of the right class, no secret in it, and asked once.

INV-30 (what a gateway wrote is hostile until it is parsed), INV-33 (no secret leaves).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from bot.clients import (
    AccountHeld,
    Clever,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
    Unreachable,
)
from bot.gateways.book import EXISTS, UNKNOWN
from bot.gateways.http import LONGEST_ANSWER
from tests.clients.conftest import LOGIN, PASSWORD
from tests.clients.test_clever_document import EXAMPLES, USER
from tests.gateways.server import RESET, Raw, Reply, ScriptedServer, html, sample

CALLS = {example.section: example.call for example in EXAMPLES} | {
    "3.3": lambda c: c.modify_user(7, **USER),
    "3.4": lambda c: c.find_user(7),
    "3.24": lambda c: c.field_list(),
    "3.25": lambda c: c.predefined_messages(),
}
QUIET = {"3.3", "3.6", "3.8", "3.17", "3.18"}
"""Functions that answer with nothing."""
FREE = {"3.24", "3.25"}
"""Functions whose answers may have any form."""
MAKING = {"3.11", "3.12", "3.13", "3.14", "3.15", "3.16"}
OF_MAILS = {"3.12", "3.14", "3.16", "3.18", "3.20", "3.22"}
TWICE = {"3.1", *OF_MAILS}
"""Functions whose address is spelled in two ways."""
TOKEN = b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
PAGE = f"<html><h1>Proxy</h1>Authorization: Basic {TOKEN} {PASSWORD} {USER['password']}</html>"
NONSENSE = [
    pytest.param(Reply(200, PAGE.encode(), headers={"Content-Type": "text/html"}), id="a page"),
    pytest.param(html(201), id="a page that was created"),
    pytest.param(Reply(200, b"[" * 5000 + b"]" * 5000), id="nested deeply"),
    pytest.param(Reply(200, b'{"a":' * 5000 + b"1" + b"}" * 5000), id="objects nested deeply"),
    pytest.param(Reply(200, b'{{"push": 1}}'), id="doubled braces"),
    pytest.param(Reply(200, b"7"), id="a figure"),
    pytest.param(Reply(200, b'"push"'), id="a string"),
    pytest.param(Reply(200, b'{"push": tru'), id="half an answer"),
    pytest.param(Reply(200, {"errors": {"message": f"{PASSWORD}"}}), id="a failed success"),
    pytest.param(Reply(500, PAGE.encode()), id="their fault, in a page"),
    pytest.param(Reply(503, {"errors": TOKEN}), id="overloaded"),
    pytest.param(Reply(408), id="it was too slow for itself"),
    pytest.param(RESET, id="a reset"),
    pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"), id="broken off"),
    pytest.param(Raw(b"SSH-2.0-OpenSSH_9.2\r\n"), id="another protocol"),
]
NO_ANSWER = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"null", id="null"),
    pytest.param(b"{}", id="an empty object"),
    pytest.param(b'["a", "b"]', id="a list of strings"),
    pytest.param(b'{"push": 7, "contact": "x", "user": [], "mos": 1}', id="other types"),
    pytest.param(b'{"push": {"reference": ["x"]}}', id="a reference of another type"),
    pytest.param(b'{"push": {"reference": "Push 1\\n"}}', id="no reference"),
    pytest.param(b'{"deliveries": {"a": {}}, "mos": "no"}', id="objects for lists"),
]
each_function = pytest.mark.parametrize("function", CALLS)


def expect_no_secret(error: GatewayError) -> None:
    """The error, what it says of itself, and what it was raised from."""
    told = f"{error} {error!r} {error.args} {error.__cause__}"
    for secret in (LOGIN, PASSWORD, TOKEN, USER["password"]):
        assert secret not in told
    assert "\n" not in str(error)


@each_function
@pytest.mark.parametrize("answer", NONSENSE)
async def test_nonsense_is_never_taken_for_an_answer(
    function: str, answer: Reply | Raw, server: ScriptedServer, clever: Clever
) -> None:
    server.say(answer)
    with pytest.raises(Unconfirmed) as caught:
        await CALLS[function](clever)
    if function in {"3.2", "3.3"} or USER["password"] not in str(answer):
        expect_no_secret(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("function", sorted(set(CALLS) - QUIET - FREE))
@pytest.mark.parametrize("body", NO_ANSWER)
async def test_what_is_no_answer_is_never_an_empty_one(
    function: str, body: bytes, server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(201 if function in MAKING else 200, body))
    with pytest.raises(Unconfirmed):
        await CALLS[function](clever)
    assert len(server.asked) == 1


@pytest.mark.parametrize("function", sorted(MAKING))
async def test_taken_without_a_name_may_have_been_done(
    function: str, server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(202))
    with pytest.raises(Unconfirmed, match="without the campaign's reference"):
        await CALLS[function](clever)


@each_function
@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        pytest.param(Reply(401, PAGE.encode()), AccountHeld, "key", id="401"),
        pytest.param(Reply(402, {"errors": PASSWORD}), AccountHeld, "credit", id="402"),
        pytest.param(
            Reply(430, b"", "Account expired 2026-01-31"), AccountHeld, "expired", id="430"
        ),
        pytest.param(Reply(301, headers={"Location": "/x"}), AccountHeld, "address", id="moved"),
        pytest.param(Reply(429, headers={"Retry-After": "7"}), Throttled, "", id="too fast"),
        pytest.param(Reply(400, {"errors": f"{TOKEN} bad"}), Rejected, "", id="a secret told"),
    ],
)
async def test_what_a_refusal_means(
    function: str,
    answer: Reply,
    kind: type[GatewayError],
    word: str,
    server: ScriptedServer,
    clever: Clever,
) -> None:
    server.say(answer)
    with pytest.raises(GatewayError) as caught:
        await CALLS[function](clever)
    assert (type(caught.value), getattr(caught.value, "word", "")) == (kind, word)
    assert caught.value.retry_after == (7.0 if kind is Throttled else None)
    if word == "expired":
        assert "2026-01-31" in caught.value.reason
    if function in {"3.2", "3.3"} or USER["password"] not in str(answer):
        expect_no_secret(caught.value)
    assert len(server.asked) == 1


CODES: Mapping[int, Mapping[str, str]] = {
    404: dict.fromkeys(("3.3", "3.4", "3.6", "3.7", "3.8", "3.10", "3.17", "3.18"), UNKNOWN)
    | dict.fromkeys(("3.19", "3.20", "3.21", "3.22", "3.23"), UNKNOWN)
    | dict.fromkeys(("3.2", "3.24", "3.25"), "not_yet"),
    409: dict.fromkeys(("3.2", "3.3", "3.5", "3.6"), EXISTS),
    501: dict.fromkeys(("3.2", "3.24", "3.25"), "not_yet"),
    405: {"3.17": "405", "3.18": "405"},
    403: {"3.10": "403"},
}


@pytest.mark.parametrize(
    ("status", "function", "code"),
    [
        (status, function, code)
        for status, all_ in CODES.items()
        for function, code in all_.items()
    ],
)
async def test_a_refusal_has_a_word_for_programs(
    status: int, function: str, code: str, server: ScriptedServer, clever: Clever
) -> None:
    several = 2 if function in TWICE and status == 404 else 1
    server.say(*[Reply(status)] * several)
    with pytest.raises(Rejected) as caught:
        await CALLS[function](clever)
    assert caught.value.code == code
    assert ("not opened it yet" in caught.value.reason) == (code == "not_yet")


@pytest.mark.parametrize("function", ["3.9", "3.11", "3.23"])
async def test_an_answer_without_end_is_cut(
    function: str, server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(200, b'["' + b"a" * LONGEST_ANSWER + b'"]'))
    with pytest.raises(Unconfirmed, match="longer than"):
        await CALLS[function](clever)


async def test_a_vendor_that_cannot_be_reached_took_nothing() -> None:
    account = Clever(login=LOGIN, password=PASSWORD, url="http://127.0.0.1:9", pace=0)
    async with account as clever:
        with pytest.raises(Unreachable) as caught:
            await clever.push(["+33600000001"], "Bonjour")
    expect_no_secret(caught.value)


@pytest.mark.parametrize("function", sorted(MAKING))
async def test_what_is_sent_is_never_sent_again_by_itself(
    function: str, server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(500))
    with pytest.raises(Unconfirmed):
        await CALLS[function](clever)
    assert [asked.method for asked in server.asked] == ["POST"]


# --- spellings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "answer", "pictured"),
    [
        ("3.1", "account", "/accounts/me"),
        ("3.12", "push-of-mails-created", "/pushmails"),
        ("3.14", "mails-by-criteria-created", "/pushmailcriteria"),
        ("3.16", "mails-created-for-all-contacts", "/pushmailbroadcasts"),
        ("3.20", "push-of-mails", "/pushmails/Push20171012153053"),
        ("3.22", "deliveries-of-mails", "/pushsmails/Push20171013133510/deliveries"),
    ],
)
async def test_the_other_spelling_is_found_and_remembered(
    function: str, answer: str, pictured: str, server: ScriptedServer, clever: Clever
) -> None:
    good = Reply(200, sample(f"clever/{answer}"))
    server.say(Reply(404), good, good)
    await CALLS[function](clever)
    await CALLS[function](clever)
    first, *others = server.paths()
    assert first != pictured
    assert others == [pictured, pictured]


# --- rows ----------------------------------------------------------------------------------------

GOOD: Mapping[str, Any] = {"id": 1, "gsm_primary": "600000001"}


@pytest.mark.parametrize(
    "row",
    [7, "x", None, [], {}, {"id": None}, {"id": {}}, {"id": 1, "gsm_primary": [7]}, {"id": [1]}],
    ids=repr,
)
async def test_a_row_that_makes_no_sense_is_kept_beside_the_others(
    row: object, server: ScriptedServer, clever: Clever
) -> None:
    server.say(Reply(body={"contact": [row, GOOD]}))
    found = await clever.list_contacts()
    assert [one.phone for one in found.contacts] == ["+33600000001"]
    assert found.unreadable == (row,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"date_receive": "yesterday"},
        {"date_receive": None},
        {"recipient": ""},
        {"recipient": {"a": 1}},
    ],
    ids=repr,
)
async def test_a_text_that_makes_no_sense_is_kept_beside_the_others(
    wrong: dict[str, object], server: ScriptedServer, clever: Clever
) -> None:
    (row,) = sample("clever/mos")["mos"]
    server.say(Reply(body={"mos": [row | wrong, row]}))
    found = await clever.mos("Push20171013163000")
    assert [one.text for one in found.mos] == ["Ok Yacine"]
    assert found.unreadable == (row | wrong,)


async def test_fields_that_the_document_does_not_know_are_kept(
    server: ScriptedServer, clever: Clever
) -> None:
    push = sample("clever/push")["push"] | {"colour": "red", "text": {"a": 1}, "unit": "nine"}
    server.say(Reply(body={"push": push}))
    found = await clever.find_push("Push20171012135655")
    assert found.model_extra == {"colour": "red"}
    assert (found.text, found.units) == ("", None)


@pytest.mark.parametrize("nested", [True, False], ids=["nested", "flat"])
async def test_a_user_is_read_nested_or_flat(
    nested: bool, server: ScriptedServer, clever: Clever
) -> None:
    account = {"name": "Zoe", "email": "zoe@example.com"}
    said = {"id": 7, "username": "zoe"} | ({"account": account} if nested else account)
    server.say(Reply(body={"user": said}))
    user = await clever.find_user("7")
    assert (user.id, user.username, user.account.name) == ("7", "zoe", "Zoe")
    assert user.account.email == "zoe@example.com"
