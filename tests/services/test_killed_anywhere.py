"""A story with everything that a rule can do, and a process that dies at each of its commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from bot.core.actions import Emit, Forward, Join, Later, Lookup, Remember, Tag
from bot.core.rulebook import Rulebook
from bot.core.understanding import Kind
from bot.internet import Internet
from bot.storage import columns, people_tables, schema
from tests.clock import FakeClock
from tests.core.talking import APPOINTMENT, JOINING, VOTE, book, expecting, rule, say
from tests.gateways.server import Reply, ScriptedServer
from tests.services.played import ANA, BEN, Played, Scene
from tests.services.process import NEVER_LEFT, Killed, Mortal, Process, rows

CLEO = "+15145550003"
OPERATOR = "+15145559999"


def rules(url: str) -> Rulebook:
    lookup = Lookup(
        f"{url}/?q={{{{ rest }}}}", (("sky", expecting(Kind.TEXT)),), None, timedelta(seconds=3)
    )
    noting = (Remember({"vote": "{{ choice }}"}), Tag(("voter",)), Emit("voted"))
    return book(
        replace(
            APPOINTMENT,
            actions=(
                Forward(say("{{ number }}: {{ day }}"), email="rdv@clinique.example"),
                Forward(say("{{ number }}: {{ day }}"), number=OPERATOR),
            ),
        ),
        replace(VOTE, actions=noting),
        replace(JOINING, actions=(Join("deals"), Emit("in"))),
        rule("soon", "rappel", reply="Ok.", actions=(Later(timedelta(hours=1), say("Alors?")),)),
        rule("sky", "ciel", reply="{{ rest }}: {{ sky }}", actions=(lookup, Emit("asked"))),
    )


Step = Callable[[Scene], Awaitable[None]]


def texts(number: str, *said: str) -> Step:
    async def receive(scene: Scene) -> None:
        await scene.receive(*said, number=number)

    return receive


def wait(minutes: float) -> Step:
    async def advance(scene: Scene) -> None:
        scene.clock.advance(minutes * 60)

    return advance


STORY: list[Step] = [
    texts(ANA, "rdv", "24/12/2026", "matin"),
    texts(BEN, "ciel Lévis", "vote 2", "rappel"),
    texts(ANA, "oui"),
    texts(CLEO, "rabais", "oui", "rdv"),
    wait(31),
    texts(BEN, "vote 3"),
    texts(CLEO, "rappel"),
    wait(61),
]


async def play(scene: Scene, process: Process, heir: Process) -> bool:
    """Play the story; where the process dies another goes on. Say whether it did."""
    dead = False
    for step in STORY:
        await step(scene)
        try:
            await one_round(process)
        except Killed:
            await process.lookups.drain()
            dead, process = True, heir
            await process.begin()
            await one_round(process)
    return dead


async def one_round(process: Process) -> None:
    await process.work()
    while await process.mailer.tick():
        pass


async def outcome(scene: Scene) -> dict[str, Any]:
    """All that anybody was told, and all that is known, whatever the order of the rows."""
    told: dict[str, list[str]] = {}
    for row in await scene.outbox():
        if row["status"] not in NEVER_LEFT:
            told.setdefault(row["number"], []).append(row["text"])
    people = [
        (row["number"], row["remembered"], row["tags"])
        for row in await rows(scene, people_tables.subscribers)
    ]
    return {
        "told": told,
        "people": sorted(people, key=str),
        "answers": Counter(
            (row["number"], row["rule"], str(row["captured"]), row["counts"])
            for row in await rows(scene, people_tables.answers)
        ),
        "events": Counter(
            (row["type"], str(row["body"])) for row in await rows(scene, schema.events)
        ),
        "lists": [
            (row["number"], row["list"]) for row in await rows(scene, people_tables.members)
        ],
        "open": [row["position"] for row in await rows(scene, schema.conversations)],
        "errands": Counter(row["kind"] for row in await rows(scene, schema.errands)),
        "texts": Counter(row["status"] for row in await scene.inbox()),
    }


BEGUN_ANEW = {
    "sqlite": "DELETE FROM sqlite_sequence",
    "postgresql": "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences",
}
"""Rows are numbered from 1 again."""


async def begin_anew(scene: Scene) -> Scene:
    """The same store with nothing in it, at the same time of the same day."""
    async with scene.database.write() as connection:
        for table in columns.metadata.sorted_tables:
            await connection.execute(delete(table))
        await connection.exec_driver_sql(BEGUN_ANEW[connection.dialect.name])
    gateway, clock = Played(), FakeClock()
    return replace(
        scene,
        clock=clock,
        gateway=gateway,
        account=replace(scene.account, gateway=gateway, clock=clock),
        woken=[],
    )


def our_own(scene: Scene) -> Internet:
    return Internet(scene.clock, private_hosts=frozenset({"127.0.0.1"}))


@pytest.mark.parametrize("after", [False, True], ids=["before a commit", "after a commit"])
async def test_wherever_a_process_dies_everything_happens_once(scene: Scene, after: bool) -> None:
    """INV-2, INV-4, INV-8: each commit of the story, before it or after it."""
    async with ScriptedServer(scene.clock) as server, our_own(scene) as internet:
        server.always("", Reply(body={"sky": "bleu"}))
        rulebook = rules(server.url)

        def process(stage: Scene, commit: int = 10_000) -> Process:
            mortal = Mortal(stage.database, commit, after=after)
            return Process(stage, rulebook, internet=internet, database=mortal)

        assert not await play(scene, process(scene), process(scene))
        expected = await outcome(scene)
        assert [mail.text for mail in scene.gateway.mailed] == [f"{ANA}: 2026-12-24"]

        deaths = 0
        for commit in range(1, 200):
            stage = await begin_anew(scene)
            if not await play(stage, process(stage, commit), process(stage)):
                break
            deaths += 1
            assert await outcome(stage) == expected, f"it died at commit {commit}"
            assert len(stage.gateway.mailed) <= 1
        assert 25 < deaths < 199


async def test_the_story_does_everything(scene: Scene) -> None:
    """So that what happens once in the story above does happen."""
    async with ScriptedServer(scene.clock) as server, our_own(scene) as internet:
        server.always("", Reply(body={"sky": "bleu"}))
        whole = Process(scene, rules(server.url), internet=internet)
        await play(scene, whole, whole)
        found = await outcome(scene)

    assert found["told"] == {
        ANA: ["day?", "part?", "sure?", "Noté."],
        BEN: ["Lévis: bleu", "Compté.", "Ok.", "Compté."],
        CLEO: ["confirmed?", "Bienvenue.", "day?", "Trop tard.", "Ok.", "Alors?"],
        OPERATOR: [f"{ANA}: 2026-12-24"],
    }
    assert found["lists"] == [(CLEO, "deals")]
    assert found["errands"] == {"lookup": 1, "later": 2, "mail": 1}
    assert found["texts"] == {"handled": 12}
    assert {name for name, _ in found["events"]} == {
        *("asked", "voted", "in", "list.joined", "conversation.finished"),
    }
