"""Somebody is forgotten beside a daemon that runs, and stays so through kill and restore."""

import signal
from pathlib import Path

import pytest

from tests.outside.harness import Stage, mobile, stage
from tests.services.forgotten import traces

pytestmark = pytest.mark.kill

ANA, BEN = mobile(171), mobile(172)
WORDS = "zanzibar"
TO_DO = "SELECT id FROM errands WHERE status IN ('waiting', 'under_way')"


def left(scene: Stage) -> dict[str, list[str]]:
    """Where the number, or what was texted, stands: in the store, in the log, in any file."""
    needles = (ANA.removeprefix("+1"), WORDS)
    return {
        name: found
        for name, found in traces(scene.folder, *needles).items()
        if not name.startswith("copy")
    }


async def test_who_is_forgotten_beside_the_daemon_stays_forgotten(tmp_path: Path) -> None:
    """INV-12, INV-27, INV-38: while it runs, after SIGKILL, and with a backup of before."""
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        daemon = await scene.up()
        scene.text("vudumobile", ANA, f"echo {WORDS}", f"Echo {WORDS}")
        scene.text("vudumobile", BEN, "echo here", "Echo here")
        await scene.answered()
        scene.text("vudumobile", ANA, "STOP")
        await scene.until("STOP is obeyed", lambda: _opted_out(scene))
        await scene.quiet()
        await scene.until("the gateway was told", lambda: not scene.select(TO_DO))
        status, output, _ = await scene.command("backup", "copy")
        assert (status, "3 texts" in output) == (0, True)
        status, _, _ = await scene.command("export", ANA, "-o", "ana.zip")
        assert (status, (tmp_path / "ana.zip").exists()) == (0, True)
        said = len(scene.replies("vudumobile", ANA))

        status, output, errors = await scene.command("forget", ANA, "--yes")

        assert (status, errors) == (0, ""), output
        assert "2  texts of theirs" in output
        assert left(scene) == {}
        assert daemon.actions("person.forgotten")
        await scene.world(60)  # the gateway lists what it listed
        assert left(scene) == {}
        daemon.process.send_signal(signal.SIGKILL)
        await daemon.exit()
        daemon = await scene.up()
        scene.text("vudumobile", BEN, "echo again", "Echo again")
        await scene.answered()
        assert left(scene) == {}
        await daemon.stop()

        status, _, errors = await scene.command("restore", "copy")
        assert (status, errors) == (0, "")
        for aside in scene.store.parent.glob("*.before-*"):
            aside.unlink()
        assert left(scene) == {}
        daemon = await scene.up()
        assert left(scene) == {}
        scene.text("vudumobile", BEN, "echo last", "Echo last")
        await scene.answered()
        scene.text("vudumobile", ANA, "echo me")
        await scene.world(60)
        assert len(scene.replies("vudumobile", ANA)) == said
        assert scene.replies("vudumobile", BEN) == ["Echo here", "Echo again", "Echo last"]
        await daemon.stop()


def _opted_out(scene: Stage) -> bool:
    return bool(scene.select("SELECT number FROM subscribers WHERE opted_out"))
