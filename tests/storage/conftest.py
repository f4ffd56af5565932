from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.stores import open_store


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_store(tmp_path) as database:
        yield database
