from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.internet import Internet
from bot.services.desk import Desk
from tests.clock import FakeClock
from tests.gateways.server import ScriptedServer
from tests.postgresql import Server
from tests.services.asking import SKY
from tests.services.installation import Installation, open_installation
from tests.services.played import MANY, POLICY, Played, Scene, open_scene


@pytest.fixture
async def installation(tmp_path: Path, postgresql: Server | None) -> AsyncIterator[Installation]:
    async with open_installation(tmp_path, postgresql=postgresql) as installation:
        yield installation


@pytest.fixture
async def scene(tmp_path: Path, postgresql: Server | None) -> AsyncIterator[Scene]:
    """One message a request, and one feed, as at VuduMobile."""
    async with open_scene(tmp_path, postgresql=postgresql) as scene:
        yield scene


@pytest.fixture
async def campaigns(tmp_path: Path, postgresql: Server | None) -> AsyncIterator[Scene]:
    """Many numbers a request, and a feed for each, as at Clever."""
    async with open_scene(tmp_path, Played("clever", MANY), postgresql) as scene:
        yield scene


@pytest.fixture
def desk(scene: Scene) -> Desk:
    """An operator's, in an installation with two gateways."""
    return Desk(scene.database, scene.clock, ["vudumobile", "clever"], POLICY)


@pytest.fixture
async def server(scene: Scene) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(scene.clock) as server:
        server.always("", SKY)
        yield server


@pytest.fixture
async def internet(request: pytest.FixtureRequest) -> AsyncIterator[Internet]:
    """Where an address is silent, three seconds are over in a moment."""
    silent = "silence" in request.node.name
    clock = FakeClock(speed=30 if silent else 1)
    async with Internet(clock, private_hosts=frozenset({"127.0.0.1"})) as internet:
        yield internet
