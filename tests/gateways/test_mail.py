"""E-mails as every gateway promises them, and as each vendor's document shows them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.mails import LONGEST_TEXT
from bot.core.messages import Batch
from bot.gateways.base import (
    AccountHeld,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
    Unreachable,
)
from bot.gateways.http import Transport
from tests.clock import NOON, FakeClock, settle, start
from tests.gateways.server import HANG, RESET, Raw, Reply, ScriptedServer, html, sample
from tests.gateways.vendors import CANARIES, CLEVER, VUDUMOBILE, clever, mail_push, vudumobile

# --- every gateway -------------------------------------------------------------------------------


async def test_an_accepted_mail_has_the_gateways_name_for_it_if_it_has_one(
    vendor, gateway, server
):
    server.say(vendor.mailed)
    assert await gateway.mail(vendor.mail()) == vendor.mail_id
    assert server.paths() == [vendor.mail_path]


@pytest.mark.parametrize(
    ("reply", "error", "word"),
    [
        pytest.param(Reply(301, headers={"Location": "/x"}), AccountHeld, "address", id="moved"),
        pytest.param(Reply(400, {"errors": ["to"]}), Rejected, "", id="bad request"),
        pytest.param(Reply(401), AccountHeld, "key", id="not us"),
        pytest.param(Reply(402), AccountHeld, "credit", id="no credit"),
        pytest.param(Reply(405), Rejected, "", id="no such method"),
        pytest.param(Reply(408), Unconfirmed, "", id="the server lost patience"),
        pytest.param(Reply(409), Unconfirmed, "", id="conflict"),
        pytest.param(Reply(413), Rejected, "", id="too large"),
        pytest.param(Reply(429), Throttled, "", id="too fast"),
        pytest.param(Reply(430), AccountHeld, "expired", id="expired"),
        pytest.param(Reply(500), Unconfirmed, "", id="their fault"),
        pytest.param(Reply(501), Rejected, "", id="no mails here"),
        pytest.param(Reply(503), Unconfirmed, "", id="overloaded"),
        pytest.param(html(500), Unconfirmed, "", id="their fault, in HTML"),
    ],
)
async def test_what_a_failure_of_a_mail_means(vendor, gateway, server, reply, error, word):
    """It was asked once. Where mails alone are missing, texts go on."""
    server.say(reply)
    with pytest.raises(GatewayError) as caught:
        await gateway.mail(vendor.mail())
    assert type(caught.value) is error
    assert getattr(caught.value, "word", "") == word
    assert caught.value.code == str(reply.status)
    assert server.paths() == [vendor.mail_path]
    assert gateway.condition.held == word


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(html(), id="HTML with a success"),
        pytest.param(Reply(body=b""), id="nothing"),
        pytest.param(Reply(body=b"null"), id="null"),
        pytest.param(Reply(body=b"{}"), id="an empty object"),
        pytest.param(Reply(body=b"[" * 100_000), id="a depth bomb"),
        pytest.param(Reply(body={"status": False, "push": []}), id="a success that failed"),
        pytest.param(Reply(204, b""), id="no content"),
        pytest.param(Reply(body=b'{"status', claimed=900), id="cut off"),
        pytest.param(RESET, id="reset"),
        pytest.param(Raw(b""), id="closed"),
    ],
)
async def test_a_mail_without_a_readable_answer_may_have_been_taken(
    vendor, gateway, server, reply
):
    """INV-30: it is never sent twice by itself."""
    server.say(reply)
    with pytest.raises(Unconfirmed):
        await gateway.mail(vendor.mail())
    assert len(server.asked) == 1


async def test_a_mail_that_hangs_may_have_been_taken(vendor):
    clock = FakeClock(speed=60.0)
    async with ScriptedServer(clock) as server, Transport(clock) as transport:
        server.say(HANG)
        with pytest.raises(Unconfirmed):
            await vendor.open(server, transport).mail(vendor.mail())
        assert len(server.asked) == 1


async def test_a_mail_that_reached_nobody_was_not_taken(vendor, server, transport):
    with pytest.raises(Unreachable):
        await vendor.open(server, transport, url="http://127.0.0.1:9").mail(vendor.mail())


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"to": "a@b.ca,c@d.ca"}, id="two addresses"),
        pytest.param({"to": "Ana <a@b.ca>"}, id="a name in front"),
        pytest.param({"to": "a@b.ca\r\nBcc: c@d.ca"}, id="a header"),
        pytest.param({"to": "-oQ/tmp@b.ca"}, id="an option"),
        pytest.param({"subject": "\r\n"}, id="no subject"),
        pytest.param({"text": "\0 "}, id="no text"),
        pytest.param({"text": "x" * (LONGEST_TEXT + 1)}, id="too long"),
    ],
)
async def test_what_may_not_be_mailed_never_leaves(vendor, gateway, server, given):
    """INV-31"""
    with pytest.raises(Rejected):
        await gateway.mail(vendor.mail(**given))
    assert server.asked == []
    assert gateway.condition.sends_from is None


async def test_mails_and_texts_are_held_together(vendor, gateway, server, clock):
    server.say(Reply(402), vendor.accepted)
    with pytest.raises(AccountHeld):
        await gateway.mail(vendor.mail())
    with pytest.raises(AccountHeld):
        await gateway.send(vendor.batch())
    assert len(server.asked) == 1
    clock.advance(10)
    await gateway.send(vendor.batch())
    assert not gateway.condition.held


async def test_what_is_said_of_a_refused_mail_has_no_secret(vendor, gateway, server):
    """INV-33"""
    server.say(Reply(400, {"error": " ".join(CANARIES)}))
    with pytest.raises(Rejected) as caught:
        await gateway.mail(vendor.mail())
    known = [one for one in CANARIES if one in str(caught.value)]
    ours = CANARIES[:1] if vendor is VUDUMOBILE else CANARIES[1:]
    assert not set(known) & set(ours)


# --- VuduMobile ----------------------------------------------------------------------------------


async def test_vudumobile_is_asked_as_its_document_shows(server, transport):
    server.say(VUDUMOBILE.mailed)
    given = {"to": "some@some.com", "subject": "my subject"}
    await vudumobile(server, transport).mail(VUDUMOBILE.mail("test message", **given))
    (asked,) = server.asked
    assert asked.body == (
        b"to=some%40some.com&subject=my+subject&message=test+message&format=text"
    )
    assert asked.headers["vudumobile-api-key"] == CANARIES[0]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("to is not a valid email address", Rejected),
        ("to, subject, message or format parameter is missing", Rejected),
        ("The API is not accessible from your IP (1.2.3.4) using API key 25c", AccountHeld),
        ("API method not found", Rejected),
    ],
)
@pytest.mark.parametrize("status", [400, 403, 404])
async def test_vudumobiles_refusals(server, transport, said, error, status):
    """Their status is not documented: what they say counts."""
    server.say(Reply(status, {"status": False, "error": said}))
    with pytest.raises(error):
        await vudumobile(server, transport).mail(VUDUMOBILE.mail())


@pytest.mark.parametrize("text", ["_NAME_", "a _email_ b", "_NAME_NUMBER_", "__NOTES__ <b>"])
async def test_the_variables_of_broadcasts_do_not_leave_as_such(server, transport, text):
    """INV-31: a text that has one goes as a page, where each sign is written by number."""
    server.say(VUDUMOBILE.mailed)
    await vudumobile(server, transport).mail(VUDUMOBILE.mail(text, subject=text))
    form = server.asked[0].form
    assert form["format"] == "htm"
    assert "_" not in form["message"] + form["subject"]
    assert form["subject"].replace("\uff3f", "_") == text


# --- Clever --------------------------------------------------------------------------------------


async def test_clever_is_asked_as_its_document_shows(server, transport):
    server.say(Reply(201, sample("clever/push-of-mails-created")))
    given = {"to": "inbox@example.com", "subject": "push mail"}
    name = await clever(server, transport).mail(CLEVER.mail("Send Push Mail test", **given))
    assert name == "Push20171012153053"
    assert server.asked[0].json == {
        "datas": {
            "text": '<div style="white-space:pre-wrap">Send Push Mail test</div>',
            "email_list": "inbox@example.com",
            "email_subject": "push mail",
            "open_tag": 0,
            "type_mail": "html",
            "duplicates": 1,
        }
    }


async def test_the_other_address_of_mails_is_found_and_remembered(server, transport):
    """The text has `pushsmails`, a picture `pushmails`. What was not found was not taken."""
    server.always("/pushsmails", Reply(404))
    server.always("/pushmails", CLEVER.mailed)
    gateway = clever(server, transport)
    await gateway.mail(CLEVER.mail())
    await clever(server, transport, learned=gateway.learned).mail(CLEVER.mail())
    assert server.paths() == ["/pushsmails", "/pushmails", "/pushmails"]


async def test_an_account_without_mails_goes_on_sending_texts(server, transport):
    server.say(Reply(404), Reply(404), CLEVER.accepted)
    gateway = clever(server, transport)
    with pytest.raises(Rejected):
        await gateway.mail(CLEVER.mail())
    await gateway.send(CLEVER.batch())
    assert server.paths() == ["/pushsmails", "/pushmails", "/pushs"]


async def test_a_mail_that_was_taken_without_a_word_more_was_taken(server, transport):
    """202: a POST that goes on behind the answer has no contents."""
    server.say(Reply(202, b""))
    assert await clever(server, transport).mail(CLEVER.mail()) == ""


async def test_a_mail_keeps_the_pace_of_pushes(server, transport, clock):
    """INV-24: texts and mails are named alike, so a second is for one of them."""
    gateway = clever(server, transport, pace=1.2)
    clock.advance(2)
    server.say(CLEVER.accepted, Reply(201, mail_push("Push20260302130003")))
    await gateway.send(CLEVER.batch())
    mailing = start(gateway.mail(CLEVER.mail()))
    await settle()
    assert server.paths() == ["/pushs"]
    clock.advance(1.2)
    assert await mailing == "Push20260302130003"
    assert server.paths() == ["/pushs", "/pushsmails"]


async def test_a_text_is_looked_for_also_in_the_second_of_a_mail(server, transport, clock):
    """Whether mails have names of their own is not documented: none is passed over for one."""
    gateway = clever(server, transport)
    taken_at = NOON + timedelta(seconds=2)
    name = CLEVER.gateway_id[:-2] + "02"
    server.say(RESET)
    with pytest.raises(Unconfirmed):
        await gateway.send(Batch(7, (7,), "clever", (CLEVER.number,), "Il neige", 1))
    clock.advance(2)
    server.say(Reply(201, mail_push(name)))
    await gateway.mail(CLEVER.mail())
    clock.advance(60)
    server.always("Push19990101000000", Reply(404))
    server.always(name, Reply(200, CLEVER.accepted.body["push"] | {"reference": name}))
    for second in ("00", "01", "03", "04", "05", "59", "58"):
        server.always(name[:-2] + second, Reply(404))
    search = await gateway.search([CLEVER.unclear(unclear_at=taken_at)])
    assert name in {path.rpartition("/")[2] for path in server.paths()}
    assert [one.gateway_id for one in search.sightings] == [name]
