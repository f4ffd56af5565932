from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.gateways.http import Transport
from tests.clock import FakeClock
from tests.gateways.server import ScriptedServer
from tests.gateways.vendors import VENDORS


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(clock: FakeClock) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(clock) as server:
        yield server


@pytest.fixture
async def transport(clock: FakeClock) -> AsyncIterator[Transport]:
    async with Transport(clock) as transport:
        yield transport


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def vendor(request):
    return request.param


@pytest.fixture
def gateway(vendor, server, transport):
    return vendor.open(server, transport)
