"""A server in PostgreSQL that goes dead, fills up, is read-only or damaged (INV-37)."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.outside.daemon import STOP_SECONDS
from tests.outside.harness import Stage, mobile, stage
from tests.outside.wire import wire_to
from tests.postgresql import Server, connect

pytestmark = [pytest.mark.kill, pytest.mark.postgres]

FULL = 74
BUSY = 5.0
"""Real seconds that a busy machine may be late."""
ONE = mobile(101)


@asynccontextmanager
async def answering(folder: Path, server: Server, *, through: int = 0) -> AsyncIterator[Stage]:
    """A daemon that has answered one text; `through`: it reaches the server by another port."""
    async with stage(folder, on=["vudumobile"], speed=20, postgresql=server) as scene:
        if through:
            scene.url = scene.url.replace(f":{server.port}/", f":{through}/")
        await scene.up()
        scene.text("vudumobile", ONE, "echo before", "Echo before")
        await scene.answered()
        yield scene


async def ends_loudly(scene: Stage, told: str) -> None:
    """By itself, with a sentence; and nothing leaves any more."""
    assert await scene.daemon.exit() == FULL, scene.daemon.log
    assert "Traceback" not in scene.daemon.log
    assert told in scene.daemon.log
    assert scene.surprises() == []
    accepted = len(scene.sandbox.ledger)
    scene.text("vudumobile", ONE, "echo after", "Echo after")
    await scene.world(20)
    assert len(scene.sandbox.ledger) == accepted


async def goes_on(scene: Stage) -> None:
    """It starts again, and everybody has one answer to each text."""
    await scene.up()
    await scene.verify(after=20)
    await scene.daemon.stop()


async def says(url: str, *statements: str) -> None:
    """Somebody else says this to the server."""
    beside = await connect(url)
    for statement in statements:
        await beside.execute(statement)
    await beside.close()


async def test_a_network_that_swallows_everything_ends_it(
    tmp_path: Path, running_postgresql: Server
) -> None:
    """No connection is cut: nobody would ever be told of an answer that cannot come any more."""
    async with (
        wire_to(running_postgresql.port) as wire,
        answering(tmp_path, running_postgresql, through=wire.port) as scene,
    ):
        wire.die()
        await ends_loudly(scene, "it did not answer for 4 s")
        wire.live()
        await goes_on(scene)


async def test_it_stops_in_time_also_while_nobody_answers(
    tmp_path: Path, running_postgresql: Server
) -> None:
    """Who watches over the silence has been stopped, too."""
    async with (
        wire_to(running_postgresql.port) as wire,
        answering(tmp_path, running_postgresql, through=wire.port) as scene,
    ):
        wire.die()
        scene.daemon.process.terminate()
        await scene.daemon.exit(STOP_SECONDS + BUSY)
        await ends_loudly(scene, "it did not answer for")
        wire.live()
        await goes_on(scene)


async def test_a_server_that_may_only_be_read_ends_it(
    tmp_path: Path, running_postgresql: Server
) -> None:
    """As after a failover, when the address that is written down is the standby's."""
    async with stage(tmp_path, on=["vudumobile"], postgresql=running_postgresql) as scene:
        scene.configure()
        name, admin = scene.url.rsplit("/", 1)[1], running_postgresql.url("postgres")
        await says(admin, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await scene.begin()
        await ends_loudly(scene, "it is read-only, or a standby; name the primary")
        await says(admin, f"ALTER DATABASE {name} RESET default_transaction_read_only")
        scene.expected.clear()  # it was texted before the first reading
        await scene.up()
        scene.text("vudumobile", ONE, "echo now", "Echo now")

        await scene.verify(after=20)
        await scene.daemon.stop()


@dataclass(slots=True)
class Room:
    """What a database has: a file system of its own, or else the server says that it is full."""

    url: str
    folder: Path
    mounted: bool

    async def fill(self) -> None:
        """Leave next to nothing."""
        if not self.mounted:
            await says(self.url, REFUSING, *(REFUSED.format(table) for table in GROWING))
            return
        with suppress(OSError), (self.folder / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))

    async def empty(self) -> None:
        """There is room again."""
        if self.mounted:
            (self.folder / "ballast").unlink()
        else:
            await says(self.url, "DROP FUNCTION refuse() CASCADE")


GROWING = ("inbox", "outbox")
REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$
"""
REFUSED = "CREATE TRIGGER refusing BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION refuse()"


@asynccontextmanager
async def little_room(server: Server, url: str) -> AsyncIterator[Room]:
    """Put a database into a small file system, where we may make one."""
    place, name, admin = server.folder / "small", url.rsplit("/", 1)[1], server.url("postgres")
    place.mkdir()
    mounted = _runs("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(place))
    try:
        if mounted:
            shutil.chown(place, "postgres", "postgres")
            place.chmod(0o700)
            await says(admin, f"CREATE TABLESPACE small LOCATION '{place}'")
            await says(admin, f"ALTER DATABASE {name} SET TABLESPACE small")
        yield Room(url, place, mounted)
        if mounted:
            await says(admin, f"ALTER DATABASE {name} SET TABLESPACE pg_default")
            await says(admin, "DROP TABLESPACE small")
    finally:
        if mounted:
            assert _runs("umount", "--lazy", str(place))
        place.rmdir()


def _runs(program: str, *arguments: str) -> bool:
    """Whether it is there, and does it."""
    found = shutil.which(program)
    if found is None:
        return False
    return subprocess.run([found, *arguments], capture_output=True, check=False).returncode == 0


async def test_a_server_whose_disk_is_full_ends_it_and_costs_nothing(
    tmp_path: Path, running_postgresql: Server
) -> None:
    """Filled under load; then there is room again, and everybody has one answer."""
    url = await running_postgresql.store(tmp_path)
    async with (
        little_room(running_postgresql, url) as room,
        answering(tmp_path, running_postgresql) as scene,
    ):
        await room.fill()
        for count in range(400):
            if scene.daemon.process.returncode is not None:
                break
            word = f"{count} " + "long " * 40
            number = mobile(200 + count)
            scene.text("vudumobile", number, f"echo {word}", f"Echo {word.strip()}")
            await scene.world(1)
        await ends_loudly(scene, "its disk is full; make room and start again")
        await room.empty()
        await goes_on(scene)


async def test_a_server_with_a_damaged_file_ends_it(
    tmp_path: Path, running_postgresql: Server
) -> None:
    server, table = running_postgresql, "SELECT pg_relation_filepath('alembic_version') AS path"
    async with stage(tmp_path, on=["vudumobile"], postgresql=server) as scene:
        scene.configure()
        file = server.folder / "data" / scene.select(table)[0]["path"]
        await asyncio.to_thread(server.stop)
        whole = file.read_bytes()
        file.write_bytes(flipped(whole))
        try:
            await asyncio.to_thread(server.start)
            await scene.begin()
            await ends_loudly(scene, "it is damaged; restore a backup")
        finally:
            await asyncio.to_thread(server.stop)
            file.write_bytes(whole)
            await asyncio.to_thread(server.start)


def flipped(content: bytes) -> bytes:
    """Each page of 8 kB says of itself what cannot be."""
    damaged = bytearray(content)
    for page in range(0, len(damaged), 8192):
        for place in range(page + 8, page + 20):
            damaged[place] ^= 0xFF
    return bytes(damaged)
