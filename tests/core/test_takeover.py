"""Who was answered by a person: told from ours, from broadcasts, and from what answers nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from bot.core.conversation import Conversation
from bot.core.messages import Sighting
from bot.core.skew import Skew
from bot.core.takeover import (
    ANSWERED_WITHIN,
    SETTLED,
    TOGETHER,
    Answered,
    Look,
    Ours,
    answered,
    personal,
    silenced,
)
from tests.clock import NOON

ANA, BEN = "+15145550001", "+15145550002"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
FAIR, CALL = "Il fait beau.", "Bonjour Ana, je vous appelle."
SINCE = NOON - 30 * MINUTE
TEXTS = {ANA: [NOON - 2 * MINUTE]}


def seen(
    ago: timedelta = MINUTE, *, number: str = ANA, text: str = CALL, gateway_id: str = "900"
) -> Sighting:
    return Sighting(gateway_id, (number,), text, NOON - ago)


HANDS = seen()
"""A minute ago somebody answered Ana."""


def mine(
    gateway_id: str = "7",
    *,
    ago: timedelta = MINUTE,
    number: str = ANA,
    text: str = FAIR,
    refused: bool = False,
    is_open: bool = False,
) -> Ours:
    """A message of ours that was written down so long ago, and handed over within a minute."""
    at = NOON - ago
    return Ours(number, gateway_id, text, at, None if refused else at + MINUTE, is_open)


def judged(
    listed: Sequence[Sighting],
    ours: Sequence[Ours] = (),
    *,
    texts: dict[str, list[datetime]] | None = None,
    skew: Skew | None = None,
) -> Answered:
    look = Look(NOON, skew or Skew(), listed)
    ids = {one.gateway_id for one in ours}
    strange = [one for one in personal(look, SINCE) if one.gateway_id not in ids]
    return answered(strange, look, ours, TEXTS if texts is None else texts)


# Who wrote it


@pytest.mark.parametrize(
    ("listed", "ours"),
    [
        pytest.param([HANDS], [], id="nobody of us wrote"),
        pytest.param([HANDS, seen(gateway_id="7", text=FAIR)], [mine()], id="we wrote, too"),
        pytest.param([HANDS], [mine(ago=60 * MINUTE)], id="ours was long before, and is gone"),
        pytest.param([HANDS], [mine("", refused=True)], id="ours was certainly not taken"),
        pytest.param([HANDS], [mine("", number=BEN)], id="ours is another's"),
        pytest.param([HANDS], [mine("", number=BEN, is_open=True)], id="another's is unclear"),
        pytest.param([HANDS, seen(text="Merci")], [], id="the listing has its id twice"),
        pytest.param([HANDS, HANDS], [], id="it is listed twice"),
        pytest.param([HANDS, seen(30 * SECOND, gateway_id="901")], [], id="it was said twice"),
    ],
)
def test_a_person_answered(listed: list[Sighting], ours: list[Ours]) -> None:
    told = judged(listed, ours)

    assert list(told.numbers) == [ANA]
    assert told.undecided == []


@pytest.mark.parametrize(
    ("listed", "ours"),
    [
        pytest.param([seen(gateway_id="7", text=FAIR)], [mine()], id="it has the id of ours"),
        pytest.param([seen(gateway_id="7", text="?????")], [mine()], id="ours came out otherwise"),
        pytest.param([seen(gateway_id="1000007", text=FAIR)], [mine()], id="ours was renumbered"),
        pytest.param(
            [seen(gateway_id="1000007", text="?????")],
            [mine()],
            id="ours was renumbered and came out otherwise",
        ),
        pytest.param(
            [seen(gateway_id="7", text=FAIR), seen(gateway_id="8", text=FAIR + " ")],
            [mine()],
            id="ours was carried out twice",
        ),
        pytest.param([HANDS], [mine()], id="ours is not listed, and may be this"),
        pytest.param([HANDS], [mine("")], id="ours was taken without an id, or given up"),
        pytest.param(
            [HANDS], [mine("", ago=20 * MINUTE, text=CALL)], id="ours was given up, and is this"
        ),
        pytest.param(
            [seen(-1 * SECOND + SETTLED, text=FAIR)],
            [mine("", refused=True)],
            id="ours was refused, and taken all the same",
        ),
        pytest.param([seen(gateway_id="")], [], id="the listing has no ids"),
    ],
)
def test_ours_is_never_taken_for_a_persons(listed: list[Sighting], ours: list[Ours]) -> None:
    told = judged(listed, ours)

    assert (told.numbers, told.undecided) == ({}, [])


@pytest.mark.parametrize("text", [CALL, FAIR, ""])
def test_nothing_is_concluded_while_one_of_ours_is_unclear(text: str) -> None:
    """It is found out first; what was listed is judged then."""
    listed = [seen(text=text)]

    told = judged(listed, [mine("", is_open=True)])

    assert (told.numbers, told.undecided) == ({}, listed)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_newest_answer_counts_whatever_the_order(order: tuple[int, ...]) -> None:
    rows = [seen(place * MINUTE + MINUTE, gateway_id=f"90{place}") for place in range(3)]

    assert judged([rows[place] for place in order]).numbers == {ANA: NOON - MINUTE}


# To whom it went


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        pytest.param([seen(number=BEN)], False, id="just then, to somebody else"),
        pytest.param([seen(TOGETHER + MINUTE, number=BEN)], False, id="a little before"),
        pytest.param([seen(6 * SECOND, number=BEN)], False, id="a little after"),
        pytest.param([seen(0 * SECOND, number=BEN)], False, id="just now, which is not judged"),
        pytest.param([seen(number=BEN, text=f" {CALL}\n")], False, id="but for its blanks"),
        pytest.param([seen(number=BEN, gateway_id="")], False, id="without an id"),
        pytest.param([seen(TOGETHER + 2 * MINUTE, number=BEN)], True, id="long before"),
        pytest.param([seen(number=BEN, text="Bonjour Ben.")], True, id="other words"),
        pytest.param(
            [seen(number=BEN), seen(2 * MINUTE), seen(30 * SECOND)],
            False,
            id="among others to her",
        ),
    ],
)
def test_the_same_to_several_is_no_answer(listed: list[Sighting], taken: bool) -> None:
    """A broadcast, or the vendor's own keyword answers."""
    told = judged([HANDS, *listed], texts={ANA: [NOON - 10 * MINUTE]})

    assert list(told.numbers) == ([ANA] if taken else [])


