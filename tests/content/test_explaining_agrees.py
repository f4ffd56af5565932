"""Explaining and deciding agree: the rule that is said to answer is the one that does."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from bot.content.explain import explain
from bot.content.templates import Organisation, Templates
from bot.core.conditions import When
from bot.core.conversation import Conversation, Position, Subscriber
from bot.core.decide import decide
from bot.core.flows import Flow, Step
from bot.core.messages import InboundStatus
from bot.core.rulebook import Rulebook
from bot.core.rules import Field, Phrase, Rule, Source, Trigger
from bot.core.sayings import Message
from bot.core.text import words
from bot.core.turn import Turn
from bot.core.understanding import Expected, Kind
from tests.core.deciding import ANA, NOW, POLICY, text_of

VOCABULARY = ("a", "b", "a b", "b c", "1", "9", "oui", "stop", "x")
FIGURE = Field("figure", Expected(Kind.INTEGER))
STEPS = (
    Step("one", Message({"": "1?"}), Expected(Kind.INTEGER), tries=2),
    Step("two", Message({"": "2?"}), Expected(Kind.YES_NO)),
)


@st.composite
def rules(draw: st.DrawFn, name: str) -> Rule:
    trigger = draw(st.sampled_from([one for one in Trigger if one is not Trigger.PATTERN]))
    phrases = draw(st.lists(st.sampled_from(VOCABULARY[:5]), min_size=1, max_size=2, unique=True))
    expects = draw(st.booleans()) and trigger is Trigger.KEYWORD
    return Rule(
        name,
        trigger,
        () if trigger is Trigger.ANYTHING else tuple(Phrase(one, words(one)) for one in phrases),
        Message({"": name}),
        Source("rules/test.yaml", 1, 1),
        when=draw(st.sampled_from([When(), When(hours=((0, 60),)), When(days=frozenset({0}))])),
        fields=(FIGURE,) if expects else (),
        invalid=Message({"": "?"}) if expects and draw(st.booleans()) else None,
        flow=Flow(STEPS, "shape") if draw(st.booleans()) else None,
        interrupt=draw(st.booleans()),
    )


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    book = Rulebook(tuple(draw(rules(f"r{place}")) for place in range(draw(st.integers(0, 5)))))
    sent = text_of(" ".join(draw(st.lists(st.sampled_from(VOCABULARY), max_size=3))))
    position = None
    if draw(st.booleans()):
        step, shape = (
            draw(st.sampled_from(["one", "two"])),
            draw(st.sampled_from(["shape", "old"])),
        )
        name = draw(st.sampled_from(["r0", "r1", "gone"]))
        position = Position(name, shape, step, "fr", 1, NOW + timedelta(hours=1), {}, 1)
    conversation = Conversation(sent.conversation, sent.gateway, ANA, position=position)
    return Turn(sent, conversation, Subscriber(ANA), book, POLICY, NOW)


EMPTY = Templates.load(
    Path("nowhere"), organisation=Organisation("Radio"), language="fr", timezone=ZoneInfo("UTC")
)
BY_NOBODY = {"nobody", "stop", "start", "help", "left", "ended", "changed"}


@given(turns())
def test_the_rule_that_is_said_to_answer_is_the_one_that_does(turn: Turn) -> None:
    decision = decide(turn)

    found = explain(turn, EMPTY)

    answering = [one.rule.id for one in found.asked if one.answers]
    expected = [] if decision.why.reason in BY_NOBODY else [decision.why.rule]
    assert (answering, found.decision) == (expected, decision)
    assert decision.status is InboundStatus.HANDLED
    assert all(one.why.en for one in found.asked if not one.answers)
