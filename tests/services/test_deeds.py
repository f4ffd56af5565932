"""What rules do beside their reply: passed on, told, listed, left to a person; each once."""

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
)
from bot.core.flows import Ending
from bot.core.messages import MessageClass
from bot.core.policy import Limit
from bot.core.rules import Rule
from bot.core.sayings import Message
from bot.core.understanding import Kind
from bot.storage import schema, subscribers
from tests.core.talking import (
    APPOINTMENT,
    BOOK,
    DEALS,
    GENEROUS,
    JOINING,
    MENU,
    VOTE,
    book,
    expecting,
    flow,
    rule,
    say,
    step,
)
from tests.services.forgotten import forgetting
from tests.services.played import ANA, Scene
from tests.services.process import Process, errands, rows, said

EVE = "24/12/2026"
OPERATOR = "+15145559999"


def doing(*actions: Action, reply: str | None = "Fait.", **more: Any) -> Rule:
    return rule("doing", "fais", reply=reply, actions=actions, **more)


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


async def test_nothing_is_passed_on_to_who_opted_out_and_was_forgotten(scene: Scene) -> None:
    """INV-12."""
    process = Process(scene, book(doing(Forward(say("{{ text }}"), number=OPERATOR))))
    await process.hears("STOP", number=OPERATOR)
    await scene.send(process.sender)
    await forgetting(scene).forget(OPERATOR)
    await process.hears("fais", "fais")
    await scene.send(process.sender)

    fates_of = [(row["number"], row["status"]) for row in await scene.outbox()]
    assert sorted(fates_of) == [(ANA, "sent")] * 2 + [(OPERATOR, "suppressed")] * 2


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
async def test_who_leaves_a_list_and_then_everything_is_told_the_latter_alone(
    scene: Scene, together: bool
) -> None:
    """INV-12: the confirmation of the first was still waiting."""
    process = Process(scene, book(JOINING))
    if together:
        await scene.receive("stop rabais", "stop")
        await process.work()
    else:
        await process.hears("stop rabais", "stop")
    await scene.send(process.sender)

    taken = [batch.text for batch in scene.gateway.taken]
    assert len(taken) == 1
    assert "vous ne recevrez plus de texto" in taken[0]


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
                "id": "inbound-1",
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
        person = (await subscribers.load_subscribers(connection, {ANA}, scene.clock.now()))[ANA]
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
