"""What a text does and what is said to it, line by line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from bot.core.conversation import Conversation, Subscriber
from bot.core.decide import decide
from bot.core.decision import REASONS, Decision
from bot.core.instants import milliseconds
from bot.core.messages import Delivery, Inbound, InboundStatus, MessageClass
from bot.core.rulebook import Rulebook
from bot.core.turn import Turn
from tests.core.deciding import (
    ANA,
    BOOK,
    HANDLED,
    IGNORED,
    MINUTE,
    NOW,
    OUR_NUMBER,
    OUT,
    POLICY,
    decided,
    outcome,
    phrase,
    rule,
    text_of,
)

BACK = Subscriber(ANA, opted_out=False, changed_at=NOW - timedelta(minutes=5))
YEAR = 365 * 86400.0


@pytest.mark.parametrize(
    ("text", "subscriber", "expected"),
    [
        pytest.param("Météo", None, (HANDLED, "rule", ["weather"]), id="a rule"),
        pytest.param("Bonjour", None, (HANDLED, "nobody", []), id="no rule: silence"),
        pytest.param("", None, (HANDLED, "nobody", []), id="an empty text"),
        pytest.param("chut", None, (HANDLED, "rule", []), id="a rule without a reply"),
        pytest.param("météo", OUT, (IGNORED, "opted_out", []), id="opted out: silence"),
        pytest.param("STOP", None, (HANDLED, "stop", ["stop"]), id="STOP"),
        pytest.param("Fin", None, (HANDLED, "stop", ["stop"]), id="FIN, outside a conversation"),
        pytest.param("STOP rabais", None, (HANDLED, "stop", ["stop"]), id="STOP of no list"),
        pytest.param("stop", OUT, (HANDLED, "stop", []), id="a second STOP is not confirmed"),
        pytest.param("START", OUT, (HANDLED, "start", ["start"]), id="START"),
        pytest.param("start", None, (HANDLED, "start", ["start"]), id="START of who never left"),
        pytest.param("aide", None, (HANDLED, "help", ["help"]), id="HELP"),
        pytest.param("Help!", OUT, (HANDLED, "help", ["help"]), id="HELP of who opted out"),
        pytest.param("info", None, (HANDLED, "help", ["help"]), id="INFO is HELP"),
        pytest.param("ne me dites pas stop", None, (HANDLED, "nobody", []), id="a sentence"),
        pytest.param(text_of("météo", history=True), None, (IGNORED, "history", []), id="history"),
        pytest.param(text_of("météo", age=901), None, (IGNORED, "late", []), id="late"),
        pytest.param(
            text_of("météo", age=900), None, (HANDLED, "rule", ["weather"]), id="just in time"
        ),
        pytest.param(
            text_of("météo", age=-YEAR), None, (HANDLED, "rule", ["weather"]), id="in the future"
        ),
        pytest.param(
            text_of("météo", number="12345"), None, (IGNORED, "robot", []), id="a short code"
        ),
        pytest.param(
            text_of("météo", number="Desjardins"), None, (IGNORED, "robot", []), id="alphabetic"
        ),
        pytest.param(
            text_of("météo", number=OUR_NUMBER), None, (IGNORED, "robot", []), id="our own number"
        ),
        pytest.param(
            text_of("aide", number="12345"), None, (HANDLED, "help", []), id="HELP of a robot"
        ),
        pytest.param(
            text_of("aide", history=True), None, (HANDLED, "help", []), id="HELP in history"
        ),
        pytest.param(text_of("aide", age=901), None, (HANDLED, "help", []), id="late HELP"),
        pytest.param(
            text_of("stop", history=True), None, (HANDLED, "stop", []), id="STOP in history"
        ),
        pytest.param(text_of("stop", age=YEAR), None, (HANDLED, "stop", []), id="STOP a year old"),
        pytest.param(text_of("start", age=901), OUT, (HANDLED, "start", []), id="late START"),
        pytest.param(
            text_of("stop", age=600), BACK, (HANDLED, "stop", []), id="STOP before a START"
        ),
        pytest.param(
            text_of("start", age=600),
            replace(BACK, opted_out=True),
            (HANDLED, "start", []),
            id="START before a STOP",
        ),
    ],
)
def test_what_a_text_comes_to(
    text: str | Inbound,
    subscriber: Subscriber | None,
    expected: tuple[InboundStatus, str, list[str]],
) -> None:
    decision = decided(text, subscriber)

    assert outcome(decision) == expected
    assert decision.why.reason in REASONS


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        pytest.param("STOP", None, True, id="STOP"),
        pytest.param("arrêt svp", None, True, id="ARRET with a courtesy"),
        pytest.param("START", OUT, False, id="START"),
        pytest.param("aide", OUT, True, id="HELP changes nothing"),
        pytest.param("météo", OUT, True, id="nor does a rule's word"),
        pytest.param(text_of("stop", history=True), None, True, id="STOP in history"),
        pytest.param(text_of("stop", age=YEAR), None, True, id="STOP a year old"),
        pytest.param(text_of("start", age=3600), OUT, False, id="START an hour old"),
        pytest.param(text_of("stop", age=600), BACK, False, id="an older STOP read later"),
        pytest.param(
            text_of("start", age=600), replace(BACK, opted_out=True), True, id="an older START"
        ),
        pytest.param(text_of("stop", number="12345"), None, True, id="STOP of a short code"),
    ],
)
def test_who_is_opted_out(text: str | Inbound, before: Subscriber | None, after: bool) -> None:
    """INV-10, INV-12: the newest word decides, in whatever order and however late it is read."""
    decision = decided(text, before)

    assert decision.subscriber.opted_out is after


@pytest.mark.parametrize(("text", "opted_out"), [("stop", True), ("start", False)])
def test_of_two_words_of_one_second_the_one_read_last_decides(text: str, opted_out: bool) -> None:
    """INV-12, INV-21: gateways tell whole seconds, and list texts in their order."""
    before = Subscriber(ANA, opted_out=not opted_out, changed_at=NOW)

    assert decided(text, before).subscriber.opted_out is opted_out


def test_a_word_that_counts_is_noted_as_later_than_the_one_before() -> None:
    """INV-12: another machine's clock, by which that was noted, is ahead of ours."""
    before = Subscriber(ANA, opted_out=True, changed_at=NOW + timedelta(seconds=1))

    after = decided("START", before).subscriber

    assert not after.opted_out
    assert after.changed_at is not None
    assert after.changed_at > NOW + timedelta(seconds=1)


