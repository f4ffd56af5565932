"""Addresses that rules ask before they answer: each person gets one reply, whatever comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.core.actions import Emit, Later, Lookup, Remember, Tag
from bot.core.messages import InboundStatus
from bot.core.policy import Limit
from bot.core.rulebook import Rulebook
from bot.core.rules import Field, Rule
from bot.core.sayings import Message
from bot.core.understanding import Expected, Kind, to_json
from bot.internet import Internet
from bot.internet.asking import CONNECTIONS_PER_HOST, LONGEST_ANSWER
from bot.services import lookups
from bot.services.lookups import read_answer
from bot.storage import inbox, schema
from tests.clock import FakeClock
from tests.core.deciding import phrase
from tests.core.talking import (
    APPOINTMENT,
    GENEROUS,
    MENU,
    OTHERWISE,
    VOTE,
    Talk,
    book,
    choice,
    expecting,
    flow,
    rule,
    say,
    step,
)
from tests.gateways.server import HANG, RESET, Raw, Reply, ScriptedServer
from tests.services.played import BEN, Scene
from tests.services.process import Killed, Mortal, Process, errands, fates, rows, said

SKY = Reply(body={"sky": "bleu"})
SOON = timedelta(seconds=3)
SORRY = "Réessayez plus tard."


@pytest.fixture
async def server(scene: Scene) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(scene.clock) as server:
        server.always("", SKY)
        yield server


@pytest.fixture
async def internet(request: pytest.FixtureRequest) -> AsyncIterator[Internet]:
    """Where an address is silent, three seconds are over in a moment."""
    silent = "silence" in request.node.name
    async with Internet(FakeClock(speed=30 if silent else 1)) as internet:
        yield internet


def asking(url: str, **more: Any) -> Rule:
    """METEO and a town; `fields` are what the address must answer."""
    fields = more.pop("fields", (("sky", expecting(Kind.TEXT)),))
    beside, within = more.pop("actions", ()), more.pop("within", SOON)
    lookup = Lookup(f"{url}/?town={{{{ rest }}}}", fields, say(SORRY), within)
    usual: dict[str, Any] = {"reply": "{{ rest }}: {{ sky }}", "actions": (lookup, *beside)}
    return rule("sky", "ciel", **usual | more)


def rules(server: ScriptedServer, **more: Any) -> Rulebook:
    return book(asking(server.url, **more), MENU, APPOINTMENT, OTHERWISE)


async def asked(scene: Scene) -> list[tuple[str, str]]:
    """What became of each errand, and why."""
    return [(row["status"], row["error"]) for row in await rows(scene, schema.errands)]


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
    for table in (schema.answers, schema.events):
        assert await rows(scene, table) == []
    (person,) = await rows(scene, schema.subscribers)
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


# Order


async def held(scene: Scene, server: ScriptedServer, internet: Internet, *texts: str) -> Process:
    """An address is being asked; what comes meanwhile waits. Nothing is said yet."""
    process = Process(scene, rules(server), internet=internet)
    await scene.receive("ciel Lévis")
    await process.decide()
    await process.lookups.tick()
    for text in texts:
        await scene.receive(text)
        await process.decide()
    return process


async def test_a_text_that_comes_meanwhile_is_decided_afterwards(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-21."""
    process = await held(scene, server, internet, "menu", "rdv")
    assert await scene.outbox() == []
    await process.work()

    assert await said(scene) == ["Lévis: bleu", "RDV ou VOTE.", "day?"]