def test_a_broadcast_takes_nobody_over() -> None:
    numbers = [f"+1514555{place:04}" for place in range(2000)]
    rows = [
        seen(MINUTE + place * SECOND / 10, number=number, gateway_id=str(place))
        for place, number in enumerate(numbers)
    ]

    assert judged(rows, texts={number: [NOON - 5 * MINUTE] for number in numbers}).numbers == {}


# What it answers, and when


@pytest.mark.parametrize(
    ("texts", "taken"),
    [
        pytest.param([], False, id="none"),
        pytest.param([timedelta(0)], True, id="in the same second"),
        pytest.param([-1 * SECOND], False, id="only afterwards"),
        pytest.param([ANSWERED_WITHIN], True, id="a day before"),
        pytest.param([ANSWERED_WITHIN + SECOND], False, id="more than a day before"),
        pytest.param([-1 * SECOND, 40 * MINUTE], True, id="before and afterwards"),
    ],
)
def test_it_follows_a_text_of_that_number(texts: list[timedelta], taken: bool) -> None:
    told = judged([HANDS], texts={ANA: [HANDS.at - before for before in texts], BEN: [HANDS.at]})

    assert bool(told.numbers) == taken


def test_what_answers_nothing_waits_for_nothing() -> None:
    """However long one of ours to that number is unclear."""
    assert judged([HANDS], [mine("", is_open=True)], texts={}).undecided == []


