"""Somebody texts, and an operator looks on: what the tests of the desk have in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from bot.core.errands import Errand, ErrandKind
from bot.core.rulebook import Rulebook
from bot.services.desk import Desk, Talk
from bot.storage import errands, schema
from tests.clock import NOON
from tests.core.talking import BOOK, rule
from tests.services.played import ANA, Scene

KEY = f"vudumobile:{ANA}"
BROKEN = Rulebook((rule("broken", "broken", reply="{% if rest > 1 %}x{% endif %}"), *BOOK.rules))
MENDED = Rulebook((rule("mended", "broken", reply="Voilà."), *BOOK.rules))
"""The same when its author has seen to it."""


async def texted(scene: Scene, *texts: str, number: str = ANA, book: Rulebook = BOOK) -> list[str]:
    """Somebody texts, each text is decided, ten seconds pass; give what was said to all."""
    known = len(await scene.outbox())
    for text in texts:
        await scene.receive(text, number=number)
        await scene.responder(book=book).tick()
        scene.clock.advance(10)
    return [row["text"] for row in (await scene.outbox())[known:]]


async def talk(desk: Desk, number: str = ANA) -> Talk:
    (talk,) = (await desk.state(number)).talks
    return talk


async def fates(scene: Scene) -> list[tuple[str, str]]:
    return [(row["status"], row["reason"] or "") for row in await scene.inbox()]


async def wanted(scene: Scene, *kinds: ErrandKind, due_at: datetime = NOON) -> None:
    """A text has asked for these."""
    one = Errand(ErrandKind.LATER, KEY, "vudumobile", ANA, 1, "menu", due_at, {"text": "Alors?"})
    async with scene.database.write() as connection:
        each = [replace(one, kind=kind) for kind in kinds]
        await errands.enqueue(connection, each, scene.clock.now())


async def errand_fates(scene: Scene) -> list[tuple[str, str]]:
    async with scene.database.read() as connection:
        rows = await connection.execute(select(schema.errands).order_by(schema.errands.c.id))
        return [(row.kind, row.status) for row in rows]
