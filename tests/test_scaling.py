"""docs/scaling.md has the tables that `python -m bench.scaling` prints."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bench.campaigns import Traffic, play
from bench.filled import compare, stores
from bench.scaling import printed
from tests.postgresql import Server

PAGE = (Path(__file__).parent.parent / "docs" / "scaling.md").read_text("utf-8")


def test_the_tables_of_the_page_are_those_that_are_printed() -> None:
    tables = {name: make() for name, make in printed().items()}

    missing = [name for name, table in tables.items() if f"\n\n{table}\n\n" not in PAGE]
    assert missing == [], "python -m bench.scaling --write"


def test_a_higher_rate_finds_answers_sooner_and_asks_more_often() -> None:
    slow, fast = (play(Traffic(1_000, rate)) for rate in (2.0, 10.0))

    assert fast.quick < slow.quick
    assert fast.mean < slow.mean
    assert fast.readings > slow.readings
    day = timedelta(days=1).total_seconds()
    assert slow.readings > 5_000 / day, "everybody's newest campaign is asked once a day"


async def test_a_filled_store_answers_what_an_empty_one_answers(tmp_path: Path) -> None:
    with stores("", tmp_path) as places:
        ratios = await compare(places, texts=300, each=20, rounds=1)

    assert len(ratios) == 1
    assert all(0 < ratio < 100 for ratio in ratios[0])


@pytest.mark.postgres
def test_so_does_one_in_postgresql(tmp_path: Path, running_postgresql: Server) -> None:
    with stores(running_postgresql.url("postgres"), tmp_path) as places:
        ((cpu, time),) = asyncio.run(compare(places, texts=300, each=20, rounds=1))

    assert 0 < cpu < 100
    assert 0 < time < 100
