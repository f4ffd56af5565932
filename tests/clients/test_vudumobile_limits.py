"""Limits are checked before a byte leaves, and say what to change without quoting anybody."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clients import LIMIT, Rejected, VuduMobile
from bot.validation import Wrong
from tests.clients.conftest import KEY
from tests.gateways.server import Reply, ScriptedServer, sample

Call = Callable[[VuduMobile], Awaitable[Any]]
NUMBER = "15145555555"
NAIVE = datetime.now(UTC).replace(tzinfo=None)
NEW = {"name": "test", "from_groups": ["1"], "fr_message": "Allo"}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda v: v.send("555", "Allo"), "to: this is no number"),
        (lambda v: v.send("RADIO", "Allo"), "to: this is no number"),
        (lambda v: v.send(NUMBER, " "), "message: an empty text"),
        (lambda v: v.send(NUMBER, "a" * 1531), "message: 11 segments; VuduMobile takes 10"),
        (lambda v: v.send(NUMBER, "ç" * 671), "message: 11 segments"),
        (lambda v: v.send(NUMBER, 7), "message: input should be a valid string"),
        (lambda v: v.get_feed(NAIVE), "date_start: input should have timezone"),
        (lambda v: v.get_feed(datetime.now(UTC), direction="both"), "direction: input should be"),
        (lambda v: v.send_email("ana", "a", "b"), "to: this is not one plain e-mail"),
        (lambda v: v.send_email("a@b.example,c@d.example", "a", "b"), "to: this is not one"),
        (lambda v: v.send_email("ana@b.example", "a\nBcc: x", "b"), "subject: it has a line"),
        (lambda v: v.send_email("ana@b.example", "", "b"), "subject: it is empty"),
        (lambda v: v.send_email("ana@b.example", "a", "b", format="html"), "format: input"),
        (lambda v: v.send_verification(NUMBER, "123", language="fr"), "code: this is no code"),
        (lambda v: v.send_verification(NUMBER, "12345678901", language="fr"), "code: this is"),
        (lambda v: v.send_verification(NUMBER, "12a4", language="fr"), "code: this is no code"),
        (lambda v: v.send_verification(NUMBER, "١٢٣٤", language="fr"), "code: this is no code"),
        (lambda v: v.send_verification(NUMBER, "1234", language="es"), "language: input"),
        (
            lambda v: v.send_verification(NUMBER, "1234", language="fr", request_id="a&b"),
            "request_id: this is no request_id",
        ),
        (lambda v: v.get_contacts(""), "group: this is no group"),
        (lambda v: v.get_contact(), "one of number, email and id"),
        (lambda v: v.get_contact(number=NUMBER, id="1"), "give exactly one"),
        (lambda v: v.get_contact(id="abc"), "id: this is no id"),
        (lambda v: v.post_contact(name="Ana"), "number or email is missing"),
        (lambda v: v.post_contact(id="7", name="Ana"), "number or email is missing"),
        (lambda v: v.post_contact(number=NUMBER, name="A\nB"), "name: it has a line break"),
        (lambda v: v.delete_contact(), "give exactly one"),
        (lambda v: v.import_contacts(b" ", "a@b.example"), "file: nothing stands in the file"),
        (lambda v: v.import_contacts(b"a" * (16 << 20 | 1), "a@b.example"), "larger than 16 MB"),
        (lambda v: v.import_contacts(b"a", "a@b.example", name='a"\r\n'), "name: this is no name"),
        (lambda v: v.post_group(" "), "group_name: it is empty"),
        (lambda v: v.add_group_contact("test", "Ana"), "contact: this names no contact"),
        (lambda v: v.get_broadcast("all"), "broadcast: this is no id"),
        (lambda v: v.get_broadcast(True), "broadcast: this is no id"),
        (lambda v: v.post_broadcast(name="a"), "a new broadcast needs from_groups, fr_message"),
        (lambda v: v.post_broadcast(broadcast="26"), "nothing is changed"),
        (lambda v: v.post_broadcast(**NEW | {"from_groups": []}), "from_groups: no group"),
        (lambda v: v.post_broadcast(**NEW | {"from_groups": ["a,b"]}), "a comma divides groups"),
        (lambda v: v.post_broadcast(**NEW | {"en_message": "é" * 1531}), "en_message: 11 segm"),
        (lambda v: v.post_broadcast(**NEW, launch_date=NAIVE), "launch_date: inp"),
    ],
)
async def test_what_breaks_a_limit_is_not_sent(
    call: Call, said: str, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    with pytest.raises(Rejected) as caught:
        await call(vudumobile)
    assert server.asked == []
    assert caught.value.code == LIMIT
    assert said in caught.value.reason
    assert NUMBER not in caught.value.reason


async def test_what_is_misspelled_is_an_error_of_the_program(vudumobile: VuduMobile) -> None:
    with pytest.raises(TypeError, match="'to'"):
        await vudumobile.send(number=NUMBER, message="x")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("+15145550001", "15145550001"),
        ("1 (514) 555-0001", "15145550001"),
        ("514.555.0001", "15145550001"),
        ("+33 6 12 34 56 78", "33612345678"),
        ("0033612345678", "33612345678"),
    ],
)
async def test_a_number_is_sent_as_the_vendor_wants_it(
    written: str, sent: str, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(Reply(body=sample("vudumobile/sent")))
    await vudumobile.send(written, "Allo")
    assert server.asked[0].form["to"] == sent


@pytest.mark.parametrize("length", [160, 1530])
async def test_ten_segments_may_leave(
    length: int, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(Reply(body=sample("vudumobile/sent")))
    await vudumobile.send(NUMBER, "é" * length)
    assert server.asked[0].form["message"] == "é" * length


@pytest.mark.parametrize(
    "given",
    [
        {"url": "http://api.vudumobile.net/api"},
        {"url": "https://me:secret@api.vudumobile.net/api"},
        {"rate": "often"},
        {"api_key": ""},
        {"api_key": "a\r\nX-Other: b"},
    ],
    ids=repr,
)
def test_an_account_that_cannot_be_used_safely_is_not_opened(given: dict[str, Any]) -> None:
    with pytest.raises(Wrong):
        VuduMobile(**{"api_key": KEY} | given)


async def test_an_account_is_opened_once(vudumobile: VuduMobile) -> None:
    with pytest.raises(RuntimeError, match="open already"):
        await vudumobile.__aenter__()


async def test_an_account_is_opened_before_it_is_asked() -> None:
    vudumobile = VuduMobile(api_key=KEY, url="http://127.0.0.1:9")
    with pytest.raises(RuntimeError, match="async with"):
        await vudumobile.get_groups()
    assert KEY not in repr(vars(vudumobile))


def test_help_shows_the_parameters_of_a_method() -> None:
    told = str(inspect.signature(VuduMobile.send_verification))
    assert "language" in told
    assert "request_id" in told
