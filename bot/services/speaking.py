"""One decision put into words: its replies, and what its verbs ask to be written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.actions import Action, Emit, Forward, Later, Remember, Speak
from bot.core.conversation import Subscriber, conversation_key
from bot.core.decision import Asking, Decision, Reply
from bot.core.errands import Errand, ErrandKind
from bot.core.messages import Delivery, MessageClass, Outbound
from bot.core.policy import Policy
from bot.core.sayings import Message
from bot.core.turn import Turn
from bot.core.understanding import to_json
from bot.gateways.base import Gateway
from bot.internet import NotAnswered, filled
from bot.services.library import Library, seen_by_templates
from bot.storage.events import Event

REMEMBERED = 64
"""Values that are kept of one person; the oldest give way."""
LANGUAGE_LETTERS = 2


class TooLong(Exception):
    """The gateway can never take this reply."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What it takes to say something: the rules and templates, the gateways, the policy."""

    library: Library
    gateways: Mapping[str, Gateway]
    policy: Policy
    life: timedelta
    """Of a reply that cannot leave."""
    observing: bool = False
    """Nothing leaves: no reply, no question, no errand."""


@dataclass(slots=True)
class Spoken:
    """One decision put into words."""

    speech: Speech
    decision: Decision
    turn: Turn
    cause: str
    """Of its messages, up to the slash: see `Outbound.cause`."""
    replies: list[Outbound] = field(default_factory=list)
    forwarded: list[Outbound] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    person: Subscriber = field(init=False)
    language: str = field(init=False)
    _spoken: str = ""
    """The language that the decision itself chose for this person."""

    def __post_init__(self) -> None:
        self.person = self.decision.subscriber
        replies = self.decision.replies
        first = replies[0].languages[0] if replies else ""
        policy = self.speech.policy
        self.language = first or self.person.language or policy.language

    def speak(self) -> None:
        """Do the verbs, then say the replies."""
        for action in self.decision.actions:
            self._do(action)
        if self.decision.asking is not None:
            self._ask(self.decision.asking)
        for reply in self.decision.replies:
            self.replies.append(self._reply(reply, len(self.replies)))

    def _do(self, action: Action) -> None:
        match action:
            case Remember(values=values):
                told = {name: self._fill(text) for name, text in values.items()}
                self.person = replace(self.person, values=_remembered(self.person, told))
            case Speak(language=language):
                self._speak(self._fill(language).strip().lower())
            case Forward():
                self._forward(action)
            case Later(after=after, message=message):
                said = self._say(message, (self.language,))
                self._errand(ErrandKind.LATER, self.turn.now + after, {"text": said})
            case Emit(event=event):
                self.events.append(
                    event_of(
                        event,
                        self.turn,
                        {"rule": self.decision.why.rule, "captures": _captures(self.decision)},
                    )
                )

    def _speak(self, language: str) -> None:
        if len(language) == LANGUAGE_LETTERS and language.isascii() and language.isalpha():
            self.person = replace(self.person, language=language)
            self.language = self._spoken = language

    def _forward(self, action: Forward) -> None:
        said = self._say(action.message, (self.speech.policy.language,))
        text = self.turn.text
        if action.email:
            subject = f"SMS {text.number} ({self.decision.why.rule})"
            body = {"to": action.email, "subject": subject, "text": said}
            self._errand(ErrandKind.MAIL, self.turn.now, body)
            return
        self.forwarded.append(
            self._outbound(
                said,
                number=action.number,
                cause=f"{self.cause}forward",
                message_class=MessageClass.FORWARD,
                language=self.speech.policy.language,
                delivery=self.speech.policy.delivery,
            )
        )

    def _ask(self, asking: Asking) -> None:
        """Leave it to a service to ask; what cannot be put into the address is not answered."""
        values = {name: _plain(value) for name, value in self._seen().items()}
        try:
            url, error = filled(asking.lookup.url, values), ""
        except NotAnswered as refused:
            url, error = "", refused.reason
        body = {
            "url": url,
            "error": error,
            "rule": asking.rule,
            "captured": {name: to_json(value) for name, value in asking.captured.items()},
            "language": asking.language,
        }
        self._errand(ErrandKind.LOOKUP, self.turn.now, body)

    def _errand(self, kind: ErrandKind, due_at: datetime, body: Mapping[str, Any]) -> None:
        text = self.turn.text
        self.errands.append(
            Errand(
                kind,
                text.conversation,
                text.gateway,
                text.number,
                text.id,
                self.decision.why.rule,
                due_at,
                body,
            )
        )

    def _reply(self, reply: Reply, place: int) -> Outbound:
        languages = (self._spoken,) if self._spoken else reply.languages
        return self._outbound(
            self._say(reply.message, languages),
            number=self.turn.text.number,
            cause=f"{self.cause}{place}",
            message_class=reply.message_class,
            language=languages[0],
            delivery=reply.delivery,
            rule=reply.rule,
        )

    def _outbound(
        self,
        said: str,
        *,
        number: str,
        cause: str,
        message_class: MessageClass,
        language: str,
        delivery: Delivery,
        rule: str = "",
    ) -> Outbound:
        gateway, now = self.turn.text.gateway, self.turn.now
        refusal = self.speech.gateways[gateway].refuses(said)
        if refusal:
            raise TooLong(refusal)
        return Outbound(
            cause=cause,
            conversation=conversation_key(gateway, number),
            gateway=gateway,
            number=number,
            text=said,
            message_class=message_class,
            delivery=delivery,
            created_at=now,
            not_before=now,
            expires_at=now + self.speech.life,
            language=language,
            rule=rule or self.decision.why.rule,
        )

    def _seen(self) -> dict[str, Any]:
        names = {**self.decision.names, **_only_set(self.person, self.decision)}
        return seen_by_templates(self.turn.text, self.person, names, self.turn.now)

    def _say(self, message: Message, languages: Sequence[str]) -> str:
        return self.speech.library.say(message, languages, self._seen())

    def _fill(self, text: str) -> str:
        return self.speech.library.fill(text, self.language, self._seen())


def _remembered(person: Subscriber, told: Mapping[str, str]) -> dict[str, str]:
    """Add values to those that are kept of a person; what comes out empty is forgotten."""
    kept = {name: value for name, value in person.values.items() if name not in told}
    kept |= {name: value for name, value in told.items() if value}
    return dict(list(kept.items())[-REMEMBERED:])


def _only_set(person: Subscriber, decision: Decision) -> dict[str, str]:
    """Give what was set just now, where no capture has its name."""
    before = decision.subscriber.values
    return {name: value for name, value in person.values.items() if before.get(name) != value}


def _captures(decision: Decision) -> dict[str, str | int]:
    if decision.answer is None:
        return {}
    return {name: to_json(value) for name, value in decision.answer.captured.items()}


def event_of(event: str, turn: Turn, more: Mapping[str, Any]) -> Event:
    """Say that something happened on the occasion of a text."""
    text = turn.text
    body = {
        "id": text.id,
        "number": text.number,
        "our_number": text.our_number,
        "gateway": text.gateway,
        "text": text.text,
        **more,
    }
    return Event(text.conversation, event, turn.now, body)


def _plain(value: object) -> str:
    """Write a value for an address."""
    return str(to_json(value)) if not isinstance(value, dict) else ""  # type: ignore[arg-type]
