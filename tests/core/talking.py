"""Rules with questions, and talks with them: pure, nothing is rendered or stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.core.actions import Join
from bot.core.conditions import When
from bot.core.conversation import Conversation, Subscriber
from bot.core.decide import decide, time_out
from bot.core.decision import Decision
from bot.core.flows import Ending, Flow, Step
from bot.core.messages import Inbound
from bot.core.policy import Policy
from bot.core.rulebook import Rulebook
from bot.core.rules import Field, Phrase, Rule, Source, SubscriptionList, Trigger
from bot.core.sayings import Message
from bot.core.text import words
from bot.core.turn import Turn
from bot.core.understanding import Expected, Kind
from tests.core.deciding import ANA, NOW, POLICY, text_of

HERE = Source("rules/test.yaml", 1, 1)
GENEROUS = replace(POLICY, per_number=())


def say(text: str) -> Message:
    return Message({"": text})


def rule(name: str, *keywords: str, reply: str | None = None, **more: Any) -> Rule:
    trigger = Trigger.KEYWORD if keywords else Trigger.ANYTHING
    phrases = tuple(Phrase(one, words(one)) for one in keywords)
    return Rule(name, trigger, phrases, say(reply) if reply else None, HERE, **more)


def expecting(kind: Kind, low: int | None = None, high: int | None = None) -> Expected:
    low_end, high_end = (None if end is None else Decimal(end) for end in (low, high))
    return Expected(kind, low_end, high_end)


def choice(**values: str) -> Expected:
    listed = (
        (value, tuple(words(one) for one in told.split("|"))) for value, told in values.items()
    )
    return Expected(Kind.CHOICE, choices=tuple(listed))


def step(name: str, expected: Expected, **more: Any) -> Step:
    return Step(name, say(f"{name}?"), expected, **more)


def flow(*steps: Step, **more: Any) -> Flow:
    return Flow(steps, shape="/".join(one.id for one in steps), **more)


APPOINTMENT = rule(
    "appointment",
    "rdv",
    reply="Noté.",
    flow=flow(
        step("day", expecting(Kind.DATE), invalid=say("Ex.: 24/12")),
        step("part", choice(morning="matin|1", evening="soir|2"), tries=2),
        step("sure", expecting(Kind.YES_NO), next={"no": "day"}),
        timeout=timedelta(minutes=30),
        gave_up=Ending(say("Appelez-nous.")),
        timed_out=Ending(say("Trop tard.")),
    ),
)
VOTE = rule(
    "vote",
    "vote",
    reply="Compté.",
    fields=(Field("choice", expecting(Kind.INTEGER, 1, 5)),),
    invalid=say("1 à 5."),
    once=True,
)
DEALS = SubscriptionList("deals", (Phrase("rabais", words("rabais")),), HERE, confirm=True)
JOINING = rule(
    "joining",
    "rabais",
    reply="Bienvenue.",
    actions=(Join("deals"),),
    flow=flow(
        step(
            "confirmed", expecting(Kind.YES_NO), next={"no": "gave_up"}, unless_in="deals", tries=1
        )
    ),
)
NIGHT = rule("night", "météo", reply="Bonne nuit.", when=When(hours=((22 * 60, 6 * 60),)))
DAY = rule("day", "météo", reply="Soleil.")
MENU = rule("menu", "menu", reply="RDV ou VOTE.", interrupt=True)
RESTART = rule("restart", "recommencer", flow=APPOINTMENT.flow, interrupt=True)
OTHERWISE = rule("otherwise", reply="Pardon?")


def book(*rules: Rule) -> Rulebook:
    return Rulebook(rules, lists={"deals": DEALS})


BOOK = book(APPOINTMENT, VOTE, JOINING, NIGHT, DAY, MENU, RESTART, OTHERWISE)


@dataclass
class Talk:
    """One person's texts, decided one after the other."""

    rulebook: Rulebook = field(default_factory=lambda: BOOK)
    policy: Policy = GENEROUS
    now: datetime = NOW
    conversation: Conversation = field(
        default_factory=lambda: Conversation("vudumobile:" + ANA, "vudumobile", ANA)
    )
    subscriber: Subscriber = field(default_factory=lambda: Subscriber(ANA))
    decisions: list[Decision] = field(default_factory=list)

    def turn(self, text: str, *, age: float = 0.0) -> Turn:
        sent_at = self.now - timedelta(seconds=age)
        inbound: Inbound = replace(
            text_of(text), id=len(self.decisions) + 1, sent_at=sent_at, received_at=self.now
        )
        return Turn(
            inbound, self.conversation, self.subscriber, self.rulebook, self.policy, self.now
        )

    def text(self, text: str, *, age: float = 0.0) -> str:
        """Text it; give what is said, or the reason of the silence in brackets."""
        return self._take(decide(self.turn(text, age=age)))

    def wait(self, **time: float) -> str:
        """Let time pass; what is said when an answer is overdue."""
        self.now += timedelta(**time)
        position = self.conversation.position
        if position is None or position.times_out_at > self.now:
            return ""
        return self._take(time_out(self.turn("")))

    def all(self, texts: Sequence[str]) -> list[str]:
        return [self.text(text) for text in texts]

    def _take(self, decision: Decision) -> str:
        self.conversation, self.subscriber = decision.conversation, decision.subscriber
        self.decisions.append(decision)
        told = [one.message.template or one.message.texts[""] for one in decision.replies]
        return " + ".join(told) or f"({decision.why.reason})"

    @property
    def last(self) -> Decision:
        return self.decisions[-1]
