"""How the control API shows things: plain JSON, times in ISO 8601, UTC."""

from dataclasses import asdict

from bot.sandbox.clock import Clock
from bot.sandbox.fault_table import FAULTS, GROUPS
from bot.sandbox.faults import OPERATIONS, Fault
from bot.sandbox.mails import Mail
from bot.sandbox.outcomes import CLEVER_STATUSES, NUMBERS, USUAL, VUDUMOBILE_CODES
from bot.sandbox.phones import Accepted, Bubble, Phone
from bot.sandbox.readings import READINGS
from bot.sandbox.segments import dear
from bot.sandbox.world import Request

Json = dict[str, object]
BUBBLES_SHOWN = 200
MAILS_SHOWN = 100


def bubble(one: Bubble) -> Json:
    """A message on a phone."""
    return {
        "key": one.key,
        "direction": one.direction,
        "text": one.text,
        "time": one.time.isoformat(),
        "origin": one.origin,
        "id": one.id,
        "reference": one.reference,
        "sender": one.sender,
        "state": one.state,
        "code": one.code,
        "reaches": one.reaches,
        "kind": one.kind,
        "settled": one.settled.isoformat() if one.settled else None,
        "encoding": one.segments.encoding,
        "segments": one.segments.count,
        "units": one.segments.units,
        "dear": [
            {"sign": sign, "name": name, "free": free} for sign, name, free in dear(one.text)
        ],
    }


def phone(one: Phone) -> Json:
    """A phone with its newest messages. `can_text`: on Clever, only after a campaign."""
    return head(one) | {"bubbles": [bubble(each) for each in one.bubbles[-BUBBLES_SHOWN:]]}


def head(one: Phone) -> Json:
    """A phone without its messages."""
    fate = one.fate()
    return {
        "gateway": one.gateway,
        "number": one.number,
        "can_text": one.gateway == "vudumobile" or bool(one.campaigns),
        "outcome": fate.code,
        "outcome_is_usual": one.outcome is None,
        "landline": one.landline,
    }


def fault(one: Fault) -> Json:
    """A fault that is on."""
    return {
        "id": one.id,
        "name": one.kind.name,
        "gateway": one.gateway,
        "operation": one.operation,
        "times": one.times,
        "probability": one.probability,
        "number": one.number,
        "options": one.options,
        "fired": one.fired,
    }


def menu() -> list[Json]:
    """Every fault there is."""
    return [
        asdict(kind) | {"options": dict(kind.options), "operations": _operations(kind.name)}
        for kind in FAULTS.values()
    ]


def groups() -> list[Json]:
    """The headings of the menu."""
    return [{"name": name, "en": en, "fr": fr} for name, (en, fr) in GROUPS.items()]


def request(one: Request) -> Json:
    """A line of the gateways' log."""
    return asdict(one) | {"time": one.time.isoformat()}


def accepted(one: Accepted) -> Json:
    """A line of the ledger."""
    return asdict(one) | {"time": one.time.isoformat()}


def mail(one: Mail) -> Json:
    """A mail as its reader sees it."""
    return {
        "gateway": one.gateway,
        "to": one.to,
        "subject": one.subject,
        "text": one.text,
        "time": one.time.isoformat(),
        "id": one.id,
        "tags": one.tags,
        "headers": one.headers,
    }


def clock(one: Clock) -> Json:
    """World time and how fast it goes."""
    return {"now": one.now().isoformat(), "timestamp": one.timestamp(), "speed": one.speed}


def outcomes() -> Json:
    """Which numbers fail how, and which outcomes a number can be given."""
    return {"usual": dict(USUAL), "by_last_digits": NUMBERS}


def outcome_choices() -> dict[str, list[str]]:
    """Gateway → every end that a message can be given, but for the usual one."""
    return {
        "vudumobile": [code for code in VUDUMOBILE_CODES if code != "000"] + ["sent"],
        "clever": [code for code in CLEVER_STATUSES if code != USUAL["clever"]],
    }


def readings() -> Json:
    """Every reading of the documents that can be set."""
    return {"readings": [asdict(reading) for reading in READINGS.values()]}


def _operations(name: str) -> dict[str, list[str]]:
    """Gateway → the operations at which this fault can happen."""
    kind = FAULTS[name]
    return {
        gateway: [
            each
            for each in (*OPERATIONS[gateway], "text")
            if (each in kind.operations if kind.operations else each != "text")
        ]
        for gateway in kind.gateways
    }
