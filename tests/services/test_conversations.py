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
    HandOver,
    Join,
    Later,
    Leave,
    Remember,
    Speak,
    Start,
    Tag,
)
from bot.core.conditions import When
from bot.core.flows import Ending
from bot.core.messages import MessageClass
from bot.core.policy import Limit
from bot.core.rules import Rule
from bot.core.sayings import Message
from bot.core.understanding import Kind
from bot.storage import inbox, schema, subscribers
from tests.core.talking import (
    APPOINTMENT,
    BOOK,
    DEALS,
    GENEROUS,
    JOINING,
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
from tests.services.played import ANA, BEN, MANY, Played, Scene, open_scene
from tests.services.process import Process, errands, fates, rows, said

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
            await inbox.claim(connection, 500)
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
        for row in await rows(scene, schema.answers)
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
    for table in (schema.answers, schema.events, schema.errands, schema.outbox, schema.members):
        assert await rows(scene, table) == []
    async with scene.database.read() as connection:
        person = (await subscribers.load_subscribers(connection, {ANA})).get(ANA)
    assert person is None or (person.values, person.tags) == ({}, frozenset())


# What else a rule does


async def test_a_text_is_passed_on_to_a_telephone_before_it_is_answered(scene: Scene) -> None:
    """INV-21: in the order in which people texted."""
    process = Process(scene, book(doing(Forward(Message(template="forwarded"), number=OPERATOR))))
    await process.hears("fais ceci", "fais cela")
    await scene.send(process.sender)

    assert await said(scene, OPERATOR) == [f"De {ANA}: fais ceci", f"De {ANA}: fais cela"]
    assert await said(scene) == ["Fait.", "Fait."]
    told = [row for row in await scene.outbox() if row["number"] == OPERATOR]
    assert {(row["conversation"], row["message_class"]) for row in told} == {
        (f"vudumobile:{OPERATOR}", MessageClass.FORWARD)
    }
    taken = [batch.text for batch in scene.gateway.taken if batch.numbers == (OPERATOR,)]
    assert taken == [f"De {ANA}: fais ceci", f"De {ANA}: fais cela"]


async def test_nothing_is_passed_on_to_who_opted_out(scene: Scene) -> None:
    """INV-12."""
    process = Process(scene, book(doing(Forward(say("{{ text }}"), number=OPERATOR))))
    await process.hears("STOP", number=OPERATOR)
    await process.hears("fais")
    await scene.send(process.sender)

    fates_of = {row["text"]: row["status"] for row in (await scene.outbox())[1:]}
    assert fates_of == {"Fait.": "sent", "fais": "suppressed"}


async def test_what_is_too_long_to_be_passed_on_is_cut_and_its_author_answered(
    scene: Scene,
) -> None:
    process = Process(scene, book(doing(Forward(say("{{ text }}"), number=OPERATOR))))
    text = "fais " + "x" * 1530

    assert await process.hears(text) == ["Fait."]

    (cut,) = await said(scene, OPERATOR)
    assert (len(cut), cut) == (1530, text[:1527] + "...")


async def test_who_passes_texts_on_to_itself_does_so_within_the_limit(scene: Scene) -> None:
    """INV-29: a robot at the other end gets its own text back, answers that, and so on."""
    echo = rule("echo", actions=(Forward(say("{{ text }} {{ now|time }}"), number=ANA),))
    process = Process(
        scene, book(echo), replace(GENEROUS, per_number=(Limit(3, timedelta(days=1)),))
    )
    for count in range(9):
        await process.hears(f"Bonjour {count}")
        scene.clock.advance(60 * count)

    assert len(await said(scene)) == 3


async def test_a_text_is_passed_on_to_a_mailbox(scene: Scene) -> None:
    process = Process(scene, book(doing(Forward(say("{{ text }}"), email="rdv@clinique.example"))))
    await process.hears("fais ceci")
    await process.mailer.tick()

    (mail,) = scene.gateway.mailed
    assert (mail.to, mail.text) == ("rdv@clinique.example", "fais ceci")
    assert mail.subject == f"SMS {ANA} (doing)"
    assert await errands(scene) == [("mail", "done")]


async def events(scene: Scene) -> list[tuple[str, dict[str, Any]]]:
    return [(row["type"], row["body"]) for row in await rows(scene, schema.events)]


async def test_an_event_is_written_once_with_all_that_it_tells(scene: Scene) -> None:
    told = replace(VOTE, actions=(Emit("voted"),))
    await Process(scene, book(told)).hears("vote trois svp")
    await Process(scene, book(told)).work()

    assert await events(scene) == [
        (
            "voted",
            {
                "id": 1,
                "number": ANA,
                "our_number": "",
                "gateway": "vudumobile",
                "text": "vote trois svp",
                "rule": "vote",
                "captures": {"choice": 3},
            },
        )
    ]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        pytest.param(["rdv", EVE, "matin", "oui"], [("appointment", "finished")], id="finished"),
        pytest.param(["rdv", "a", "b", "c"], [("appointment", "gave_up")], id="given up"),
        pytest.param(["rdv", "fin"], [("appointment", "ended")], id="ended by FIN"),
        pytest.param(["rdv", "stop"], [("appointment", "stop")], id="ended by STOP"),
        pytest.param(
            ["rdv", EVE, "autre"], [("appointment", "interrupted")], id="another took its place"
        ),
        pytest.param(["rdv", "menu", EVE], [], id="interrupted by who asks nothing"),
        pytest.param(["rdv", EVE], [], id="still open"),
        pytest.param(
            ["rabais", "oui", "rabais"], [("joining", "finished")], id="not asked a second time"
        ),
    ],
)
async def test_programs_are_told_how_a_conversation_ended(
    scene: Scene, texts: list[str], told: list[tuple[str, str]]
) -> None:
    other = rule("other", "autre", flow=flow(step("who", expecting(Kind.TEXT))), interrupt=True)
    await Process(scene, book(*BOOK.rules, other)).hears(*texts)

    finished = [body for name, body in await events(scene) if name == "conversation.finished"]
    assert [(body["rule"], body["status"]) for body in finished] == told


