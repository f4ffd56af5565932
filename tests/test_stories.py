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


# --- played by `check` ---------------------------------------------------------------------------

HEAD = 'from: "+15145550001"\ngateway: vudumobile\nat: "2026-03-02 12:00"\ntalk:\n'


def checked(folder: Path, talk: str, head: str = HEAD) -> tuple[int, str]:
    """Write a story, and give what `check` says."""
    file = folder / "rules" / "stories" / "a.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(head + talk, "utf-8")
    result = CliRunner().invoke(main, ["check"])
    return result.exit_code, result.output


def test_a_talk_that_was_saved_goes_so_again(chat: Chat, folder: Path) -> None:
    chat("rdv", "/wait 30m", "/as +33612345678 clever", "/lang en", "weather", "/save soir")
    chat("vote 3", "later", "/wait 10m", "patron: allo", "\x01 vote 4", "/save jour")

    result = CliRunner().invoke(main, ["check"])

    assert result.exit_code == 0, result.output
    assert "2 stories played: each went as written." in result.output


def test_check_says_where_a_talk_goes_otherwise(chat: Chat, folder: Path) -> None:
    chat("meteo", "vote 3", "/save a")
    rules = folder / "rules" / "a.yaml"
    rules.write_text(rules.read_text().replace("Vote {{", "Voix {{"))

    result = CliRunner().invoke(main, ["check"])

    told = "a.yaml:8:5: 'Voix 3\\nMerci' is said in its place; mend the rules, or write into"
    assert result.exit_code == 1
    assert told in result.output


@pytest.mark.parametrize(
    ("talk", "fault"),
    [
        pytest.param(
            '  - they: "bof"\n  - we: "Oui"\n', "6:5: nothing is said here", id="silence"
        ),
        pytest.param(
            '  - they: "later"\n', "5:5: 'Oui' is said, and the story has no", id="too much"
        ),
        pytest.param(
            '  - they: "patron: a"\n  - we: "Transmis"\n',
            "5:5: 'De +15145550001: patron: a' to +1514",
            id="to another",
        ),
        pytest.param(
            '  - {they: "later"}\n  - {we: "Oui"}\n  - {wait: 1m}\n', "", id="not yet due"
        ),
        pytest.param(
            '  - {they: "later"}\n  - {we: "Oui"}\n  - {wait: 10m}\n  - {lang: en}\n',
            "7:5: 'Encore?' is said, and the story has nothing there",
            id="a follow-up",
        ),
        pytest.param(
            "  - wait: soon\n", "5:5: this is no duration; write it like", id="no duration"
        ),
        pytest.param("  - as: bob\n", "5:5: ", id="no number"),
        pytest.param(
            "  - gateway: clever\n", "5:5: this says nothing; write one of", id="nothing"
        ),
        pytest.param(
            '  - thay: "x"\n', "5:5: there is no key 'thay' here; did you mean", id="a key"
        ),
        pytest.param(
            "  - they: x\n    they: y\n", "6:5: the key 'they' stands here again", id="twice"
        ),
        pytest.param("  - they: [x\n", "5:11: this list is never closed", id="no YAML"),
    ],
)
def test_a_story_that_goes_astray_is_told_with_its_place(
    folder: Path, talk: str, fault: str
) -> None:
    code, output = checked(folder, talk)

    assert code == bool(fault), output
    assert not fault or f"stories/a.yaml:{fault}" in output


def test_a_story_with_the_examples_of_the_sandbox_says_so(chat: Chat, folder: Path) -> None:
    rules = 'only: sandbox\nrules: [{id: joke, keyword: [joke], reply: "Knock"}]\n'
    (folder / "rules" / "b.yaml").write_text(rules)

    chat("joke", "/save a", options=("--sandbox",))

    assert "sandbox: true" in (folder / "rules" / "stories" / "a.yaml").read_text()
    assert CliRunner().invoke(main, ["check"]).exit_code == 0


def test_nobody_is_asked_for_a_story(folder: Path) -> None:
    asking = 'do: {lookup: {url: "http://127.0.0.1:1/", expect: {sky: text}, fallback: "No"}}'
    rules = f'rules: [{{id: sky, keyword: [sky], reply: "{{{{ sky }}}}", {asking}}}]\n'
    (folder / "rules" / "b.yaml").write_text(rules)

    code, output = checked(folder, '  - they: "sky"\n  - we: "rain"\n')

    assert code == 0, output


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        pytest.param('at: "soon"\ntalk:\n', "a.yaml:1:1: ", id="no time"),
        pytest.param("talk:\n", "a.yaml:1:1: the key 'at' is missing; add it", id="none"),
        pytest.param('at: "2026-03-02"\ngateway: x\ntalk:\n', "a.yaml:1:1: ", id="no gateway"),
    ],
)
def test_a_story_needs_its_beginning(folder: Path, head: str, fault: str) -> None:
    code, output = checked(folder, "  - they: x\n", head)

    assert (code, fault in output) == (1, True), output
