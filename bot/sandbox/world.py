"""What both played gateways share: time, dice, phones, faults, the ledger, who listens."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from bot.sandbox.clock import Agenda, Clock
from bot.sandbox.faults import Faults
from bot.sandbox.mails import Mail
from bot.sandbox.phones import Accepted, Bubble, Phone, Phones
from bot.sandbox.segments import Segments

LOG_LENGTH = 500
TO_CARRIER = 0.3
"""World seconds from acceptance until a message is with the carrier ("sent")."""


@dataclass(slots=True)
class Request:
    """A line of the gateway's own log: no header, no query, no body.

    `end` says how it went where no whole answer left: "cut", "hung".
    """

    id: int
    time: datetime
    gateway: str
    method: str
    path: str
    operation: str
    status: int = 0
    end: str = ""
    faults: list[str] = field(default_factory=list)


class World:
    """The state of a sandbox. Listeners hear ("bubble", phone, bubble) and the like."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self.clock = clock
        self.agenda = Agenda(clock)
        self.phones = Phones()
        self.listeners: list[Callable[..., None]] = []
        self.ledger: list[Accepted] = []
        self.mails: list[Mail] = []
        self.requests: deque[Request] = deque(maxlen=LOG_LENGTH)
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """As new, with the same clock and listeners."""
        self.seed = seed
        self.dice = Random(seed)
        self.faults = Faults(Random(seed + 1), tell=lambda: self.tell("faults"))
        self.phones.clear()
        self.agenda.clear()
        self.ledger.clear()
        self.mails.clear()
        self.requests.clear()
        self._keys, self._request_ids = count(1), count(1)

    def tell(self, event: str, *what: object) -> None:
        """Let everybody who listens know."""
        for listener in self.listeners:
            listener(event, *what)

    def new_request(self, gateway: str, method: str, path: str) -> Request:
        """Open a line in the log."""
        request = Request(next(self._request_ids), self.clock.now(), gateway, method, path, "")
        self.requests.append(request)
        return request

    def post(self, mail: Mail) -> None:
        """Put it into its mailbox."""
        self.mails.append(mail)
        self.tell("mail", mail)

    def bubble(
        self,
        direction: str,
        text: str,
        segments: Segments,
        *,
        origin: str,
        at: datetime | None = None,
    ) -> Bubble:
        """A message that is not yet on any phone."""
        return Bubble(
            next(self._keys), direction, text, at or self.clock.now(), segments, origin, id=""
        )

    def show(self, phone: Phone, bubble: Bubble) -> None:
        """Put it on the phone as it is."""
        phone.bubbles.append(bubble)
        self.tell("bubble", phone, bubble)

    def carry(self, phone: Phone, bubble: Bubble) -> None:
        """Send it on its way: with the carrier soon, then what the number's outcome says."""
        fate = phone.fate()
        after = self.dice.uniform(1.0, 2.0) if fate.after is None else fate.after
        bubble.state = "queued"
        bubble.reaches = fate.state != "failed"
        self.show(phone, bubble)
        end = bubble.time + timedelta(seconds=after)

        def sent() -> None:
            if bubble.state == "queued":
                bubble.state = "sent"
                self.tell("receipt", phone, bubble)

        def settle() -> None:
            bubble.state, bubble.code, bubble.settled = fate.state, fate.code, end
            self.tell("receipt", phone, bubble)

        self.agenda.after(min(TO_CARRIER, after), sent)
        if fate.state != "sent":
            self.agenda.after(after, settle)


def clean(text: str) -> str:
    """Text that UTF-8 can carry: half a surrogate pair becomes the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
