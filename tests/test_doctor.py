"""`textobot doctor`: both vendors played, looked at as an operator's machine looks at them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.clock import SystemClock
from bot.config import Config, load_config
from bot.core.alarms import fault
from bot.core.checkup import Finding
from bot.doctor.calibrating import of_tried
from bot.doctor.command import findings
from bot.sandbox import Sandbox
from bot.storage import alarms, stops
from bot.storage.stops import Stop
from tests.clock import NOON
from tests.services.played import ANA, open_scene

HEAD = "organisation: {name: R, contact: '1'}\nstore: sqlite:///textobot.db\n"
OFF = HEAD + "gateways: {vudumobile: {}, clever: {}}\n"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(welcome=True) as started:
        yield started


def written(folder: Path, sandbox: Sandbox, *, key: str = "", sender: str = "") -> Config:
    key = key or sandbox.vudumobile.api_key
    text = f"""{HEAD}gateways:
  vudumobile: {{url: "{sandbox.vudumobile_url}", api_key: {key}, our_number: "+15149541234"}}
  clever:
    url: "{sandbox.clever_url}"
    login: {sandbox.clever.login}
    password: {sandbox.clever.password}
    sender: "{sender}"
"""
    path = folder / "config.yaml"
    path.write_text(text)
    path.chmod(0o600)
    return load_config(path)


async def looked(config: Config) -> dict[tuple[str, str], Finding]:
    found = await findings(config, SystemClock())
    return {(one.gateway, one.check): one for one in found}


async def test_a_machine_that_was_never_used(tmp_path: Path, sandbox: Sandbox) -> None:
    found = await looked(written(tmp_path, sandbox))

    levels = {key: one.level.value for key, one in found.items()}
    assert "fault" not in levels.values()
    assert levels["vudumobile", "key"] == levels["clever", "key"] == "ok"
    assert levels["clever", "credit"] == levels["clever", "expiry"] == "ok"
    assert levels["clever", "campaigns"] == levels["vudumobile", "feed"] == "ok"
    assert levels["", "store"] == levels["", "daemon"] == "notice"
    assert levels["vudumobile", "calibration"] == "notice"
    assert not (tmp_path / "data").exists()


async def test_a_key_that_is_refused_is_quoted_without_it(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """INV-33."""
    found = await looked(written(tmp_path, sandbox, key="canary-key-of-mine"))

    refused = found["vudumobile", "firewall"]
    assert refused.level == "fault"
    assert "not accessible from your IP" in refused.told
    assert "canary" not in refused.told
    assert "ask VuduMobile to admit the address" in refused.remedy
    assert found["clever", "key"].level == "ok"


async def test_a_gateway_that_is_not_there(tmp_path: Path, sandbox: Sandbox) -> None:
    config = written(tmp_path, sandbox)
    await sandbox.stop()
    found = await looked(config)
    assert found["vudumobile", "https"].level == "fault"
    await sandbox.start()


async def test_a_sender_that_nobody_can_answer(tmp_path: Path, sandbox: Sandbox) -> None:
    found = await looked(written(tmp_path, sandbox, sender="RADIO"))
    assert found["clever", "sender"].level == "fault"
    assert "stop_mention" in found["clever", "sender"].remedy


async def test_what_the_store_says(tmp_path: Path, sandbox: Sandbox) -> None:
    async with open_scene(tmp_path) as scene, scene.database.write() as connection:
        stop = Stop(f"vudumobile:{ANA}", "vudumobile", ANA, "UNDELIV_201", 1, NOON, NOON)
        await stops.note(connection, [stop])
        await alarms.put(connection, [fault("vudumobile", "UNDELIV_302", NOON)], NOON)
    found = await looked(written(tmp_path, sandbox))
    assert found["", "store"].level == "ok"
    assert found["vudumobile", "alarm"].level == "fault"
    assert "1 number cannot be reached" in found["", "receipts"].told


def test_it_ends_with_one_where_something_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(OFF)
    well = CliRunner().invoke(main, ["doctor", "--json"])
    assert well.exit_code == 0
    assert {one["level"] for one in json.loads(well.stdout)} == {"ok", "notice"}

    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text("rules: [{id: a}]\n")
    ill = CliRunner().invoke(main, ["doctor"])
    assert ill.exit_code == 1
    assert "1 fault" in ill.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--to", "+15145550001"], "belong to --calibrate"),
        (["--calibrate", "--to", "+15145550001"], "give --yes where nobody can be asked"),
        (["--calibrate", "--yes"], "say to whom: --to NUMBER"),
        (["--calibrate", "--yes", "--to", "5145550001"], "no gateway is on"),
    ],
)
def test_how_it_is_asked_to_calibrate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(OFF)
    result = CliRunner().invoke(main, ["doctor", *words])
    assert result.exit_code != 0
    assert told in result.output


@pytest.mark.parametrize(
    ("tried", "level", "part"),
    [
        ({}, "notice", "nothing was tried out"),
        ({"plain_listed": True, "plain_level": 0, "lag": 1.5}, "ok", "1.5"),
        ({"plain_listed": False}, "notice", "no"),
        ({"plain_level": 3}, "notice", "3"),
        ({"duplicates_taken": False}, "notice", "no"),
        ({"date_start_inclusive": None}, "ok", "nobody can tell"),
    ],
)
def test_what_was_tried_is_said(tried: dict[str, object], level: str, part: str) -> None:
    found = of_tried("v", tried)
    assert found.level == level
    assert part in found.told
    assert bool(found.remedy) is (level == "notice")
