"""`textobot alarms`: what lasts is shown, and what is held back because of a fault may leave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.alarming import limits
from bot.cli import main
from bot.config import load_config
from bot.core.alarms import Limits, fault
from bot.storage import alarms
from tests.clock import NOON
from tests.services.played import open_scene
from tests.test_user import CONFIG

Textobot = Callable[..., Result]


@pytest.fixture
def textobot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Textobot:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)

    def called(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["alarms", *arguments])
        assert "Traceback" not in result.output
        return result

    return called


async def _fill(folder: Path, *gateways: str) -> None:
    async with open_scene(folder) as scene, scene.database.write() as connection:
        raised = [fault(name, "UNDELIV_302", NOON) for name in gateways]
        await alarms.put(connection, raised, NOON)


def test_what_lasts_is_shown_and_released(textobot: Textobot, tmp_path: Path) -> None:
    asyncio.run(_fill(tmp_path, "vudumobile"))
    (told,) = json.loads(textobot("--json").stdout)
    assert (told["alarm"], told["gateway"]) == ("fault", "vudumobile")
    assert "UNDELIV_302" in textobot().stdout

    assert textobot("release", "vudumobile").exit_code == 0
    assert "Nothing needs you" in textobot().stdout
    again = textobot("release", "vudumobile")
    assert (again.exit_code, again.stderr) == (1, "textobot: vudumobile holds nothing back\n")


def test_a_gateway_that_there_is_not(textobot: Textobot, tmp_path: Path) -> None:
    asyncio.run(_fill(tmp_path))
    assert "there is no gateway 'nowhere'" in textobot("release", "nowhere").stderr


def test_limits_are_those_of_the_configuration(tmp_path: Path) -> None:
    assert limits(load_config(Path("config.yaml"))) == Limits()
    written = tmp_path / "config.yaml"
    written.write_text(CONFIG + "\nalarms: {disk: 1, units: 3, silence: 1h}\n")
    found = limits(load_config(written))
    assert (found.disk, found.units, found.silence.total_seconds()) == (1_000_000, 3.0, 3600)


@pytest.mark.parametrize("email", ["ops", "a@b.example, c@d.example", "x\ny@b.example"])
def test_an_address_is_one_plain_one(textobot: Textobot, tmp_path: Path, email: str) -> None:
    written = f"\nalarms: {{email: {json.dumps(email)}}}\n"
    (tmp_path / "config.yaml").write_text(CONFIG + written)
    result = textobot()
    assert result.exit_code == 2
    assert "this is not one plain e-mail address" in result.output
