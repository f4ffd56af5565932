"""A program of the operator's is told of every text and answer, through failures and a kill."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.gateways.server import RESET, Asked, Reply, ScriptedServer
from tests.outside.harness import Stage, mobile, stage

pytestmark = pytest.mark.kill
PHONES = [mobile(place) for place in range(161, 167)]
FAILURES = (Reply(503), RESET, Reply(200), Reply(302, headers={"Location": "/"}), Reply(500))


async def test_a_program_is_told_of_everything_in_order(tmp_path: Path) -> None:
    """INV-36, INV-28: also what happened in a life that ended by SIGKILL, under one id."""
    async with ScriptedServer(FakeClock()) as program:
        program.always("", Reply(204))
        program.say(*FAILURES)
        hooks = [
            {"url": f"{program.url}/hook", "secret": "a word of ours", "events": ["*"]},
            {"url": "https://127.0.0.1:9/dead", "secret": "another", "events": ["*"]},
        ]
        async with stage(tmp_path, on=["vudumobile"], webhooks=hooks) as scene:
            daemon = await scene.up()
            for phone in PHONES[:3]:
                scene.text("vudumobile", phone, "echo one", "Echo one")
            await scene.until("the program is told", lambda: len(program.asked) > 2)
            await daemon.kill()
            for phone in PHONES:
                scene.text("vudumobile", phone, "echo two", "Echo two")
            await scene.up()
            await scene.answered()
            done = "SELECT id FROM deliveries WHERE status = 'done'"
            await scene.until("all is told", lambda: len(scene.select(done)) == 18)
            status, output, errors = await scene.command("webhooks", "--json")
            happened = {phone: _happened(scene, phone) for phone in PHONES}

        assert (status, errors) == (0, "")
        assert '"told": 18' in output
        told = _told(program.asked)
        assert {phone: [one for one in told if one[1] == phone] for phone in PHONES} == happened
        assert sorted(text for what, _, text in told if what == "message.answered") == sorted(
            text for texts in scene.expected.values() for text in texts
        )
        assert "/dead" not in scene.log
        assert scene.surprises() == []


def _happened(scene: Stage, phone: str) -> list[tuple[str, str, str]]:
    """What the store says, in its order."""
    query = "SELECT type, body FROM events WHERE conversation = ? ORDER BY id"
    rows = scene.select(query, f"vudumobile:{phone}")
    return [(row["type"], phone, json.loads(row["body"])["text"]) for row in rows]


def _told(asked: Sequence[Asked]) -> list[tuple[str, str, str]]:
    """What a program that knows an id again has heard: type, number and text."""
    heard = {one.headers["webhook-id"]: one.json for one in asked}
    return [
        (one["type"], one["data"]["number"], one["data"]["text"])
        for one in heard.values()
        if "number" in one["data"]
    ]
