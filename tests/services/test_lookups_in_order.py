"""Texts that come while an address is asked: in their order, and once, whoever dies."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.core.actions import Emit, Lookup
from bot.core.understanding import Kind
from bot.internet import Internet
from bot.storage import people_tables, schema
from tests import claiming
from tests.core.talking import (
    APPOINTMENT,
    MENU,
    OTHERWISE,
    VOTE,
    book,
    expecting,
    flow,
    step,
)
from tests.gateways.server import ScriptedServer
from tests.services.asking import asked, asking, held, rules
from tests.services.played import BEN, Scene
from tests.services.process import Killed, Mortal, Process, errands, rows, said

# Order


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
        await claiming.claim(connection, 10)
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
        await claiming.claim(connection, 10)
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

    answers = [row["captured"] for row in await rows(scene, people_tables.answers)]
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
    assert [row["captured"] for row in await rows(scene, people_tables.answers)] == [
        {"town": "Lévis"}
    ]
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
    with pytest.raises(Exception, match=r"it is damaged|does not exist"):
        await process.lookups.tick()
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE hidden RENAME TO outbox")
    await process.work()

    assert await said(scene) == ["Lévis: bleu"]
    assert len(server.asked) == 1
