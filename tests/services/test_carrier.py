"""Opt-outs are noted at the gateway: after the confirmation, until it is done, the newest one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from bot.gateways.base import AccountHeld, Rejected, Throttled, Unconfirmed, Unreachable
from bot.gateways.book import NoBook
from bot.services.carrier import AGAIN_SECONDS, Carrier
from bot.services.carrying import AFTER
from bot.services.journaling import agree
from bot.services.responder import Responder
from bot.storage import mirrors
from bot.storage.journal import Note, NoteKind
from bot.storage.schema import errands
from tests.services.played import ANA, BEN, Scene

MINUTE = AFTER.total_seconds()


@dataclass(frozen=True, slots=True)
class PlayedBook(NoBook):
    """Notes who is blocked; fails as it is told."""

    blocks: bool = True
    everybody: str = ""
    done: list[tuple[str, str]] = field(default_factory=list)
    failures: deque[Exception] = field(default_factory=deque)

    async def block(self, number: str, language: str) -> None:
        self._do("block", number)

    async def unblock(self, number: str) -> None:
        self._do("unblock", number)

    def _do(self, what: str, number: str) -> None:
        if self.failures:
            raise self.failures.popleft()
        self.done.append((what, number))


@pytest.fixture
def book(scene: Scene) -> PlayedBook:
    scene.gateway.book = PlayedBook()
    assert isinstance(scene.gateway.book, PlayedBook)
    return scene.gateway.book


async def said(scene: Scene, *texts: str, number: str = ANA, carried: bool = True) -> None:
    """Somebody texts, is answered, and the answer leaves."""
    for text in texts:
        await scene.receive(text, number=number)
        speech = replace(scene.speech(), carried_to=("vudumobile",) if carried else ())
        wake = scene.woken.append
        await Responder(scene.database, speech, scene.clock, wake=wake).tick()
        await scene.send(scene.sender())
        scene.clock.advance(1)


async def fates(scene: Scene) -> list[tuple[str, str]]:
    async with scene.database.read() as connection:
        rows = await connection.execute(select(errands).order_by(errands.c.id))
        return [(row.body["opt"], row.status) for row in rows]


async def test_an_opt_out_is_carried_after_its_confirmation(
    scene: Scene, book: PlayedBook
) -> None:
    await said(scene, "STOP")
    carrier = Carrier(scene.account)
    assert await carrier.tick() == 0
    scene.clock.advance(MINUTE)
    assert await carrier.tick() == 1
    assert book.done == [("block", ANA)]
    assert await carrier.tick() == 0


async def test_a_start_takes_it_back_here_and_there(scene: Scene, book: PlayedBook) -> None:
    carrier = Carrier(scene.account)
    await said(scene, "STOP")
    scene.clock.advance(MINUTE)
    await carrier.tick()
    async with scene.database.write() as connection:
        now = scene.clock.now()
        await mirrors.note(connection, mirrors.BLOCKED, "vudumobile", {ANA: "1"}, now)

    await said(scene, "START")
    scene.clock.advance(MINUTE)
    await carrier.tick()

    assert book.done == [("block", ANA), ("unblock", ANA)]
    async with scene.database.read() as connection:
        assert await mirrors.common(connection, mirrors.BLOCKED, "vudumobile") == {}


async def test_only_the_newest_decision_is_carried(scene: Scene, book: PlayedBook) -> None:
    await said(scene, "STOP", "START", "STOP")
    scene.clock.advance(MINUTE)
    await Carrier(scene.account).tick()
    assert book.done == [("block", ANA)]
    assert await fates(scene) == [("out", "cancelled"), ("in", "cancelled"), ("out", "done")]


async def test_it_waits_for_what_is_still_to_be_said(scene: Scene, book: PlayedBook) -> None:
    """Nobody knows whether a gateway takes a confirmation for a number that is noted there."""
    scene.gateway.answers.append(Unreachable("no route"))
    await said(scene, "STOP")
    carrier = Carrier(scene.account)
    scene.clock.advance(MINUTE)
    await carrier.tick()
    assert book.done == []
    await scene.send(scene.sender())
    scene.clock.advance(MINUTE)
    await carrier.tick()
    assert book.done == [("block", ANA)]


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        pytest.param(Unreachable("no route"), "waiting", id="never arrived"),
        pytest.param(Unconfirmed("broke off"), "waiting", id="may have arrived"),
        pytest.param(Throttled("slowly"), "waiting", id="too often"),
        pytest.param(AccountHeld("no credit", word="credit"), "waiting", id="held"),
        pytest.param(Rejected("no such function"), "failed", id="refused for good"),
        pytest.param(KeyError("x"), "waiting", id="unforeseen"),
    ],
)
async def test_what_fails_is_tried_again_and_shown(
    scene: Scene, book: PlayedBook, failure: Exception, status: str
) -> None:
    await said(scene, "STOP")
    book.failures.append(failure)
    carrier = Carrier(scene.account)
    scene.clock.advance(MINUTE)
    await carrier.tick()
    async with scene.database.read() as connection:
        (carried,) = await mirrors.carried(connection, [f"vudumobile:{ANA}"])
    assert (carried.opt, carried.status) == ("out", status)
    assert carried.error
    scene.clock.advance(AGAIN_SECONDS + 1)
    await carrier.tick()
    assert book.done == ([("block", ANA)] if status == "waiting" else [])


async def test_a_start_while_it_is_tried_again_is_the_last_word(
    scene: Scene, book: PlayedBook
) -> None:
    await said(scene, "STOP")
    book.failures.append(Unreachable("no route"))
    carrier = Carrier(scene.account)
    scene.clock.advance(MINUTE)
    await carrier.tick()
    await said(scene, "START")
    scene.clock.advance(3600)
    await carrier.tick()
    assert book.done == [("unblock", ANA)]


async def test_a_process_that_died_carrying_begins_again(scene: Scene, book: PlayedBook) -> None:
    await said(scene, "STOP")
    async with scene.database.write() as connection:
        await connection.execute(errands.update().values(status="under_way"))
    scene.clock.advance(MINUTE)
    carrier = Carrier(scene.account)
    await carrier.begin()
    await carrier.tick()
    assert book.done == [("block", ANA)]


@pytest.mark.parametrize(
    ("words", "done"),
    [
        pytest.param("stop", [("block", ANA)], id="the text is read once more"),
        pytest.param("start", [("unblock", ANA)], id="back again"),
        pytest.param("météo", [], id="another text"),
    ],
)
async def test_whom_a_restored_store_knew_by_the_journal_alone_is_carried_when_they_text(
    scene: Scene, book: PlayedBook, words: str, done: list[tuple[str, str]]
) -> None:
    note = Note(NoteKind.OUT, scene.database.pseudonym(ANA), scene.clock.now())
    await scene.database.journal.note([note])
    assert await agree(scene.database, scene.clock.now(), carried_to=("vudumobile",)) == 1

    await said(scene, words)
    scene.clock.advance(MINUTE)
    await Carrier(scene.account).tick()

    assert book.done == done


async def test_nothing_is_asked_where_there_is_no_place_or_nobody_decided(
    scene: Scene, book: PlayedBook
) -> None:
    await said(scene, "STOP", carried=False)
    await said(scene, "START", "météo", number=BEN)
    assert await fates(scene) == []
    other = replace(scene.account, gateway=scene.gateway)
    assert await Carrier(other).tick() == 0
