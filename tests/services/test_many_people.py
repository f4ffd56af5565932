"""Many people at once: each is told what an installation would say that knew nobody else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from bot.core.actions import Forward, HandOver, Join, Later, Leave, Remember, Speak, Start, Tag
from bot.core.conditions import When
from bot.core.policy import Limit
from bot.core.sayings import Message
from bot.services.responder import BATCH
from bot.storage import columns, inbox, people_tables, schema, subscribers
from tests.core.talking import (
    APPOINTMENT,
    DEALS,
    GENEROUS,
    JOINING,
    MENU,
    OTHERWISE,
    VOTE,
    book,
    rule,
    say,
)
from tests.services.played import Scene, listed
from tests.services.process import NEVER_LEFT, Process, rows

PEOPLE, TEXTS = 50, BATCH
FRENCH_OR_ENGLISH = Message({"fr": "Bonjour {{ number }}.", "en": "Hello {{ number }}."})
RULES = book(
    APPOINTMENT,
    replace(VOTE, actions=(Remember({"vote": "{{ choice }}", "by": "{{ number }}"}),)),
    JOINING,
    MENU,
    rule("town", "ville", reply="Noté: {{ rest }}.", actions=(Remember({"town": "{{ rest }}"}),)),
    rule("which", "qui", reply="{{ town }}", when=When(values={"town": frozenset()})),
    rule("nobody", "qui", reply="Inconnu."),
    rule(
        "voted", "combien", reply="{{ by }}: {{ vote }}", when=When(values={"vote": frozenset()})
    ),
    replace(rule("hello", "bonjour"), reply=FRENCH_OR_ENGLISH),
    rule("english", "english", reply="Ok.", actions=(Speak("en"),), interrupt=True),
    rule("card", "carte", reply="Voilà.", actions=(Tag(("vip",)),)),
    rule("vip", "salon", reply="Entrez.", when=When(tags=frozenset({"vip"}))),
    rule("in", "oui rabais", reply="Inscrit.", actions=(Join(DEALS.id),)),
    rule("out", "non rabais", reply="Parti.", actions=(Leave(DEALS.id),)),
    rule("deal", "prix", reply="-20 %", when=When(on_lists=frozenset({DEALS.id}))),
    rule("human", "humain", reply="Un instant.", actions=(HandOver(timedelta(minutes=5)),)),
    rule("go", "allons", reply="Allons.", actions=(Start("appointment"),)),
    rule(
        "soon", "rappel", reply="Ok.", actions=(Later(timedelta(hours=1), say("{{ number }}?")),)
    ),
    rule("pass", "dites", actions=(Forward(say("{{ text }}"), email="a@example.com"),)),
    rule("broken", "broken", reply="{% if rest.x.y %}x{% endif %}"),
    OTHERWISE,
)
SAID = [
    *("rdv", "rdv", "24/12/2026", "demain", "matin", "soir", "oui", "oui", "non", "jamais"),
    *("vote 1", "vote 2", "vote", "ville Lévis", "ville Laval", "qui", "combien", "bonjour"),
    *("english", "carte", "salon", "oui rabais", "non rabais", "rabais", "prix", "stop rabais"),
    *("menu", "allons", "fin", "aide", "rappel", "dites ceci", "broken", "quoi"),
]
RARELY = ["stop", "start", "humain"]
POLICY = replace(GENEROUS, per_number=(Limit(12, timedelta(minutes=1)),))


def texts_of(seed: int) -> list[tuple[str, str]]:
    """Who texts what, in order."""
    chance = random.Random(seed)
    people = [f"+1514555{place:04}" for place in range(1, PEOPLE + 1)]
    words = [*SAID * 6, *RARELY * 3]
    return [(chance.choice(people), chance.choice(words)) for _ in range(TEXTS)]


async def outcome(scene: Scene, number: str) -> dict[str, Any]:
    """Everything that one person was told, and that is known of them."""
    told = [
        (row["text"], row["rule"], row["language"], row["message_class"], row["status"])
        for row in await scene.outbox()
        if row["number"] == number and row["status"] not in NEVER_LEFT
    ]
    async with scene.database.read() as connection:
        people = await subscribers.load_subscribers(connection, {number}, scene.clock.now())
        key = f"{scene.gateway.name}:{number}"
        (talk,) = (await subscribers.load_conversations(connection, {key})).values()
    position = talk.position and replace(talk.position, inbound=0)
    return {
        "told": told,
        "person": replace(people[number], cause=""),
        "talk": replace(talk, position=position),
        "fates": [
            (row["text"], row["status"], row["reason"])
            for row in await scene.inbox()
            if row["number"] == number
        ],
        **{
            table.name: await _theirs(scene, table, number)
            for table in (
                people_tables.answers,
                schema.errands,
                schema.events,
                people_tables.members,
            )
        },
    }


async def _theirs(scene: Scene, table: Any, number: str) -> Sequence[dict[str, Any]]:
    """Rows of one person, without what numbers texts and rows."""
    found = []
    for row in await rows(scene, table):
        if row.get("number", row.get("body", {}).get("number")) == number:
            body = {k: v for k, v in row.get("body", {}).items() if k != "id"}
            kept = {k: v for k, v in row.items() if k not in {"id", "inbound", "cause"}}
            if row.get("status") in NEVER_LEFT:
                continue
            found.append({**kept, "body": body})
    return found


async def receive(scene: Scene, texts: Sequence[tuple[str, str]], *, first: int = 0) -> None:
    """These are in the inbox, in this order; `first` is the place of the first among all."""
    now = scene.clock.now()
    listing = [
        listed(f"{place}", text, now, number) for place, (number, text) in enumerate(texts, first)
    ]
    async with scene.database.write() as connection:
        await inbox.receive(
            connection, "vudumobile", listing, listed=frozenset(), history=False, now=now
        )


async def forget_everything(scene: Scene) -> None:
    """Make it a new installation."""
    async with scene.database.write() as connection:
        for table in columns.metadata.sorted_tables:
            await connection.execute(delete(table))


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_of_one_person_reaches_another_in_one_batch(scene: Scene, seed: int) -> None:
    """What was set, tags, language, lists, answers, open questions, limits: 500 texts at once."""
    texts = texts_of(seed)
    await receive(scene, texts)
    process = Process(scene, RULES, POLICY)
    assert await process.responder.tick() == TEXTS
    people = sorted({number for number, _ in texts})
    together = {number: await outcome(scene, number) for number in people}

    for number in people:
        await forget_everything(scene)
        theirs = [one for one in texts if one[0] == number]
        await receive(scene, theirs)
        assert await process.responder.tick() == len(theirs)
        assert await outcome(scene, number) == together[number]


def test_the_people_of_these_stories_do_everything() -> None:
    """So that the story above cannot be passed by doing nothing."""
    said = {text for seed in range(3) for _, text in texts_of(seed)}
    assert said == {*SAID, *RARELY}


async def test_a_batch_is_what_its_texts_are_one_by_one(scene: Scene) -> None:
    """INV-21: what is said does not depend on how many texts one transaction decides."""
    texts, process = texts_of(7), Process(scene, RULES, POLICY)
    for number in sorted({number for number, _ in texts})[:5]:
        theirs, found = [one for one in texts if one[0] == number], []
        for parts in ([theirs], [[one] for one in theirs]):
            await forget_everything(scene)
            for place, part in enumerate(parts):
                await receive(scene, part, first=place)
                await process.responder.tick()
            found.append(await outcome(scene, number))
        assert found[0] == found[1]
