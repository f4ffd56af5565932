"""What people answered: as a table, counted, and as CSV that no spreadsheet obeys."""

import asyncio
import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st

from bot.answers import neutral
from bot.cli import main
from bot.storage import answers
from bot.storage.answers import Kept
from tests.stores import open_store

ANA, BEN, LEA = "+15145550001", "+15145550002", "+33600000001"
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
RULES = """
rules:
  - {id: vote, keyword: vote, expect: {choice: integer 1..5}, once: number, reply: "Ok"}
  - {id: song, keyword: song, expect: {title: text}, reply: "Ok"}
  - {id: quiet, keyword: quiet, expect: {choice: integer}, reply: "Ok"}
  - {id: weather, keyword: weather, reply: "Fair"}
"""
Textobot = Callable[..., Result]


def kept(
    rule: str,
    captured: Mapping[str, str | int],
    *,
    number: str = ANA,
    days_ago: int = 0,
    once: bool = False,
) -> Kept:
    at = NOW - days_ago * DAY
    return Kept(f"vudumobile:{number}", "vudumobile", number, rule, 1, at, captured, once)


KEPT = [
    kept("vote", {"choice": 3}, days_ago=9, once=True),
    kept("vote", {"choice": 5}, number=BEN, days_ago=8, once=True),
    kept("vote", {"choice": 5}, number=LEA, days_ago=2, once=True),
    kept("vote", {"choice": 1}, days_ago=1, once=True),
    kept("song", {"title": "=1+1"}, days_ago=3),
    kept("song", {"title": 'Été, "là"\nencore', "year": "1974"}, number=BEN, days_ago=2),
    kept("gone", {}, days_ago=2),
]


async def filled(folder: Path) -> None:
    async with open_store(folder) as database, database.write() as connection:
        await answers.keep(connection, KEPT)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(
        "organisation: {name: Radio, contact: '418'}\ntimezone: UTC\n"
        "store: sqlite:///textobot.db\n"
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULES)
    return tmp_path


@pytest.fixture
def textobot(folder: Path) -> Textobot:
    asyncio.run(filled(folder))
    return lambda *arguments: CliRunner().invoke(main, ["answers", *arguments])


def at(days_ago: int) -> str:
    return f"{NOW - days_ago * DAY:%Y-%m-%d %H:%M:%S}"


def cells(result: Result) -> list[list[str]]:
    """The table that is shown, without what stands below it."""
    return [line.split() for line in result.stdout.splitlines()[:-1]]


def read_csv(result: Result) -> list[list[str]]:
    return list(csv.reader(io.StringIO(result.stdout_bytes.decode("utf-8"), newline="")))


def test_only_answers_that_count_are_shown(textobot: Textobot) -> None:
    result = textobot("vote")

    assert (result.exit_code, result.stderr) == (0, "")
    assert cells(result) == [
        ["time", "number", "gateway", "choice"],
        [*at(8).split(), BEN, "vudumobile", "5"],
        [*at(2).split(), LEA, "vudumobile", "5"],
        [*at(1).split(), ANA, "vudumobile", "1"],
    ]
    assert result.stdout.endswith("3 answers of 3 numbers; 1 replaced (--all shows them).\n")


def test_all_answers_are_shown_where_that_is_asked_for(textobot: Textobot) -> None:
    result = textobot("vote", "--all", "--since", "10d")

    assert [line[-1] for line in cells(result)] == ["counts", "no", "yes", "yes", "yes"]
    assert result.stdout.endswith("4 answers of 3 numbers.\n")


def test_only_the_newest(textobot: Textobot) -> None:
    assert len(cells(textobot("vote", "--since", "7d"))) == 3
    nothing = textobot("vote", "--since", "1h")
    assert nothing.stdout == "0 answers of 0 numbers.\n"


def test_values_are_counted(textobot: Textobot) -> None:
    assert cells(textobot("vote", "--counts")) == [
        ["answer", "value", "count", "share"],
        ["choice", "5", "2", "66.7", "%"],
        ["choice", "1", "1", "33.3", "%"],
    ]


def test_the_rules_that_have_answers(textobot: Textobot) -> None:
    lines = [line.split() for line in textobot().stdout.splitlines()]

    assert lines == [
        ["rule", "answers", "replaced", "newest"],
        ["gone", "1", "0", *at(2).split()],
        ["song", "2", "0", *at(2).split()],
        ["vote", "3", "1", *at(1).split()],
    ]