@pytest.mark.parametrize(
    ("text", "status"),
    [("vote 2", "changed"), (EVE, "changed")],
)
async def test_programs_are_told_that_the_questions_changed(
    scene: Scene, text: str, status: str
) -> None:
    await Process(scene).hears("rdv")
    await Process(scene, book(VOTE)).hears(text)

    ((name, body),) = await events(scene)
    assert (name, body["rule"], body["status"]) == ("conversation.finished", "appointment", status)


async def test_an_ending_tells_what_was_answered_until_then(scene: Scene) -> None:
    ending = Ending(say("Appelez-nous."), (Emit("lost"),))
    assert APPOINTMENT.flow is not None
    losing = replace(APPOINTMENT, flow=replace(APPOINTMENT.flow, gave_up=ending))
    await Process(scene, book(losing)).hears("rdv", EVE, "x", "y")

    assert dict(await events(scene))["lost"]["captures"] == {"day": "2026-12-24"}


LISTING = book(
    JOINING,
    rule("now", "oui rabais", reply="Inscrit.", actions=(Join("deals"),)),
    rule("no", "non rabais", reply="Parti.", actions=(Leave("deals"),)),
)


@pytest.mark.parametrize(
    ("texts", "on", "told"),
    [
        (["oui rabais"], True, ["joined"]),
        (["oui rabais", "oui rabais"], True, ["joined"]),
        (["oui rabais", "non rabais"], False, ["joined", "left"]),
        (["oui rabais", "non rabais", "oui rabais"], True, ["joined", "left", "joined"]),
        (["oui rabais", "stop rabais"], False, ["joined", "left"]),
        (["non rabais", "stop rabais"], False, []),
        (["rabais"], False, []),
        (["rabais", "oui", "stop rabais", "rabais", "oui"], True, ["joined", "left", "joined"]),
        (["rabais", "non"], False, []),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
async def test_who_joins_and_leaves_a_list_is_where_the_last_word_says(
    scene: Scene, texts: list[str], on: bool, told: list[str], together: bool
) -> None:
    process = Process(scene, LISTING)
    if together:
        await scene.receive(*texts)
        await process.work()
    else:
        await process.hears(*texts)

    async with scene.database.read() as connection:
        person = (await subscribers.load_subscribers(connection, {ANA}))[ANA]
    assert person.lists == ({"deals"} if on else set())
    listed = [name for name, _ in await events(scene) if name.startswith("list.")]
    assert listed == [f"list.{what}" for what in told]
    assert all(body["list"] == DEALS.id for name, body in await events(scene) if "list." in name)


async def test_a_stop_leaves_what_the_operator_is_to_have(scene: Scene) -> None:
    """INV-12: nothing is said to the person; the appointment is made all the same."""
    passing = doing(
        Forward(say("{{ text }}"), email="rdv@clinique.example"),
        Forward(say("{{ text }}"), number=OPERATOR),
        Later(timedelta(hours=1), say("Alors?")),
    )
    await scene.receive("fais", "STOP")
    process = Process(scene, book(passing))
    await process.work()
    scene.clock.advance(2 * 3600)
    await process.work()

    assert [one.split(":")[0] for one in await said(scene)] == ["Radio"]
    assert await said(scene, OPERATOR) == ["fais"]
    assert await errands(scene) == [("mail", "waiting")]


async def test_a_stop_ends_the_questions_on_every_gateway(scene: Scene) -> None:
    """INV-12: also of those on which it was not said."""
    await Process(scene).hears("rdv")
    async with scene.database.write() as connection:
        known = await subscribers.load_conversations(connection, {f"vudumobile:{ANA}"})
        (one,) = known.values()
        elsewhere = replace(one, key=f"clever:{ANA}", gateway="clever")
        await subscribers.save_conversations(connection, [elsewhere])

    await Process(scene).hears("STOP")

    assert [row["position"] for row in await rows(scene, schema.conversations)] == [None, None]
    assert [row["times_out_at"] for row in await rows(scene, schema.conversations)] == [None, None]


async def test_who_is_left_to_a_person_is_not_answered_until_the_time_is_over(
    scene: Scene,
) -> None:
    process = Process(scene, book(doing(HandOver(timedelta(hours=2))), MENU))

    assert await process.hears("fais", "menu") == ["Fait."]
    scene.clock.advance(2 * 3600 + 1)
    assert await Process(scene, process.book).hears("menu") == ["RDV ou VOTE."]


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
