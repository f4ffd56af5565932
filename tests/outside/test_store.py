"""A disk that is full, a folder that is read-only, a file that is damaged (INV-37)."""

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.outside.harness import Stage, mobile, stage
from tests.postgresql import Server, connect, empty

pytestmark = pytest.mark.kill

FULL = 74
"""The exit code that is promised."""
ONE = mobile(101)
LESS_THAN_A_PAGE = 4_096
"""With its header a page in the write-ahead log is longer."""


@dataclass(slots=True)
class Disk:
    """A folder with little room: a file system of its own, or else a limit on its files' size."""

    folder: Path
    mounted: bool
    room: int | None = None

    def fill(self, *, leave: int) -> None:
        """So that only about `leave` bytes can be written."""
        if not self.mounted:
            sizes = [path.stat().st_size for path in self.folder.iterdir() if path.is_file()]
            self.room = max(sizes) + leave
            return
        free = shutil.disk_usage(self.folder).free
        with (self.folder / "ballast").open("wb") as ballast:
            ballast.write(b"\0" * max(0, free - leave))

    def empty(self) -> None:
        """There is room again, also for whatever has to be caught up with."""
        self.room = None
        (self.folder / "ballast").unlink(missing_ok=True)
        if self.mounted:
            remount(self.folder, "size=64m")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mounted where we may; elsewhere no file of the process may grow beyond a size."""
    folder = tmp_path / "data"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", str(folder)]
    mount = shutil.which("mount")
    mounted = mount is not None and (
        subprocess.run([mount, *options], capture_output=True, check=False).returncode == 0
    )
    yield Disk(folder, mounted)
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def is_loud(scene: Stage) -> None:
    """It ended by itself, said why, in a sentence, and sent nothing that is not written down."""
    written = [(row.number, row.text) for row in scene.outbox() if row.status != "queued"]
    for line in scene.sandbox.ledger:
        assert (line.number, line.text) in written
        written.remove((line.number, line.text))
    assert "Traceback" not in scene.daemon.log, scene.daemon.log
    assert str(scene.store) in scene.daemon.errors.read_text("utf-8")


@pytest.mark.parametrize("leave", [0, 40_000, 200_000], ids=["at once", "soon", "later"])
async def test_a_full_disk_ends_it_loudly_and_costs_nothing(
    tmp_path: Path, disk: Disk, leave: int
) -> None:
    """Filled under load; then there is room again, and everybody has one answer."""
    replies = {"per_number": ["600/min"]}  # whoever wrote meanwhile is in no loop
    async with stage(tmp_path, on=["vudumobile"], replies=replies) as scene:
        await scene.up()
        scene.text("vudumobile", ONE, "echo before", "Echo before")
        await scene.answered()
        await scene.daemon.stop()
        disk.fill(leave=leave)
        await scene.begin(room=disk.room)
        for count in range(400):
            if scene.daemon.process.returncode is not None:
                break
            word = f"{count} " + "long " * 40
            number = mobile(200 + count)  # who texts by the clock is taken for a robot
            scene.text("vudumobile", number, f"echo {word}", f"Echo {word.strip()}")
            await scene.world(2)
        assert await scene.daemon.exit() == FULL, scene.daemon.log
        accepted = len(scene.sandbox.ledger)
        await scene.world(120)
        assert len(scene.sandbox.ledger) == accepted
        disk.empty()
        await is_loud(scene)
        await scene.up()

        await scene.verify()
        await scene.daemon.stop()


async def test_a_full_disk_refuses_the_first_start(tmp_path: Path, disk: Disk) -> None:
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        if disk.mounted:
            disk.fill(leave=LESS_THAN_A_PAGE)
        else:
            disk.room = LESS_THAN_A_PAGE
        scene.configure()
        await scene.begin(room=disk.room)

        assert await scene.daemon.exit() == FULL, scene.daemon.log
        assert scene.daemon.log.strip()
        assert "Traceback" not in scene.daemon.log
        assert scene.sandbox.ledger == []


async def test_a_store_that_cannot_be_written_ends_it_before_anything_is_sent(
    tmp_path: Path, disk: Disk
) -> None:
    """And then, when it can be, the text that waited is answered."""
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        await scene.up()
        await scene.world(10)
        await scene.daemon.stop()
        scene.text("vudumobile", ONE, "echo wait", "Echo wait")
        protect(disk, writable=False)
        try:
            await scene.begin(room=disk.room)
            status = await scene.daemon.exit()
        finally:
            protect(disk, writable=True)

        assert status == FULL, scene.daemon.log
        assert scene.daemon.log.strip()
        assert "Traceback" not in scene.daemon.log
        assert scene.sandbox.ledger == []
        await scene.up()
        await scene.verify()


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def protect(disk: Disk, *, writable: bool) -> None:
    """The store's folder and its files: by the file system, or their modes, or a limit."""
    if disk.mounted:
        remount(disk.folder, "rw" if writable else "ro")
    elif os.geteuid() == 0:  # whom modes do not keep from writing; a page is more than that
        disk.room = None if writable else LESS_THAN_A_PAGE
    else:
        for path in disk.folder.iterdir():
            path.chmod(0o644 if writable else 0o444)
        disk.folder.chmod(0o755 if writable else 0o555)