def test_an_opt_out_takes_back_what_waits_and_a_text_does_not() -> None:
    """INV-12."""
    assert decided("STOP").cancel
    assert decided("STOP", OUT).cancel
    assert not decided("START", OUT).cancel
    assert not decided("météo").cancel


@pytest.mark.parametrize(("first", "second"), [("STOP", "START"), ("START", "STOP")])
def test_a_word_dated_in_the_future_does_not_outlast_the_next(first: str, second: str) -> None:
    wrong = decided(text_of(first, age=-YEAR)).subscriber

    right = decide(
        Turn(
            text_of(second, age=-60),
            Conversation("vudumobile:" + ANA, "vudumobile", ANA),
            wrong,
            BOOK,
            POLICY,
            NOW + MINUTE,
        )
    )

    assert right.subscriber.opted_out is (second == "STOP")


@pytest.mark.parametrize(("first", "second"), [("STOP", "START"), ("START", "STOP")])
def test_a_word_noted_by_a_clock_that_was_set_back_does_not_outlast_the_next(
    first: str, second: str
) -> None:
    """INV-12, INV-39: for an hour after, every STOP would seem older than the START before it."""
    before = decided(text_of(first)).subscriber
    hour_back = NOW - 60 * MINUTE

    after = decide(
        Turn(
            replace(text_of(second), sent_at=hour_back),
            Conversation("vudumobile:" + ANA, "vudumobile", ANA),
            before,
            BOOK,
            POLICY,
            hour_back + MINUTE,
        )
    )

    assert after.subscriber.opted_out is (second == "STOP")


def test_the_text_that_opted_out_is_named() -> None:
    after = decided("STOP").subscriber

    assert (after.cause, after.changed_at) == ("inbound 7", NOW)


CLAIMING = Rulebook((rule("info", phrase("info", "fr")),))


def test_a_rule_may_claim_info_and_no_other_built_in_word() -> None:
    claiming = Rulebook(
        (*CLAIMING.rules, rule("stop", phrase("stop")), rule("aide", phrase("aide")))
    )

    assert outcome(decided("Info", book=claiming)) == (HANDLED, "rule", ["info"])
    assert outcome(decided("stop", book=claiming)) == (HANDLED, "stop", ["stop"])
    assert outcome(decided("aide", book=claiming)) == (HANDLED, "help", ["help"])


FRENCH, ENGLISH = Subscriber(ANA, language="fr"), Subscriber(ANA, language="en")


