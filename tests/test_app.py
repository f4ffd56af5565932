"""The whole, put together: what a run may do, and how it ends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import Options, open_app
from bot.config import sandbox_config
from bot.core.messages import Delivery, MessageClass, Outbound
from bot.daemon import Daemon, Worker
from bot.sandbox import Clock, Sandbox
from bot.scheduler import Bells
from bot.storage import outbox
from bot.storage.database import Database
from tests.configs import loaded
from tests.stores import open_store

ANA = "+15145550001"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_store(tmp_path) as database:
        yield database


async def leave_waiting(folder: Path, clock: Clock) -> None:
    """A run before this one ended with a reply in its outbox."""
    now = clock.now()
    waiting = Outbound(
        cause="inbound 1/0",
        conversation=f"vudumobile:{ANA}",
        gateway="vudumobile",
        number=ANA,
        text="Il fait beau.",
        message_class=MessageClass.REPLY,
        delivery=Delivery.AT_MOST_ONCE,
        created_at=now,
        not_before=now,
        expires_at=now + timedelta(hours=1),
    )
    async with open_store(folder) as database, database.write() as connection:
        await outbox.enqueue(connection, [waiting])


@pytest.mark.parametrize(
    ("observing", "heard"),
    [
        pytest.param(False, ["Il fait beau."], id="it leaves"),
        pytest.param(True, [], id="unless somebody only looks on"),
    ],
)
async def test_what_waits_from_an_earlier_run(
    tmp_path: Path, observing: bool, heard: list[str]
) -> None:
    """Promised: `--observe` sends nothing."""
    async with Sandbox(Clock(speed=40)) as sandbox:
        played = sandbox_config(
            loaded(tmp_path, "web: {listen: 127.0.0.1:0}\n"),
            vudumobile_url=sandbox.vudumobile_url,
            clever_url=sandbox.clever_url,
            folder=tmp_path,
            api_key=sandbox.vudumobile.api_key,
            login=sandbox.clever.login,
            password=sandbox.clever.password,
            our_number=sandbox.vudumobile.our_number,
        )
        await leave_waiting(tmp_path, sandbox.clock)
        async with open_app(played, sandbox.clock, Options(observing=observing)) as app:
            running = asyncio.create_task(app.daemon.run())
            await asyncio.sleep(0.4)
            app.daemon.stop()
            await running

        phone = sandbox.phone("vudumobile", ANA)
        assert [bubble.text for bubble in phone.received] == heard


async def test_a_stop_cuts_nobody_off_in_the_midst_of_writing(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-37: a transaction that is cut off may leave the store locked for those who settle."""
    monkeypatch.setattr("bot.daemon.READING_SECONDS", 0.0)
    counting = text(
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 100000)"
        " SELECT count(*) FROM x"
    )
    writing = asyncio.Event()

    async def write() -> int:
        async with store.write() as connection:
            await connection.execute(text("INSERT INTO installation VALUES ('written', '')"))
            writing.set()
            await connection.execute(counting)
        await asyncio.Event().wait()  # a gateway that does not answer
        return 0

    async def drain() -> None:
        async with store.write() as connection:
            await connection.execute(text("INSERT INTO installation VALUES ('settled', '')"))

    worker = Worker("writer", write, timedelta(hours=1), drain=drain)
    daemon = Daemon([worker], Bells(), store.turn)
    running = asyncio.create_task(daemon.run())
    await writing.wait()

    daemon.stop()
    await running

    async with store.read() as connection:
        names = await connection.scalars(text("SELECT name FROM installation ORDER BY name"))
        assert names.all() == ["settled", "written"]
