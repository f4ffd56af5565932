"""Stories of faults, and what they have in common."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox import FAULTS
from tests.sandbox.conftest import MOBILE, Client

Story = Callable[[Client], Awaitable[None]]


class Stories:
    """A story for each fault that stands in these groups of the menu."""

    def __init__(self, *groups: str) -> None:
        self.faults = [kind.name for kind in FAULTS.values() if kind.group in groups]
        self.told: dict[str, Story] = {}

    def story(self, function: Story) -> Story:
        """The story of the fault whose name the function has."""
        self.add(function.__name__.removeprefix("tell_"), function)
        return function

    def add(self, name: str, story: Story) -> None:
        assert name not in self.told, f"{name} has a story"
        self.told[name] = story

    async def tell(self, client: Client, name: str) -> None:
        await self.told[name](client)
        assert client.sandbox.world.faults.fired[name] >= 1
        assert not list(client.sandbox.world.faults), "used up"


def both(client: Client):
    """A send at each gateway, as requests not yet made."""
    return [
        ("vudumobile", lambda: client.vudumobile("send", to=MOBILE, message="é")),
        ("clever", lambda: client.pushs("é")),
    ]


async def lost(request: object) -> None:
    with pytest.raises((aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)):
        async with request as answer:  # type: ignore[attr-defined]
            await answer.read()


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


async def one_row(client: Client, name: str, direction: str = "mo", **options: Any):
    """The answer to get_feed with one row in it, with the fault."""
    if direction == "mo":
        client.sandbox.text("vudumobile", MOBILE, "METEO")
    else:
        await client.send("Il neige")
        client.later(2)
    client.sandbox.break_("vudumobile", name, **options)
    async with client.vudumobile(
        "get_feed", date_start="2026-01-01 00:00:00", direction=direction
    ) as answer:
        return await answer.text()