async def test_texts_of_the_same_batch_are_decided_afterwards(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-21: also those that were taken together with the one that asks."""
    await scene.receive("menu", "ciel Lévis", "menu", "ciel Laval", "rdv")
    await scene.receive("menu", number=BEN)
    process = Process(scene, rules(server), internet=internet)

    assert await process.responder.tick() == 3
    assert [row["attempts"] for row in await scene.inbox()] == [1, 1, 0, 0, 0, 1]
    assert await process.responder.tick() == 0
    await process.work()

    assert await said(scene) == [
        "RDV ou VOTE.",
        "Lévis: bleu",
        "RDV ou VOTE.",
        "Laval: bleu",
        "day?",
    ]
    assert await said(scene, BEN) == ["RDV ou VOTE."]


async def test_texts_on_which_a_process_died_are_decided_afterwards(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-21: they are taken one by one, and none before the answer to the first."""
    await scene.receive("ciel Lévis", "menu", "ciel Laval", "menu")
    async with scene.database.write() as connection:
        await inbox.claim(connection, 10)
    process = Process(scene, rules(server), internet=internet)
    await process.work()

    assert await said(scene) == ["Lévis: bleu", "RDV ou VOTE.", "Laval: bleu", "RDV ou VOTE."]


async def test_other_people_do_not_wait(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-28."""
    process = await held(scene, server, internet)
    await scene.receive("menu", number=BEN)

    assert await process.responder.tick() == 1
    assert await said(scene, BEN) == ["RDV ou VOTE."]


@pytest.mark.parametrize("texts", [["stop"], ["menu", "stop"], ["menu", "stop", "menu"]])
async def test_a_stop_waits_for_no_address(
    scene: Scene, server: ScriptedServer, internet: Internet, texts: list[str]
) -> None:
    """INV-12: it is confirmed at once, and nothing is said afterwards."""
    process = await held(scene, server, internet, *texts)
    assert [row["rule"] for row in await scene.outbox()] == ["stop"]

    await process.work()
    await process.lookups.drain()
    await process.lookups.tick()

    assert [row["rule"] for row in await scene.outbox()] == ["stop"]
    assert await asked(scene) == [("cancelled", "")]


async def test_a_stop_on_which_a_process_died_waits_for_no_address(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-12."""
    await scene.receive("ciel Lévis", "stop")
    async with scene.database.write() as connection:
        await inbox.claim(connection, 10)
    process = Process(scene, rules(server), internet=internet)
    await process.decide()

    assert [row["rule"] for row in await scene.outbox()] == ["stop"]
    assert server.asked == []


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
async def test_what_was_texted_before_a_stop_still_counts(
    scene: Scene, server: ScriptedServer, internet: Internet, together: bool
) -> None:
    """INV-21: a vote that waited is decided before the STOP that came after it."""
    process = Process(
        scene, book(asking(server.url), replace(VOTE, actions=(Emit("voted"),))), internet=internet
    )
    texts = ["ciel Lévis", "vote 3", "stop", "vote 4", "start", "ciel Laval", "vote 5"]
    if together:
        await scene.receive(*texts)
        await process.work()
    else:
        for text in texts:
            await scene.receive(text)
            await process.decide()
            await process.lookups.tick()
        await process.work()

    answers = [row["captured"] for row in await rows(scene, schema.answers)]
    assert [one["choice"] for one in answers if one] == [3, 5]
    told = [row["rule"] for row in await scene.outbox() if row["status"] == "queued"]
    assert told == ["stop", "start", "sky", "vote"]


async def test_a_stop_in_the_same_batch(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-12: the address is not even asked."""
    await scene.receive("ciel Lévis", "menu", "stop")
    await Process(scene, rules(server), internet=internet).work()

    assert [row["rule"] for row in await scene.outbox()] == ["stop"]
    assert server.asked == []


async def test_there_and_back_while_an_address_is_asked(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-12: what was asked before the opt-out is not answered after the opt-in."""
    process = await held(scene, server, internet, "stop", "start", "menu")
    await process.work()

    assert [row["rule"] for row in await scene.outbox()] == ["stop", "start", "menu"]


async def test_a_conversation_goes_on_after_an_address(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """The last answer asks it; what is texted meanwhile belongs to no question any more."""
    steps = replace(
        asking(server.url, reply="{{ town }}: {{ sky }}"),
        flow=flow(step("town", expecting(Kind.TEXT))),
    )
    lookup = steps.actions[0]
    assert isinstance(lookup, Lookup)
    steps = replace(steps, actions=(replace(lookup, url=f"{server.url}/?town={{{{ town }}}}"),))
    process = Process(scene, book(steps, MENU, OTHERWISE), internet=internet)
    await scene.receive("ciel", "Lévis", "menu")
    await process.work()

    assert await said(scene) == ["town?", "Lévis: bleu", "RDV ou VOTE."]
    assert [row["captured"] for row in await rows(scene, schema.answers)] == [{"town": "Lévis"}]
    finished = [row["body"]["status"] for row in await rows(scene, schema.events)]
    assert finished == ["finished"]


async def test_a_question_that_was_interrupted_is_still_open_afterwards(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    interrupting = replace(asking(server.url), interrupt=True)
    process = Process(scene, book(interrupting, APPOINTMENT), internet=internet)

    assert await process.hears("rdv", "ciel Lévis", "24/12/2026") == [
        "day?",
        "Lévis: bleu",
        "part?",
    ]


# Death


@pytest.mark.parametrize("commit", [1, 2, 3, 4])
@pytest.mark.parametrize("after", [False, True], ids=["before a commit", "after a commit"])
async def test_a_process_that_dies_anywhere_answers_once(
    scene: Scene, server: ScriptedServer, internet: Internet, commit: int, after: bool
) -> None:
    """INV-8: an address is asked again, and nobody is answered twice or not at all."""
    await scene.receive("ciel Lévis", "menu")
    dying = Process(
        scene,
        rules(server),
        internet=internet,
        database=Mortal(scene.database, commit, after=after),
    )
    with pytest.raises(Killed):
        await dying.work()
    await dying.lookups.drain()

    heir = Process(scene, rules(server), internet=internet)
    await heir.begin()
    await heir.work()

    assert await said(scene) == ["Lévis: bleu", "RDV ou VOTE."]
    assert {status for status, _ in await asked(scene)} == {"done"}
    assert 1 <= len(server.asked) <= 2


async def test_what_is_being_asked_is_asked_again_after_a_stop_of_the_process(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    asked = asyncio.Event()

    class Endless(Internet):
        async def get_json(self, url: str, **_: Any) -> Any:
            asked.set()
            await asyncio.Event().wait()

    process = await held(scene, server, Endless(scene.clock), "menu")
    await asked.wait()
    await process.lookups.drain()
    assert await errands(scene) == [("lookup", "under_way")]

    heir = Process(scene, rules(server), internet=internet)
    await heir.begin()
    await heir.work()

    assert await said(scene) == ["Lévis: bleu", "RDV ou VOTE."]
    assert len(server.asked) == 1


async def test_an_outcome_that_could_not_be_written_is_kept_and_written_then(
    scene: Scene, server: ScriptedServer, internet: Internet
) -> None:
    """INV-37: the store fails for a moment; nobody is asked or told twice."""
    process = Process(scene, rules(server), internet=internet)
    await scene.receive("ciel Lévis")
    await process.decide()
    await process.lookups.tick()
    await process.landing()
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE outbox RENAME TO hidden")
    with pytest.raises(Exception, match="no such table"):
        await process.lookups.tick()
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE hidden RENAME TO outbox")
    await process.work()

    assert await said(scene) == ["Lévis: bleu"]
    assert len(server.asked) == 1


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
        await connection.execute(update(schema.subscribers).values({deed: True}))
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
    assert await rows(scene, schema.answers) == []
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


# Reading what it said

INTEGER, DECIMAL, TEXT = (expecting(kind) for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.TEXT))


@pytest.mark.parametrize(
    ("expected", "value", "read"),
    [
        (INTEGER, 21, 21),
        (INTEGER, -3, -3),
        (INTEGER, 21.0, 21),
        (INTEGER, "21", 21),
        (INTEGER, 21.5, None),
        (INTEGER, "beau", None),
        (INTEGER, True, None),
        (expecting(Kind.INTEGER, 1, 5), 6, None),
        (DECIMAL, 21.5, "21.5"),
        (DECIMAL, 1.234, "1.234"),
        (DECIMAL, 12.345, "12.345"),
        (DECIMAL, "1.234", "1.234"),
        (DECIMAL, -1.25, "-1.25"),
        (DECIMAL, 1e-7, "0.0000001"),
        (DECIMAL, 1234567.125, "1234567.125"),
        (DECIMAL, -1.125, "-1.125"),
        (DECIMAL, 0.125, "0.125"),
        (DECIMAL, "1,234.5", "1234.5"),
        (DECIMAL, 3.0, "3"),
        (DECIMAL, 1e300, None),
        (TEXT, "Ciel « bleu » 👍", "Ciel « bleu » 👍"),
        (TEXT, 21, "21"),
        (TEXT, 21.5, "21.5"),
        (TEXT, False, None),
        (TEXT, "", None),
        (expecting(Kind.YES_NO), True, "yes"),
        (expecting(Kind.YES_NO), False, "no"),
        (expecting(Kind.YES_NO), "non", "no"),
        (expecting(Kind.YES_NO), 2, None),
        (expecting(Kind.DATE), "2026-12-24", "2026-12-24"),
        (expecting(Kind.DATE), "2026-13-24", None),
        (expecting(Kind.TIME), "14:30", "14:30"),
        (expecting(Kind.NUMBER), "+15145550001", "+15145550001"),
        (expecting(Kind.EMAIL), "a@example.com", "a@example.com"),
        (choice(sun="soleil|sunny", rain="pluie"), "Sunny", "sun"),
        (choice(sun="soleil|sunny", rain="pluie"), "neige", None),
        (TEXT, None, None),
        (TEXT, [], None),
    ],
)
def test_a_value_is_read_as_its_type_or_not_at_all(
    expected: Expected, value: object, read: str | int | None
) -> None:
    lookup = Lookup("https://api.example/", (("a.b", expected),), None, SOON)
    found = read_answer({"a": {"b": value, "c": 1}, "b": 2}, lookup, Talk().turn("x"))

    assert (found and to_json(found["b"])) == read


@pytest.mark.parametrize("answer", [None, [], "x", 3, {}, {"a": None}, {"a": []}, {"a.b": 1}])
def test_what_is_not_where_it_should_be_is_not_there(answer: object) -> None:
    lookup = Lookup("https://api.example/", (("a.b", TEXT),), None, SOON)

    assert read_answer(answer, lookup, Talk().turn("x")) is None
