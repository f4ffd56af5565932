"""Conversations on a store: they outlive every process, and belong to one person each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.actions import (
    Action,
    Emit,
    Forward,
    Join,
    Later,
    Remember,
    Speak,
    Start,
    Tag,
)
from bot.core.conditions import When
from bot.core.policy import Limit
from bot.core.rules import Rule
from bot.core.sayings import Message
from bot.core.understanding import Kind
from bot.storage import people_tables, schema, subscribers
from tests import claiming
from tests.core.talking import (
    BOOK,
    GENEROUS,
    OTHERWISE,
    VOTE,
    book,
    expecting,
    flow,
    rule,
    say,
    step,
)
from tests.services.played import ANA, BEN, MANY, Played, Scene, open_scene
from tests.services.process import Process, fates, rows, said

EVE = "24/12/2026"
OPERATOR = "+15145559999"


def doing(*actions: Action, reply: str | None = "Fait.", **more: Any) -> Rule:
    return rule("doing", "fais", reply=reply, actions=actions, **more)


# Restarts

TALKS = [
    pytest.param(
        ["rdv", EVE, "matin", "oui"], ["day?", "part?", "sure?", "Noté."], id="straight through"
    ),
    pytest.param(
        ["rdv", "jamais", EVE, "soir", "non", "25/12", "1", "oui"],
        ["day?", "Ex.: 24/12", "part?", "sure?", "day?", "part?", "sure?", "Noté."],
        id="there and back",
    ),
    pytest.param(
        ["rdv", "a", "menu", "b", "c", "d"],
        ["day?", "Ex.: 24/12", "RDV ou VOTE.", "Ex.: 24/12", "Appelez-nous.", "Pardon?"],
        id="misunderstandings are counted on",
    ),
    pytest.param(
        ["rdv", "fin", EVE], ["day?", ENDED := "Radio: c'est annulé.", "Pardon?"], id="FIN"
    ),
]


@pytest.mark.parametrize(("texts", "replies"), TALKS)
async def test_a_talk_goes_on_in_another_process(
    scene: Scene, texts: list[str], replies: list[str]
) -> None:
    """INV-2: nothing of where a person stands is kept anywhere but in the store."""
    told = []
    for text in texts:
        told += await Process(scene).hears(text)

    assert [one.split(" STOP")[0] for one in told] == replies


@pytest.mark.parametrize(("texts", "replies"), TALKS)
async def test_a_talk_goes_on_after_processes_that_died_in_it(
    scene: Scene, texts: list[str], replies: list[str]
) -> None:
    """INV-2, INV-8: each died after it had taken the text, before it had decided."""
    told = []
    for text in texts:
        await scene.receive(text)
        async with scene.database.write() as connection:
            await claiming.claim(connection, 500)
        told += await Process(scene).hears()
        await Process(scene).work()
        told = [one.split(" STOP")[0] for one in await said(scene)]

    assert told == replies


@pytest.mark.parametrize(("texts", "replies"), TALKS)
async def test_a_talk_in_quick_succession(
    scene: Scene, texts: list[str], replies: list[str]
) -> None:
    """INV-21: all of it in one batch."""
    await scene.receive(*texts)
    await Process(scene).work()

    assert [one.split(" STOP")[0] for one in await said(scene)] == replies


async def test_what_a_person_chose_outlives_a_process_and_reaches_nobody_else(
    scene: Scene,
) -> None:
    choosing = doing(
        Remember({"town": "{{ rest }}"}), Speak("en"), Tag(("vip",)), Join("deals"), reply=None
    )
    asking = rule("asking", "qui", reply="{{ town }}")
    english = replace(
        rule("tongue", "langue"), reply=Message({"fr": "Français.", "en": "English."})
    )
    rulebook = book(
        choosing,
        asking,
        english,
        rule("tagged", "carte", reply="VIP.", when=When(tags=frozenset({"vip"}))),
        rule("listed", "liste", reply="Rabais.", when=When(on_lists=frozenset({"deals"}))),
        OTHERWISE,
    )

    await Process(scene, rulebook).hears("fais Montréal")
    told = await Process(scene, rulebook).hears("qui", "langue", "carte", "liste")
    others = await Process(scene, rulebook).hears("langue", "carte", "liste", number=BEN)

    assert told == ["Montréal", "English.", "VIP.", "Rabais."]
    assert others == ["Français.", "Pardon?", "Pardon?"]


async def test_the_questions_that_follow_are_in_the_language_that_was_chosen(
    scene: Scene,
) -> None:
    tongues = {
        "ask": Message({"fr": "Quel jour?", "en": "Which day?"}),
        "part": Message({"fr": "Matin?", "en": "Morning?"}),
    }
    asking = replace(
        rule("rendezvous", "rdv", reply="Ok."),
        flow=flow(
            replace(step("day", expecting(Kind.DATE)), ask=tongues["ask"]),
            replace(step("part", expecting(Kind.YES_NO)), ask=tongues["part"]),
        ),
    )
    english = rule("english", "english", actions=(Speak("en"),), interrupt=True)
    starting = rule("begin", "begin", actions=(Speak("en"), Start("rendezvous")))
    rulebook = book(asking, english, starting)

    assert await Process(scene, rulebook).hears("rdv", "english", EVE) == [
        "Quel jour?",
        "Morning?",
    ]
    assert await Process(scene, rulebook).hears("begin", EVE, number=BEN) == [
        "Which day?",
        "Morning?",
    ]


# Answers


async def answers(scene: Scene) -> list[tuple[str, str, dict[str, Any], bool]]:
    return [
        (row["number"], row["rule"], row["captured"], row["counts"])
        for row in await rows(scene, people_tables.answers)
    ]


async def test_answers_are_kept_as_they_can_be_read_again(scene: Scene) -> None:
    await Process(scene).hears("vote trois", "rdv", EVE, "soir", "oui")

    assert await answers(scene) == [
        (ANA, "vote", {"choice": 3}, True),
        (ANA, "appointment", {"day": "2026-12-24", "part": "evening", "sure": "yes"}, True),
    ]


@pytest.mark.parametrize("together", [True, False])
async def test_the_newest_answer_of_a_number_counts(scene: Scene, *, together: bool) -> None:
    process = Process(scene)
    if together:
        await scene.receive("vote 1", "vote 2", "vote 3")
        await process.work()
    else:
        await process.hears("vote 1", "vote 2", "vote 3")
    await process.hears("vote 4", number=BEN)

    assert await answers(scene) == [
        (ANA, "vote", {"choice": 1}, False),
        (ANA, "vote", {"choice": 2}, False),
        (ANA, "vote", {"choice": 3}, True),
        (BEN, "vote", {"choice": 4}, True),
    ]


async def test_every_answer_counts_where_the_rule_does_not_say_once(scene: Scene) -> None:
    rulebook = book(replace(VOTE, once=False))
    await Process(scene, rulebook).hears("vote 1", "vote 2")

    assert [counts for *_, counts in await answers(scene)] == [True, True]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(say("{% if choice.x.y %}x{% endif %}"), id="a reply that fails"),
        pytest.param(say("x" * 1531), id="a reply that is too long"),
    ],
)
async def test_a_text_that_is_parked_leaves_nothing_behind(scene: Scene, broken: Message) -> None:
    """INV-28: no answer, event, errand, message, list or value of a text that was not answered."""
    everything = (
        Remember({"vote": "{{ choice }}"}),
        Tag(("voted",)),
        Join("deals"),
        Forward(say("{{ text }}"), number=OPERATOR),
        Forward(say("{{ text }}"), email="a@example.com"),
        Emit("voted"),
        Later(timedelta(hours=1), say("Alors?")),
    )
    process = Process(scene, book(replace(VOTE, reply=broken, actions=everything)))

    assert await process.hears("vote 3") == []

    assert [row["status"] for row in await scene.inbox()] == ["parked"]
    for table in (
        people_tables.answers,
        schema.events,
        schema.errands,
        schema.outbox,
        people_tables.members,
    ):
        assert await rows(scene, table) == []
    async with scene.database.read() as connection:
        person = (await subscribers.load_subscribers(connection, {ANA}, scene.clock.now())).get(
            ANA
        )
    assert person is None or (person.values, person.tags) == ({}, frozenset())


# Limits, observing


async def test_at_the_limit_of_replies_a_question_waits(scene: Scene) -> None:
    """INV-29: nothing is done, and the answer is not lost: it can be given again."""
    policy = replace(GENEROUS, per_number=(Limit(3, timedelta(minutes=1)),))
    process = Process(scene, policy=policy)

    assert await process.hears("rdv", "jamais", EVE, "matin", "matin") == [
        "day?",
        "Ex.: 24/12",
        "part?",
    ]
    scene.clock.advance(61)
    assert await Process(scene, policy=policy).hears("matin", "oui") == ["sure?", "Noté."]
    assert len(await answers(scene)) == 1


async def test_observing_leaves_no_trace_on_phones_and_no_question_open(scene: Scene) -> None:
    everything = (
        Forward(say("{{ text }}"), number=OPERATOR),
        Forward(say("{{ text }}"), email="a@example.com"),
        Emit("done"),
        Later(timedelta(minutes=5), say("Alors?")),
    )
    rulebook = book(*BOOK.rules, doing(*everything))
    watching = Process(scene, rulebook, observing=True)
    await watching.hears("rdv", EVE, "fais", "stop rabais", number=BEN)
    await watching.hears("rdv", "rabais", "oui", "fais", "vote 2")
    scene.clock.advance(24 * 3600)
    for process in (watching, Process(scene, rulebook)):
        await process.begin()
        await process.work()
        await process.mailer.tick()
        await scene.send(process.sender)

    assert (scene.gateway.taken, scene.gateway.mailed) == ([], [])
    assert {row["status"] for row in await scene.outbox()} == {"cancelled"}
    assert await rows(scene, schema.errands) == await rows(scene, schema.events) == []
    assert {row["position"] for row in await rows(scene, schema.conversations)} == {None}
    assert await Process(scene, rulebook).hears("matin") == ["Pardon?"]


async def test_answers_in_a_campaign_are_talks_too(tmp_path: Any) -> None:
    """The same where each reply opens a feed of its own."""
    async with open_scene(tmp_path, Played("clever", MANY)) as scene:
        process = Process(scene)
        told = await process.hears("rdv", EVE, "soir", "oui")
        await scene.send(process.sender)

        assert told == ["day?", "part?", "sure?", "Noté."]
        assert [batch.text for batch in scene.gateway.taken] == told


async def test_what_a_person_answers_is_understood_in_the_order_of_texting(scene: Scene) -> None:
    """INV-21: two people who are in the midst of the same questions."""
    await scene.receive("rdv")
    await scene.receive("rdv", number=BEN)
    await scene.receive(EVE)
    await scene.receive("matin", EVE, number=BEN)
    await scene.receive("soir", "oui")
    await Process(scene).work()

    assert await said(scene) == ["day?", "part?", "sure?", "Noté."]
    assert await said(scene, BEN) == ["day?", "Ex.: 24/12", "part?"]
    assert await answers(scene) == [
        (ANA, "appointment", {"day": "2026-12-24", "part": "evening", "sure": "yes"}, True)
    ]
    assert [reason for _, reason in await fates(scene)].count("invalid") == 1
