"""What was said in conversations is forgotten with the texts; what is still to do is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Table

from bot.core.actions import Emit, Forward, Later, Lookup
from bot.core.errands import TO_DO, ErrandStatus
from bot.core.understanding import Kind
from bot.services.janitor import HORIZON, Janitor
from bot.storage import columns, people_tables, retention, schema
from tests.core.talking import BOOK, book, expecting, rule, say
from tests.services.played import BEN, Scene
from tests.services.process import Process, errands, rows, said

DAY = timedelta(days=1)
KEPT = 90 * DAY
EVERYTHING = (
    Forward(say("{{ text }}"), email="rdv@clinique.example"),
    Emit("asked"),
    Later(timedelta(days=100), say("Alors?")),
)
RULES = book(*BOOK.rules, rule("doing", "fais", reply="Fait.", actions=EVERYTHING))
TALKATIVE = (people_tables.answers, schema.events, schema.errands)


async def forget(scene: Scene) -> None:
    work = Janitor(scene.database, scene.clock, texts=KEPT)
    while await work.tick():
        pass


async def left(scene: Scene) -> dict[str, int]:
    return {table.name: len(await rows(scene, table)) for table in TALKATIVE}


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        pytest.param(89, {"answers": 1, "events": 1, "errands": 2}, id="not before their time"),
        pytest.param(90, {"answers": 0, "events": 0, "errands": 1}, id="and then at once"),
    ],
)
async def test_answers_events_and_what_is_done_go_with_the_texts(
    scene: Scene, days: int, kept: dict[str, int]
) -> None:
    process = Process(scene, RULES)
    await process.hears("vote 3")
    await process.hears("fais", number=BEN)
    await process.mailer.tick()
    scene.clock.advance((days * DAY).total_seconds() + 1)

    await forget(scene)

    assert await left(scene) == kept


async def test_a_follow_up_is_said_though_its_text_is_forgotten(scene: Scene) -> None:
    process = Process(scene, RULES)
    await process.hears("fais")
    await process.mailer.tick()
    scene.clock.advance((95 * DAY).total_seconds())
    await forget(scene)
    assert await errands(scene) == [("later", "waiting")]

    scene.clock.advance((5 * DAY).total_seconds())
    await process.work()

    assert (await said(scene))[-1] == "Alors?"


async def test_a_question_whose_text_is_forgotten_is_still_overdue_one_day(scene: Scene) -> None:
    rulebook = book(*BOOK.rules)
    await Process(scene, rulebook).hears("rdv")
    scene.clock.advance((KEPT + HORIZON).total_seconds())
    await forget(scene)
    assert await scene.inbox() == []

    await Process(scene, rulebook).work()

    assert {row["position"] for row in await rows(scene, schema.conversations)} == {None}


async def test_an_open_question_keeps_its_answers_while_it_is_open(scene: Scene) -> None:
    await Process(scene).hears("rdv", "24/12/2026")
    await forget(scene)

    (talk,) = await rows(scene, schema.conversations)
    assert talk["position"]["answers"] == {"day": "2026-12-24"}


@pytest.mark.parametrize("status", ErrandStatus)
async def test_only_what_is_still_to_do_is_kept(scene: Scene, status: ErrandStatus) -> None:
    await Process(scene, RULES).hears("fais")
    async with scene.database.write() as connection:
        await connection.execute(schema.errands.update().values(status=status.value))
    scene.clock.advance((KEPT + DAY).total_seconds())

    await forget(scene)

    assert len(await errands(scene)) == (2 if status in TO_DO else 0)


async def test_an_address_that_is_still_to_be_asked_is_kept(scene: Scene) -> None:
    lookup = Lookup(
        "http://127.0.0.1:9/", (("sky", expecting(Kind.TEXT)),), None, timedelta(seconds=3)
    )
    await scene.receive("ciel")
    await Process(scene, book(rule("sky", "ciel", reply="x", actions=(lookup,)))).decide()
    scene.clock.advance((KEPT + DAY).total_seconds())

    await forget(scene)

    assert await errands(scene) == [("lookup", "waiting")]


async def test_much_is_forgotten_in_many_rounds(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    await scene.receive(*["vote 3"] * 7)
    await Process(scene, RULES).work()
    scene.clock.advance((KEPT + DAY).total_seconds())

    await forget(scene)

    assert (await left(scene))["answers"] == 0


def test_every_table_that_holds_words_is_forgotten_or_a_persons_own() -> None:
    """A table that is new is thought of here."""
    standing = {"conversations", "subscribers", "members", "feeds", "accounts", "installation"}
    standing |= {"consents", "forgotten", "spent", "tokens", "mirrored", "leases", "stopped"}
    standing |= {"requests"}  # of programs; they go after a day
    standing |= {"alarms"}  # of the installation; they go when they are over
    standing |= {"wrong_codes"}  # counts alone
    forgotten: set[Table] = {
        *(*retention.SETTLED, *retention.WORDS_ALONE, *retention.CODES_ALONE),
    }
    assert {table.name for table in columns.metadata.sorted_tables} - standing == {
        table.name for table in forgotten
    }
