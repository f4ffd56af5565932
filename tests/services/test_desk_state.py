"""How a number stands, as an operator is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.consent import How
from bot.core.errands import ErrandKind
from bot.services.desk import LINES, Desk, NotDone, Question, State
from bot.storage import errands, subscribers
from tests.clock import NOON
from tests.services.attended import talk, texted, wanted
from tests.services.played import ANA, Scene, message


async def test_nothing_is_known_of_a_stranger(desk: Desk) -> None:
    with pytest.raises(NotDone, match=r"nothing is known of \+15145550001"):
        await desk.state(ANA)


async def test_the_state_of_somebody_who_is_asked_something(scene: Scene, desk: Desk) -> None:
    await wanted(scene, ErrandKind.LATER, due_at=NOON + timedelta(hours=2))
    await texted(scene, "rdv", "demain")

    state = await desk.state(ANA)

    (found,) = state.talks
    asked_at = NOON + timedelta(seconds=10)
    assert found.question == Question(
        "appointment", "part", asked_at, asked_at + timedelta(minutes=30)
    )
    assert (found.gateway, found.silent_until, found.limited, found.robot) == (
        *("vudumobile", None, False, False),
    )
    assert [(one.ours, one.text, one.status, one.reason, one.rule) for one in found.lines] == [
        (False, "rdv", "handled", "asked", "appointment"),
        (True, "day?", "queued", "", "appointment"),
        (False, "demain", "handled", "asked", "appointment"),
        (True, "part?", "queued", "", "appointment"),
    ]
    assert [one.at for one in found.lines] == [NOON, NOON, asked_at, asked_at]
    assert found.waiting == []  # the text that came cancelled it


async def test_the_state_of_somebody_who_opted_out(scene: Scene, desk: Desk) -> None:
    await texted(scene, "météo", "stop")

    state = await desk.state(ANA)

    said_at = NOON + timedelta(seconds=10)
    assert (state.opted_out, state.changed_at, state.cause, state.word) == (
        *(True, said_at, "inbound 2", "stop"),
    )


async def test_the_state_of_somebody_of_whom_things_are_kept(scene: Scene, desk: Desk) -> None:
    await texted(scene, "rabais", "oui")
    async with scene.database.write() as connection:
        known = await subscribers.load_subscribers(connection, [ANA], scene.clock.now())
        kept = replace(
            known[ANA], language="en", values={"city": "Laval"}, tags=frozenset({"vip", "b"})
        )
        await subscribers.save_subscribers(connection, [kept])

    state = await desk.state(ANA)

    assert state == State(
        *(ANA, False, None, "", "", None, False, "en"),
        *({"city": "Laval"}, ["b", "vip"], ["deals"]),
        carried=[],
        agreed=state.agreed,
        blocked_there=[],
        unreachable=[],
        talks=state.talks,
    )
    assert [(one.list, one.given, one.how) for one in state.agreed] == [("deals", True, How.TEXT)]


async def test_the_last_lines_are_shown_oldest_first(scene: Scene, desk: Desk) -> None:
    await texted(scene, *(f"chose {number}" for number in range(20)))

    shown = (await talk(desk)).lines

    assert len(shown) == LINES
    assert shown[-1].text in {"chose 19", "Pardon?"}
    assert [one.at for one in shown] == sorted(one.at for one in shown)


async def test_what_we_wrote_to_somebody_who_never_texted_is_shown(
    scene: Scene, desk: Desk
) -> None:
    await scene.enqueue(message("a", NOON), message("b", NOON, gateway="clever"))

    state = await desk.state(ANA)

    assert [one.gateway for one in state.talks] == ["vudumobile", "clever"]
    assert [one.lines[0].text for one in state.talks] == ["Il fait beau."] * 2


async def test_an_errand_that_was_put_off_says_why(scene: Scene, desk: Desk) -> None:
    await texted(scene, "météo")
    await wanted(scene, ErrandKind.MAIL, ErrandKind.LATER)
    async with scene.database.write() as connection:
        await errands.postpone(connection, [1], NOON + timedelta(minutes=1), error="throttled")

    waiting = (await talk(desk)).waiting

    assert [(one.kind, one.status, one.error, one.inbound) for one in waiting] == [
        ("later", "waiting", "", 1),
        ("mail", "waiting", "throttled", 1),
    ]