@pytest.mark.parametrize("seed", range(4))
async def test_a_damaged_store_is_not_worked_with(tmp_path: Path, seed: int) -> None:
    """Bytes are flipped in every page; INV-37: loud, and nothing is sent."""
    dice = random.Random(seed)
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        await scene.up()
        for count in range(6):
            scene.text("vudumobile", mobile(101 + count), "echo before", "Echo before")
        await scene.answered()
        await scene.quiet()
        await scene.daemon.stop()
        content = bytearray(scene.store.read_bytes())
        start = 100 if seed % 2 else 0  # with and without the file's first bytes
        for page in range(0, len(content), 4096):
            for _ in range(40):
                content[min(len(content) - 1, max(start, page + dice.randrange(4096)))] ^= 0xFF
        scene.store.write_bytes(content)
        accepted = len(scene.sandbox.ledger)
        for count in range(6):
            scene.text("vudumobile", mobile(101 + count), "echo after")
        await scene.begin()

        assert await scene.daemon.exit() not in {0, 2}, scene.daemon.log
        assert scene.daemon.log.strip()
        assert "Traceback" not in scene.daemon.log, scene.daemon.log
        assert len(scene.sandbox.ledger) == accepted


async def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        scene.configure()
        scene.store.parent.mkdir()
        scene.store.write_bytes(b"My diary. " * 1000)
        await scene.begin()

        assert await scene.daemon.exit() not in {0, 2}
        assert "Traceback" not in scene.daemon.log
        assert scene.store.read_bytes() == b"My diary. " * 1000
        assert scene.sandbox.ledger == []


@pytest.mark.postgres
async def test_a_store_of_a_newer_version_is_left_alone(
    tmp_path: Path, running_postgresql: Server
) -> None:
    async with stage(tmp_path, on=["vudumobile"], postgresql=running_postgresql) as scene:
        scene.configure()
        beside = await connect(scene.url)
        await beside.execute("UPDATE alembic_version SET version_num = '9999'")
        await scene.begin()

        assert await scene.daemon.exit() == 1, scene.daemon.log
        assert "the store was written by a newer textobot (schema 9999)" in scene.daemon.log
        assert "Traceback" not in scene.daemon.log
        assert scene.sandbox.requests == []
        assert await beside.fetchval("SELECT version_num FROM alembic_version") == "9999"
        await beside.close()
        await empty(scene.url)  # so that no other test is given it


@pytest.mark.postgres
async def test_a_server_that_goes_away_ends_it_loudly_and_costs_nothing(
    tmp_path: Path, running_postgresql: Server
) -> None:
    """It crashes under load; when it is back everybody has one answer, from one daemon."""
    async with stage(
        tmp_path, on=["vudumobile"], speed=80, postgresql=running_postgresql
    ) as scene:
        await scene.up()
        for count in range(20):
            scene.text("vudumobile", mobile(200 + count), f"echo {count}", f"Echo {count}")
        await scene.until("some are answered", lambda: len(scene.sandbox.ledger) > 3)
        running_postgresql.stop(signal.SIGQUIT)
        try:
            assert await scene.daemon.exit() == FULL, scene.daemon.log
            assert "the store in PostgreSQL cannot be used" in scene.daemon.log
            accepted = len(scene.sandbox.ledger)
            await scene.begin()
            assert await scene.daemon.exit() == FULL, scene.daemon.log
            assert "nobody answers at its address; is it running?" in scene.daemon.log
        finally:
            running_postgresql.start()
        assert "Traceback" not in scene.log
        assert len(scene.sandbox.ledger) == accepted
        await scene.up()
        await scene.begin()
        assert await scene.daemon.exit() == 1, scene.daemon.log
        assert "another textobot" in scene.lives.pop().log
        await scene.verify()
        await scene.daemon.stop()