@pytest.mark.parametrize(
    ("text", "subscriber", "usual", "expected"),
    [
        pytest.param("weather", None, "fr", ("en",), id="of the word"),
        pytest.param("weather", FRENCH, "en", ("fr",), id="chosen before that of the word"),
        pytest.param("chanson", None, "en", ("en",), id="of the installation"),
        pytest.param("chanson", ENGLISH, "fr", ("en",), id="chosen before the installation's"),
        pytest.param("radio", None, "fr", ("fr",), id="a rule's word of two languages"),
        pytest.param("STOP", None, "fr", ("fr", "en"), id="STOP is both, ours first"),
        pytest.param("STOP", None, "en", ("en", "fr"), id="STOP is both, ours first, in English"),
        pytest.param("STOP", ENGLISH, "fr", ("en", "fr"), id="STOP is both, the chosen first"),
        pytest.param("unsubscribe", None, "fr", ("en",), id="an English opt-out"),
        pytest.param("arrêt", ENGLISH, "en", ("fr",), id="an opt-out in its own language"),
        pytest.param("stop arrêt", None, "en", ("en", "fr"), id="said in both"),
        pytest.param("help", None, "fr", ("en",), id="HELP"),
        pytest.param("aide", ENGLISH, "fr", ("en",), id="AIDE of who chose English"),
        pytest.param("info", None, "en", ("en", "fr"), id="INFO is both"),
        pytest.param("reprendre", None, "en", ("fr",), id="REPRENDRE"),
        pytest.param("start", None, "fr", ("en",), id="START"),
    ],
)
def test_the_language_of_a_reply(
    text: str, subscriber: Subscriber | None, usual: str, expected: tuple[str, ...]
) -> None:
    decision = decided(text, subscriber, policy=replace(POLICY, language=usual))

    assert [reply.languages for reply in decision.replies] == [expected]


@pytest.mark.parametrize(
    ("text", "message_class", "delivery"),
    [
        ("météo", MessageClass.REPLY, Delivery.AT_MOST_ONCE),
        ("sure", MessageClass.REPLY, Delivery.AT_LEAST_ONCE),
        ("stop", MessageClass.OPT_OUT, Delivery.AT_MOST_ONCE),
        ("start", MessageClass.REPLY, Delivery.AT_MOST_ONCE),
        ("aide", MessageClass.HELP, Delivery.AT_MOST_ONCE),
    ],
)
def test_why_a_reply_is_written_and_what_is_done_when_it_is_unclear(
    text: str, message_class: MessageClass, delivery: Delivery
) -> None:
    (reply,) = decided(text).replies

    assert (reply.message_class, reply.delivery) == (message_class, delivery)


def test_what_is_written_down_of_a_match() -> None:
    decision = decided("Chanson:  l'hymne, svp ")

    assert (decision.why.rule, decision.why.words) == ("song", "chanson")
    assert decision.names == {"rest": "l'hymne, svp"}


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        pytest.param("météo", ANA, (HANDLED, "rule", ["weather"]), id="one that is named"),
        pytest.param("météo", "+15145550002", (IGNORED, "only_numbers", []), id="another"),
        pytest.param("aide", "+15145550002", (HANDLED, "help", []), id="HELP of another"),
        pytest.param("stop", "+15145550002", (HANDLED, "stop", []), id="STOP of another"),
    ],
)
def test_only_numbers_answers_these_alone(
    text: str, number: str, expected: tuple[InboundStatus, str, list[str]]
) -> None:
    policy = replace(POLICY, only_numbers=frozenset({ANA}))

    decision = decided(text_of(text, number=number), policy=policy)

    assert outcome(decision) == expected
    assert decision.subscriber.opted_out is (text == "stop")


# Properties

INSTANTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
TEXTS = st.text(st.characters(), max_size=60) | st.sampled_from(
    ["stop", "START", "aide", "météo", "info", "\x00", "\ud800", "{{7*7}}", "\u202estop", "9" * 99]
)
INBOUND = st.builds(
    Inbound,
    id=st.just(7),
    gateway=st.just("vudumobile"),
    conversation=st.just("vudumobile:" + ANA),
    number=st.sampled_from([ANA, OUR_NUMBER, "12345", "Desjardins", ""]),
    our_number=st.just(OUR_NUMBER),
    text=TEXTS,
    sent_at=INSTANTS,
    received_at=INSTANTS,
    history=st.booleans(),
    attempts=st.just(1),
)
SUBSCRIBERS = st.builds(
    Subscriber,
    number=st.just(ANA),
    opted_out=st.booleans(),
    changed_at=st.none() | INSTANTS,
    language=st.sampled_from(["", "fr", "en", "es"]),
)
REPLIED = st.lists(st.integers(0, milliseconds(NOW)), max_size=40).map(sorted)


@given(INBOUND, SUBSCRIBERS, REPLIED, st.booleans(), INSTANTS)
def test_deciding_never_raises_and_is_a_function_of_its_arguments(
    text: Inbound, subscriber: Subscriber, replied: list[int], noticed: bool, now: datetime
) -> None:
    """INV-2, INV-10, INV-12: any text in any state has one decision, and one reply at most."""

    def once() -> Decision:
        return decided(text, subscriber, replied=replied, loop_noticed=noticed, now=now)

    decision = once()

    assert decision == once()
    assert len(decision.replies) <= 1
    assert decision.status in {HANDLED, IGNORED}
    if text.history or now - text.sent_at > POLICY.max_age:
        assert decision.replies == ()
    if decision.subscriber.opted_out:
        classes = {reply.message_class for reply in decision.replies}
        assert classes <= {MessageClass.OPT_OUT, MessageClass.HELP}
