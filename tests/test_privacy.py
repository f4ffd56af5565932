"""`textobot export`, `forget`, `backup` and `restore`, where no daemon runs."""

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.services.attended import texted
from tests.services.forgotten import DIGITS, WORDS, everything, live, traces
from tests.services.played import ANA, BEN, open_scene
from tests.test_user import CONFIG

Textobot = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def textobot(folder: Path) -> Textobot:
    def called(*arguments: str) -> Result:
        result = CliRunner().invoke(main, list(arguments))
        assert "Traceback" not in result.output
        return result

    return called


@pytest.fixture
def store(folder: Path) -> dict[str, list[dict[str, object]]]:
    """Something stands of Ana in every table; Ben has texted. Every row."""

    async def fill() -> dict[str, list[dict[str, object]]]:
        async with open_scene(folder) as scene:
            await live(scene)
            await texted(scene, "=1+2", number=BEN)
            return await everything(scene)

    return asyncio.run(fill())


def test_an_export_has_every_row_in_which_the_number_stands(
    textobot: Textobot, store: dict[str, list[dict[str, object]]]
) -> None:
    whole = json.loads(textobot("export", ANA, "--json").stdout)

    told = [
        row for part in ("collected", "derived") for rows in whole[part].values() for row in rows
    ]
    for name, rows in store.items():
        for row in rows:
            if DIGITS in str(row):
                same = [one for one in told if one.get("id") == row.get("id", one.get("id"))]
                missing = set(row) - {key for one in same for key in one} - {"nonce"}
                assert not missing, f"{name}: {missing}"
    assert BEN not in json.dumps(whole["collected"])
    assert {one["text"] for one in whole["collected"]["texts"]} >= {WORDS, "vote 3"}
    assert all("text" not in one for one in whole["derived"]["decisions"])


@pytest.mark.parametrize("name", ["ana", "ana.zip", "ana.json"])
def test_an_export_is_for_one_user_and_replaces_nothing(
    textobot: Textobot, folder: Path, store: object, name: str
) -> None:
    assert textobot("export", "514", "555", "0001", "-o", name).exit_code == 0

    path = folder / name
    assert path.stat().st_mode & 0o077 == 0
    result = textobot("export", ANA, "-o", name)
    assert (result.exit_code, "File exists" in result.stderr) == (1, True)


def test_csv_holds_no_formula(textobot: Textobot, folder: Path, store: object) -> None:
    textobot("export", BEN, "-o", "ben.zip")

    with zipfile.ZipFile(folder / "ben.zip") as archive:
        written = archive.read("collected-texts.csv").decode()
    (row,) = csv.DictReader(io.StringIO(written))
    assert (row["text"], row["number"]) == ("'=1+2", BEN)


@pytest.mark.parametrize("command", [["export"], ["forget"], ["forget", "--yes"]])
def test_a_stranger_is_told(textobot: Textobot, store: object, command: list[str]) -> None:
    result = textobot(*command, "+15145559999")

    assert "nothing" in result.output
    assert textobot(*command, "12").exit_code == 2


def test_it_is_shown_what_would_go(textobot: Textobot, folder: Path, store: object) -> None:
    textobot("export", ANA, "-o", "ana.json")

    result = textobot("forget", ANA)

    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == f"{ANA} would be forgotten:"
    assert {"4 texts of theirs", f"export {folder / 'ana.json'}"} <= set(lines)
    assert "Nothing was changed" in result.stdout
    assert traces(folder, WORDS)


def test_who_is_forgotten_stands_in_no_file(
    textobot: Textobot, folder: Path, store: object
) -> None:
    """INV-38: not in the store, its log and journal, nor in an export, though it is named so."""
    for name in (f"{ANA}.json", "a.zip", "folder"):
        textobot("export", ANA, "-o", name)
    (folder / "folder" / "mine.txt").write_text("not yours")

    result = textobot("forget", ANA, "--yes")

    assert result.exit_code == 0
    assert traces(folder, DIGITS, WORDS) == {}
    assert (folder / "folder" / "mine.txt").exists()
    assert not (folder / "a.zip").exists()
    log = [json.loads(line) for line in result.stderr.splitlines()]
    assert [(line["action"], line["inbox"]) for line in log] == [("person.forgotten", 4)]
    assert DIGITS not in result.stderr
    assert "there is nothing to forget" in textobot("forget", ANA).stdout


def test_what_was_forgotten_stays_out_of_an_export(textobot: Textobot, store: object) -> None:
    textobot("forget", ANA, "--yes")

    kept = textobot("export", ANA, "--json").stdout

    assert WORDS not in kept
    assert [one["how"] for one in json.loads(kept)["collected"]["consents"]] == ["text", "import"]


def test_a_file_of_somebody_else_is_never_taken_for_an_export(
    textobot: Textobot, folder: Path, store: object
) -> None:
    (folder / "mine.json").write_text("{}")
    textobot("export", ANA, "-o", "mine.json")

    textobot("forget", ANA, "--yes")

    assert (folder / "mine.json").read_text() == "{}"


def test_a_backup_is_restored(textobot: Textobot, folder: Path, store: object) -> None:
    made = textobot("backup", "copy")
    assert (made.exit_code, made.stderr) == (0, "")
    assert made.stdout.startswith("copy: 5 texts, ")
    textobot("forget", ANA, "--yes")

    result = textobot("restore", "copy")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "The store of before is kept: " in result.stdout
    assert "there is nothing to forget" in textobot("forget", ANA).stdout  # it is again
    assert "was put aside" in textobot("forget", ANA).stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["backup", "config.yaml"], "is there already"),
        (["backup", "no/where"], "cannot be used"),
        (["restore", "nothing"], "cannot be used"),
        (["restore", "config.yaml"], "cannot be used as a store"),
    ],
)
def test_what_cannot_be_copied_is_one_sentence(
    textobot: Textobot, store: object, arguments: list[str], told: str
) -> None:
    result = textobot(*arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert told in result.stderr
