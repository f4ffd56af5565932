"""What was said either way is read in one order, whole, and nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.storage import inbox, messages, outbox
from bot.storage.database import Database
from bot.storage.messages import Place, Wanted
from tests.services.played import ANA, listed, message

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def say(database: Database, order: str) -> None:
    """`<` they, `>` we, `-` and the clock went back by an hour."""
    at = NOON
    for place, way in enumerate(order):
        at += timedelta(hours=-1) if way == "-" else timedelta(minutes=1)
        async with database.write() as connection:
            if way == "<":
                row = listed(f"{place}", "a", at)
                await inbox.receive(
                    *(connection, "vudumobile", [row]),
                    listed=frozenset({row.key}),
                    history=False,
                    now=at,
                )
            if way == ">":
                await outbox.enqueue(connection, [message(f"{place}", at, number=ANA)])


@pytest.mark.parametrize("order", ["", "<", "><<", "<><>>>", "<>-<>", ">>-<<<->"])
@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_page_by_page_everything_comes_once(
    database: Database, order: str, limit: int
) -> None:
    await say(database, order)
    found: list[str] = []
    wanted, more = Wanted(), True
    while more:
        async with database.read() as connection:
            page = await messages.page(connection, wanted, limit)
        assert len(page.said) <= limit
        found += [f"{'>' if one.ours else '<'}{one.row['id']}" for one in page.said]
        wanted, more = Wanted(after=page.next), page.more

    assert sorted(found) == sorted(
        f"{way}{place}" for way in "<>" for place in range(1, order.count(way) + 1)
    )
    if "-" not in order:
        assert [one[0] for one in found] == list(order)
    assert wanted.after == Place(order.count("<"), order.count(">"))
