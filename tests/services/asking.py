"""A rule that asks an address on loopback, and texts that come while it is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.core.actions import Lookup
from bot.core.rulebook import Rulebook
from bot.core.rules import Rule
from bot.core.understanding import Kind
from bot.internet import Internet
from bot.storage import schema
from tests.core.talking import (
    APPOINTMENT,
    MENU,
    OTHERWISE,
    book,
    expecting,
    rule,
    say,
)
from tests.gateways.server import Reply, ScriptedServer
from tests.services.played import Scene
from tests.services.process import Process, rows

SKY = Reply(body={"sky": "bleu"})
SOON = timedelta(seconds=3)
SORRY = "Réessayez plus tard."


def asking(url: str, **more: Any) -> Rule:
    """METEO and a town; `fields` are what the address must answer."""
    fields = more.pop("fields", (("sky", expecting(Kind.TEXT)),))
    beside, within = more.pop("actions", ()), more.pop("within", SOON)
    lookup = Lookup(f"{url}/?town={{{{ rest }}}}", fields, say(SORRY), within)
    usual: dict[str, Any] = {"reply": "{{ rest }}: {{ sky }}", "actions": (lookup, *beside)}
    return rule("sky", "ciel", **usual | more)


def rules(server: ScriptedServer, **more: Any) -> Rulebook:
    return book(asking(server.url, **more), MENU, APPOINTMENT, OTHERWISE)


async def asked(scene: Scene) -> list[tuple[str, str]]:
    """What became of each errand, and why."""
    return [(row["status"], row["error"]) for row in await rows(scene, schema.errands)]


async def held(scene: Scene, server: ScriptedServer, internet: Internet, *texts: str) -> Process:
    """An address is being asked; what comes meanwhile waits. Nothing is said yet."""
    process = Process(scene, rules(server), internet=internet)
    await scene.receive("ciel Lévis")
    await process.decide()
    await process.lookups.tick()
    for text in texts:
        await scene.receive(text)
        await process.decide()
    return process
