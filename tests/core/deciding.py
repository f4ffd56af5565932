"""Texts, rules and a policy to decide with."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.core.conversation import Conversation, Subscriber, conversation_key
from bot.core.decide import decide
from bot.core.decision import Decision
from bot.core.messages import Delivery, Inbound, InboundStatus
from bot.core.policy import Limit, Policy
from bot.core.rulebook import Rulebook
from bot.core.rules import Phrase, Rule, Source, Trigger
from bot.core.sayings import Message
from bot.core.text import words
from bot.core.turn import Turn

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANA, OUR_NUMBER = "+15145550001", "+15149541234"
HANDLED, IGNORED = InboundStatus.HANDLED, InboundStatus.IGNORED
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
POLICY = Policy(
    language="fr",
    max_age=timedelta(minutes=15),
    delivery=Delivery.AT_MOST_ONCE,
    per_number=(Limit(6, MINUTE), Limit(30, DAY)),
    our_numbers=frozenset({OUR_NUMBER}),
)


def rule(
    name: str, *phrases: Phrase, reply: str = "Oui.", delivery: Delivery | None = None
) -> Rule:
    trigger = Trigger.KEYWORD if phrases else Trigger.ANYTHING
    said = Message({"": reply}) if reply else None
    return Rule(name, trigger, phrases, said, Source("rules/test.yaml", 1, 1), delivery)


def phrase(written: str, *languages: str) -> Phrase:
    return Phrase(written, words(written), frozenset(languages))


BOOK = Rulebook(
    (
        rule("weather", phrase("météo", "fr"), phrase("weather", "en"), phrase("meteo", "fr")),
        rule("radio", phrase("radio", "fr", "en")),
        rule("song", phrase("chanson")),
        rule("quiet", phrase("chut"), reply=""),
        rule("sure", phrase("sure"), delivery=Delivery.AT_LEAST_ONCE),
    )
)


def text_of(text: str, *, number: str = ANA, age: float = 0.0, history: bool = False) -> Inbound:
    return Inbound(
        id=7,
        gateway="vudumobile",
        conversation=conversation_key("vudumobile", number),
        number=number,
        our_number=OUR_NUMBER,
        text=text,
        sent_at=NOW - timedelta(seconds=age),
        received_at=NOW,
        history=history,
        attempts=1,
    )


def decided(
    text: str | Inbound,
    subscriber: Subscriber | None = None,
    *,
    replied: Sequence[int] = (),
    loop_noticed: bool = False,
    book: Rulebook = BOOK,
    policy: Policy = POLICY,
    now: datetime = NOW,
) -> Decision:
    text = text_of(text) if isinstance(text, str) else text
    conversation = Conversation(
        text.conversation, text.gateway, text.number, tuple(replied), loop_noticed
    )
    return decide(
        Turn(text, conversation, subscriber or Subscriber(text.number), book, policy, now)
    )


def outcome(decision: Decision) -> tuple[InboundStatus, str, list[str]]:
    """Status, reason, and the rule or class of each reply."""
    return decision.status, decision.why.reason, [reply.rule for reply in decision.replies]


OUT = Subscriber(ANA, opted_out=True, changed_at=NOW - timedelta(hours=2))
