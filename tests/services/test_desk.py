"""What an operator does by hand to one number; an opt-out stays the person's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.services.desk import Desk, NotDone
from tests.clock import NOON
from tests.services.attended import fates, talk, texted
from tests.services.played import ANA, BEN, Scene

Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


# Taking over, blocking


async def test_a_person_takes_over_and_hands_back(scene: Scene, desk: Desk) -> None:
    await texted(scene, "bonjour")

    assert await desk.take_over(ANA, timedelta(hours=2)) == [
        "vudumobile: rules are silent until 2026-03-02 14:00"
    ]
    assert await texted(scene, "vote 1", "aide") == [await help_text(scene)]
    assert (await talk(desk)).silent_until == NOON + timedelta(hours=2, seconds=10)

    assert await desk.hand_back(ANA) == ["vudumobile: rules answer again"]
    assert await desk.hand_back(ANA) == []
    assert await texted(scene, "vote 1") == ["Compté."]


async def help_text(scene: Scene) -> str:
    (said,) = await texted(scene, "aide", number=BEN)
    return said


@pytest.mark.parametrize(
    ("period", "minutes"), [(None, 30), (timedelta(minutes=5), 5)], ids=["usual", "told"]
)
async def test_a_takeover_ends_by_itself(
    scene: Scene, desk: Desk, period: timedelta | None, minutes: int
) -> None:
    await texted(scene, "bonjour")
    await desk.take_over(ANA, period)

    scene.clock.advance(minutes * 60 - 10)
    assert await texted(scene, "vote 1") == []
    assert await texted(scene, "vote 1") == ["Compté."]
    assert (await talk(desk)).silent_until is None
    assert await desk.hand_back(ANA) == []


@pytest.mark.parametrize("act", [Desk.free, Desk.take_over, Desk.hand_back])
async def test_nothing_is_done_for_a_stranger(
    scene: Scene, desk: Desk, act: Callable[[Desk, str], Awaitable[list[str]]]
) -> None:
    """A number that was mistyped makes no conversation."""
    await texted(scene, "bonjour", number=BEN)

    with pytest.raises(NotDone, match=r"no gateway knows \+15145550001"):
        await act(desk, ANA)

    with pytest.raises(NotDone):
        await desk.state(ANA)


async def test_a_blocked_number_is_not_answered_until_it_is_unblocked(
    scene: Scene, desk: Desk
) -> None:
    """Also one that has not texted yet."""
    assert await desk.block(ANA) == ["it is not answered any more"]
    assert await desk.block(ANA) == []
    assert await texted(scene, "vote 1", "aide") == []
    assert (await desk.state(ANA)).blocked
    assert {reason for _, reason in await fates(scene)} <= {"blocked", "help"}

    assert await desk.unblock(ANA) == ["it is answered again"]
    assert await desk.unblock(ANA) == []
    assert await texted(scene, "vote 1") == ["Compté."]


# What nobody's hand changes


async def all_acts(desk: Desk) -> None:
    await desk.free(ANA, again=True)
    await desk.take_over(ANA)
    await desk.hand_back(ANA)
    await desk.block(ANA)
    await desk.unblock(ANA)
    await desk.free(ANA)


@pytest.mark.parametrize("words", [["stop"], ["stop", "start"]], ids=["out", "in again"])
async def test_an_opt_out_is_the_persons_own(
    scene: Scene, desk: Desk, words: Sequence[str]
) -> None:
    """INV-12."""
    await texted(scene, "rdv", *words)
    before = await desk.state(ANA)

    await all_acts(desk)

    after = await desk.state(ANA)
    assert (after.opted_out, after.changed_at, after.cause, after.word) == (
        *(before.opted_out, before.changed_at, before.cause, before.word),
    )
    assert after.opted_out == (words[-1] == "stop")
    assert bool(await texted(scene, "vote 1")) != after.opted_out


async def test_acts_leave_alone_what_is_in_the_outbox(scene: Scene, desk: Desk) -> None:
    """INV-41 of what an operator does: what was decided is sent."""
    await texted(scene, "rdv", "demain")
    before = await scene.outbox()

    await all_acts(desk)

    assert await scene.outbox() == before


async def test_acts_are_told_in_the_log_and_numbers_are_masked(
    scene: Scene, desk: Desk, lines: Lines
) -> None:
    await texted(scene, "bonjour")
    del lines[:]

    await all_acts(desk)

    assert [line["action"] for line in lines] == [
        *("desk.freed", "desk.taken_over", "desk.handed_back", "desk.blocked", "desk.unblocked"),
        "desk.freed",
    ]
    assert {line["number"] for line in lines} == {"+1514•••••01"}
