"""A parked text is decided anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.core.rulebook import Rulebook
from bot.services.desk import Desk, NotDone
from bot.services.responder import Responder
from bot.storage import schema
from tests.core.talking import BOOK, rule
from tests.services.attended import BROKEN, MENDED, fates, texted
from tests.services.played import Scene


async def test_a_parked_text_is_answered_once_its_rule_is_mended(scene: Scene, desk: Desk) -> None:
    """INV-2, INV-8: however late that is; and once."""
    await texted(scene, "broken", book=BROKEN)
    scene.clock.advance(7 * 24 * 3600)

    assert await desk.again(1) == ["text 1 is decided anew"]
    assert await scene.responder(book=MENDED).tick() == 1

    assert [row["text"] for row in await scene.outbox()] == ["Voilà."]
    with pytest.raises(NotDone, match="text 1 is not parked: a rule answered"):
        await desk.again(1)


async def test_a_rule_that_is_still_broken_parks_it_again(scene: Scene, desk: Desk) -> None:
    await texted(scene, "broken", book=BROKEN)

    await desk.again(1)
    await scene.responder(book=BROKEN).tick()

    assert await fates(scene) == [("parked", "error")]


async def test_what_was_read_as_one_with_it_comes_along(scene: Scene, desk: Desk) -> None:
    def gathering(book: Rulebook) -> Responder:
        burst = timedelta(seconds=3)
        speech = scene.speech(book=book)
        return Responder(scene.database, speech, scene.clock, wake=scene.woken.append, burst=burst)

    together = replace_trigger(BROKEN, "broken glass")
    await scene.receive("broken", "glass")
    scene.clock.advance(10)
    await gathering(together).tick()
    assert await fates(scene) == [("parked", "error"), ("handled", "joined")]

    await desk.again(1)
    await gathering(replace_trigger(MENDED, "broken glass")).tick()

    assert await fates(scene) == [("handled", "rule"), ("handled", "joined")]
    assert [row["text"] for row in await scene.outbox()] == ["Voilà."]


def replace_trigger(book: Rulebook, keyword: str) -> Rulebook:
    """The same with another keyword for its first rule."""
    first = replace(book.rules[0], phrases=rule("", keyword).phrases)
    return Rulebook((first, *book.rules[1:]))


async def test_what_processes_died_on_is_decided_alone(scene: Scene, desk: Desk) -> None:
    """INV-28: should it kill another, that one had nobody else's text in hand."""
    await scene.receive("météo")
    async with scene.database.write() as connection:
        await connection.execute(update(schema.inbox).values(attempts=4))
    await scene.responder(book=BOOK).tick()
    assert await fates(scene) == [("parked", "died")]

    await desk.again(1)

    (row,) = await scene.inbox()
    assert (row["status"], row["attempts"]) == ("new", 1)
    await scene.responder(book=BOOK).tick()
    assert await fates(scene) == [("handled", "rule")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(2, "there is no text 2", id="not there"),
        pytest.param(1, "text 1 is not parked: it is not decided yet", id="new"),
    ],
)
async def test_what_cannot_be_decided_anew(scene: Scene, desk: Desk, text: int, told: str) -> None:
    await scene.receive("météo")

    with pytest.raises(NotDone, match=told):
        await desk.again(text)
