"""Clever as it answers for campaigns by name, and a search until it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.gateways.clever_search import NOBODY
from tests.gateways.server import Raw, Reply, ScriptedServer
from tests.gateways.vendors import CLEVER

UNKNOWN = Reply(404, {"errors": "not found"})


class Vendor:
    """Answers for campaigns by name; the account has a credit."""

    def __init__(self, server: ScriptedServer, unknown: Reply = UNKNOWN) -> None:
        self.server = server
        self.unknown = unknown
        self.credit(1000)
        server._choose = self._choose  # type: ignore[method-assign]
        self.pushes: dict[str, Reply | Raw] = {}

    def credit(self, units: float) -> None:
        self.account = Reply(body={"account": {"credit": units}})

    def _choose(self, path: str) -> Reply | Raw:
        if path.startswith("/account"):
            return self.account
        return self.pushes.get(path.rpartition("/")[2], self.unknown)

    def probed(self) -> list[str]:
        names = [path.rpartition("/")[2] for path in self.server.paths() if "/Push" in path]
        return [name for name in names if name != NOBODY]


async def searched(gateway: Any, unclear: Any, calls: int = 100) -> Any:
    """Search until the pass is over or the push is found; gives the last search."""
    progress: Mapping[str, Any] = {}
    for _ in range(calls):
        given = CLEVER.unclear(**(unclear | {"progress": progress}))
        search = await gateway.search([given])
        progress = search.progress[7]
        if search.sightings or search.complete[7]:
            return search
    raise AssertionError("the search does not end")
