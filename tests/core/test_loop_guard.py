"""The loop guard: two robots do not talk for ever (`replies.per_number`)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.conversation import Conversation, Subscriber
from bot.core.decide import decide
from bot.core.decision import Decision
from bot.core.instants import milliseconds
from bot.core.policy import Policy
from bot.core.turn import Turn
from tests.core.deciding import ANA, BOOK, DAY, MINUTE, NOW, OUT, POLICY, decided, text_of


def at(*seconds_ago: float) -> list[int]:
    return sorted(milliseconds(NOW - timedelta(seconds=seconds)) for seconds in seconds_ago)


@pytest.mark.parametrize(
    ("text", "replied", "reason"),
    [
        pytest.param("météo", at(50, 40, 30, 20, 10), "rule", id="the sixth in a minute"),
        pytest.param("météo", at(50, 40, 30, 20, 10, 5), "loop", id="the seventh"),
        pytest.param("météo", at(61, 40, 30, 20, 10, 5), "rule", id="the minute slides"),
        pytest.param("start", at(50, 40, 30, 20, 10, 5), "loop", id="START counts"),
        pytest.param("aide", at(50, 40, 30, 20, 10, 5), "help", id="HELP does not"),
        pytest.param("stop", at(50, 40, 30, 20, 10, 5), "stop", id="STOP does not"),
        pytest.param("météo", at(*range(600, 80_000, 2000)[:29]), "rule", id="the 30th in a day"),
        pytest.param("météo", at(*range(600, 80_000, 2000)[:30]), "loop", id="the 31st"),
        pytest.param(
            "météo", at(90_000, *range(600, 80_000, 2000)[:29]), "rule", id="the day slides"
        ),
    ],
)
def test_no_number_is_sent_more_than_the_limits(
    text: str, replied: list[int], reason: str
) -> None:
    """INV-29."""
    decision = decided(text, replied=replied)

    assert decision.why.reason == reason
    assert len(decision.replies) == (reason != "loop")


def test_a_start_beyond_the_limit_still_opts_in() -> None:
    decision = decided("start", OUT, replied=at(50, 40, 30, 20, 10, 5))

    assert (decision.why.reason, decision.subscriber.opted_out) == ("loop", False)


def test_only_what_counts_is_counted_and_what_is_old_is_forgotten() -> None:
    assert decided("aide", replied=at(60)).conversation.replied == tuple(at(60))
    assert decided("stop", replied=at(60)).conversation.replied == tuple(at(60))
    assert decided("bonjour", replied=at(60)).conversation.replied == tuple(at(60))
    assert decided("météo", replied=at(90_000, 60)).conversation.replied == tuple(at(60, 0))


def rally(texts: int, *, every: timedelta, policy: Policy = POLICY) -> list[Decision]:
    """Another robot, that answers each of our replies as soon as it may."""
    conversation, subscriber = (
        Conversation("vudumobile:" + ANA, "vudumobile", ANA),
        Subscriber(ANA),
    )
    decisions = []
    for turn in range(texts):
        now = NOW + turn * every
        text = replace(text_of("météo"), sent_at=now)
        one = decide(Turn(text, conversation, subscriber, BOOK, policy, now))
        conversation, subscriber = one.conversation, one.subscriber
        decisions.append(one)
    return decisions


def most_within(period: timedelta, instants: Iterable[int]) -> int:
    instants = list(instants)
    length = period // timedelta(milliseconds=1)
    return max(sum(first <= one < first + length for one in instants) for first in instants)


@pytest.mark.parametrize("every", [1, 7, 45, 1500], ids=lambda seconds: f"each {seconds} s")
def test_two_robots_do_not_talk_for_ever(every: int) -> None:
    """INV-29: whatever their rhythm, no minute has more than 6 replies and no day more than 30."""
    decisions = rally(240, every=timedelta(seconds=every))

    said = [
        milliseconds(NOW + turn * timedelta(seconds=every))
        for turn, one in enumerate(decisions)
        if one.replies
    ]
    assert most_within(MINUTE, said) <= 6
    assert most_within(DAY, said) <= 30


def test_the_operator_is_told_of_a_loop_once_until_it_is_over() -> None:
    decisions = rally(70, every=timedelta(seconds=1))

    told = [turn for turn, one in enumerate(decisions) if one.why.detail.get("first")]
    assert told == [6, 66]


def test_without_limits_nothing_is_kept() -> None:
    decisions = rally(50, every=timedelta(0), policy=replace(POLICY, per_number=()))

    assert all(one.replies for one in decisions)
    assert decisions[-1].conversation.replied == ()
