"""What `textobot clever` says of campaigns, whether of messages or of mails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from bot.clients.clever_models import MailPush, Push
from bot.config import load_config
from bot.terminal import count
from bot.vendors.asked import Asked
from bot.vendors.remedies import Function
from bot.vendors.showing import instant, units
from bot.who import instant_of

SENDING = Function(look="the campaigns on Clever's site", known="Clever's site")
KNOWN = Function(known="Clever's site")
STATES = {"0": "not begun", "1": "under way", "2": "done"}
OUTCOMES = {"2": "sent", "3": "received"}
"""By inference: the document has no table."""
Rows = list[tuple[str, str]]


def zone_of(asked: Asked) -> tzinfo:
    """Give the zone in which times are shown. Raises `Faults`."""
    return load_config(asked.config_path).timezone


def read_time(asked: Asked, at: str) -> dict[str, datetime]:
    """Read when a campaign is to leave. Raises `Wrong`."""
    return {"at": instant_of(at, load_config(asked.config_path))} if at else {}


def said(given: dict[str, Any]) -> dict[str, Any]:
    """Leave out the options that were not given."""
    return {key: value for key, value in given.items() if value not in {None, "", False, ()}}


def when(options: dict[str, Any], zone: tzinfo) -> str:
    """Say in a question when it leaves."""
    at = options.get("at")
    return f" at {instant(at.astimezone(zone))}" if at else " now"


def taken(push: Push | MailPush, people: int | None) -> str:
    """Say what became of a new campaign."""
    what = "number" if isinstance(push, Push) else "address"
    several = "es" if what == "address" and people != 1 else ""
    whom = f" to {count(people, what) if not several else f'{people} {what}es'}" if people else ""
    cost = f", for {units(push.units)} units" if push.units is not None else ""
    return f"Clever took it as {push.reference}{whom}{cost}."


def people(push: Push | MailPush) -> int | None:
    """Count who gets it: the list, or where there is none the vendor's figure."""
    if isinstance(push, Push):
        return len(push.numbers) or push.destinations
    return len(push.addresses) or push.mails


def rows_of(push: Push | MailPush, zone: tzinfo) -> Rows:
    """Write a campaign, line by line."""
    number = people(push)
    rows: Rows = [
        ("reference", push.reference),
        ("state", STATES.get(push.status, push.status)),
        ("leaves", shown(push.sends_at, zone)),
        ("kind", push.kind),
        ("to", str(number) if number is not None else ""),
        ("", ", ".join(_whom(push)[:FEW]) + (" …" if len(_whom(push)) > FEW else "")),
        *_more(push),
        ("text", push.text),
        ("file", push.filename),
        ("units", units(push.units)),
    ]
    return [row for row in rows if row[1]]


FEW = 10
"""Numbers or addresses that are shown."""


def shown(at: datetime | None, zone: tzinfo) -> str:
    """Write an instant in a zone; nothing where there is none."""
    return instant(at.astimezone(zone)) if at else ""


def outcome(status: str) -> str:
    """Write what became of a message: the vendor's number, and what we take it for."""
    meaning = OUTCOMES.get(status)
    return f"{meaning} ({status})" if meaning else status


def _whom(push: Push | MailPush) -> Sequence[str]:
    return push.numbers if isinstance(push, Push) else push.addresses


def _more(push: Push | MailPush) -> Rows:
    if isinstance(push, MailPush):
        return [("subject", push.subject), ("format", push.format)]
    segments = "" if push.segments is None else str(push.segments)
    flash = "yes" if push.options == "F0" else ""
    return [("from", push.sender), ("segments", segments), ("flash", flash)]
