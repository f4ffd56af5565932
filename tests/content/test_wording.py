"""The words for reasons, conditions and verbs: there are some for each, in both languages."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest

from bot.content.voice import Voice
from bot.content.wording import REASONS_IN_FRENCH, deed, why_not_now
from bot.core.actions import Action
from bot.core.conditions import Circumstances, Dates, When
from bot.core.conversation import Conversation, Subscriber
from bot.core.decide import decide
from bot.core.decision import REASONS
from bot.core.rulebook import Rulebook
from bot.core.sayings import Message
from bot.core.turn import Turn
from bot.core.understanding import Expected, Kind
from tests.core.deciding import ANA, NOW, POLICY, text_of

AROUND = Circumstances(
    "clever",
    "+33600000001",
    "",
    "fr",
    datetime(2026, 3, 4, 23, 30, tzinfo=UTC),
    frozenset({"vip", "news"}),
    frozenset(),
    {"plan": "gold"},
)


@pytest.mark.parametrize(
    ("when", "en"),
    [
        (When(gateways=frozenset({"vudumobile"})), "gateway must be vudumobile, and is clever"),
        (When(languages=frozenset({"en"})), "language must be en, and is fr"),
        (When(on_lists=frozenset({"deals"})), "list must be deals, and is news and vip"),
        (When(off_lists=frozenset({"vip"})), "list must be not vip, and is news and vip"),
        (When(tags=frozenset({"a", "b"})), "tag must be a or b, and is none"),
        (
            When(hours=((60, 120), (1320, 1380))),
            "hours must be 01:00-02:00 or 22:00-23:00, and is 23:30",
        ),
        (When(days=frozenset({0, 4})), "days must be mon or fri, and is wed"),
        (
            When(dates=(Dates(date(4, 12, 24), date(4, 1, 2)),)),
            "dates must be 12-24..01-02, and is 2026-03-04",
        ),
        (
            When(dates=(Dates(date(2026, 1, 1), date(2026, 1, 1)),)),
            "dates must be 2026-01-01, and is 2026-03-04",
        ),
        (When(countries=frozenset({"CA"})), "country must be CA, and is none"),
        (When(prefixes=("+1514",)), "prefix must be +1514, and is +33600000001"),
        (When(values={"plan": frozenset({"free"})}), "set must be plan = free, and is gold"),
        (When(values={"town": frozenset()}), "set must be town = anything, and is not set"),
        (When(unset=frozenset({"plan"})), "set must be plan not set, and is gold"),
    ],
)
def test_each_condition_says_what_it_wants_and_what_is_the_case(when: When, en: str) -> None:
    why = why_not_now(when, AROUND)

    assert why.en == f"its `when` does not hold: {en}"
    assert why.fr.startswith("son `when` ne tient pas : ")


def test_each_reason_is_told_in_both_languages() -> None:
    assert REASONS_IN_FRENCH.keys() == REASONS.keys()


ARGUMENTS = {
    "values": {"a": "b"},
    "names": ("a",),
    "purpose": "sign-in",
    "list": "deals",
    "message": Message({"": "ok"}),
    "event": "booked",
    "after": timedelta(minutes=1),
    "rule": "plan",
    "silent_for": None,
    "language": "en",
    "url": "https://api.example/",
    "fields": (("sky", Expected(Kind.TEXT)),),
    "fallback": None,
    "within": timedelta(seconds=3),
}


def test_each_verb_is_told_in_both_languages(load) -> None:
    sent = text_of("plan 3")
    conversation = Conversation(sent.conversation, sent.gateway, ANA)
    turn = Turn(sent, conversation, Subscriber(ANA), Rulebook(), POLICY, NOW)
    voice = Voice(decide(turn), turn, load())

    told = [
        deed(kind(**{n: ARGUMENTS[n] for n in kind.__match_args__ if n in ARGUMENTS}), voice, turn)
        for kind in get_args(Action)
    ]

    assert len({one.en for one in told}) == len({one.fr for one in told}) == len(told)
