"""`textobot lists`: shown, added to by hand and from a file, where no daemon runs."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.services.attended import texted
from tests.services.played import ANA, BEN, LEA, open_scene

CONFIG = """
organisation: {name: Radio, contact: '418'}
store: sqlite:///textobot.db
timezone: America/Montreal
gateways:
  vudumobile: {our_number: '+15149541234'}
"""
RULES = """
lists:
  - id: deals
    names: {fr: [rabais], en: [deals]}
    lasts: 365d
    mirror: {vudumobile: Marketing}
rules:
  - {id: deals, keyword: [rabais], reply: "Oui.", do: {join: deals}}
"""
GROUND = ("--consent", "implied", "--wording", "Achat au salon")
Textobot = Callable[..., Result]


@pytest.fixture
def textobot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Textobot:
    """Where Ben has opted out, and nobody is on the list."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "lists.yaml").write_text(RULES)

    async def fill() -> None:
        async with open_scene(tmp_path) as scene:
            await texted(scene, "stop", number=BEN)

    asyncio.run(fill())

    def called(*arguments: str, typed: str = "") -> Result:
        result = CliRunner().invoke(main, ["lists", *arguments], input=typed)
        assert "Traceback" not in result.output
        return result

    return called


def exported(textobot: Textobot) -> list[dict[str, str]]:
    result = textobot("export", "deals", "--csv")
    assert result.exit_code == 0
    return list(csv.DictReader(result.stdout.splitlines()))


def report() -> list[list[str]]:
    with Path("people.report.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_one_number_is_put_on_a_list_and_taken_off(textobot: Textobot) -> None:
    ground = ("--consent", "express", "--wording", "Oui au guichet", "--language", "fr")
    added = [textobot("add", "deals", "514 555-0001", *ground) for _ in range(2)]
    (row,) = exported(textobot)
    removed = [textobot("remove", "deals", ANA) for _ in range(2)]

    assert [one.stdout for one in added] == [f"{ANA}: added\n", f"{ANA}: was a member\n"]
    assert [one.stdout for one in removed] == [
        f"{ANA}: removed\n",
        f"{ANA}: was not on the list\n",
    ]
    told = {"consent": "express", "how": "operator", "wording": "Oui au guichet"}
    assert (row["number"], row["language"], row["opted_out"]) == (ANA, "fr", "no")
    assert told.items() <= row.items()
    assert exported(textobot) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("add", "deals", ANA), 2, "Canada's anti-spam law (CASL)", id="no ground"),
        pytest.param(
            ("add", "deals", ANA, "--consent", "express"), 2, "France's CNIL", id="no wording"
        ),
        pytest.param(("import", "deals", "people.csv"), 2, "--consent", id="a file, no ground"),
        pytest.param(("add", "deal", ANA, *GROUND), 1, "did you mean deals?", id="no such list"),
        pytest.param(("add", "deals", "abc", *GROUND), 2, "this is no number", id="no number"),
        pytest.param(("add", "deals", BEN, *GROUND), 1, "opted out: refused", id="opted out"),
        pytest.param(("show", "deal"), 1, "no rule file has a list", id="nothing to show"),
        pytest.param(
            ("add", "deals", ANA, *GROUND, "--welcome"), 1, "has no welcome", id="no welcome"
        ),
        pytest.param(
            ("import", "deals", "people.csv", *GROUND), 2, "give --yes", id="nobody to be asked"
        ),
        pytest.param(
            ("import", "deals", "empty.csv", *GROUND), 1, "nothing stands in", id="an empty file"
        ),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    textobot: Textobot, arguments: tuple[str, ...], code: int, said: str
) -> None:
    Path("people.csv").write_text(f"number\n{ANA}\n")
    Path("empty.csv").touch()
    result = textobot(*arguments)

    assert (result.exit_code, result.stderr.count("\n")) == (code, 1)
    assert said in result.stderr
    assert exported(textobot) == []


def test_a_file_is_imported_once_however_often_it_is_read(textobot: Textobot) -> None:
    """INV-12: the number that opted out is not added."""
    Path("people.csv").write_text(f"téléphone;langue\n{ANA};fr\n{BEN};\nx;\n514 555-0001;\n{LEA};")

    first = textobot("import", "deals", "people.csv", *GROUND, "--how", "salon", "--yes")
    told = report()
    again = textobot("import", "deals", "people.csv", *GROUND, "--yes")

    assert first.exit_code == again.exit_code == 0
    assert "2 numbers added to deals" in first.stdout
    assert told == [
        ["2", ANA, "added"],
        ["3", BEN, "opted out: refused"],
        ["4", "x", "not a number"],
        ["5", ANA, "twice in the file"],
        ["6", LEA, "added"],
    ]
    assert "There is nobody to add" in again.stdout
    assert [row[2] for row in report()][::4] == ["was a member", "was a member"]
    rows = exported(textobot)
    assert [row["number"] for row in rows] == [ANA, LEA]
    assert {row["wording"] for row in rows} == {"Achat au salon [salon]"}
    assert Path("people.report.csv").stat().st_mode & 0o077 == 0


def test_lists_are_counted(textobot: Textobot) -> None:
    textobot("add", "deals", ANA, *GROUND)
    textobot("add", "deals", LEA, *GROUND)
    textobot("remove", "deals", LEA)

    lines = [line.split("  ") for line in textobot().stdout.splitlines()]
    shown = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert shown[1] == ["deals", "rabais, deals", "1", "0", "1", "1", "vudumobile: Marketing"]
    assert "a membership lasts 365d" in textobot("show", "deals").stdout


def test_a_large_file_goes_in_parts(textobot: Textobot) -> None:
    numbers = [f"+1514556{place:04}" for place in range(700)]
    Path("people.csv").write_text("number\n" + "\n".join(numbers))

    textobot("import", "deals", "people.csv", *GROUND, "--yes")

    assert [row["number"] for row in exported(textobot)] == numbers
