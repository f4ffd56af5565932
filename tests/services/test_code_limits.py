"""How many codes are sent and compared: no cap is exceeded, and a new code resets nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.code_limits import Counted, Failures
from bot.core.policy import Limit
from bot.core.verification import State
from bot.services.code_caps import NotSent, Why
from bot.storage import verifications
from tests.postgresql import Server
from tests.services.played import ANA, BEN
from tests.services.verifying import INBOUND, Lab, another, open_lab

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def lab(tmp_path: Path, postgresql: Server | None) -> AsyncIterator[Lab]:
    async with open_lab(tmp_path, postgresql) as opened:
        yield opened


def numbers(many: int) -> list[str]:
    """So many, none with the prefix of another."""
    return [f"+1514{200 + place // 7}{1 + place % 7}555" + "0" for place in range(many)]


async def refused(lab: Lab, number: str = ANA, **wanted: Any) -> NotSent:
    with pytest.raises(NotSent) as caught:
        await lab.start(number, **wanted)
    return caught.value


async def test_a_number_is_sent_so_many_whatever_they_are_for(lab: Lab) -> None:
    """INV-20."""
    for purpose in "abcde":
        await lab.start(purpose=purpose)
        lab.scene.clock.advance(60)

    hit = await refused(lab, purpose="f")

    assert hit.why is Why.CAP
    assert hit.until is not None
    assert (hit.until - lab.scene.clock.now()).total_seconds() == 300
    await lab.start(BEN)
    lab.scene.clock.advance(300)
    await lab.start(purpose="f")


async def test_ten_a_day(lab: Lab) -> None:
    for place in range(10):
        await lab.start(purpose=f"p{place}")
        lab.scene.clock.advance(1200)

    assert (await refused(lab, purpose="more")).why is Why.CAP


async def test_adjacent_numbers_are_one_place(lab: Lab) -> None:
    for place in range(20):
        await lab.start(f"+1514555{place:04}")

    assert (await refused(lab, "+15145550099")).why is Why.CAP
    await lab.start("+15145560001")


async def test_one_client_is_one_client_whatever_it_asks_for(lab: Lab) -> None:
    for place in range(10):
        await lab.start(f"+1514{210 + place}5550", client="203.0.113.7")

    assert (await refused(lab, "+15142305550", client="203.0.113.7")).why is Why.CAP
    await lab.start("+15142305550", client="203.0.113.8")
    await lab.start("+15142315550")


@pytest.mark.parametrize("counted", [Counted.CALLER, Counted.COUNTRY, Counted.EVERYTHING])
async def test_who_asks_where_to_and_all_together(
    tmp_path: Path, postgresql: Server | None, counted: Counted
) -> None:
    caps = [(counted, Limit(2, HOUR))]
    async with open_lab(tmp_path, postgresql, caps=caps) as lab:
        await lab.start("+15142105550")
        await lab.start("+15142115550")

        assert (await refused(lab, "+15142125550")).why is Why.CAP
        lab.scene.clock.advance(3600)
        await lab.start("+15142125550")


async def test_caps_hold_for_those_who_ask_at_once(lab: Lab) -> None:
    """INV-20."""
    came = await asyncio.gather(
        *(lab.start(purpose=f"p{place}") for place in range(12)), return_exceptions=True
    )

    assert sum(not isinstance(one, BaseException) for one in came) == 5


async def test_sends_of_one_code_grow_apart_and_end(lab: Lab) -> None:
    """INV-17: the same each time."""
    which, code = await lab.sent()
    for wait in (30, 60, 120, 300):
        lab.scene.clock.advance(wait - 1)
        assert (await refused(lab)).why is Why.TOO_SOON
        lab.scene.clock.advance(1)
        assert await lab.sent() == (which, code)
    lab.scene.clock.advance(60)
    hit = await refused(lab)

    assert hit.why is Why.SENDS_USED
    assert (await lab.rows())[0]["sends"] == 5


async def test_wrong_codes_are_counted_over_all_codes_of_a_number(lab: Lab) -> None:
    """INV-16: twenty in a day, whatever they were for; a new code changes nothing."""
    for purpose in "abcd":
        which, code = await lab.sent(purpose=purpose)
        for _ in range(5):
            await lab.check(which, another(code))
    with pytest.raises(NotSent) as caught:
        await lab.check((await other(lab)), "123456")
    assert caught.value.why is Why.WRONG_CODES
    assert (await refused(lab, purpose="e")).why is Why.WRONG_CODES

    lab.scene.clock.advance(3600)
    which, code = await lab.sent(purpose="e")
    done = await lab.check(which, code)

    assert done is not None
    assert done.status is State.APPROVED


async def other(lab: Lab) -> str:
    """A verification of the number that is pending, begun before."""
    async with lab.verifier.database.write() as connection:
        kept = (await verifications.failures(connection, [ANA]))[ANA]
        await verifications.clear_failures(connection, ANA)
    begun = await lab.start(purpose="z")
    async with lab.verifier.database.write() as connection:
        await verifications.save_failures(
            connection, ANA, Failures(kept.in_a_row, kept.recent), lab.scene.clock.now()
        )
    return begun.verification.id


async def test_a_place_where_codes_do_not_come_back_is_left_alone(lab: Lab) -> None:
    known = "+15145559999"
    which, code = await lab.sent(known)
    await lab.check(which, code)
    for place in range(9):
        await lab.start(f"+1514555{place:04}")
    lab.scene.clock.advance(601)
    await lab.verifier.tick()

    hit = await refused(lab, "+15145550100")

    assert hit.why is Why.CONVERSION
    await lab.start(known)
    await lab.start("+15145560001")
    lab.scene.clock.advance(12 * 3600)
    await lab.start("+15145550100")


async def test_two_checks_at_once_with_the_right_code_approve_once(lab: Lab) -> None:
    """INV-15."""
    which, code = await lab.sent()

    came = await asyncio.gather(
        *(lab.check(which, code) for _ in range(8)), return_exceptions=True
    )

    right = [one for one in came if not isinstance(one, BaseException)]
    assert [one and one.status for one in right] == [State.APPROVED]
    assert all(
        isinstance(one, NotSent) and one.why is Why.USED for one in came if one not in right
    )


async def test_the_last_attempt_is_one_attempt(lab: Lab) -> None:
    """INV-16: wrong and right at once, with one left."""
    which, code = await lab.sent()
    for _ in range(4):
        await lab.check(which, another(code))

    await asyncio.gather(
        *(lab.check(which, one) for one in (another(code), code, another(code))),
        return_exceptions=True,
    )

    (row,) = await lab.rows()
    assert row["attempts"] == 5
    assert row["status"] in {"locked", "approved"}


async def test_what_is_over_is_told_once(lab: Lab) -> None:
    await lab.start()
    await lab.start(channel=INBOUND, purpose="other")
    lab.scene.clock.advance(600)

    assert await lab.verifier.tick() == 2
    assert await lab.verifier.tick() == 0
    assert await lab.statuses() == ["expired", "expired"]


async def test_from_outbound_to_inbound_is_another_verification(lab: Lab) -> None:
    """INV-17: the first is called off."""
    first, _ = await lab.sent()
    begun = await lab.start(channel=INBOUND)

    assert begun.is_new
    statuses = {row["id"]: row["status"] for row in await lab.rows()}
    assert statuses == {first: "cancelled", begun.verification.id: "pending"}
