"""Who is forgotten leaves no trace, is not read again, and is still not written to."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.core.consent import How
from bot.core.conversation import Subscriber
from bot.core.errands import ErrandKind
from bot.core.messages import Listed, Status
from bot.services.forgetting import forget_again
from bot.storage import consents, inbox, schema, subscribers
from bot.storage.inbox import Received
from bot.storage.whose import OF_A_PERSON
from tests.clock import NOON
from tests.services.attended import texted, wanted
from tests.services.forgotten import DIGITS, RULES, WORDS, everything, forgetting, live, traces
from tests.services.played import ANA, BEN, Scene, listed, open_scene

WHOLE = {table.name for table in OF_A_PERSON} | {"forwarded"}


async def person(scene: Scene, number: str = ANA) -> Subscriber:
    async with scene.database.read() as connection:
        known = await subscribers.load_subscribers(connection, [number], scene.clock.now())
    return known.get(number) or Subscriber(number)


async def list_again(scene: Scene, *texts: Listed) -> Received:
    async with scene.database.write() as connection:
        return await inbox.receive(
            connection,
            "vudumobile",
            texts,
            listed=frozenset(text.key for text in texts),
            history=False,
            now=scene.clock.now(),
        )


@pytest.fixture
async def in_a_file(tmp_path: Path) -> AsyncIterator[Scene]:
    """What PostgreSQL keeps on its disk is not ours to clean."""
    async with open_scene(tmp_path) as scene:
        yield scene


async def test_no_byte_is_left_of_who_is_forgotten(in_a_file: Scene) -> None:
    """INV-38: not in the database, its log, its journal; and of others nothing is touched."""
    scene = in_a_file
    await live(scene)
    await texted(scene, "salut", number=BEN)
    looked = await forgetting(scene).look(ANA)
    assert set(looked.rows) == WHOLE
    assert traces(scene.folder, DIGITS, WORDS) != {}
    others = [row for row in await scene.inbox() if row["number"] == BEN]

    receipt = await forgetting(scene).forget(ANA)

    assert (receipt.done, receipt.clean, receipt.rows) == (True, True, looked.rows)
    assert traces(scene.folder, DIGITS, WORDS) == {}
    assert [row for row in await scene.inbox() if row["number"] == BEN] == others
    again = await forgetting(scene).forget(ANA)
    assert (again.rows, again.forgotten_at) == ({}, scene.clock.now())


async def test_who_only_looks_changes_nothing(scene: Scene) -> None:
    await live(scene)
    before = await everything(scene)

    await forgetting(scene).look(ANA)

    assert await everything(scene) == before


async def test_nobody_knows_a_stranger(scene: Scene) -> None:
    receipt = await forgetting(scene).forget(ANA)

    assert (receipt.done, receipt.rows) == (False, {})
    assert (await everything(scene))["forgotten"] == []


async def test_stop_is_obeyed_after_forgetting(scene: Scene) -> None:
    """INV-12: until START, and for good after another STOP and another forgetting."""
    await texted(scene, "stop")
    await forgetting(scene).forget(ANA)

    assert (await person(scene)).opted_out
    assert await texted(scene, "météo", "vote 3", book=RULES) == []
    assert await texted(scene, "start")
    assert not (await person(scene)).opted_out
    assert await texted(scene, "vote 3", book=RULES) == ["Compté."]
    await forgetting(scene).forget(ANA)
    assert not (await person(scene)).opted_out
    await texted(scene, "stop")
    await forgetting(scene).forget(ANA)
    assert (await person(scene)).opted_out
    assert traces(scene.folder, DIGITS) == {}


async def test_a_block_outlives_forgetting(scene: Scene) -> None:
    async with scene.database.write() as connection:
        await subscribers.save_subscribers(connection, [Subscriber(ANA, blocked=True)])

    await forgetting(scene).forget(ANA)

    assert (await person(scene)).blocked


@pytest.mark.parametrize(
    ("key", "mark"),
    [
        pytest.param("7", "m7", id="as it was"),
        pytest.param("8", "m7", id="under another id"),
        pytest.param("7", "", id="without a fingerprint"),
    ],
)
async def test_what_a_gateway_still_lists_is_not_read_again(
    scene: Scene, key: str, mark: str
) -> None:
    """INV-27."""
    now = scene.clock.now()
    await list_again(scene, listed("7", "vote 3", now, fingerprint="m7"))
    await scene.responder(book=RULES).tick()
    scene.clock.advance(10)
    await forgetting(scene).forget(ANA)

    again = await list_again(scene, listed(key, "vote 3", now, fingerprint=mark))

    assert again.new == 0
    assert await texted(scene, book=RULES) == []
    assert traces(scene.folder, DIGITS) == {}


async def test_what_was_texted_before_and_is_listed_later_leaves_no_trace(scene: Scene) -> None:
    """INV-27: as after a restored backup. A new text is read as from anybody."""
    await texted(scene, "vote 3", book=RULES)
    before = scene.clock.now()
    scene.clock.advance(10)
    await forgetting(scene).forget(ANA)

    await list_again(scene, listed("late", WORDS, before))

    await scene.responder(book=RULES).tick()
    assert traces(scene.folder, DIGITS, WORDS) == {}
    assert await texted(scene, "vote 4", book=RULES) == ["Compté."]


async def test_a_stop_of_before_that_is_listed_later_is_obeyed(scene: Scene) -> None:
    """INV-12: and nothing is said to a number that nobody knows any more."""
    await texted(scene, "vote 3", book=RULES)
    before = scene.clock.now()
    scene.clock.advance(10)
    await forgetting(scene).forget(ANA)

    await list_again(scene, listed("late", "STOP", before))

    assert await texted(scene) == []
    await scene.responder(book=RULES).tick()
    assert (await person(scene)).opted_out
    assert await scene.outbox() == []
    assert traces(scene.folder, DIGITS) == {}


async def test_what_is_under_way_stays_until_it_has_ended(scene: Scene) -> None:
    """INV-14: a message that may have been taken is not lost out of sight."""
    await live(scene)
    await scene.receive("vote 5")
    async with scene.database.write() as connection:
        await connection.exec_driver_sql(
            "UPDATE outbox SET status = 'unconfirmed' WHERE id = (SELECT min(id) FROM outbox)"
        )

    receipt = await forgetting(scene).forget(ANA)

    assert (receipt.under_way.texts, receipt.under_way.messages) == (1, 1)
    assert await scene.statuses() == [Status.UNCONFIRMED, Status.CANCELLED]
    await scene.responder(book=RULES).tick()
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET status = 'abandoned'")
    receipt = await forgetting(scene).forget(ANA)
    assert not receipt.under_way.is_anything
    assert traces(scene.folder, DIGITS, WORDS) == {}


@pytest.mark.parametrize(
    ("kind", "status", "stays"),
    [
        (ErrandKind.MAIL, "under_way", True),
        (ErrandKind.CARRY, "waiting", True),
        (ErrandKind.CARRY, "done", False),
        (ErrandKind.LATER, "waiting", False),
        (ErrandKind.LOOKUP, "under_way", False),
    ],
)
async def test_an_errand_that_nobody_else_can_end_is_waited_for(
    scene: Scene, kind: ErrandKind, status: str, stays: bool
) -> None:
    await wanted(scene, kind)
    async with scene.database.write() as connection:
        await connection.execute(update(schema.errands).values(status=status))

    receipt = await forgetting(scene).forget(ANA)

    assert receipt.under_way.is_anything == stays
    assert bool((await everything(scene))["errands"]) == stays


async def test_the_ledger_proves_what_it_proved_without_words(scene: Scene) -> None:
    await live(scene)

    await forgetting(scene).forget(ANA)

    who = scene.database.pseudonym(ANA)
    async with scene.database.read() as connection:
        kept = (await consents.of(connection, [who]))[who]
    assert [(one.list, one.given, one.how, one.cause, one.wording) for one in kept] == [
        ("club", True, How.TEXT, "inbound 1", ""),
        ("club", True, How.IMPORT, "", "by a form"),
    ]


@pytest.mark.parametrize("opted_out", [False, True])
async def test_a_restored_store_forgets_again(tmp_path: Path, opted_out: bool) -> None:
    """INV-38: the journal outlives the backup, and what was under way in it ended long ago."""
    store, copy = tmp_path / "textobot.db", tmp_path.parent / "copy"
    async with open_scene(tmp_path) as scene:
        await live(scene)
        if opted_out:
            await texted(scene, "stop")
        await scene.receive(f"vote 5 {WORDS}")
        await scene.database.scrub()
        shutil.copy(store, copy)
        await scene.responder(book=RULES).tick()
        await forgetting(scene).forget(ANA)
        assert await forget_again(scene.database) == 0
    shutil.copy(copy, store)
    copy.unlink()

    async with open_scene(tmp_path) as scene:
        assert await forget_again(scene.database) == 1
        assert traces(tmp_path, DIGITS, WORDS) == {}
        assert (await person(scene)).opted_out == opted_out
        scene.clock.advance(timedelta(days=1).total_seconds())
        assert await texted(scene, "start", book=RULES)
        assert await forget_again(scene.database) == 0
        assert scene.clock.now() > NOON
