"""Programs are told what happens: signed, in order, at least once, and whatever else fails."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.deliveries import EVERYTHING, digest_of
from bot.core.messages import Page
from bot.gateways.base import Rejected, Unconfirmed, Unreachable
from bot.internet import Internet
from bot.services.janitor import Janitor
from bot.services.watch import Watch
from bot.services.webhooks import AT_ONCE, PATIENCE, WAITS, Address, Webhooks
from bot.storage import deliveries
from bot.storage.events import Event, record
from bot.storage.program_tables import deliveries as table
from bot.storage.schema import events
from tests.clock import FakeClock
from tests.gateways.server import HANG, RESET, Asked, Raw, Reply, ScriptedServer
from tests.services.played import ANA, BEN, Scene, listed
from tests.services.process import rows

SECRET, OLDER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "an older word of the operator's"
KEY = b"the installation's key"
FINE = Reply(204)


@dataclass
class Program:
    """A program of the operator's on a port of its own, and the service that tells it."""

    scene: Scene
    server: ScriptedServer
    internet: Internet
    more: list[Address] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Another process of ours begins."""
        self.address = self.at("/hook")
        self.service = self._service([self.address, *self.more])

    def _service(self, addresses: list[Address]) -> Webhooks:
        return Webhooks(self.scene.database, self.scene.clock, KEY, addresses)

    def at(self, path: str) -> Address:
        url = self.server.url + path
        return Address(digest_of(url), url, "it", [SECRET, OLDER], self.internet)

    async def happens(self, *types: str, number: str = ANA) -> None:
        now = self.scene.clock.now()
        async with self.scene.database.write() as connection:
            told = [
                Event(f"vudumobile:{number}", type_, now, {"number": number}) for type_ in types
            ]
            await record(connection, told)

    async def work(self) -> None:
        """Tell what is due, and wait for what comes of it."""
        while await self.service.tick():
            flying = self.service._flying
            if flying:
                await asyncio.wait(flying, timeout=10)

    async def passes(self, span: timedelta, every: timedelta = timedelta(minutes=5)) -> None:
        for _ in range(int(span / every)):
            self.scene.clock.advance(every.total_seconds())
            await self.work()

    @property
    def told(self) -> list[str]:
        return [asked.json["type"] for asked in self.server.asked]

    async def statuses(self) -> list[str]:
        return [row["status"] for row in await rows(self.scene, table)]


@pytest.fixture
async def programs(scene: Scene) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(scene.clock) as server:
        server.always("", FINE)
        yield server


@pytest.fixture
async def program(scene: Scene, programs: ScriptedServer) -> AsyncIterator[Program]:
    await wanting(scene, {digest_of(f"{programs.url}/hook"): frozenset({EVERYTHING})})
    hosts = frozenset({"127.0.0.1"})
    async with Internet(FakeClock(speed=20), private_hosts=hosts) as internet:
        yield Program(scene, programs, internet)


async def wanting(scene: Scene, listeners: Mapping[str, frozenset[str]]) -> None:
    """The store is opened for an operator whose programs want this."""
    scene.database.listeners = listeners
    await scene.database.close()
    await scene.database.open()


def is_signed(asked: Asked, secret: bytes) -> bool:
    """Verify as a receiver does, by the letter of Standard Webhooks 1.0."""
    head = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode()
    mark = base64.b64encode(hmac.digest(secret, head + asked.body, hashlib.sha256)).decode()
    return f"v1,{mark}" in asked.headers["webhook-signature"].split(" ")


# --- what is told --------------------------------------------------------------------------------


async def test_a_text_and_its_answer_are_told(scene: Scene, program: Program) -> None:
    await scene.receive("meteo")
    responder, sender = scene.responder(), scene.sender()
    while await responder.tick():
        pass
    while await sender.tick():
        await sender.drain()
    await program.work()

    received, answered = (asked.json for asked in program.server.asked)
    assert received == {
        "type": "message.received",
        "timestamp": "2026-03-02T12:00:00.000Z",
        "data": {
            "id": "inbound-1",
            "number": ANA,
            "our_number": received["data"]["our_number"],
            "gateway": "vudumobile",
            "text": "meteo",
        },
    }
    assert answered["type"] == "message.answered"
    (message,) = await scene.outbox()
    told = {"id": "outbound-1", "answers": "inbound-1", "status": "sent", "text": message["text"]}
    assert told.items() <= answered["data"].items()
    assert program.server.asked[0].headers["content-type"] == "application/json"


async def test_only_what_a_program_wants_is_written_down(scene: Scene) -> None:
    await wanting(scene, {"a": frozenset({"message.received"}), "b": frozenset({"order"})})
    await scene.receive("meteo")
    now = scene.clock.now()
    async with scene.database.write() as connection:
        await record(connection, [Event("x", "order", now), Event("x", "list.left", now)])

    told = {row["id"]: row["type"] for row in await rows(scene, events)}
    assert [(row["webhook"], told[row["event"]]) for row in await rows(scene, table)] == [
        ("a", "message.received"),
        ("b", "order"),
    ]


async def test_where_nobody_listens_a_text_costs_no_event(scene: Scene) -> None:
    await scene.receive("meteo")
    assert (await rows(scene, events), await rows(scene, table)) == ([], [])


async def test_history_is_not_told(scene: Scene, program: Program) -> None:
    now = scene.clock.now()
    scene.gateway.pages[""] = Page((listed("1", "old", now),), {}, now)
    poller = scene.poller()
    await poller.begin()
    await poller.tick()
    assert len(await scene.inbox()) == 1
    assert await rows(scene, events) == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(Rejected("no such number"), ["message.failed"], id="refused"),
        pytest.param(Unreachable("no route"), [], id="it waits"),
        pytest.param(Unconfirmed("no answer"), [], id="unclear"),
    ],
)
async def test_a_message_that_failed_is_told(
    scene: Scene, program: Program, answer: Exception, told: list[str]
) -> None:
    scene.gateway.answers.append(answer)
    await scene.write_to(ANA)
    sender = scene.sender()
    await sender.tick()
    await sender.drain()
    await program.work()

    assert program.told == told
    assert all(asked.json["data"]["status"] == "failed" for asked in program.server.asked)


async def test_an_account_that_is_held_is_told_once(scene: Scene, program: Program) -> None:
    scene.gateway.condition = replace(scene.gateway.condition, held="credit")
    watch = Watch(scene.account)
    for _ in range(3):
        await watch.tick()
    await program.work()

    (asked,) = program.server.asked
    assert asked.json["data"] == {"gateway": "vudumobile", "status": "credit"}


async def test_what_is_still_to_be_told_is_not_forgotten(scene: Scene, program: Program) -> None:
    """And what was told goes with texts (INV-38)."""
    program.server._always = {"": Reply(500)}
    await program.happens("order")
    await program.work()
    scene.clock.advance(timedelta(days=2).total_seconds())
    janitor = Janitor(scene.database, scene.clock, texts=timedelta(days=1))
    await janitor.tick()
    assert len(await rows(scene, events)) == 1

    program.server._always = {"": FINE}
    await program.work()
    scene.clock.advance(timedelta(days=2).total_seconds())
    while await janitor.tick():
        pass
    assert (await rows(scene, events), await rows(scene, table)) == ([], [])


# --- INV-36 --------------------------------------------------------------------------------------


async def test_inv_36_every_try_is_signed_and_has_one_id(program: Program) -> None:
    program.server.say(Reply(500), RESET, Reply(302, headers={"Location": "/elsewhere"}))
    await program.happens("order")
    await program.work()
    program.restart()  # also over another process
    await program.passes(timedelta(hours=3))

    asked = program.server.asked
    assert [one.path for one in asked] == ["/hook"] * 4, "no redirect is followed"
    assert len({one.headers["webhook-id"] for one in asked}) == 1
    assert len({one.headers["webhook-timestamp"] for one in asked}) == 4
    assert len({one.body for one in asked}) == 1
    newer = base64.b64decode(SECRET.removeprefix("whsec_"))
    assert all(is_signed(one, newer) and is_signed(one, OLDER.encode()) for one in asked)
    assert not is_signed(asked[0], b"another")
    assert await program.statuses() == ["done"]


async def test_inv_36_two_events_have_two_ids(program: Program) -> None:
    await program.happens("order", "order")
    await program.work()
    assert len({one.headers["webhook-id"] for one in program.server.asked}) == 2


# --- order, and who waits for whom ---------------------------------------------------------------


async def test_a_conversation_waits_for_its_first_event_and_others_do_not(
    program: Program,
) -> None:
    program.server.say(Reply(500))
    await program.happens("first", "second")
    await program.work()
    await program.happens("other", number=BEN)
    program.scene.clock.advance(6)
    await program.work()
    await program.passes(timedelta(minutes=10))

    assert program.told[0] == "first"
    assert sorted(program.told[1:]) == ["first", "other", "second"]
    assert program.told.index("second") > program.told.index("first", 1)


async def test_a_silent_address_delays_no_other(program: Program) -> None:
    """INV-28, of programs."""
    silent = program.at("/silent")
    await wanting(program.scene, {one.digest: frozenset("*") for one in (silent, program.address)})
    program.more = [silent]
    program.restart()
    program.server._always = {"/silent": HANG, "/hook": FINE}
    await program.happens("first", "second", "third")
    async with Internet(FakeClock(), private_hosts=frozenset({"127.0.0.1"})) as patient:
        silent.internet = patient
        for _ in range(3):
            program.service.woken.clear()
            await program.service.tick()
            await asyncio.wait_for(program.service.woken.wait(), 10)

        assert program.server.paths().count("/hook") == 3
        assert len(silent.busy) == 1
        for task in program.service._flying:
            task.cancel()


async def test_an_address_is_asked_little_while_it_fails(program: Program) -> None:
    program.server._always = {"": Reply(503)}
    for place in range(AT_ONCE * 3):
        await program.happens("order", number=f"+1514555{place:04d}")
    await program.work()
    assert len(program.server.asked) == AT_ONCE
    await program.passes(timedelta(minutes=30), timedelta(seconds=5))

    assert len(program.server.asked) < AT_ONCE + 20
    program.server._always = {"": FINE}
    await program.passes(timedelta(hours=2))
    assert await program.statuses() == ["done"] * AT_ONCE * 3


# --- giving up -----------------------------------------------------------------------------------


async def test_an_event_is_tried_for_three_days_and_then_by_hand(program: Program) -> None:
    program.server._always = {"": Reply(500)}
    await program.happens("order")
    await program.passes(timedelta(days=3, hours=4), timedelta(minutes=30))

    assert await program.statuses() == ["failed"]
    assert len(program.server.asked) == len(WAITS) + 1
    assert PATIENCE - timedelta(hours=4) < sum(WAITS, timedelta()) < PATIENCE

    program.server._always = {"": FINE}
    scene = program.scene
    async with scene.database.write() as connection:
        known = scene.database.listeners
        assert await deliveries.again(connection, scene.clock.now(), of=None, known=known) == 1
    await program.passes(timedelta(minutes=10))
    assert await program.statuses() == ["done"]
    assert len({one.headers["webhook-id"] for one in program.server.asked}) == 1


async def test_what_waited_behind_it_is_given_up_at_the_same_age(program: Program) -> None:
    program.server._always = {"": Reply(500)}
    await program.happens("first", "second", "third")
    await program.passes(timedelta(days=3, hours=4), timedelta(hours=1))
    assert await program.statuses() == ["failed"] * 3


async def test_410_is_obeyed_until_a_restart(program: Program) -> None:
    program.server.say(Reply(410))
    await program.happens("order")
    await program.passes(timedelta(days=1), timedelta(hours=1))
    assert (len(program.server.asked), await program.statuses()) == (1, ["waiting"])

    program.restart()
    await program.work()
    assert await program.statuses() == ["done"]


async def test_what_an_address_wanted_that_is_gone_is_given_up(program: Program) -> None:
    await wanting(program.scene, {"removed": frozenset("*")})
    await program.happens("order")
    await program.passes(timedelta(days=3, hours=1), timedelta(hours=1))
    assert (program.server.asked, await program.statuses()) == ([], ["failed"])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (1 << 20)), id="it never ends"),
        pytest.param(Reply(200, b"{", headers={"Content-Encoding": "gzip"}), id="packed"),
        pytest.param(Reply(202, b"later"), id="another kind of yes"),
    ],
)
async def test_a_yes_is_a_yes_whatever_follows(program: Program, answer: Reply | Raw) -> None:
    program.server.say(answer)
    await program.happens("order")
    await program.work()
    assert await program.statuses() == ["done"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(Reply(404), "it answered 404", id="no"),
        pytest.param(Reply(301, headers={"Location": "/"}), "it answered 301", id="elsewhere"),
        pytest.param(Raw(b"220 smtp ready\r\n"), "its answer broke off", id="no HTTP"),
        pytest.param(HANG, "no whole answer within 15 seconds", id="silence"),
    ],
)
async def test_what_is_no_yes_is_tried_again(
    program: Program, answer: Reply | Raw, error: str
) -> None:
    program.server.say(answer)
    await program.happens("order")
    await program.work()

    (row,) = await rows(program.scene, table)
    wanted: dict[str, Any] = {"status": "waiting", "attempts": 1, "error": error}
    assert wanted.items() <= row.items()
    assert row["due_at"] == program.scene.clock.now() + WAITS[0]
