"""INV-12, on hundreds of phrases that were written without the code: who wants no more is heard.

And nobody else: a sentence that merely has the word in it opts nobody out.
"""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.core.conversation import Conversation, Position, Subscriber
from bot.core.decide import decide
from bot.core.decision import Decision
from bot.core.rulebook import Rulebook
from bot.core.rules import Phrase, Source, SubscriptionList
from bot.core.text import words
from bot.core.turn import Turn
from tests.core.deciding import MINUTE, NOW, POLICY, phrase, rule, text_of
from tests.core.talking import APPOINTMENT

TABLE = Path(__file__).with_name("stop_phrases.yaml")
ROWS = yaml.load(TABLE.read_text("utf-8"), yaml.BaseLoader)["rows"]
HERE = Source("rules/test.yaml", 1, 1)
LISTS = {
    name: SubscriptionList(name, tuple(Phrase(one, words(one)) for one in names), HERE)
    for name, names in (("deals", ("rabais", "deals")), ("weather", ("météo", "weather alerts")))
}
BOOK = Rulebook(
    tuple(rule(word, phrase(word)) for word in ("vote", "météo", "weather", "menu", "shop")),
    lists=LISTS,
)
REASONS = {"stop": "out", "start": "in", "help": "help", "unsure": "unsure", "ended": "ended"}


def decided(text: str, *, talking: bool = False) -> Decision:
    sent = text_of(text)
    conversation = Conversation(sent.conversation, sent.gateway, sent.number)
    book = BOOK
    if talking:
        book = Rulebook((*BOOK.rules, APPOINTMENT), lists=LISTS)
        assert APPOINTMENT.flow is not None
        step = APPOINTMENT.flow.steps[0].id
        position = Position("appointment", APPOINTMENT.flow.shape, step, "fr", 1, NOW + MINUTE)
        conversation = replace(conversation, position=position)
    person = Subscriber(sent.number, lists=frozenset(LISTS))
    return decide(Turn(sent, conversation, person, book, POLICY, NOW))


def outcome(decision: Decision) -> str:
    if decision.why.reason == "left":
        return f"leave {decision.why.detail['list']}"
    return REASONS.get(decision.why.reason, "none")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_what_comes_of_a_phrase(row):
    wanted = row.get("any") or [{"soft": "out"}.get(row["is"], row["is"])]

    assert outcome(decided(row["text"])) in wanted


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.get("is") in {"out", "soft"}], ids=lambda row: row["text"]
)
def test_inside_a_conversation(row):
    decision = decided(row["text"], talking=True)

    assert outcome(decision) == {"soft": "ended"}.get(row["is"], row["is"])
    assert decision.subscriber.opted_out is (row["is"] == "out")
    assert decision.conversation.position is None


TOLD = {"fr": {"fr"}, "en": {"en"}, "both": {"fr", "en"}}


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.get("is") in {"out", "soft"}], ids=lambda row: row["text"]
)
def test_the_confirmation_is_in_the_language_of_the_word(row):
    languages = set(decided(row["text"]).replies[0].languages)

    assert TOLD[row["lang"]] <= languages
