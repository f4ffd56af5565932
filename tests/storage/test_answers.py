"""Answers: kept in their order, with those that a newer one took the place of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.storage import answers
from bot.storage.answers import Kept, Tally
from bot.storage.database import Database
from tests.clock import NOON
from tests.storage.test_inbox import ANA, BEN

HOUR = timedelta(hours=1)
VOTE = Kept(f"vudumobile:{ANA}", "vudumobile", ANA, "vote", 1, NOON, {"choice": 3}, once=True)
SONG = replace(VOTE, rule="song", captured={"title": "Là « bas » 👍"}, once=False)


async def keep(database: Database, *kept: Kept) -> None:
    async with database.write() as connection:
        await answers.keep(connection, kept)


async def read(database: Database, rule: str = "vote") -> list[Mapping[str, Any]]:
    async with database.read() as connection:
        return await answers.read(connection, rule)


def of(number: str, *, inbound: int = 1, rule: str = "vote", once: bool = True) -> Kept:
    return replace(
        VOTE,
        conversation=f"vudumobile:{number}",
        number=number,
        inbound=inbound,
        rule=rule,
        once=once,
    )


async def test_an_answer_comes_back_as_it_was_given(database: Database) -> None:
    await keep(database, SONG)

    (row,) = await read(database, "song")
    assert row == {
        "id": 1,
        "conversation": f"vudumobile:{ANA}",
        "gateway": "vudumobile",
        "number": ANA,
        "rule": "song",
        "inbound": 1,
        "answered_at": NOON,
        "captured": {"title": "Là « bas » 👍"},
        "counts": True,
    }


async def test_nothing_captured_is_an_answer_too(database: Database) -> None:
    """`once` alone: who came counts."""
    await keep(database, replace(VOTE, captured={}))

    assert [row["captured"] for row in await read(database)] == [{}]


@pytest.mark.parametrize(
    ("kept", "counting"),
    [
        pytest.param([of(ANA), of(ANA)], [False, True], id="the newest of a number"),
        pytest.param([of(ANA), of(ANA), of(ANA)], [False, False, True], id="again"),
        pytest.param([of(ANA), of(BEN)], [True, True], id="of each number"),
        pytest.param([of(ANA), of(BEN), of(ANA)], [False, True, True], id="in turn"),
        pytest.param(
            [of(ANA, once=False), of(ANA, once=False)], [True, True], id="all, where all count"
        ),
        pytest.param(
            [of(ANA, once=False), of(ANA, once=False), of(ANA)],
            [False, False, True],
            id="the rule was edited to count once",
        ),
        pytest.param(
            [of(ANA), of(ANA, once=False)], [True, True], id="the rule was edited to count all"
        ),
        pytest.param([of(ANA, rule="song"), of(ANA)], [True], id="of this rule alone"),
        pytest.param(
            [replace(of(ANA), conversation=f"clever:{ANA}", gateway="clever"), of(ANA)],
            [False, True],
            id="of a number on every gateway",
        ),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["at once", "one by one"])
async def test_which_answers_count(
    database: Database, kept: list[Kept], counting: list[bool], together: bool
) -> None:
    for part in [kept] if together else [[one] for one in kept]:
        await keep(database, *part)

    assert [row["counts"] for row in await read(database)] == counting


async def test_answers_are_read_in_their_order_and_from_an_instant_on(database: Database) -> None:
    later = [
        replace(of(ANA, inbound=hour, once=False), answered_at=NOON + hour * HOUR)
        for hour in range(4)
    ]
    await keep(database, *later)

    async with database.read() as connection:
        found = await answers.read(connection, "vote", since=NOON + 2 * HOUR)

    assert [row["inbound"] for row in found] == [2, 3]
    assert [row["inbound"] for row in await read(database)] == [0, 1, 2, 3]


async def test_answers_are_counted_by_rule(database: Database) -> None:
    newest = replace(of(BEN), answered_at=NOON + HOUR)
    await keep(database, of(ANA), of(ANA), newest, SONG)

    async with database.read() as connection:
        assert await answers.tally(connection) == [
            Tally("song", 1, 0, NOON),
            Tally("vote", 2, 1, NOON + HOUR),
        ]


async def test_the_answers_of_a_text_are_found_by_it(database: Database) -> None:
    await keep(database, of(ANA, inbound=1), of(ANA, inbound=2), of(BEN, inbound=2))

    async with database.read() as connection:
        found = await answers.of_text(connection, ANA, 2)

    assert [(row["number"], row["inbound"]) for row in found] == [(ANA, 2)]
