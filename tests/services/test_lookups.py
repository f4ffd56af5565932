"""Addresses that rules ask before they answer: each person gets one reply, whatever comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.core.actions import Emit, Later, Lookup, Remember, Tag
from bot.core.messages import InboundStatus
from bot.core.policy import Limit
from bot.core.rules import Field
from bot.core.sayings import Message
from bot.core.understanding import Kind
from bot.internet import Internet
from bot.internet.asking import CONNECTIONS_PER_HOST, LONGEST_ANSWER
from bot.services import lookups
from bot.storage import people_tables, schema
from tests.core.deciding import phrase
from tests.core.talking import (
    GENEROUS,
    MENU,
    book,
    expecting,
    rule,
    say,
)
from tests.gateways.server import HANG, RESET, Raw, Reply, ScriptedServer
from tests.services.asking import SOON, SORRY, asked, asking, held, rules
from tests.services.played import BEN, Scene
from tests.services.process import Process, errands, fates, rows, said


async def test_the_reply_is_made_of_what_the_address_says(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    process = Process(scene, rules(server), internet=internet)

    assert await process.hears("Ciel Trois-Rivières & cie") == ["Trois-Rivières & cie: bleu"]

    (request,) = server.asked
    assert (request.method, request.path) == ("GET", "/?town=Trois-Rivi%C3%A8res%20%26%20cie")
    assert await asked(scene) == [("done", "")]
    row = (await scene.outbox())[0]
    assert (row["cause"], row["rule"], row["message_class"]) == (
        "inbound 1/lookup/0",
        "sky",
        "reply",
    )
    assert await fates(scene) == [("Ciel Trois-Rivières & cie", "rule")]
    assert scene.woken[-2:] in (["", "vudumobile"], ["vudumobile", ""])


BAD = {
    "an error": (Reply(500, {"sky": "bleu"}), "it answered 500"),
    "elsewhere": (
        Reply(302, headers={"Location": "http://127.0.0.1:1/"}),
        "it sends us elsewhere (302), where we do not go",
    ),
    "no JSON": (Reply(body=b"<html>bleu</html>"), "its answer is not JSON"),
    "too much": (
        Reply(body=b'{"sky": "bleu"}'.ljust(LONGEST_ANSWER + 1)),
        "its answer is longer than 64 KiB",
    ),
    "a list": (Reply(body=["bleu"]), "its answer lacks what `expect` names"),
    "another name": (Reply(body={"ciel": "bleu"}), "its answer lacks what `expect` names"),
    "nothing there": (Reply(body={"sky": None}), "its answer lacks what `expect` names"),
    "an object there": (Reply(body={"sky": {}}), "its answer lacks what `expect` names"),
    "a list there": (Reply(body={"sky": ["bleu"]}), "its answer lacks what `expect` names"),
    "true there": (Reply(body={"sky": True}), "its answer lacks what `expect` names"),
    "an empty text": (Reply(body={"sky": " "}), "its answer lacks what `expect` names"),
    "a novel": (Reply(body={"sky": "x" * 1601}), "its answer lacks what `expect` names"),
    "a reset": (RESET, "its answer broke off"),
    "garbage": (Raw(b"\x00\xff\r\n\r\n"), "its answer broke off"),
    "silence": (HANG, "no whole answer within 3 seconds"),
}


@pytest.mark.parametrize(("reply", "reason"), BAD.values(), ids=BAD.keys())
async def test_where_it_is_no_help_the_fallback_is_said_and_nothing_done(
    scene: Scene, server: ScriptedServer, internet: Internet, reply: Reply | Raw, reason: str
) -> None:
    """INV-2: the person is answered; the operator sees why not as written."""
    server.say(reply)
    doing = (Tag(("asked",)), Emit("asked"), Later(SOON, say("Alors?")), Remember({"a": "b"}))
    process = Process(scene, rules(server, actions=doing, once=True), internet=internet)

    assert await process.hears("ciel Lévis", "menu") == [SORRY, "RDV ou VOTE."]

    assert await asked(scene) == [("failed", reason)]
    assert len(server.asked) == 1
    for table in (people_tables.answers, schema.events):
        assert await rows(scene, table) == []
    (person,) = await rows(scene, people_tables.subscribers)
    assert (person["tags"], person["remembered"]) == (None, None)
    assert (await scene.inbox())[0]["detail"] == {"lookup": reason}


async def test_without_a_fallback_nothing_is_said(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    server.say(Reply(500))
    one = asking(server.url)
    lookup = one.actions[0]
    assert isinstance(lookup, Lookup)
    silent = replace(one, actions=(replace(lookup, fallback=None),))
    process = Process(scene, book(silent, MENU), internet=internet)

    assert await process.hears("ciel Lévis", "menu") == ["RDV ou VOTE."]


async def test_what_cannot_stand_in_the_address_is_not_asked(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    one = asking(server.url)
    lookup = one.actions[0]
    assert isinstance(lookup, Lookup)
    path = replace(one, actions=(replace(lookup, url=f"{server.url}/{{{{ rest }}}}/x"),))
    process = Process(scene, book(path), internet=internet)

    assert await process.hears("ciel a/../admin", "ciel") == [SORRY, SORRY]
    assert server.asked == []


async def test_an_error_that_nobody_thought_of_holds_up_nobody(
    scene: Scene, server: ScriptedServer
) -> None:
    """INV-28: a conversation never waits for ever."""

    class Broken(Internet):
        async def get_json(self, url: str, **_: Any) -> Any:
            raise ZeroDivisionError(url)

    process = Process(scene, rules(server), internet=Broken(scene.clock))

    assert await process.hears("ciel Lévis", "menu") == [SORRY, "RDV ou VOTE."]
    assert await asked(scene) == [("failed", "ZeroDivisionError")]


# Meanwhile


async def test_an_operator_who_sets_a_number_free_is_not_overruled(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    process = await held(scene, server, internet, "menu")
    async with scene.database.write() as connection:
        await connection.execute(update(schema.errands).values(status="cancelled"))
    await process.work()
    await process.lookups.tick()

    assert await said(scene) == ["RDV ou VOTE."]
    assert await asked(scene) == [("cancelled", "")]


@pytest.mark.parametrize("deed", ["opted_out", "blocked"])
async def test_who_may_not_be_written_to_by_then_is_not(
    scene: Scene, server: ScriptedServer, internet: Internet, deed: str
) -> None:
    """INV-12."""
    process = await held(scene, server, internet)
    async with scene.database.write() as connection:
        await connection.execute(update(people_tables.subscribers).values({deed: True}))
    await process.work()

    assert await scene.outbox() == []
    assert await asked(scene) == [("done", "")]


async def test_a_rule_that_is_gone_says_nothing_and_holds_up_nothing(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-41."""
    await scene.receive("ciel Lévis", "menu")
    await Process(scene, rules(server), internet=internet).responder.tick()
    await Process(scene, book(MENU), internet=internet).work()

    assert await said(scene) == ["RDV ou VOTE."]
    assert await asked(scene) == [("failed", "the rule does not ask this any more")]
    assert server.asked == []


