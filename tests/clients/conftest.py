from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import click.testing
import pytest

from bot.clients import Clever, VuduMobile
from bot.sandbox import Clock, Sandbox
from tests.clients.commanding import Commands
from tests.clock import FakeClock
from tests.gateways.server import ScriptedServer
from tests.stores import make_store

KEY = "25cKYq*****36wDAY"
"""As the document prints it."""
LOGIN, PASSWORD = "canary-login", "canary-password"


@pytest.fixture
def speed() -> float:
    """Of the sandbox's clock, which is the commands', too."""
    return 1.0


@pytest.fixture
async def sandbox(speed: float) -> AsyncIterator[Sandbox]:
    async with Sandbox(Clock(speed)) as sandbox:
        sandbox.vudumobile.users = "owner@example.com"
        yield sandbox


@pytest.fixture
async def textobot(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    (tmp_path / "data").mkdir()
    await make_store(tmp_path / "data" / "textobot.db")
    return Commands(sandbox, tmp_path, monkeypatch)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits there."""
    kind = click.testing._NamedTextIOWrapper
    monkeypatch.setattr(kind, "isatty", lambda self: True, raising=False)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(FakeClock()) as server:
        yield server


@pytest.fixture
async def vudumobile(server: ScriptedServer) -> AsyncIterator[VuduMobile]:
    async with VuduMobile(api_key=KEY, url=f"{server.url}/api", rate="1000/s") as vudumobile:
        yield vudumobile


@pytest.fixture
async def clever(server: ScriptedServer) -> AsyncIterator[Clever]:
    account = Clever(login=LOGIN, password=PASSWORD, url=server.url, rate="1000/s", pace=0)
    async with account:
        yield account
