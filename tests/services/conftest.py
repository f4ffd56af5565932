from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.installation import Installation, open_installation


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with open_installation(tmp_path) as installation:
        yield installation
