"""`textobot cost`: this day and this month, by gateway and purpose, beside the ceilings."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.storage import schema
from bot.storage.database import Database
from tests.clock import NOON
from tests.stores import make_store

Textobot = Callable[..., Result]
DAY = timedelta(days=1)
ROWS = [
    (0, "clever", "reply", 3, 21.0),
    (0, "vudumobile", "reply", 4, 0.0),
    (0, "vudumobile", "started", 2, 0.0),
    (1, "vudumobile", "reply", 10, 0.0),
    (40, "vudumobile", "reply", 500, 0.0),
]
"""Days ago, gateway, purpose, segments, units."""


async def filled(folder: Path) -> None:
    await make_store(folder / "textobot.db")
    database = Database(f"sqlite:///{folder}/textobot.db")
    await database.open()
    async with database.write() as connection:
        for ago, gateway, purpose, messages, units in ROWS:
            row = {"gateway": gateway, "purpose": purpose, "messages": messages, "units": units}
            day = f"{NOON - ago * DAY:%Y-%m-%d}"
            await connection.execute(schema.spent.insert().values(day=day, **row))
    await database.close()


@pytest.fixture
def textobot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Textobot:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEXTOBOT_CLOCK", f"{NOON.timestamp()},{time.time()},1")
    asyncio.run(filled(tmp_path))

    def called(*arguments: str, ceilings: str = "") -> Result:
        (tmp_path / "config.yaml").write_text(
            "organisation: {name: Radio, contact: '418'}\ntimezone: UTC\n"
            f"store: sqlite:///textobot.db\n{ceilings}"
        )
        return CliRunner().invoke(main, ["cost", *arguments])

    return called


def test_what_was_sent_is_shown_by_gateway_and_purpose(textobot: Textobot) -> None:
    result = textobot()

    assert (result.exit_code, result.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines == [
        f"day {NOON:%Y-%m-%d}: 9 segments, 21 units",
        "gateway what segments units",
        "clever replies 3 21",
        "vudumobile replies 4 0",
        "vudumobile what we start 2 0",
        f"month {NOON:%Y-%m}: 19 segments, 21 units",
        "gateway what segments units",
        "clever replies 3 21",
        "vudumobile replies 14 0",
        "vudumobile what we start 2 0",
        "There is no ceiling; `ceilings` in config.yaml sets one.",
    ]


def test_it_says_how_that_stands_to_the_ceilings(textobot: Textobot) -> None:
    result = textobot(ceilings="ceilings: {day: {messages: 10}, month: {units: 21}}\n")

    assert f"day {NOON:%Y-%m-%d}: 9 segments of 10, 21 units\n" in result.stdout
    assert result.stdout.endswith(
        "21 of the 21 units of this month are spent: replies wait, too.\n"
        "21 of the 21 units of this month are spent: nothing more is started.\n"
        "9 of the 10 messages of this day are spent: nothing more is started.\n"
    )


def test_programs_read_json(textobot: Textobot) -> None:
    told = json.loads(textobot("--json", ceilings="ceilings: {day: {messages: 10}}\n").stdout)

    assert told["day"]["spent"] == {"messages": 9, "units": 21.0}
    assert told["day"]["ceiling"] == {"messages": 10, "units": 0.0}
    assert told["month"]["lines"][1] == {
        "gateway": "vudumobile",
        "purpose": "reply",
        "messages": 14,
        "units": 0.0,
    }
    assert told["reached"] == [
        "9 of the 10 messages of this day are spent: nothing more is started"
    ]
