"""What a verification says, by which gateway: never the code, but a place that is kept for it.

The code is put there at the moment of sending, by `bot.services.sender`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil

from bot.clock import Clock
from bot.content.templates import RenderError
from bot.core.codes import HIDDEN
from bot.core.conversation import Subscriber, conversation_key
from bot.core.messages import Delivery, MessageClass, Outbound, Way
from bot.core.policy import Policy
from bot.core.sayings import Message
from bot.core.turn import country_of
from bot.core.verification import Channel, Verification
from bot.services.code_caps import NotSent, Why
from bot.services.library import Library

RULE = "verification"
"""What makes the messages, for people."""


@dataclass(frozen=True, slots=True)
class CodeOutlet:
    """A gateway that is on, as far as it takes to send codes there, or to be texted one."""

    our_number: str
    ways: tuple[Way, ...]
    """See `Traits.ways`."""
    refuses: Callable[[str], str]
    """See `Gateway.refuses`."""
    is_held: Callable[[], bool] = lambda: False
    """Nothing can leave there now: another is taken, if there is one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A verification that is to be begun, or whose code is to be sent again."""

    number: str
    purpose: str
    caller: str
    channel: Channel = Channel.AUTO
    language: str = ""
    """Empty: the one that the person chose, else the installation's."""
    client: str = ""
    """The end user's address; empty: it is not known."""
    gateway: str = ""
    """Empty: the one that suits best."""
    rule: str = ""
    captured: Mapping[str, str | int] = field(default_factory=dict)
    cause: str = ""
    """Of the message; empty: the verification and the send alone."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How an installation says codes."""

    library: Library
    outlets: Mapping[str, CodeOutlet]
    """The gateways that are on, by name."""
    policy: Policy
    clock: Clock

    def message(self, one: Verification, wanted: Wanted, person: Subscriber) -> Outbound:
        """Word the message, without the code. Raises `NotSent`."""
        outlet, now = self.outlets[one.gateway], self.clock.now()
        way = one.way(outlet.ways[0])
        hidden = HIDDEN * one.length
        text = hidden if way is Way.VENDOR else self._worded(one, person, hidden)
        if unfit := outlet.refuses(text):
            raise NotSent(Why.UNSAID, unfit)
        return Outbound(
            cause=wanted.cause or f"verification {one.id}/{one.sends}",
            conversation=conversation_key(one.gateway, one.number),
            gateway=one.gateway,
            number=one.number,
            text=text,
            message_class=MessageClass.VERIFICATION,
            delivery=Delivery.AT_LEAST_ONCE,
            created_at=now,
            not_before=now,
            expires_at=one.expires_at,
            language=one.language,
            rule=one.rule or RULE,
            verification=one.id,
            way=way,
        )

    def _worded(self, one: Verification, person: Subscriber, hidden: str) -> str:
        left = (one.expires_at - self.clock.now()).total_seconds()
        seen = {
            **dict.fromkeys(("text", "rest", "answers"), ""),
            "number": one.number,
            "our_number": self.outlets[one.gateway].our_number,
            "gateway": one.gateway,
            "now": self.clock.now(),
            "subscriber": {"number": one.number, "opted_out": person.opted_out},
            "code": hidden,
            "minutes": ceil(left / 60),
        }
        try:
            said = self.library.templates.render(
                Message(template="verification"), one.language, seen
            )
        except RenderError as error:
            raise NotSent(Why.UNSAID, str(error)) from error
        if hidden not in said:
            raise NotSent(Why.UNSAID, "the template `verification` does not say the code")
        return said

    def gateway(self, wanted: Wanted) -> str:
        """Choose the gateway. Raises `NotSent` where none can do it."""
        country, countries = country_of(wanted.number), self.policy.countries
        able = [name for name in self.outlets if self._is_able(name, wanted)]
        # One in the number's country first; there, one whose vendor words codes itself.
        able.sort(
            key=lambda name: (
                self.outlets[name].is_held(),
                name != wanted.gateway,
                countries.get(name) != _continent(country),
            )
        )
        if not able:
            raise NotSent(Why.NO_GATEWAY, f"channel {wanted.channel}")
        return able[0]

    def _is_able(self, name: str, wanted: Wanted) -> bool:
        outlet = self.outlets[name]
        if wanted.channel is Channel.INBOUND:
            return bool(outlet.our_number)
        return wanted.channel is not Channel.VOICE or Way.VOICE in outlet.ways


def _continent(country: str) -> str:
    """Give the country whose gateway a number is reached by: the +1 is one network."""
    return "CA" if country == "US" else country
