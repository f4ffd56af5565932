"""What a comparison of a list with a group comes to, as a table of all that can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.mirroring import FEW, Act, Common, Difference, Here, Sides, compare
from tests.clock import NOON

ANA = "+15145550001"
EARLIER, LATER = NOON - timedelta(days=1), NOON + timedelta(days=1)


def sides(
    *, common: bool, here: bool, there: bool, joined_at: datetime = EARLIER, **more: Any
) -> Sides:
    return Sides(
        {ANA: Here(joined_at)} if here else {},
        {ANA: "1"} if there else {},
        {ANA: Common("1", NOON)} if common else {},
        **more,
    )


@pytest.mark.parametrize(
    ("common", "here", "there", "more", "found"),
    [
        (False, False, True, {}, Act.JOIN_HERE),
        (False, True, False, {}, Act.ADD_THERE),
        (False, True, True, {}, None),
        (True, False, False, {}, None),
        (True, False, True, {}, Act.REMOVE_THERE),
        (True, False, True, {"removes": False}, Difference.UNDELETED),
        (True, True, False, {}, Act.LEAVE_HERE),
        (True, True, False, {"whole": False}, None),
        (True, True, False, {"joined_at": LATER}, Act.ADD_THERE),
        (True, True, True, {}, None),
        (False, False, True, {"unwilling": {ANA: Difference.LEFT}}, Difference.LEFT),
    ],
)
def test_one_number(
    common: bool, here: bool, there: bool, more: Mapping[str, Any], found: object
) -> None:
    plan = compare(sides(common=common, here=here, there=there, **more))
    said: Mapping[str, object] = {**plan.acts, **plan.differences}
    assert said.get(ANA) == found


def test_what_is_agreed_and_what_is_gone_is_written_down() -> None:
    assert compare(sides(common=False, here=True, there=True)).agreed == {ANA: "1"}
    assert compare(sides(common=True, here=False, there=False)).gone == (ANA,)
    assert compare(sides(common=True, here=True, there=True)).agreed == {}


@pytest.mark.parametrize(
    ("common", "gone", "done"),
    [(20, FEW, True), (20, FEW + 1, False), (200, 20, True), (200, 21, False)],
)
def test_how_many_are_many(common: int, gone: int, done: bool) -> None:
    people = [f"+1514555{place:04}" for place in range(common)]
    known = {one: Common("1", NOON) for one in people}
    here = {one: Here(EARLIER) for one in people}
    emptied = Sides(here, dict.fromkeys(people[gone:], "1"), known)

    plan = compare(emptied)

    assert len(plan.to_do(Act.LEAVE_HERE)) == (gone if done else 0)
    assert len(plan.differences) == (0 if done else gone)
    sure = compare(emptied, sure=frozenset(plan.differences))
    assert len(sure.to_do(Act.LEAVE_HERE)) == gone


def test_a_yes_takes_out_whom_the_group_should_not_have() -> None:
    unwilling: dict[str, Any] = {"unwilling": {ANA: Difference.OPTED_OUT}}
    stranger = sides(common=False, here=False, there=True, **unwilling)
    assert compare(stranger, sure=frozenset({ANA})).acts == {ANA: Act.REMOVE_THERE}
    left = sides(common=False, here=False, there=True, removes=False, **unwilling)
    assert compare(left, sure=frozenset({ANA})).acts == {}
