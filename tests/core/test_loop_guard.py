"""The loop guard: two robots do not talk for ever (`replies.per_number`)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.actions import Action, Forward, Lookup, Start
from bot.core.budget import follow_up
from bot.core.conversation import Conversation, Subscriber
from bot.core.decide import decide
from bot.core.decision import Decision
from bot.core.instants import milliseconds
from bot.core.policy import Limit, Policy
from bot.core.rulebook import Rulebook
from bot.core.sayings import Message
from bot.core.turn import Turn
from bot.core.understanding import Expected, Kind
from tests.core.deciding import (
    ANA,
    BOOK,
    DAY,
    MINUTE,
    NOW,
    OUT,
    POLICY,
    decided,
    phrase,
    rule,
    text_of,
)
from tests.core.talking import expecting, flow, step


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


LOOKUP = Lookup(
    "https://api.example/", (("sky", Expected(Kind.TEXT)),), None, timedelta(seconds=3)
)
TALKATIVE = Rulebook(
    (
        rule("sky", phrase("ciel"), reply="{{ sky }}"),
        rule("two", phrase("deux"), reply="Un."),
        rule("ask", phrase("rdv"), reply="Noté."),
        rule("echo", phrase("echo"), reply=""),
        rule("pass", phrase("passe"), reply=""),
    )
)


def with_actions(book: Rulebook, **actions: Action) -> Rulebook:
    return Rulebook(
        tuple(
            replace(one, actions=(actions[one.id],)) if one.id in actions else one
            for one in book.rules
        )
    )


ASKING = with_actions(
    replace(
        TALKATIVE,
        rules=tuple(
            replace(one, flow=flow(step("day", expecting(Kind.DATE)))) if one.id == "ask" else one
            for one in TALKATIVE.rules
        ),
    ),
    sky=LOOKUP,
    two=Start("ask"),
    echo=Forward(Message(template="forwarded"), number=ANA),
    **{"pass": Forward(Message(template="forwarded"), number="+15145550009")},
)


@pytest.mark.parametrize(
    ("text", "said", "reason"),
    [
        pytest.param("ciel", 5, "lookup", id="an address is asked for the sixth reply"),
        pytest.param("ciel", 6, "loop", id="and not for the seventh"),
        pytest.param("deux", 4, "rule", id="two replies make six"),
        pytest.param("deux", 5, "loop", id="two replies would make seven"),
        pytest.param("echo", 5, "rule", id="what comes back to its author is the sixth"),
        pytest.param("echo", 6, "loop", id="what comes back to its author counts"),
        pytest.param("passe", 6, "rule", id="what is passed on to others does not"),
    ],
)
def test_all_that_a_number_would_be_sent_counts(text: str, said: int, reason: str) -> None:
    """INV-29."""
    decision = decided(text, replied=at(*range(10, 10 + said)), book=ASKING)

    assert decision.why.reason == reason
    if reason == "loop":
        assert (decision.replies, decision.actions, decision.asking) == ((), (), None)
        assert decision.conversation.position is None


def test_what_exceeds_a_limit_by_itself_is_said_alone() -> None:
    policy = replace(POLICY, per_number=(Limit(1, MINUTE),))

    assert decided("deux", book=ASKING, policy=policy).why.reason == "rule"
    assert decided("deux", replied=at(10), book=ASKING, policy=policy).why.reason == "loop"


@pytest.mark.parametrize(("said", "left"), [(5, True), (6, False)])
def test_what_is_said_later_counts_like_a_reply(said: int, left: bool) -> None:
    """INV-29."""
    talk = Conversation("vudumobile:" + ANA, "vudumobile", ANA, tuple(at(*range(10, 10 + said))))

    after = follow_up(talk, POLICY, NOW)

    assert (after is not None) == left
    if after is not None:
        assert len(after.replied) == said + 1
        assert follow_up(after, POLICY, NOW) is None
