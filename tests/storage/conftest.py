from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.postgresql import Server
from tests.stores import open_store


@pytest.fixture
async def database(tmp_path: Path, postgresql: Server | None) -> AsyncIterator[Database]:
    async with open_store(tmp_path, postgresql) as database:
        yield database


@pytest.fixture
async def in_a_file(tmp_path: Path) -> AsyncIterator[Database]:
    """What only SQLite has is tested on SQLite."""
    async with open_store(tmp_path) as database:
        yield database
