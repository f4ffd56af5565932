"""What stops at which ceiling: first what we start, then replies; some things never."""

import pytest

from bot.core.ceilings import ALWAYS, REPLIES, STARTED, Amount, Ceilings, Purpose
from bot.core.messages import MessageClass

TEN_A_DAY = Ceilings(day=Amount(10))
UNITS = Ceilings(day=Amount(0, 70.0), started=0.5)
BOTH = Ceilings(day=Amount(10), month=Amount(100), started=1.0)


def test_every_class_is_stopped_by_one_thing_or_never() -> None:
    assert frozenset(MessageClass) == STARTED | REPLIES | ALWAYS
    assert len(MessageClass) == len(STARTED) + len(REPLIES) + len(ALWAYS)


@pytest.mark.parametrize(
    ("ceilings", "today", "month", "waiting"),
    [
        pytest.param(Ceilings(), Amount(10**9, 1e9), Amount(10**9, 1e9), set(), id="no ceiling"),
        pytest.param(TEN_A_DAY, Amount(7), Amount(700), set(), id="below the share"),
        pytest.param(TEN_A_DAY, Amount(8), Amount(8), STARTED, id="at the share"),
        pytest.param(TEN_A_DAY, Amount(9), Amount(9), STARTED, id="just below the ceiling"),
        pytest.param(TEN_A_DAY, Amount(10), Amount(10), STARTED | REPLIES, id="at the ceiling"),
        pytest.param(TEN_A_DAY, Amount(13), Amount(13), STARTED | REPLIES, id="beyond it"),
        pytest.param(TEN_A_DAY, Amount(1, 1e6), Amount(1, 1e6), set(), id="units do not matter"),
        pytest.param(UNITS, Amount(99, 34.9), Amount(99, 34.9), set(), id="units below"),
        pytest.param(UNITS, Amount(5, 35.0), Amount(5, 35.0), STARTED, id="units at the share"),
        pytest.param(UNITS, Amount(9, 70.0), Amount(9, 70.0), STARTED | REPLIES, id="units"),
        pytest.param(BOTH, Amount(1), Amount(99), set(), id="a month not full"),
        pytest.param(BOTH, Amount(1), Amount(100), STARTED | REPLIES, id="a full month"),
        pytest.param(BOTH, Amount(0), Amount(9), set(), id="all may be started"),
    ],
)
def test_what_waits(
    ceilings: Ceilings, today: Amount, month: Amount, waiting: set[MessageClass]
) -> None:
    assert ceilings.waiting(today, month) == waiting
    assert bool(ceilings.verdict(Purpose.STARTED, today, month)) == bool(waiting)
    replies_wait = not REPLIES.isdisjoint(waiting)
    assert bool(ceilings.verdict(Purpose.REPLY, today, month)) == replies_wait


@pytest.mark.parametrize(
    ("purpose", "today", "sentence"),
    [
        (
            Purpose.STARTED,
            Amount(8),
            "8 of the 10 messages of this day are spent: nothing more is started",
        ),
        (
            Purpose.REPLY,
            Amount(10),
            "10 of the 10 messages of this day are spent: replies wait, too",
        ),
    ],
)
def test_a_verdict_is_a_sentence(purpose: Purpose, today: Amount, sentence: str) -> None:
    assert TEN_A_DAY.verdict(purpose, today, today) == sentence
