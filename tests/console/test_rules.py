"""Rules and answers over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.storage import answers
from bot.storage.answers import Kept
from tests.console.api import RULES, Program, program
from tests.services.played import ANA, BEN

MORE = """\
rules:
  - id: song
    keyword: [chanson]
    reply: "Merci."
"""


async def test_the_rules_in_force_say_where_they_stand(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        got = (await asking.ask("GET", "/rules")).body

    assert [(one["id"], one["trigger"], one["words"], one["line"]) for one in got["rules"]] == [
        ("weather", "keyword", ["meteo"], 2),
        ("vote", "keyword", ["vote"], 5),
    ]
    assert [one["keeps_answers"] for one in got["rules"]] == [False, True]
    assert (got["rules"][0]["file"].endswith("rules/radio.yaml"), got["faults"]) == (True, [])


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        pytest.param({"text": MORE}, [], id="it is well"),
        pytest.param({"text": RULES, "file": "radio.yaml"}, [], id="in the place of itself"),
        pytest.param({"text": "rules: []\n", "file": "radio.yaml"}, [], id="empty"),
        pytest.param(
            {"text": MORE.replace("keyword", "keywords")}, [("new.yaml", 3)], id="an unknown key"
        ),
        pytest.param(
            {"text": MORE.replace("song", "weather")}, [("radio.yaml", 2)], id="a name twice"
        ),
        pytest.param({"text": "rules: ["}, [("new.yaml", 2)], id="no YAML"),
    ],
)
async def test_a_file_is_checked_among_the_others_and_not_saved(
    tmp_path: Path, body: Any, faults: list[tuple[str, int]]
) -> None:
    async with program(tmp_path) as asking:
        got = await asking.ask("POST", "/rules/check", body)

    assert [(one["file"], one["line"]) for one in got.body["faults"]] == faults, got.body
    assert got.body["ok"] is not bool(faults)
    assert "/" not in "".join(one["what"] for one in got.body["faults"])
    assert [one.name for one in (tmp_path / "rules").iterdir()] == ["radio.yaml"]


@pytest.mark.parametrize("file", ["../new.yaml", "/etc/new.yaml", "a/b.yaml", ".yaml", "a.yml"])
async def test_a_file_is_checked_under_no_name_but_a_plain_one(tmp_path: Path, file: str) -> None:
    async with program(tmp_path) as asking:
        got = await asking.ask("POST", "/rules/check", {"text": MORE, "file": file})

    assert got.status == 422


async def test_who_would_answer_and_why(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        got = (await asking.ask("POST", "/rules/explain", {"text": "meteo Québec"})).body
        vote = (await asking.ask("POST", "/rules/explain", {"text": "vote 3"})).body
        nobody = (await asking.ask("POST", "/rules/explain", {"text": "bonjour"})).body

    assert (got["rule"], got["words"], got["silent"]) == ("weather", ["meteo", "quebec"], None)
    assert [(one["text"], one["segments"]) for one in got["replies"]] == [
        ("Il fait beau, Québec.", 1)
    ]
    assert vote["captured"] == {"choice": "3"}
    assert (nobody["rule"], nobody["replies"]) == (None, [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"gateway": "x"},
        {"number": "abc"},
        {"lists": ["x"]},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
    ],
    ids=str,
)
async def test_who_cannot_be_is_not_explained(tmp_path: Path, wrong: Any) -> None:
    async with program(tmp_path) as asking:
        got = await asking.ask("POST", "/rules/explain", {"text": "meteo", **wrong})

    assert got.status == 422


async def answered(asking: Program, *votes: tuple[str, int]) -> None:
    async with asking.scene.database.write() as connection:
        at = asking.scene.clock.now()
        rows = [
            Kept(f"vudumobile:{number}", "vudumobile", number, "vote", place, at, {"choice": n},
                 once=True)
            for place, (number, n) in enumerate(votes, 1)
        ]  # fmt: skip
        await answers.keep(connection, rows)


async def test_answers_are_read_and_counted(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        empty = (await asking.ask("GET", "/rules/vote/answers")).body
        await answered(asking, (ANA, 3), (BEN, 3), ("+15145550003", 1), (ANA, 5))
        got = (await asking.ask("GET", "/rules/vote/answers?limit=3")).body
        rest = (await asking.ask("GET", f"/rules/vote/answers?after={got['next']}")).body

    assert (empty["total"], empty["answers"], empty["counts"]) == (0, [], {})
    assert (got["total"], got["numbers"], got["replaced"], got["more"]) == (3, 3, 1, True)
    assert got["counts"] == {"choice": {"3": 1, "1": 1, "5": 1}}
    assert [(one["number"], one["counts"]) for one in got["answers"]] == [
        (ANA, False),
        (BEN, True),
        ("+15145550003", True),
    ]
    assert [(one["text"], one["captured"]) for one in rest["answers"]] == [
        ("inbound-4", {"choice": 5})
    ]
