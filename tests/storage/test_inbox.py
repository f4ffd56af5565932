"""The inbox: what a gateway lists is stored once, and handed out once, in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.decision import Why
from bot.core.messages import InboundStatus, Listed
from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.inbox import Handled, Received
from tests import claiming
from tests.clock import NOON

ANA, BEN = "+15145550001", "+15145550002"


def listed(key: str, number: str = ANA, text: str = "METEO", fingerprint: str = "") -> Listed:
    return Listed(
        key=key,
        number=number,
        text=text,
        sent_at=NOON,
        our_number="+15149541234",
        fingerprint=fingerprint or f"print of {key}",
    )


async def receive(database: Database, *texts: Listed, also: tuple[str, ...] = ()) -> Received:
    async with database.write() as connection:
        return await inbox.receive(
            connection,
            "vudumobile",
            texts,
            listed=frozenset([*(text.key for text in texts), *also]),
            history=False,
            now=NOON,
        )


async def claim(database: Database, limit: int = 10) -> list[str]:
    async with database.write() as connection:
        ids = await claiming.claim(connection, limit)
        return [text.text for text in await inbox.load(connection, ids)]


async def claim_suspect(database: Database) -> list[tuple[str, int]]:
    async with database.write() as connection:
        ids = await claiming.claim_suspect(connection)
        return [(text.text, text.attempts) for text in await inbox.load(connection, ids)]


async def settle_all(database: Database) -> None:
    async with database.write() as connection:
        texts = await inbox.load(connection, list(range(100)))
        handled = [Handled(text.id, InboundStatus.HANDLED, Why("nobody")) for text in texts]
        await inbox.settle(connection, handled, NOON)


async def test_a_text_has_the_language_of_its_contact_along_until_it_is_decided(
    database: Database,
) -> None:
    texts = [replace(listed("mo:1"), contact="en"), listed("mo:2", BEN)]
    async with database.write() as connection:
        await inbox.receive(
            *(connection, "vudumobile", texts),
            listed=frozenset(one.key for one in texts),
            history=False,
            now=NOON,
        )
        ids = await claiming.claim(connection, 10)
        known = await inbox.load(connection, ids)
        handled = [Handled(one.id, InboundStatus.HANDLED, Why("rule")) for one in known]
        await inbox.settle(connection, handled, NOON)
        details = [(await inbox.stored(connection, one) or {})["detail"] for one in ids]

    assert [one.contact for one in known] == ["en", ""]
    assert details == [None, None]


ONE, TWO = listed("mo:1"), listed("mo:2")


@pytest.mark.parametrize(
    ("first", "second", "received"),
    [
        pytest.param([ONE], [ONE], Received(0), id="listed again"),
        pytest.param([ONE, TWO], [TWO, ONE], Received(0), id="listed again in another order"),
        pytest.param([ONE], [ONE, TWO], Received(1), id="one more"),
        pytest.param(
            [listed("mo:1", fingerprint="same")],
            [listed("mo:1", fingerprint="same"), listed("mo:2", fingerprint="same")],
            Received(1),
            id="two equal texts in one second, both listed",
        ),
        pytest.param(
            [listed("mo:1", fingerprint="same")],
            [listed("mo:9", fingerprint="same")],
            Received(0, renumbered=1),
            id="the same text under another id",
        ),
        pytest.param(
            [listed("mo:1", fingerprint="same")],
            [listed("mo:8", fingerprint="same"), listed("mo:9", fingerprint="same")],
            Received(1, renumbered=1),
            id="the same text under another id, and a second one",
        ),
        pytest.param(
            [ONE],
            [listed("mo:1", text="DJ", fingerprint="other")],
            Received(1, reused=1),
            id="an id given to another text",
        ),
        pytest.param(
            [ONE], [listed("mo:1", BEN)], Received(1), id="an id given to another number"
        ),
        pytest.param([ONE, ONE], [], Received(2), id="twice in one page"),
    ],
)
async def test_a_listed_text_is_stored_once(
    database: Database, first: list[Listed], second: list[Listed], received: Received
) -> None:
    """INV-1, INV-26."""
    before = await receive(database, *first)
    after = await receive(database, *second)

    if second:
        assert after == received
    stored = await claim(database)
    assert len(stored) == len({(t.key, t.number, t.text) for t in [*first, *second]}) - (
        after.renumbered
    )
    assert before.renumbered == 0


async def test_a_text_listed_under_its_old_and_a_new_id_at_once_is_two(database: Database) -> None:
    await receive(database, listed("mo:1", fingerprint="same"))

    again = await receive(database, listed("mo:2", fingerprint="same"), also=("mo:1",))

    assert again == Received(1)


async def test_texts_are_claimed_in_the_order_they_came(database: Database) -> None:
    await receive(database, listed("mo:1", text="a"), listed("mo:2", BEN, "b"))
    await receive(database, listed("mo:3", text="c"))

    assert await claim(database, 2) == ["a", "b"]


async def test_a_settled_text_is_never_claimed_again(database: Database) -> None:
    await receive(database, ONE)
    await settle_all(database)

    assert await claim(database) == []
    assert await claim_suspect(database) == []


async def test_a_text_on_which_the_process_died_holds_up_its_own_conversation_alone(
    database: Database,
) -> None:
    """INV-28: a claim that was not settled is a death; it is decided apart, and in order."""
    await receive(database, listed("mo:1", text="poison"))
    assert await claim(database) == ["poison"]
    await receive(database, listed("mo:2", text="after"), listed("mo:3", BEN, "other"))

    assert await claim(database) == ["other"]
    assert await claim_suspect(database) == [("poison", 2)]


async def test_the_reason_of_a_decision_is_kept_with_the_text(database: Database) -> None:
    await receive(database, ONE)
    why = Why("rule", "weather", "météo", {"first": True})

    async with database.write() as connection:
        [text] = await inbox.load(connection, await claiming.claim(connection, 1))
        await inbox.settle(connection, [Handled(text.id, InboundStatus.HANDLED, why)], NOON)
        row = await inbox.stored(connection, text.id)

    assert row is not None
    told = [row[name] for name in ("status", "reason", "rule", "words")]
    assert told == ["handled", "rule", "weather", "météo"]
    assert row["detail"] == {"first": True}
    assert row["handled_at"] == NOON


async def test_times_come_back_as_the_instants_that_they_were(database: Database) -> None:
    """INV-39."""
    moment = NOON + timedelta(milliseconds=123)
    await receive(database, replace(ONE, sent_at=moment))

    async with database.write() as connection:
        [text] = await inbox.load(connection, await claiming.claim(connection, 1))

    assert text.sent_at == moment
