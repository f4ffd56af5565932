"""A number that is stuck is set free by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core.actions import Lookup
from bot.core.errands import ErrandKind
from bot.core.rulebook import Rulebook
from bot.core.rules import Rule
from bot.core.understanding import Expected, Kind
from bot.internet import Internet
from bot.services.desk import Desk
from bot.services.lookups import Lookups
from bot.storage import errands, schema
from tests.clock import NOON
from tests.core.talking import BOOK, rule
from tests.gateways.server import Reply, ScriptedServer
from tests.services.attended import (
    BROKEN,
    KEY,
    MENDED,
    errand_fates,
    fates,
    talk,
    texted,
    wanted,
)
from tests.services.played import ANA, BEN, Played, Scene


async def test_a_number_that_is_stuck_in_a_conversation_is_answered_again(
    scene: Scene, desk: Desk
) -> None:
    await texted(scene, "rdv")
    assert await texted(scene, "vote 3") == ["Ex.: 24/12"]

    assert await desk.free(ANA) == ["vudumobile: the question appointment/day is closed"]

    assert await texted(scene, "vote 3") == ["Compté."]
    assert (await talk(desk)).question is None


async def test_programs_are_told_that_a_conversation_was_closed(scene: Scene, desk: Desk) -> None:
    await texted(scene, "rdv")
    await desk.free(ANA)

    async with scene.database.read() as connection:
        events = (await connection.execute(select(schema.events))).all()

    assert [(one.conversation, one.type, one.body) for one in events] == [
        (
            KEY,
            "conversation.finished",
            {
                "id": "inbound-1",
                "number": ANA,
                "our_number": "",
                "gateway": "vudumobile",
                "text": "rdv",
                "rule": "appointment",
                "status": "freed",
            },
        )
    ]


async def test_what_waits_for_a_freed_number_is_cancelled_but_not_a_mail(
    scene: Scene, desk: Desk
) -> None:
    """Also a lookup that is being asked: until it is answered, later texts wait."""
    await texted(scene, "météo")
    await wanted(scene, ErrandKind.LATER, ErrandKind.LOOKUP, ErrandKind.LOOKUP, ErrandKind.MAIL)
    async with scene.database.write() as connection:
        await errands.begin(connection, [3], NOON)
    await scene.receive("vote 2")
    assert await scene.responder(book=BOOK).tick() == 0

    done = await desk.free(ANA)

    assert done == ["vudumobile: follow-ups cancelled: 1", "vudumobile: lookups cancelled: 2"]
    assert await errand_fates(scene) == [
        *(("later", "cancelled"), ("lookup", "cancelled"), ("lookup", "cancelled")),
        ("mail", "waiting"),
    ]
    assert await scene.responder(book=BOOK).tick() == 1


async def held_back(scene: Scene, desk: Desk) -> None:
    await desk.take_over(ANA)


async def limited(scene: Scene, desk: Desk) -> None:
    """Seven in a minute."""
    for text in ("météo",) * 7:
        await scene.receive(text)
    await scene.responder(book=BOOK).tick()


async def clockwork(scene: Scene, desk: Desk) -> None:
    for _ in range(7):
        await texted(scene, "ding")
        scene.clock.advance(50)


@pytest.mark.parametrize(
    ("silence", "reason", "said"),
    [
        pytest.param(
            held_back, "taken_over", "rules answer again; a person had taken it over", id="person"
        ),
        pytest.param(limited, "loop", "replies.per_number counts anew", id="limit"),
        pytest.param(clockwork, "robot", "it is no robot any more", id="rhythm"),
    ],
)
async def test_what_keeps_rules_silent_is_lifted(
    scene: Scene,
    desk: Desk,
    silence: Callable[[Scene, Desk], Awaitable[None]],
    reason: str,
    said: str,
) -> None:
    await texted(scene, "bonjour")
    await silence(scene, desk)
    await texted(scene, "vote 1")
    assert (await fates(scene))[-1] == ("ignored", reason)

    assert await desk.free(ANA) == [f"vudumobile: {said}"]

    assert await texted(scene, "vote 1") == ["Compté."]
    assert await desk.free(ANA) == []


async def test_only_this_number_is_set_free_and_on_every_gateway(scene: Scene, desk: Desk) -> None:
    await texted(scene, "rdv")
    await texted(scene, "rdv", number=BEN)
    elsewhere = replace(scene, gateway=Played("clever"))
    await texted(elsewhere, "rdv")

    assert [line.split(":")[0] for line in await desk.free(ANA)] == ["vudumobile", "clever"]

    assert [one.question for one in (await desk.state(ANA)).talks] == [None, None]
    assert (await talk(desk, BEN)).question is not None


async def test_our_own_words_are_still_no_answer_to_us(scene: Scene, desk: Desk) -> None:
    """INV-29: a number that echoes is not set loose."""
    menu = Rulebook((rule("menu", "menu", reply="Composez RDV ou VOTE suivi d'un chiffre."),))
    (ours,) = await texted(scene, "menu", book=menu)

    await desk.free(ANA)

    assert await texted(scene, ours, book=menu) == []
    assert (await fates(scene))[-1] == ("ignored", "robot")


@pytest.mark.parametrize("again", [False, True], ids=["left parked", "decided anew"])
async def test_parked_texts_of_a_freed_number(scene: Scene, desk: Desk, again: bool) -> None:
    await texted(scene, "broken", "broken", book=BROKEN)
    await texted(scene, "broken", number=BEN, book=BROKEN)

    done = await desk.free(ANA, again=again)
    await scene.responder(book=MENDED).tick()

    assert done == (["text 1 is decided anew", "text 2 is decided anew"] if again else [])
    ended = ("handled", "rule") if again else ("parked", "error")
    assert await fates(scene) == [ended, ended, ("parked", "error")]


async def by_name(name: str) -> list[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize("freed", [False, True], ids=["in time", "set free meanwhile"])
async def test_a_lookup_that_was_cancelled_says_nothing(
    scene: Scene, desk: Desk, freed: bool
) -> None:
    answered = asyncio.Event()
    async with (
        ScriptedServer(scene.clock) as server,
        Internet(
            scene.clock, private_hosts=frozenset({"api.example"}), resolve=by_name
        ) as internet,
    ):
        server.say(Reply(body={"sky": "Bleu"}))
        book = Rulebook((asking(server.url.rpartition(":")[2]),))
        lookups = Lookups(
            scene.database,
            scene.speech(book=book),
            scene.clock,
            internet,
            wake=answered.set,
            wake_others=scene.woken.append,
        )
        assert await texted(scene, "ciel", book=book) == []
        await lookups.tick()
        if freed:
            assert await desk.free(ANA) == ["vudumobile: lookups cancelled: 1"]
        await answered.wait()
        await lookups.tick()

    assert [row["text"] for row in await scene.outbox()] == ([] if freed else ["Bleu."])
    assert await errand_fates(scene) == [("lookup", "cancelled" if freed else "done")]


def asking(port: str) -> Rule:
    """A rule that asks an address before it answers."""
    url = f"http://api.example:{port}/"
    lookup = Lookup(url, (("sky", Expected(Kind.TEXT)),), None, timedelta(hours=1))
    return rule("sky", "ciel", reply="{{ sky }}.", actions=(lookup,))
