"""The phones: what they texted, what reached them; and the ledger of accepted sends."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.outcomes import Outcome, usual
from bot.sandbox.segments import Segments

GATEWAYS = ("vudumobile", "clever")
DEFAULT_PHONES = (("vudumobile", "+15145550001"), ("clever", "+33600000001"))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A line of the ledger: a send that the gateway really took on, whatever it answered.

    `id` is the gateway's (msg_id or reference), `request` the number of the HTTP request.
    """

    gateway: str
    number: str
    text: str
    time: datetime
    id: str
    request: int


@dataclass(slots=True)
class Bubble:
    """One message on a phone. `state`: queued, sent, delivered or failed; `code` the gateway's.

    `origin`: "phone" (its owner texted), "api" (a request asked for it), "operator" (sent on
    the vendor's own site). `reference` is the Clever campaign it belongs to; `reaches` is false
    from the start for a message that will fail. `kind`: "sms", "flash" (shown at once and not
    kept), "tts" (a call that reads the text aloud) or "voice" (a call that plays a file).
    """

    key: int
    direction: str
    text: str
    time: datetime
    segments: Segments
    origin: str
    id: str
    reference: str = ""
    sender: str = ""
    state: str = "sent"
    code: str = ""
    settled: datetime | None = None
    reaches: bool = True
    kind: str = "sms"


@dataclass(slots=True)
class Phone:
    """A number on a gateway. `outcome` overrides what its last digits say.

    `landline`: it can be called, and cannot be sent a text.
    """

    gateway: str
    number: str
    bubbles: list[Bubble] = field(default_factory=list)
    outcome: Outcome | None = None
    landline: bool = False

    @property
    def sent(self) -> list[Bubble]:
        """What its owner texted, in order."""
        return [bubble for bubble in self.bubbles if bubble.direction == "mo"]

    @property
    def received(self) -> list[Bubble]:
        """What reached it, in order: all messages but those that failed or will fail."""
        return [bubble for bubble in self.bubbles if bubble.direction == "mt" and bubble.reaches]

    @property
    def campaigns(self) -> list[str]:
        """References that it can answer, oldest first.

        Neither a call nor a sender of letters takes an answer.
        """
        found = [b.reference for b in self.received if b.reference and _takes_answers(b)]
        return list(dict.fromkeys(reversed(found)))[::-1]

    def fate(self) -> Outcome:
        """What will become of the next message to it."""
        return self.outcome or usual(self.gateway, self.number)


def _takes_answers(bubble: Bubble) -> bool:
    letters = any(character.isalpha() for character in bubble.sender)
    return not letters and bubble.kind in {"sms", "flash"}


class Phones:
    """All phones; one is made when it is first asked for."""

    def __init__(self) -> None:
        self._phones: dict[tuple[str, str], Phone] = {}

    def __call__(self, gateway: str, number: str) -> Phone:
        """The phone of that number, however it is written."""
        if gateway not in GATEWAYS:
            raise LookupError(f"There is no gateway {gateway!r}; there are {GATEWAYS}.")
        number = e164(number)
        phone = self._phones.get((gateway, number))
        if phone is None:
            phone = Phone(gateway, number, landline=is_landline(number))
            self._phones[gateway, number] = phone
        return phone

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def clear(self) -> None:
        """No phone has ever existed."""
        self._phones.clear()


def is_landline(number: str) -> bool:
    """French numbers say so; of North American ones, those that end in 8000 are played so."""
    french = number.startswith(("+331", "+332", "+333", "+334", "+335", "+339"))
    return french or (number.startswith("+1") and number.endswith("8000"))


def e164(number: str) -> str:
    """As written on phones: + and digits; a ten-digit North American number gets its 1."""
    digits = "".join(character for character in number if character.isdigit())
    if not 3 <= len(digits) <= 15:
        raise LookupError(f"{number!r} is no phone number.")
    if len(digits) == 10 and digits[0] not in "01" and not number.strip().startswith("+"):
        digits = "1" + digits
    return "+" + digits
