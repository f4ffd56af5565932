"""What is sent to the functions of Clever that the daemon and `bot.clients` both ask.

And what may be sent: limits of the document, checked before a byte leaves. What is not said is not
written, and the vendor's own choice holds; but what all samples of requests say, we say too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from bot.core.segments import segments
from bot.gateways.clever_types import ZONE
from bot.gateways.payload import clean

LONGEST_TEXT = 1000
"""Characters of a message."""
LATIN, UCS2 = 3, 4
"""`encodage`. What "Latin" may hold is not said: we take it for GSM 03.38."""
TIME = "%Y-%m-%d %H:%M:%S"
Datas = dict[str, Any]


def refuses(text: str) -> str:
    """Say why this text can never be sent, or nothing."""
    if not text.strip():
        return "an empty text cannot be sent"
    length = len(text)
    return f"{length} characters; Clever takes {LONGEST_TEXT}" if length > LONGEST_TEXT else ""


def encodage_of(text: str) -> int:
    """Choose the one that writes the text at the least cost."""
    return LATIN if segments(text).encoding == "GSM-7" else UCS2


def several(given: Iterable[str]) -> str:
    """Write numbers, or addresses, as all samples do: `a;b`. The tables say "Tableau"."""
    return ";".join(given)


def message(
    text: str,
    *,
    numbers: Iterable[str] = (),
    criteria: str = "",
    kind: str = "sms",
    encodage: int | None = None,
    sender: str = "",
    at: datetime | None = None,
    filename: str = "",
    flash: bool = False,
    duplicates: bool = False,
    answers_to_number: str = "",
    answers_to_mail: str = "",
    all_numbers: bool = False,
    cascade: bool = False,
    cascade_minutes: int | None = None,
    predefined: bool = False,
    zone: tzinfo = ZONE,
) -> Datas:
    """Write a campaign of messages: to numbers (3.11), by criteria (3.13), to all (3.15)."""
    text = clean(text)
    always = {
        "text": text,
        "type_push": kind,
        "encodage": encodage or encodage_of(text),
        "options": "F0" if flash else "F1",
        "duplicates": int(duplicates),
    }
    return always | _said(
        {
            "number_list": several(numbers),
            "criteria": criteria,
            "short_code": sender,
            "hd_send": _time(at, zone),
            "filename": filename,
            "gsm_routage_mo": answers_to_number,
            "mail_routage_mo": answers_to_mail,
            "all_number": int(all_numbers) or None,
            "cascade": int(cascade) or None,
            "time_cascade": cascade_minutes,
            "predefined_message": int(predefined) or None,
        }
    )


def mail(
    text: str,
    subject: str,
    *,
    addresses: Iterable[str] = (),
    criteria: str = "",
    format: str = "brut",  # noqa: A002 - of the client's parameter
    at: datetime | None = None,
    filename: str = "",
    open_tag: bool = False,
    duplicates: bool = False,
    predefined: bool = False,
    zone: tzinfo = ZONE,
) -> Datas:
    """Write a campaign of mails: to addresses (3.12), by criteria (3.14), to all (3.16)."""
    always = {
        "text": clean(text),
        "email_subject": clean(subject),
        "open_tag": int(open_tag),
        "type_mail": format,
        "duplicates": int(duplicates),
    }
    return always | _said(
        {
            "email_list": several(addresses),
            "criteria": criteria,
            "hd_send": _time(at, zone),
            "filename": filename,
            "predefined_message": int(predefined) or None,
        }
    )


def contact(
    number: str,
    name: str,
    lastname: str,
    *,
    duplicates: bool | None = None,
    **more: str,
) -> Datas:
    """Write a contact as the samples of requests do (3.5, 3.6).

    `more`: what they leave out, under our names; what is empty is sent so.
    """
    known = {_TABLE_NAMES.get(key, key): value for key, value in more.items()}
    flag = {} if duplicates is None else {"duplicates": int(duplicates)}
    return {"name": name, "lastName": lastname, "gsmPrimary": number, **known, **flag}


_TABLE_NAMES = {"zip_code": "zipCode", "street_number": "streetNumber"}


def user(
    account: Mapping[str, str],
    company: Mapping[str, str],
    *,
    username: str,
    password: str,
    credit: int | None = None,
) -> Datas:
    """Write a user (3.2, 3.3) nested, as the sample does, with all that the table has."""
    units = {} if credit is None else {"credit": credit}
    return {
        "username": username,
        "password": password,
        "account": {**account, **units, "company": _said(company)},
    }


def _said(known: Mapping[str, object]) -> Datas:
    """Leave out what is not said."""
    return {name: value for name, value in known.items() if value not in ("", None)}


def _time(at: datetime | None, zone: tzinfo) -> str:
    """Write when a campaign leaves, by the clock there."""
    if at is None:
        return ""
    return (at if at.tzinfo is None else at.astimezone(zone)).strftime(TIME)
