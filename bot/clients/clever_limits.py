"""What Clever's functions may be given: the limits of its document, as types of parameters.

Where the document leaves something open, what we write is the narrower choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal
from unicodedata import category

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from typing_extensions import TypedDict

from bot.clients.checking import Address, Line, MaybeAddress, Name
from bot.core import mails
from bot.gateways import clever_forms as forms
from bot.gateways.clever_types import COUNTRY, REFERENCE
from bot.gateways.numbers import e164
from bot.validation import Wrong

LONGEST_SENDER = 11
"""Characters."""
SHORTEST_PASSWORD = 6
"""Characters."""
SOUNDS, PAPERS = (".wav", ".mp3"), (".pdf",)
FORBIDDEN = '<>:"/\\|?*'
"""In the name of a file. The document's list lost one sign, which we take for `|`."""
_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}


def read_phone(written: str) -> str:
    """Give a number as E.164; without a country it is of France. Raises `Wrong`."""
    number = e164(written, COUNTRY)
    if not re.fullmatch(r"\+[0-9]{7,15}", number):
        raise Wrong("this is no telephone number", "write it like +33600000001 or 06 00 00 00 01")
    return number


def _several(value: object) -> object:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, Sequence) or not several:
        raise Wrong("nobody is named", "name one at least")
    return several


def _address(written: str) -> str:
    if why := mails.refuses_address(written):
        raise Wrong(why, "write it like ana@example.com")
    return written


def _id(value: object) -> str:
    written = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch("[0-9]{1,18}", written):
        raise Wrong("this is no id", "write the digits that Clever shows for it")
    return written


def _reference(written: str) -> str:
    if not REFERENCE.fullmatch(written):
        raise Wrong("this is no reference", "write it like Push20260131093000")
    return written


def _message(written: str) -> str:
    if why := forms.refuses(written):
        raise Wrong(why, "write it shorter" if written.strip() else "write a text")
    return written


def _sender(written: str) -> str:
    if not written.strip() or not written.isprintable() or len(written) > LONGEST_SENDER:
        raise Wrong("this is no sender", f"write {LONGEST_SENDER} characters at most")
    return written


def _file(endings: Sequence[str], written: str) -> str:
    if set(FORBIDDEN) & set(written) or not written.isprintable():
        raise Wrong("a file cannot have this name", f"write it without {' '.join(FORBIDDEN)}")
    if not written.lower().endswith(tuple(endings)):
        raise Wrong("this file cannot be sent", f"name one that ends in {' or '.join(endings)}")
    return written


def _subject(written: str) -> str:
    if not written.strip() or any(category(sign) in _HIDDEN for sign in written):
        raise Wrong("this is no subject", "write one line, without control signs")
    return written


def _visible(what: str, remedy: str) -> AfterValidator:
    def check(written: str) -> str:
        if not written.strip():
            raise Wrong(f"{what} is empty", remedy)
        return written

    return AfterValidator(check)


def _password(written: str) -> str:
    mixed = any(map(str.isupper, written)) and any(map(str.isdigit, written))
    if len(written) < SHORTEST_PASSWORD or not mixed:
        remedy = f"take {SHORTEST_PASSWORD} characters, among them a capital letter and a digit"
        raise Wrong("this password is too easy", remedy)
    return written


Phone = Annotated[str, AfterValidator(read_phone)]
"""A number, however it is written; without a country it is one of France."""
MaybePhone = Annotated[str, AfterValidator(lambda one: read_phone(one) if one else "")]
"""The same, or empty: none any more."""
Phones = Annotated[Sequence[Phone], BeforeValidator(_several)]
Addresses = Annotated[Sequence[Address], BeforeValidator(_several)]
Id = Annotated[str, BeforeValidator(_id)]
"""What the vendor calls something by: digits, as a string or an integer."""
Reference = Annotated[str, AfterValidator(_reference)]
"""A campaign's name: `Push20260131093000`."""
Message = Annotated[str, AfterValidator(_message)]
"""A text of 1,000 characters at most."""
MailText = Annotated[str, _visible("the text", "write one")]
Subject = Annotated[str, AfterValidator(_subject)]
Criteria = Annotated[str, _visible("the criteria", "write them like city='Paris' AND …")]
"""Passed on as it is: its grammar is the vendor's."""
Sender = Annotated[str, AfterValidator(_sender)]
"""11 characters at most; letters cannot be answered."""
Sound = Annotated[str, AfterValidator(lambda written: _file(SOUNDS, written))]
Paper = Annotated[str, AfterValidator(lambda written: _file(PAPERS, written))]
Password = Annotated[str, AfterValidator(_password)]
Instant = AwareDatetime
"""An instant with its zone: a naive one would mean another instant on each machine."""
Kind = Literal["sms", "tts", "voice"]
Encodage = Literal[3, 4]
MailFormat = Literal["brut", "html"]
Minutes = Annotated[int, Field(ge=1)]
Credit = Annotated[int, Field(ge=0)]


class MessageOptions(TypedDict, total=False):
    """How a campaign of messages may be sent, beside its text."""

    kind: Kind
    """sms: a text. tts: a call that reads it out. voice: a call that plays `filename`."""
    encodage: Encodage
    """3 Latin, 4 UCS-2. Left out: 3 where that can write the text, else 4."""
    sender: Sender
    """Whom it seems to come from."""
    at: Instant
    """When it leaves. Left out: now."""
    filename: Sound
    """A sound that the vendor has, .wav or .mp3."""
    flash: bool
    """Shown at once, and not kept by the phone."""
    duplicates: bool
    """Who is meant twice gets it twice. Without, that is the vendor's to decide: perhaps not even
    who had the very text before gets it. The document explains it twice, differently."""


class SpreadOptions(TypedDict, total=False):
    """What is added where Clever chooses the contacts."""

    answers_to_number: Phone
    """Answers are also texted there."""
    answers_to_mail: Address
    """Answers are also mailed there."""
    all_numbers: bool
    """To every number of a contact, not only the first."""
    cascade: bool
    """Who cannot be reached by one number is tried by the next."""
    cascade_minutes: Minutes
    """How long each number is tried."""
    predefined: bool
    """`text` is the title of a message that the vendor keeps."""


class MailOptions(TypedDict, total=False):
    """How a campaign of mails may be sent, beside its text and subject."""

    format: MailFormat
    """brut: the text as it is. html: the text is a page."""
    at: Instant
    filename: Paper
    """An attachment that the vendor has, .pdf."""
    open_tag: bool
    """Notice who opens it."""
    duplicates: bool


class ContactOptions(TypedDict, total=False):
    """What else may be known of a contact; what is left out is not sent, and what is empty is."""

    email: MaybeAddress
    gsm_secondary: MaybePhone
    landline_primary: MaybePhone
    landline_secondary: MaybePhone
    fax_primary: MaybePhone
    fax_secondary: MaybePhone
    zip_code: Line
    city: Line
    street: Line
    street_number: Line
    duplicates: bool
    """Another contact may have the number."""


class UserFields(TypedDict):
    """What must be known of a user."""

    username: Name
    password: Password
    """Six characters at least, among them a capital letter and a digit."""
    name: Name
    lastname: Name
    telephone: Phone
    email: Address
    address: Name
    zip_code: Name
    city: Name
    country: Name
