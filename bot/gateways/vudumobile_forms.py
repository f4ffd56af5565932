"""What is sent to the functions of VuduMobile that the daemon and `bot.clients` both ask.

And what may be sent: limits of the document, checked before a byte leaves.
"""

from __future__ import annotations

from bot.core.segments import segments
from bot.gateways.payload import UnreadableError, clean
from bot.gateways.vudumobile_api import form_of
from bot.gateways.vudumobile_rows import identity

SEGMENTS = 10
"""The vendor's table of parts ends here."""


def digits(number: str) -> str:
    """Write a number as the vendor wants it: 11 digits with the 1."""
    return number.removeprefix("+")


def refuses(text: str) -> str:
    """Say why this text can never be sent, or nothing."""
    if not text.strip():
        return "an empty text cannot be sent"
    count = segments(text).count
    return f"{count} segments; VuduMobile takes {SEGMENTS}" if count > SEGMENTS else ""


def send(number: str, text: str) -> bytes:
    """Write the form of `send`."""
    return form_of({"to": digits(number), "message": clean(text)})


def get_feed(date_start: str, direction: str, *, zone: str = "") -> bytes:
    """Write the form of `get_feed`. `date_start`: `2013-09-09 03:26:00`, in `zone` or UTC."""
    fields = {"date_start": date_start, "direction": direction}
    return form_of({**fields, "pref_timezone": zone} if zone else fields)


def send_email(to: str, subject: str, message: str, form: str) -> bytes:
    """Write the form of `send_email`. `form`: `text` or `htm`."""
    return form_of({"to": to, "subject": subject, "message": message, "format": form})


def msg_id_of(said: object) -> str:
    """Read under which id `send` took a message; empty where it took it without saying.

    Raises `UnreadableError`.
    """
    if not isinstance(said, dict):
        raise UnreadableError("not with an object")
    msg_id = identity(said.get("msg_id"))
    if msg_id is None and said.get("status") is not True:
        raise UnreadableError("neither with a number nor with a status")
    return "" if msg_id is None else str(msg_id)


def send_verification(to: str, code: str, language: str, *, request_id: str = "") -> bytes:
    """Write the form of `send_verification`."""
    fields = {"to": digits(to), "code": code, "language": language}
    return form_of({**fields, "request_id": request_id} if request_id else fields)
