"""The whole API over a store and a played gateway, and a program that asks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import load_content, policy
from bot.console.api import Api, Limits
from bot.console.app import serve
from bot.console.limits import Limit, Rate
from bot.control.verifying import CodeWays, verifier_of
from bot.core.messages import Way
from bot.core.tokens import Scope, digest_of
from bot.programs import Parts, api_of
from bot.services.desk import Desk
from bot.services.doorkeeper import Doorkeeper
from bot.services.library import Library
from bot.services.roster import Roster
from bot.services.starter import Outlet, Starter
from tests.configs import loaded
from tests.console.test_app import Patient
from tests.services.played import Scene, open_scene

SECRET = b"of this installation"
HOST = "localhost"
RULES = """\
rules:
  - id: weather
    keyword: [meteo]
    reply: "Il fait beau, {{ rest }}."
  - id: vote
    keyword: [vote]
    expect: {choice: integer 1..5}
    reply: "Vote {{ choice }}."
lists:
  - id: deals
    names: {fr: [rabais], en: [deals]}
    welcome: "Bienvenue."
"""
EVERY = "every"
UNLIMITED = Rate(1e6, 1_000_000)


@dataclass(frozen=True)
class Got:
    status: int
    body: Any
    type: str
    headers: Any


@dataclass
class Program:
    """A program that asks with a token that opens everything."""

    at: str
    http: aiohttp.ClientSession
    scene: Scene
    api: Api

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = EVERY,
        **headers: str,
    ) -> Got:
        sent = {"Host": HOST, **headers}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent = {"Content-Type": "application/json", **sent}
        content = None if body is None else json.dumps(body).encode()
        where = f"{self.at}/api/v1{path}"
        async with self.http.request(method, where, data=content, headers=sent) as answer:
            text = await answer.text()
            told = json.loads(text) if text else None
            return Got(answer.status, told, answer.content_type, answer.headers)

    async def send(self, body: Any, **headers: str) -> Got:
        return await self.ask("POST", "/messages", body, **headers)


@asynccontextmanager
async def program(
    folder: Path, *, limits: Limits | None = None, observing: bool = False
) -> AsyncIterator[Program]:
    """Serve it all; without `limits` there are none."""
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "radio.yaml").write_text(RULES, "utf-8")
    config = loaded(
        folder, "gateways: {vudumobile: {api_key: k, our_number: '+15149541234'}}\nlanguage: fr\n"
    )
    async with open_scene(folder) as scene:
        keeper = Doorkeeper(scene.database, scene.clock, SECRET)
        await keeper.issue(EVERY, digest_of(EVERY, SECRET), list(Scope))
        library = Library(lambda: load_content(config, sandbox=False))
        starter = Starter(
            library,
            {"vudumobile": Outlet("+15149541234", scene.gateway.refuses)},
            policy(config),
            scene.clock,
            life=timedelta(hours=1),
            observing=observing,
        )
        verifier = verifier_of(
            config,
            library,
            scene.account.spending,
            scene.clock,
            policy=policy(config),
            known={"vudumobile": CodeWays((Way.VENDOR, Way.TEXT), scene.gateway.refuses)},
            observing=observing,
        )
        parts = Parts(
            *(config, scene.clock, scene.database, library, policy(config)),
            desk=Desk(scene.database, scene.clock, config.gateways, policy(config)),
            starter=starter,
            roster=Roster(scene.database, scene.clock, lambda: library.rulebook.lists),
            verifier=verifier,
        )
        free = Limits(Limit(UNLIMITED), Limit(UNLIMITED), Limit(UNLIMITED))
        api = replace(api_of(keeper, parts), limits=limits or free)
        async with (
            serve(Patient(), "127.0.0.1", 0, {HOST, "127.0.0.1"}, api) as at,
            aiohttp.ClientSession() as http,
        ):
            yield Program(at, http, scene, api)
