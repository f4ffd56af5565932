"""A byte of the file was flipped while nobody looked: loud, or as if nothing were (INV-37, INV-4).

In any page, and in the keys by which it is known what was read: there nothing but a double would
tell of it.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.messages import Page
from bot.services.account import Account
from bot.storage.database import Database
from bot.storage.errors import StoreBroken
from bot.storage.migrate import migrate
from bot.storage.soundness import expect_sound
from tests.clock import NOON, FakeClock
from tests.services.played import Played, Scene, listed
from tests.stores import make_store

BEFORE = [f"+1514555{number:04}" for number in range(30)]
SINCE = [f"+1514556{number:04}" for number in range(10)]


def page(*numbers: str) -> Page:
    """What the gateway lists: the old texts, too."""
    rows = [
        listed(f"{number}/{count}", "météo", NOON + timedelta(seconds=10 + count), number)
        for count in range(3)
        for number in numbers
    ]
    return Page(rows, {"after": 1}, NOON + timedelta(seconds=60))


async def live(folder: Path, *numbers: str, after: float) -> Counter[str]:
    """Start, read, decide and send as a daemon does; how many replies went to whom."""
    database = Database(f"sqlite:///{folder}/textobot.db")
    await database.open()
    try:
        await migrate(database)
        await expect_sound(database)
        clock, gateway = FakeClock(), Played()
        clock.advance(after)
        account = Account(gateway, database, clock)
        scene = Scene(folder, database, clock, gateway, account)
        poller, responder, sender = scene.poller(), scene.responder(), scene.sender()
        await poller.begin()
        gateway.pages[""] = Page([], {}, clock.now())
        if not after:
            await poller.tick()  # the first reading is history
            clock.advance(60)
        gateway.pages[""] = page(*numbers)
        await poller.tick()
        while await responder.tick():
            pass
        await sender.begin()
        for _ in range(12):
            await scene.send(sender)
            clock.advance(1)
        return Counter(number for batch in gateway.taken for number in batch.numbers)
    finally:
        await database.close()


@pytest.fixture
async def content(tmp_path: Path) -> bytes:
    """Of a store in which everything is settled."""
    await make_store(tmp_path / "textobot.db")
    assert await live(tmp_path, *BEFORE, after=0) == dict.fromkeys(BEFORE, 3)
    return (tmp_path / "textobot.db").read_bytes()


def flipped(content: bytes, place: int, dice: random.Random) -> bytes:
    damaged = bytearray(content)
    damaged[place] ^= dice.choice([0xFF, 1 << dice.randrange(8)])
    return bytes(damaged)


async def fate(folder: Path, content: bytes) -> str:
    """How a daemon fares on a damaged file: `loud`, or `well`; nobody is written to twice."""
    (folder / "textobot.db").write_bytes(content)
    for name in ("textobot.db-wal", "textobot.db-shm"):
        (folder / name).unlink(missing_ok=True)
    try:
        told = await live(folder, *BEFORE, *SINCE, after=300)
    except StoreBroken:
        return "loud"
    assert told.keys() <= set(SINCE), "somebody was answered once more"
    assert max(told.values(), default=0) <= 3
    return "well"


async def test_a_flipped_byte_doubles_nothing(tmp_path: Path, content: bytes) -> None:
    dice = random.Random(3)
    places = [dice.randrange(len(content)) for _ in range(25)]

    fates = [await fate(tmp_path, flipped(content, place, dice)) for place in places]

    assert set(fates) <= {"loud", "well"}


async def test_a_flipped_key_is_noticed_at_the_start(tmp_path: Path, content: bytes) -> None:
    """The text would not be found, though it was read, and be answered once more."""
    talk, dice = f"vudumobile:{BEFORE[7]}".encode(), random.Random(4)
    places = [found.start() + len(talk) - 1 for found in re.finditer(re.escape(talk), content)]

    fates = [await fate(tmp_path, flipped(content, place, dice)) for place in places]

    assert "loud" in fates
