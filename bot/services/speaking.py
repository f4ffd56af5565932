"""One decision put into words: its replies, and what its verbs ask to be written down."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.content.voice import Voice, as_texts
from bot.core.actions import Action, Emit, Forward, Later, Remember, Speak
from bot.core.conversation import conversation_key
from bot.core.decision import Asking, Decision, Reply
from bot.core.errands import Errand, ErrandKind
from bot.core.messages import Delivery, MessageClass, Outbound
from bot.core.naming import id_of
from bot.core.policy import Policy
from bot.core.turn import Turn
from bot.core.understanding import to_json
from bot.gateways.base import Gateway
from bot.internet import NotAnswered, filled
from bot.services.library import Library
from bot.services.verifier import Verifier
from bot.storage.events import Event

CUT = "..."
"""Says that the end is missing, in signs that every alphabet has."""


class TooLong(Exception):
    """The gateway can never take this reply."""


Languages = dict[str, dict[str, str]]
"""By gateway and number; who is not there has none, or the usual one."""


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
    verifier: Verifier | None = None
    """Sends the codes that rules ask for; None: none are sent."""
    carried_to: Sequence[str] = ()
    """The gateways at which it is noted who opted out."""
    languages: Languages = field(default_factory=dict)
    """Of contacts; filled by `bot.services.contacts`."""


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
    voice: Voice = field(init=False)

    def __post_init__(self) -> None:
        self.voice = Voice(self.decision, self.turn, self.speech.library.templates)

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
                self.voice.remember(values)
            case Speak(language=language):
                self.voice.speak(language)
            case Forward():
                self._forward(action)
            case Later(after=after, message=message):
                said = self.voice.say(message, (self.voice.language,))
                said = self.speech.policy.mentioned(self.turn.text.gateway, said)
                self._refuse(said)
                body = {"text": said, "language": self.voice.language}
                self._errand(ErrandKind.LATER, self.turn.now + after, body)
            case Emit(event=event):
                self.events.append(
                    event_of(
                        event,
                        self.turn,
                        {"rule": self.decision.why.rule, "captures": _captures(self.decision)},
                    )
                )

    def _forward(self, action: Forward) -> None:
        said = self.voice.pass_on(action.message, self.speech.policy.language)
        text = self.turn.text
        if action.email:
            subject = f"SMS {text.number} ({self.decision.why.rule})"
            body = {"to": action.email, "subject": subject, "text": said}
            self._errand(ErrandKind.MAIL, self.turn.now, body)
            return
        self.forwarded.append(
            self._outbound(
                self._cut(said),
                number=action.number,
                cause=f"{self.cause}forward",
                message_class=MessageClass.FORWARD,
                language=self.speech.policy.language,
                delivery=self.speech.policy.delivery,
            )
        )

    def _ask(self, asking: Asking) -> None:
        """Leave it to a service to ask; what cannot be put into the address is not answered."""
        try:
            url, error = filled(asking.lookup.url, as_texts(self.voice.seen)), ""
        except NotAnswered as refused:
            url, error = "", refused.reason
        body = {
            "url": url,
            "error": error,
            "rule": asking.rule,
            "captured": {name: to_json(value) for name, value in asking.captured.items()},
            "language": asking.language,
            "text": self.turn.text.text,  # which may be several that were read as one
            "rest": self.decision.names.get("rest", ""),
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
        languages = self.voice.languages(reply)
        return self._outbound(
            self.voice.say(reply.message, languages),
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
        self._refuse(said)
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

    def _refuse(self, said: str) -> None:
        refusal = self._gateway.refuses(said)
        if refusal:
            raise TooLong(refusal)

    def _cut(self, said: str) -> str:
        """Leave out the end of what is passed on where the gateway cannot take it whole.

        Better a part of it than nothing; and whoever texted it is to be answered.
        """
        if not self._gateway.refuses(said):
            return said
        fitting = bisect_left(
            range(1, len(said)),
            True,  # noqa: FBT003 - what is looked for
            key=lambda length: bool(self._gateway.refuses(said[:length] + CUT)),
        )
        return said[:fitting] + CUT

    @property
    def _gateway(self) -> Gateway:
        return self.speech.gateways[self.turn.text.gateway]


def _captures(decision: Decision) -> dict[str, str | int]:
    return {name: to_json(value) for name, value in decision.captured.items()}


def event_of(event: str, turn: Turn, more: Mapping[str, Any]) -> Event:
    """Say that something happened on the occasion of a text."""
    text = turn.text
    body = {
        "id": id_of(text.id, ours=False),
        "number": text.number,
        "our_number": text.our_number,
        "gateway": text.gateway,
        "text": text.text,
        **more,
    }
    return Event(text.conversation, event, turn.now, body)
