"""`textobot clever follow` beside a running daemon, and after it was ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.outside.harness import mobile, stage

pytestmark = pytest.mark.kill


async def test_a_campaign_begun_elsewhere_is_answered_from_then_on(tmp_path: Path) -> None:
    """INV-10: what was answered before is history; INV-1: also after a restart."""
    async with stage(tmp_path, on=["clever"]) as scene:
        early, late, later = (mobile(n, "clever") for n in (101, 102, 103))
        reference = scene.campaign([early, late, later], followed=False)
        scene.text("clever", early, "echo before")
        await scene.up()

        code, said, errors = await scene.command("clever", "follow", reference)
        assert (code, json.loads(said), errors) == (
            0,
            {"status": True, "new": True, "answers": 1},
            "",
        )
        await scene.until("it was read", lambda: bool(scene.inbox(early)))
        scene.text("clever", late, "echo now", "Echo now")
        await scene.answered()
        await scene.daemon.kill()
        await scene.up()
        scene.text("clever", later, "echo again", "Echo again")

        await scene.verify()

        assert [row["history"] for row in scene.inbox(early)] == [1]
        await scene.daemon.stop()


async def test_a_campaign_that_a_command_began_is_answered(tmp_path: Path) -> None:
    """Also where no daemon runs when it is begun."""
    async with stage(tmp_path, on=["clever"]) as scene:
        one, other = mobile(101, "clever"), mobile(102, "clever")
        await scene.up()
        for number in (one, other):
            push = ("clever", "push", "Repondez ECHO", number, "--follow", "--yes")
            code, said, errors = await scene.command(*push)
            assert (code, errors) == (0, "")
            assert json.loads(said)["number_list"] == [number]
            scene.text("clever", number, "echo oui", "Echo oui")
            if number == one:
                await scene.answered()
                await scene.daemon.stop()
        await scene.up()

        await scene.answered()

        await scene.daemon.stop()
