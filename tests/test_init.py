"""`textobot init`: what it writes passes `check`, and what is there stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.explained import explain
from bot.init import init
from bot.look import check
from bot.who import Who

ROOT = Path(__file__).parent.parent


def test_what_is_written_is_well(tmp_path: Path) -> None:
    assert init(tmp_path / "new") == 0
    assert check(tmp_path / "new" / "config.yaml") == 0


def test_the_first_rule_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(tmp_path)

    assert explain(tmp_path / "config.yaml", "Hours?", Who(), sandbox=False) == 0
    assert "Open Monday to Friday" in capsys.readouterr().out


def test_what_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("mine")

    assert init(tmp_path) == 0

    assert (tmp_path / "config.yaml").read_text() == "mine"
    assert "mine.yaml" in capsys.readouterr().out
    init(tmp_path)
    assert "nothing was changed" in capsys.readouterr().out


def test_the_shipped_configuration_is_the_one_that_is_written() -> None:
    written = ROOT / "bot" / "starter" / "config.yaml"
    assert written.read_text() == (ROOT / "config.yaml").read_text()