@pytest.mark.parametrize(
    ("at", "skew", "judgeable"),
    [
        pytest.param(SINCE, Skew(), True, id="as old as the start"),
        pytest.param(SINCE - SECOND, Skew(), False, id="older than the start"),
        pytest.param(SINCE + SECOND, Skew(-1, 2), False, id="perhaps older, by their clock"),
        pytest.param(SINCE + 2 * SECOND, Skew(-1, 2), True, id="not older, by any clock"),
        pytest.param(NOON - SETTLED, Skew(), True, id="old enough"),
        pytest.param(NOON - SETTLED + SECOND, Skew(), False, id="too fresh"),
        pytest.param(NOON - SETTLED, Skew(-1, 2), False, id="perhaps too fresh"),
        pytest.param(NOON + 60 * MINUTE, Skew(3600, 3601), False, id="now, by their clock"),
        pytest.param(NOON + 59 * MINUTE, Skew(3600, 3601), True, id="a minute ago, by theirs"),
        pytest.param(NOON + 3000 * MINUTE, Skew(), False, id="in the future"),
    ],
)
def test_what_may_be_judged(at: datetime, skew: Skew, judgeable: bool) -> None:
    look = Look(NOON, skew, [replace(HANDS, at=at)])

    assert bool(personal(look, SINCE)) == judgeable


def test_ours_is_ours_by_any_clock() -> None:
    """The gateway's is an hour ahead, give or take half a minute."""
    at = NOON + 60 * MINUTE - 90 * SECOND
    told = judged(
        [replace(HANDS, at=at)],
        [mine("")],
        texts={ANA: [at - MINUTE]},
        skew=Skew(3570, 3630),
    )

    assert told.numbers == {}


ROWS = st.builds(
    lambda ago, number, text, gateway_id: seen(
        timedelta(seconds=ago), number=number, text=text, gateway_id=gateway_id
    ),
    st.integers(0, 1200),
    st.sampled_from([ANA, BEN]),
    st.sampled_from([FAIR, CALL, "", "Oui"]),
    st.sampled_from(["", "1", "2", "3", "4"]),
)


@given(st.lists(ROWS, max_size=8))
def test_nobody_is_taken_over_where_all_that_is_listed_is_ours(listed: list[Sighting]) -> None:
    """Whatever is unclear, renumbered or lost: each row may be one that we wrote at that time."""
    ours = [
        mine(one.gateway_id, ago=NOON - one.at, number=one.numbers[0], text=one.text)
        for one in listed
    ]
    texts = {number: [NOON - 30 * MINUTE] for number in (ANA, BEN)}
    unnamed = [replace(one, gateway_id="", text="Autre chose") for one in ours]
    renumbered = [replace(one, gateway_id=f"9{one.gateway_id}") for one in ours]

    assert [judged(listed, rows, texts=texts).numbers for rows in (ours, unnamed, renumbered)] == [
        {},
        {},
        {},
    ]


# For how long

HALF = 30 * MINUTE
KNOWN = Conversation(f"vudumobile:{ANA}", "vudumobile", ANA)


@pytest.mark.parametrize(
    ("before", "ago", "until"),
    [
        pytest.param(None, MINUTE, NOON + 29 * MINUTE, id="it begins with the answer"),
        pytest.param(None, HALF, None, id="it would be over"),
        pytest.param(NOON + 10 * MINUTE, MINUTE, NOON + 29 * MINUTE, id="it is renewed"),
        pytest.param(NOON + 29 * MINUTE, MINUTE, NOON + 29 * MINUTE, id="the same answer again"),
        pytest.param(NOON + 28.9 * MINUTE, MINUTE, NOON + 28.9 * MINUTE, id="by a better clock"),
        pytest.param(NOON + 60 * MINUTE, MINUTE, NOON + 60 * MINUTE, id="it lasts longer already"),
        pytest.param(NOON, MINUTE, NOON, id="somebody ended it after the answer"),
        pytest.param(NOON - 2 * MINUTE, MINUTE, NOON + 29 * MINUTE, id="it was over, and begins"),
    ],
)
def test_how_long_rules_are_silent(
    before: datetime | None, ago: timedelta, until: datetime | None
) -> None:
    known = replace(KNOWN, silent_until=before)

    after = silenced(known, NOON - ago, HALF, NOON)

    assert after.silent_until == until
    assert (after is known) == (until == before)