async def test_a_rule_whose_words_were_mended_answers_in_the_new_ones(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    await scene.receive("ciel Lévis")
    await Process(scene, rules(server), internet=internet).responder.tick()
    await Process(scene, rules(server, reply="Ciel {{ sky }}."), internet=internet).work()

    assert await said(scene) == ["Ciel bleu."]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param("{% if sky.x.y %}x{% endif %}", "error", id="that fails"),
        pytest.param("x" * 1531, "too_long", id="that is too long"),
    ],
)
async def test_a_reply_that_cannot_be_said_parks_its_text_and_no_other(
    scene: Scene, server: ScriptedServer, internet: Internet, reply: str, reason: str
) -> None:
    """INV-28: it is visible, and can be decided again."""
    await scene.receive("ciel Lévis", "menu")
    process = Process(scene, rules(server, reply=reply, once=True), internet=internet)
    await process.work()

    assert await said(scene) == ["RDV ou VOTE."]
    parked = (await scene.inbox())[0]
    assert (parked["status"], parked["reason"]) == (InboundStatus.PARKED, reason)
    assert await rows(scene, people_tables.answers) == []
    assert [status for status, _ in await asked(scene)] == ["failed"]


async def test_at_the_limit_of_replies_no_address_is_asked(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-29: a robot cannot make us ask for ever either."""
    policy = replace(GENEROUS, per_number=(Limit(2, timedelta(minutes=1)),))
    process = Process(scene, rules(server), policy, internet=internet)

    assert len(await process.hears(*["ciel Lévis"] * 5)) == 2
    assert len(server.asked) == 2


async def test_many_are_asked_at_once_and_none_is_lost(
    scene: Scene,
    server: ScriptedServer,
    internet: Internet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lookups, "AT_ONCE", 10)
    people = [f"+1514555{place:04}" for place in range(25)]
    server.say(RESET, RESET)
    for number in people:
        await scene.receive("ciel Lévis", number=number)
    process = Process(scene, rules(server), internet=internet)
    await process.responder.tick()

    assert await process.lookups.tick() == 10
    begun = [status for _, status in await errands(scene)]
    assert begun == ["under_way"] * 10 + ["waiting"] * 15
    await process.work()

    told = [text for number in people for text in await said(scene, number)]
    assert sorted(told) == [*["Lévis: bleu"] * 23, SORRY, SORRY]


async def test_an_address_that_hangs_holds_up_no_other(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-28: however many people ask it."""
    async with ScriptedServer(scene.clock) as hanging:
        hanging.always("", HANG)
        endless = asking(hanging.url, within=timedelta(hours=1))
        stuck = replace(endless, id="stuck", phrases=rule("x", "lent").phrases)
        process = Process(scene, book(stuck, asking(server.url)), internet=internet)
        for place in range(CONNECTIONS_PER_HOST + 10):
            await scene.receive("lent Lévis", number=f"+1514556{place:04}")
        await process.responder.tick()
        await process.lookups.tick()
        await scene.receive("ciel Lévis", number=BEN)
        await process.responder.tick()
        await process.lookups.tick()
        await process.landing()
        await process.lookups.tick()

        assert await said(scene, BEN) == ["Lévis: bleu"]
        assert {status for _, status in await errands(scene)} == {"under_way", "done"}
        await process.lookups.drain()


async def test_two_texts_that_are_one_are_seen_as_one_afterwards(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    field = Field("town", expecting(Kind.TEXT))
    burst = timedelta(seconds=5)
    telling = book(replace(asking(server.url, reply="{{ text }}"), fields=(field,)))
    process = Process(scene, telling, internet=internet, burst=burst)
    await scene.receive("ciel", "Lévis")
    scene.clock.advance(5)
    await process.work()

    assert await said(scene) == ["ciel Lévis"]


async def test_what_is_said_is_in_the_language_of_the_word(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    both = replace(
        asking(server.url, actions=(Later(SOON, Message({"fr": "Et?", "en": "And?"})),)),
        phrases=(phrase("ciel", "fr"), phrase("sky", "en")),
        reply=Message({"fr": "Ciel {{ sky }}", "en": "Sky {{ sky }}"}),
    )
    process = Process(scene, book(both), internet=internet)
    await process.hears("sky Lévis")
    scene.clock.advance(3)
    await process.work()

    assert await said(scene) == ["Sky bleu", "And?"]


async def test_observing_asks_no_address_and_holds_up_nothing(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    await scene.receive("ciel Lévis", "menu")
    await Process(scene, rules(server), internet=internet, observing=True).work()
    await Process(scene, rules(server), internet=internet).work()

    assert (server.asked, await said(scene)) == ([], [])
    assert [reason for _, reason in await fates(scene)] == ["lookup", "rule"]
