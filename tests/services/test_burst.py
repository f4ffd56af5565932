"""Texts that come right after each other: with `replies.burst` they are read as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.actions import Emit, Forward, Later
from bot.core.policy import Limit
from bot.core.understanding import Kind
from bot.services.responder import PATIENCE
from bot.storage import people_tables, schema
from tests import claiming
from tests.core.talking import (
    BOOK,
    GENEROUS,
    MENU,
    OTHERWISE,
    VOTE,
    book,
    expecting,
    flow,
    rule,
    say,
    step,
)
from tests.services.played import BEN, Scene
from tests.services.process import Process, errands, fates, rows, said

BURST = timedelta(seconds=5)
SECONDS = BURST.total_seconds()
HOROSCOPE = rule("timetable", "horaire", reply="9 h à 17 h.")
SONG = rule(
    "song",
    "chanson",
    reply="{{ title }}",
    fields=(replace(VOTE.fields[0], name="title", expected=expecting(Kind.TEXT)),),
)
NAME = rule("name", "inscription", reply="{{ who }}", flow=flow(step("who", expecting(Kind.TEXT))))
RULES = book(*BOOK.rules[:-1], HOROSCOPE, SONG, NAME, OTHERWISE)
SILENT = book(*BOOK.rules[:-1], HOROSCOPE)
"""The same without a rule that takes anything."""


def bursting(scene: Scene, rulebook: Any = RULES, **more: Any) -> Process:
    return Process(scene, rulebook, burst=BURST, **more)


async def read(scene: Scene, *texts: str, rulebook: Any = RULES) -> list[str]:
    """Texts come together, and time passes; give what is said."""
    known = len(await said(scene))
    await scene.receive(*texts)
    scene.clock.advance(SECONDS)
    await bursting(scene, rulebook).work()
    return (await said(scene))[known:]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        pytest.param(["vote", "3"], ["Compté."], id="a keyword and what follows it"),
        pytest.param(["VOTE!", "trois", "svp"], ["Compté.", "Pardon?"], id="and a word too many"),
        pytest.param(["vote 3", "vote 4"], ["Compté.", "Compté."], id="two votes"),
        pytest.param(["météo", "horaire"], ["Soleil.", "9 h à 17 h."], id="two questions"),
        pytest.param(["bonjour", "menu"], ["RDV ou VOTE."], id="a greeting first"),
        pytest.param(["allo", "ça va", "menu"], ["RDV ou VOTE."], id="two greetings"),
        pytest.param(["menu", "merci"], ["RDV ou VOTE.", "Pardon?"], id="thanks afterwards"),
        pytest.param(["allo", "vote", "3"], ["Compté."], id="a greeting and then a vote"),
        pytest.param(["vote", "euh", "vote", "3"], ["Compté."], id="a vote at the second try"),
        pytest.param(["allo", "ça va?", "hé"], ["Pardon?"], id="nothing that anybody understands"),
        pytest.param(["vote", "bonjour"], ["1 à 5."], id="what follows is not what is expected"),
        pytest.param(["vote", "menu"], ["RDV ou VOTE."], id="a keyword, and then another"),
        pytest.param(["chanson", "petite fleur"], ["petite fleur"], id="a title"),
        pytest.param(["vote"], ["1 à 5."], id="one alone"),
        pytest.param(["menu"], ["RDV ou VOTE."], id="one that is understood"),
    ],
)
async def test_texts_that_come_together(scene: Scene, texts: list[str], told: list[str]) -> None:
    assert await read(scene, *texts) == told


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        pytest.param(["stop"], ["stop"], id="alone"),
        pytest.param(["vote", "stop"], ["stop"], id="after a beginning"),
        pytest.param(["stop", "3"], ["stop"], id="what follows is not answered"),
        pytest.param(["ne", "stop"], ["stop"], id="whatever stands before it"),
        pytest.param(["stop", "rabais"], ["stop"], id="it is no list that comes later"),
        pytest.param(["menu", "stop"], ["stop"], id="what was said before is taken back"),
        pytest.param(["stop", "start", "menu"], ["stop", "start", "menu"], id="there and back"),
        pytest.param(["bonjour", "aide"], ["help"], id="HELP"),
        pytest.param(
            ["rdv", "24/12", "fin", "24/12"], ["appointment"] * 3 + ["otherwise"], id="FIN"
        ),
    ],
)
async def test_a_built_in_word_is_obeyed_alone(
    scene: Scene, texts: list[str], told: list[str]
) -> None:
    """INV-12: it is never part of what somebody else is told."""
    await read(scene, *texts)

    assert [row["rule"] for row in await scene.outbox() if row["status"] == "queued"] == told


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        pytest.param(
            ["rdv", "24/12/2026", "matin", "oui"],
            ["day?", "part?", "sure?", "Noté."],
            id="each answer by itself",
        ),
        pytest.param(["rdv", "24", "décembre 2026"], ["day?", "part?"], id="a day in two texts"),
        pytest.param(
            ["rdv", "euh", "24/12/2026"], ["day?", "part?"], id="what is no answer before one"
        ),
        pytest.param(
            ["rdv", "euh", "non"], ["day?", "Ex.: 24/12"], id="nothing that is an answer"
        ),
        pytest.param(
            ["rdv", "menu", "24/12/2026"],
            ["day?", "RDV ou VOTE.", "part?"],
            id="a rule that interrupts",
        ),
        pytest.param(
            ["inscription", "Jean", "Tremblay"], ["who?", "Jean", "Pardon?"], id="a name"
        ),
    ],
)
async def test_answers_that_come_together(scene: Scene, texts: list[str], told: list[str]) -> None:
    assert await read(scene, *texts) == told


async def test_each_text_says_with_which_it_was_read(scene: Scene) -> None:
    await read(scene, "bonjour", "vote", "3", "menu")

    assert await fates(scene) == [
        ("bonjour", "joined"),
        ("vote", "rule"),
        ("3", "joined"),
        ("menu", "rule"),
    ]
    inbox_rows = await scene.inbox()
    assert [row["detail"] for row in inbox_rows] == [None, None, {"to": 2}, None]
    (answer,) = await rows(scene, people_tables.answers)
    assert (answer["inbound"], answer["captured"]) == (2, {"choice": 3})


@pytest.mark.parametrize("texts", [["allo", "je suis malade", "rappelez"], ["malade", "menu"]])
async def test_no_word_is_lost_where_a_rule_passes_on_whatever_comes(
    scene: Scene, texts: list[str]
) -> None:
    """A rule that takes anything and does something with it is to have everything."""
    passing = replace(
        OTHERWISE, actions=(Forward(say("{{ text }}"), email="accueil@clinique.example"),)
    )
    await read(scene, *texts, rulebook=book(MENU, VOTE, passing))
    process = Process(scene)
    await process.mailer.tick()

    passed = " ".join(mail.text for mail in scene.gateway.mailed)
    assert passed == " ".join(text for text in texts if text != "menu")


async def test_what_is_read_as_one_is_told_as_one(scene: Scene) -> None:
    """Events and forwarded texts have all of it."""
    told = replace(VOTE, actions=(Emit("voted"), Forward(say("{{ text }}"), number=BEN)))
    await read(scene, "vote", "3", rulebook=book(told))

    (event,) = await rows(scene, schema.events)
    assert event["body"]["text"] == "vote 3"
    assert await said(scene, BEN) == ["vote 3"]


async def test_without_burst_each_text_is_read_alone(scene: Scene) -> None:
    await scene.receive("vote", "3")
    await Process(scene, RULES).work()

    assert await said(scene) == ["1 à 5.", "Pardon?"]


# Waiting


async def test_a_text_waits_for_what_may_belong_to_it(scene: Scene) -> None:
    process = bursting(scene)
    await scene.receive("vote")
    assert await process.responder.tick() == 0
    scene.clock.advance(SECONDS - 1)
    await scene.receive("3")
    assert await process.responder.tick() == 0
    scene.clock.advance(SECONDS - 1)
    assert await process.responder.tick() == 0
    scene.clock.advance(1)
    assert await process.responder.tick() == 2

    assert await said(scene) == ["Compté."]


async def test_what_comes_too_late_does_not_belong_to_it(scene: Scene) -> None:
    process = bursting(scene)
    await scene.receive("vote")
    scene.clock.advance(SECONDS + 1)
    await scene.receive("3")
    scene.clock.advance(SECONDS)
    await process.work()

    assert await said(scene) == ["1 à 5.", "Pardon?"]


async def test_who_never_pauses_is_answered_all_the_same(scene: Scene) -> None:
    """No text waits longer than a few bursts, and none is torn from what belongs to it."""
    process, waited = bursting(scene, SILENT), {}
    words = ["vote", "1", "vote", "2", "vote", "3", "vote", "4", "vote", "5"] * 2
    for place, word in enumerate(words):
        await scene.receive(word)
        waited[place + 1] = scene.clock.now()
        await process.work()
        for row in await scene.inbox():
            if row["status"] == "new":
                since = scene.clock.now() - waited[row["id"]]
                assert since < PATIENCE * BURST + BURST, row["text"]
        scene.clock.advance(SECONDS / 2 + 0.137 * place)
    scene.clock.advance(SECONDS)
    await process.work()

    choices = [row["captured"]["choice"] for row in await rows(scene, people_tables.answers)]
    assert choices == [1, 2, 3, 4, 5] * 2
    assert len({row["status"] for row in await scene.inbox()}) == 1


async def test_other_people_do_not_wait(scene: Scene) -> None:
    process = bursting(scene)
    await scene.receive("menu", number=BEN)
    scene.clock.advance(SECONDS)
    await scene.receive("vote")

    assert await process.responder.tick() == 1
    assert await said(scene, BEN) == ["RDV ou VOTE."]


async def test_texts_of_two_people_are_never_read_as_one(scene: Scene) -> None:
    await scene.receive("vote")
    await scene.receive("3", number=BEN)
    scene.clock.advance(SECONDS)
    await bursting(scene).work()

    assert await said(scene) == ["1 à 5."]
    assert await said(scene, BEN) == ["Pardon?"]


@pytest.mark.parametrize("deaths", [1, 2])
async def test_a_process_that_died_on_a_burst_loses_none_of_it(scene: Scene, deaths: int) -> None:
    """INV-2: they are then decided one by one."""
    await scene.receive("bonjour", "menu", "vote 3")
    scene.clock.advance(SECONDS)
    for _ in range(deaths):
        async with scene.database.write() as connection:
            await claiming.claim(connection, 10) or await claiming.claim_suspect(connection)
    process = bursting(scene)
    while await process.responder.tick():
        pass

    assert await said(scene) == ["Pardon?", "RDV ou VOTE.", "Compté."]


async def test_a_burst_is_answered_by_one_reply_of_the_limit(scene: Scene) -> None:
    """INV-29: what is read as one counts as one."""
    policy = replace(GENEROUS, per_number=(Limit(1, timedelta(minutes=1)),))
    await scene.receive("vote", "3")
    scene.clock.advance(SECONDS)
    await bursting(scene, policy=policy).work()

    assert await said(scene) == ["Compté."]


async def test_a_follow_up_is_cancelled_by_each_text_of_a_burst(scene: Scene) -> None:
    asking = rule("rappel", "rappel", reply="Ok.", actions=(Later(timedelta(hours=1), say("?")),))
    rulebook = book(asking, MENU)
    await read(scene, "rappel", "menu", rulebook=rulebook)

    assert await said(scene) == ["Ok.", "RDV ou VOTE."]
    assert await errands(scene) == []


async def test_silence_where_nobody_understands(scene: Scene) -> None:
    assert await read(scene, "allo", "ça va", rulebook=SILENT) == []
    assert [row["status"] for row in await scene.inbox()] == ["handled", "handled"]
