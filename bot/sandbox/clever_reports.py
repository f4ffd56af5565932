"""Clever's campaigns of messages as they are answered: each function as its own sample does."""

from datetime import datetime

from bot.sandbox.campaigns import Push
from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.paris import OFFSET_TIME
from bot.sandbox.phones import Bubble
from bot.sandbox.wishes import ALL

Shown = dict[str, object]


def created(push: Push, account: CleverAccount) -> Shown:
    """A new campaign, by 3.11 and 3.13, or by 3.15."""
    if push.wish.whom == ALL:
        return _created_for_all(push, account)
    time = account.printed(_sends(push)) + (" " if account.pictures else "")
    return (
        _whom(push)
        | _what(push)
        | {"hd_send": time, "filename": push.wish.filename}
        | _cost(push)
        | {"duplicates": push.wish.duplicates}
    )


def read(push: Push, account: CleverAccount) -> Shown:
    """One that is asked for later: 3.19."""
    time = _sends(push)
    shown = time.strftime(OFFSET_TIME) if account.pictures else account.printed(time)
    return (
        _whom(push)
        | {"status": push.status, "short_code": push.wish.sender}
        | _what(push)
        | {"hd_send": shown}
        | _cost(push)
        | {"options": push.wish.options}
    )


def delivery(push: Push, number: str, bubble: Bubble, account: CleverAccount) -> Shown:
    """A line of 3.21: a flash is a message, and a call is no message."""
    row: Shown = {
        "message": push.shown,
        "typemessage": "sms" if bubble.kind == "flash" else bubble.kind,
        "date_send": account.printed(account.local(bubble.time)),
    }
    if bubble.settled is not None:
        row["date_receive"] = account.printed(account.local(bubble.settled))
    return row | {"recipient": number, "status": bubble.code or "2"}


def _created_for_all(push: Push, account: CleverAccount) -> Shown:
    """Its times have an offset, and nb_destination is 0 whoever is in the list."""
    own: Shown = {"id": push.id} if account.pictures else {}
    count: Shown = {} if account.broadcast_counts else {"nb_destination": 0}
    return (
        own
        | _whom(push)
        | count
        | _what(push)
        | {
            "date_entry": push.created.strftime(OFFSET_TIME),
            "hd_send": _sends(push).strftime(OFFSET_TIME),
        }
        | _cost(push)
        | {"options": push.wish.options, "way": 1, "duplicates": str(push.wish.duplicates)}
        | {
            "mail_routage_mo": push.wish.routing.mail,
            "gsm_routage_mo": push.wish.routing.gsm,
        }
    )


def _sends(push: Push) -> datetime:
    return push.wish.start or push.created


def _whom(push: Push) -> Shown:
    return {
        "reference": push.reference,
        "nb_destination": len(push.wish.numbers),
        "number_list": ";".join(push.wish.numbers),
    }


def _what(push: Push) -> Shown:
    return {"encodage": push.wish.encodage, "text": push.shown}


def _cost(push: Push) -> Shown:
    return {"type_push": push.wish.type_push, "unit": push.unit, "nb_sms": push.parts}
