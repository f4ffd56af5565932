"""Talks that are written down as stories."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from bot.cli import main
from bot.stories import Story
from bot.yamlfile import parse, read
from tests.chatting import Chat, chatted, write_rules


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody stands who has a configuration and rules."""
    monkeypatch.chdir(tmp_path)
    write_rules(tmp_path)
    return tmp_path


@pytest.fixture
def chat(folder: Path) -> Chat:
    return chatted


def test_a_talk_is_written_down_as_it_went(chat: Chat, folder: Path) -> None:
    chat(
        *("rdv", "/wait 5m", "/as +33612345678 clever", "/lang en", "vote 3", "/wait 1h"),
        *("bonjour", "/as 5145550001 vudumobile", "rdv", "24/12", "/save soir-1"),
    )

    story = read(folder / "rules" / "stories" / "soir-1.yaml", texts={"at", "from"}).value
    assert story == {
        "from": "+15145550001",
        "gateway": "vudumobile",
        "at": "2026-03-02 12:00",
        "talk": [
            {"they": "rdv"},
            {"we": "Quel jour?"},
            {"wait": "5m"},
            {"as": "+33612345678", "gateway": "clever"},
            {"lang": "en"},
            {"they": "vote 3"},
            {"we": "Vote 3\nMerci"},
            {"wait": "25m"},
            {"we": "Trop tard", "to": "+15145550001"},
            {"wait": "35m"},
            {"they": "bonjour"},
            {"as": "+15145550001", "gateway": "vudumobile"},
            {"they": "rdv"},
            {"we": "Quel jour?"},
            {"they": "24/12"},
            {
                "mail": "2026-12-24",
                "to": "rdv@clinique.example",
                "subject": "SMS +15145550001 (appointment)",
            },
            {"we": "Noté"},
        ],
    }
    assert CliRunner().invoke(main, ["check"]).exit_code == 0


@given(st.text(), st.text(st.characters(max_codepoint=0x3FF)))
def test_whatever_was_said_is_read_back(they: str, we: str) -> None:
    """But for NUL, which no phone sends and no file of ours may hold."""
    they, we = (text.encode("utf-8", "ignore").decode().replace("\0", "") for text in (they, we))
    talk: list[Mapping[str, str]] = [
        {"they": they},
        {"we": we, "to": "+15145559999"},
        {"wait": "5m"},
        {"lang": "no"},
    ]

    written = Story("+15145550001", "null", "2026-03-02 12:00", talk).written()

    # A control character is a slip of the pen in a rule; in a story somebody texted it.
    told = parse(written.encode(), "story.yaml", noted=[]).value
    assert told == {
        "from": "+15145550001",
        "gateway": "null",
        "at": "2026-03-02 12:00",
        "talk": talk,
    }


def test_a_story_that_is_there_is_kept(chat: Chat, folder: Path) -> None:
    file = folder / "rules" / "stories" / "mine.yaml"
    file.parent.mkdir()
    file.write_text("mine")

    result = chat("meteo", "/save mine", code=1)

    assert "there is a story 'mine' already; give another name" in result.stderr
    assert file.read_text() == "mine"