# CSV


def test_csv_is_what_a_spreadsheet_reads(textobot: Textobot) -> None:
    """RFC 4180 in UTF-8; and what people text is no formula."""
    result = textobot("song", "--csv")

    assert result.stdout_bytes.count(b"\r\n") == 3
    assert read_csv(result) == [
        ["time", "number", "gateway", "title", "year"],
        [at(3), ANA, "vudumobile", "'=1+1", ""],
        [at(2), BEN, "vudumobile", 'Été, "là"\nencore', "1974"],
    ]


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            ("vote", "--counts"),
            [["answer", "value", "count", "share"], ["choice", "5", "2", "66.7 %"]],
        ),
        (("quiet",), [["time", "number", "gateway"]]),
        ((), [["rule", "answers", "replaced", "newest"], ["gone", "1", "0", at(2)]]),
    ],
)
def test_everything_else_is_csv_too(
    textobot: Textobot, arguments: tuple[str, ...], lines: list[list[str]]
) -> None:
    assert read_csv(textobot(*arguments, "--csv"))[: len(lines)] == lines


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("-1-2", "'-1-2"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("-", "'-"),
        ("+15145550001", "+15145550001"),
        ("+1 514 555-0001", "'+1 514 555-0001"),
        ("-3", "-3"),
        ("+2.5", "+2.5"),
        ("-0,5", "-0,5"),
        ("-3\n", "'-3\n"),
        ("+٣", "'+٣"),
        ("2026-12-24", "2026-12-24"),
        ("oui", "oui"),
        ("", ""),
    ],
)
def test_a_cell_is_no_formula(cell: str, shown: str) -> None:
    assert neutral(cell) == shown


@given(st.text())
def test_no_cell_is_a_formula(cell: str) -> None:
    told = neutral(cell)

    assert told.removeprefix("'") == cell.removeprefix("'") or told == cell
    dangerous = told[:1] in tuple("=+-@\t\r\n") and told != ""
    assert not dangerous or told[1:].replace(".", "").replace(",", "").isdigit()


# What cannot be done


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["vot"], 1, "there is no rule 'vot'; did you mean vote?"),
        (["gon"], 1, "there is no rule 'gon'; did you mean gone?"),
        (["qui"], 1, "there is no rule 'qui'; did you mean quiet?"),
        (["xyz"], 1, "there is no rule 'xyz'; `textobot answers` lists those"),
        (["vote", "--since", "a week"], 2, "this is no duration; write it like"),
        (["vote", "--all", "--counts"], 2, "give --counts or --all"),
        (["vote", "-c", "no.yaml"], 2, "there is no configuration here"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    textobot: Textobot, arguments: list[str], code: int, told: str
) -> None:
    result = textobot(*arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


def test_a_rule_that_keeps_none_is_told(textobot: Textobot) -> None:
    told = "weather keeps no answers: it has no expect, steps, groups or once.\n"
    assert textobot("weather").stdout == told
    assert textobot("quiet").stdout == "0 answers of 0 numbers.\n"


def test_there_may_be_no_store_and_no_answer(folder: Path) -> None:
    missing = CliRunner().invoke(main, ["answers", "vote"])
    assert (missing.exit_code, "there is no store" in missing.stderr) == (1, True)
    assert not (folder / "textobot.db").exists()

    async def made() -> None:
        async with open_store(folder):
            pass

    asyncio.run(made())
    assert CliRunner().invoke(main, ["answers"]).stdout == "No rule was answered yet.\n"


def test_faulty_rules_hide_no_answer(textobot: Textobot, folder: Path) -> None:
    (folder / "rules" / "a.yaml").write_text("rules: [")

    assert textobot("vote").exit_code == 0
    assert textobot("quiet").exit_code == 1


async def test_it_works_beside_a_daemon(textobot: Textobot, folder: Path) -> None:
    """Who looks takes no lock, and writes nothing."""
    async with open_store(folder) as database, database.write() as connection:
        await answers.keep(connection, [kept("vote", {"choice": 2}, number="+15145550003")])
        result = await asyncio.to_thread(textobot, "vote", "--csv")

    assert result.exit_code == 0
    assert len(read_csv(result)) == 4  # what is not committed is not seen
