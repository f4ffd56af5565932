"""An operator writes to people beside a daemon that runs: now, later, or not at all."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.outside.harness import mobile, stage
from tests.outside.test_desk import TALKS

pytestmark = pytest.mark.kill

ONE, TWO, PARIS = mobile(151), mobile(152), "+33612345678"
START = datetime(2026, 6, 1, 10, tzinfo=UTC)
"""It is six in the morning in Montréal, and noon in Paris."""
AGREED = ("--consent", "express", "--wording", "Formulaire")


async def test_what_an_operator_begins(tmp_path: Path) -> None:
    """It waits for a good hour and holds back no reply; a STOP takes it back (INV-12)."""
    async with stage(tmp_path, on=["vudumobile"], rules=TALKS, start=START) as scene:
        daemon = await scene.up()
        scene.text("vudumobile", ONE, "echo one", "Echo one")
        await scene.answered()

        status, output, errors = await scene.command("send", ONE, "Rabais!", "--yes")
        assert (status, errors) == (0, "")
        assert "waits until Monday 2026-06-01 09:00 there" in " ".join(output.split())
        scene.text("vudumobile", ONE, "echo two", "Echo two")
        await scene.answered()

        status, _, errors = await scene.command("send", PARIS, "Salut!", *AGREED, "--yes")
        assert (status, errors) == (0, "")
        await scene.until(
            "Paris hears it", lambda: scene.replies("vudumobile", PARIS) == ["Salut!"]
        )

        status, _, errors = await scene.command("send", TWO, "Rabais!", "--yes")
        assert (status, "there is no consent" in errors) == (1, True)

        scene.text("vudumobile", ONE, "stop")

        def begun() -> list[Any]:
            rows = scene.select("SELECT status FROM outbox WHERE message_class = 'started'")
            return [row["status"] for row in rows]

        await scene.until("the STOP is obeyed", lambda: begun()[0] == "suppressed")
        status, _, errors = await scene.command("send", ONE, "Rabais!", *AGREED, "--yes")
        assert (status, "opted out" in errors) == (1, True)
        assert "Rabais!" not in scene.replies("vudumobile", ONE)
        assert scene.surprises() == []
        assert not {ONE, TWO, PARIS, "Rabais"} & set(daemon.log.split())
        assert [line["waits"] for line in daemon.actions("start.queued")] == [True, False]
