from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.clients.commanding import Commands


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        sandbox.vudumobile.users = "owner@example.com"
        yield sandbox


@pytest.fixture
def textobot(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(sandbox, tmp_path, monkeypatch)
