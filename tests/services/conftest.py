from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.services.desk import Desk
from tests.services.installation import Installation, open_installation
from tests.services.played import MANY, POLICY, Played, Scene, open_scene


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with open_installation(tmp_path) as installation:
        yield installation


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """One message a request, and one feed, as at VuduMobile."""
    async with open_scene(tmp_path) as scene:
        yield scene


@pytest.fixture
async def campaigns(tmp_path: Path) -> AsyncIterator[Scene]:
    """Many numbers a request, and a feed for each, as at Clever."""
    async with open_scene(tmp_path, Played("clever", MANY)) as scene:
        yield scene


@pytest.fixture
def desk(scene: Scene) -> Desk:
    """An operator's, in an installation with two gateways."""
    return Desk(scene.database, scene.clock, ["vudumobile", "clever"], POLICY)
