"""Both vendors as the contract suite needs them: how each says what every gateway says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.messages import Batch, Delivery, Feed, Mail, Sent, Unclear
from bot.gateways.base import Gateway
from bot.gateways.clever import Clever
from bot.gateways.http import Transport
from bot.gateways.limiter import Limiter
from bot.gateways.line import Line
from bot.gateways.vudumobile import VuduMobile
from tests.clock import NOON
from tests.gateways.server import Reply, ScriptedServer, sample

PARIS = ZoneInfo("Europe/Paris")
OURS = "+15149541234"
CANARIES = ("canary-key-25cKYq36wDAY", "canary-password", "canary-login")


def line(name: str, transport: Transport) -> Line:
    limiter = Limiter(1000, 1.0, transport.clock)
    return Line(name, transport.exchange, transport.clock, limiter, random=Random(1))


def vudumobile(server: ScriptedServer, transport: Transport, **given: Any) -> VuduMobile:
    wanted: dict[str, Any] = {
        "api_key": CANARIES[0],
        "our_number": OURS,
        "url": server.url,
    } | given
    return VuduMobile(line("vudumobile", transport), **wanted)


def clever(server: ScriptedServer, transport: Transport, **given: Any) -> Clever:
    wanted: dict[str, Any] = {
        "login": CANARIES[2],
        "password": CANARIES[1],
        "url": server.url,
        "pace": 0.0,
    }
    return Clever(line("clever", transport), **(wanted | given))


def paris(instant: datetime) -> str:
    return f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"


def push(reference: str, numbers: Sequence[str], text: str, **more: Any) -> dict[str, Any]:
    return {
        "push": {
            "reference": reference,
            "nb_destination": len(numbers),
            "number_list": ";".join(numbers),
            "text": text,
            "unit": 7 * len(numbers),
            "nb_sms": 1,
        }
        | more
    }


def mail_push(reference: str, **more: Any) -> dict[str, Any]:
    """The document's sample, with another name."""
    return {
        "push": sample("clever/push-of-mails-created")["push"] | {"reference": reference} | more
    }


def reference(instant: datetime) -> str:
    return f"Push{instant.astimezone(PARIS):%Y%m%d%H%M%S}"


@dataclass(frozen=True)
class Vendor:
    name: str
    open: Callable[..., Gateway]
    number: str
    send_path: str
    accepted: Reply
    gateway_id: str
    reference: str
    listing: Callable[[Sequence[tuple[str, datetime]]], Any]
    """The rows of these texts of `number`, in the vendor's form."""
    receipts: Any
    """An answer that says that `gateway_id` was delivered to `number`."""
    mail_path: str
    mailed: Reply
    mail_id: str

    def feed(self, **given: Any) -> Feed:
        wanted: dict[str, Any] = {
            "reference": self.reference,
            "cursor": {},
            "opened_at": NOON,
        } | given
        return Feed(self.name, due_at=NOON, hot_at=NOON, **wanted)

    def batch(self, text: str = "Il neige") -> Batch:
        return Batch(7, (7,), self.name, (self.number,), text, 1)

    def mail(self, text: str = "Il neige", **given: str) -> Mail:
        return Mail(**({"to": "rdv@clinique.example", "subject": "Texto", "text": text} | given))

    def sent(self, at: datetime = NOON) -> Sent:
        return Sent(7, self.gateway_id, self.number, at)

    def unclear(self, **given: Any) -> Unclear:
        wanted: dict[str, Any] = {
            "batch": 7,
            "ids": (7,),
            "numbers": (self.number,),
            "text": "Il neige",
            "handed_at": NOON,
            "unclear_at": NOON,
            "delivery": Delivery.AT_MOST_ONCE,
            "expires_at": NOON + timedelta(hours=1),
            "resends": 1,
        }
        return Unclear(**(wanted | given))


def row(msg_id: int | None, text: str, at: datetime, **more: object) -> dict[str, object]:
    """A text in VuduMobile's feed."""
    wanted: dict[str, object] = {
        "msg_id": msg_id,
        "direction": "mo",
        "from": "15145555555",
        "to": "15149541234",
        "message": text,
        "datetime": f"{at:%Y-%m-%d %H:%M:%S}",
    }
    return wanted | more


def _feed(texts: Sequence[tuple[str, datetime]]) -> Any:
    return [row(number, text, at) for number, (text, at) in enumerate(texts, start=1)]


def _mos(texts: Sequence[tuple[str, datetime]]) -> Any:
    rows = [
        {"status": "5", "date_receive": paris(at), "recipient": "+33600000001", "message": text}
        for text, at in texts
    ]
    return {"mos": rows}


VUDUMOBILE = Vendor(
    name="vudumobile",
    open=vudumobile,
    number="+15145555555",
    send_path="/send",
    accepted=Reply(body={"status": True, "msg_id": 522}),
    gateway_id="522",
    reference="",
    listing=_feed,
    receipts=[
        {
            "msg_id": 522,
            "direction": "mt",
            "from": "15149541234",
            "to": "15145555555",
            "message": "Il neige",
            "datetime": "2026-03-02 12:00:00",
            "part_count": 1,
            "status_mt": "DELIVRD_000",
        }
    ],
    mail_path="/send_email",
    mailed=Reply(body={"status": True}),
    mail_id="",
)
CLEVER = Vendor(
    name="clever",
    open=clever,
    number="+33600000001",
    send_path="/pushs",
    accepted=Reply(201, push(reference(NOON), ["+33600000001"], "Il neige")),
    gateway_id=reference(NOON),
    reference=reference(NOON),
    listing=_mos,
    receipts={
        "deliveries": [
            {
                "message": "Il neige",
                "typemessage": "sms",
                "date_send": paris(NOON),
                "date_receive": paris(NOON),
                "recipient": "+33600000001",
                "status": "3",
            }
        ]
    },
    mail_path="/pushsmails",
    mailed=Reply(201, mail_push(reference(NOON))),
    mail_id=reference(NOON),
)
VENDORS = (VUDUMOBILE, CLEVER)
