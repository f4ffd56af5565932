"""What Clever is told: one form for each object that its document lets us send.

Whatever the document limits is looked at when a form is made, so before a byte leaves: what can
never be taken is `Rejected`. Where a form says nothing, nothing is written, and the vendor's own
choice holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from bot.core.mails import refuses_address
from bot.core.segments import segments
from bot.gateways.base import Rejected
from bot.gateways.clever_types import COUNTRY, ZONE
from bot.gateways.numbers import e164
from bot.gateways.payload import clean

LONGEST_TEXT = 1000
"""Characters of a message."""
LONGEST_SENDER = 11
"""Characters."""
SHORTEST_PASSWORD = 6
LATIN, UCS2 = 3, 4
"""`encodage`. What "Latin" may hold is not said: we take it for GSM 03.38."""
SOUNDS, PAPERS = (".wav", ".mp3"), (".pdf",)
NOT_IN_NAMES = frozenset('<>:"/\\|?*')
"""Of files. The document's list lost one sign, which we take for `|`."""
TIME = "%Y-%m-%d %H:%M:%S"
Datas = dict[str, Any]
_NUMBER = re.compile(r"\+[0-9]{7,15}", re.ASCII)


def number_of(written: str) -> str:
    """Give a number as the vendor wants it: +33600000001. Raises `Rejected`."""
    number = e164(written, COUNTRY)
    if not _NUMBER.fullmatch(number):
        raise Rejected("this is no telephone number; write it like +33600000001")
    return number


def number_list(numbers: Iterable[str]) -> str:
    """Write numbers as all samples do, `a;b`. Raises `Rejected`, also where there is none."""
    written = [number_of(number) for number in numbers]
    if not written:
        raise Rejected("there is no number to send to; give one at least")
    return ";".join(written)


def address_of(written: str) -> str:
    """Give an e-mail address. Raises `Rejected`."""
    if why := refuses_address(written):
        raise Rejected(f"{why}; write it like name@example.com")
    return written


def email_list(addresses: Iterable[str]) -> str:
    """Write addresses as all samples do, `a;b`. Raises `Rejected`, also where there is none."""
    written = [address_of(address) for address in addresses]
    if not written:
        raise Rejected("there is no address to send to; give one at least")
    return ";".join(written)


def criteria_of(written: str) -> str:
    """Give criteria as they are: their grammar is the vendor's. Raises `Rejected` for none."""
    if not written.strip():
        raise Rejected("there are no criteria; write them like city='Paris' AND name='Durand'")
    return written


def _said(what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not value.strip():
            raise Rejected(f"the {what} is empty; Clever wants one")
        return clean(value)

    return AfterValidator(check)


def _file(endings: tuple[str, ...]) -> AfterValidator:
    def check(name: str) -> str:
        if NOT_IN_NAMES & set(name):
            raise Rejected(f"the name of a file cannot have {' '.join(sorted(NOT_IN_NAMES))}")
        if name and not name.lower().endswith(endings):
            raise Rejected(f"a file of this campaign ends in {' or '.join(endings)}")
        return name

    return AfterValidator(check)


def _empty_or(check: AfterValidator) -> AfterValidator:
    look: Any = check.func
    return AfterValidator(lambda value: look(value) if value else value)


Number = Annotated[str, AfterValidator(number_of)]
OptionalNumber = Annotated[str, _empty_or(AfterValidator(number_of))]
OptionalAddress = Annotated[str, _empty_or(AfterValidator(address_of))]


class Form(BaseModel):
    """What is common to all."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _written(known: Mapping[str, object]) -> Datas:
    """Leave out what is not said."""
    return {name: value for name, value in known.items() if value not in ("", None)}


class Campaign(Form):
    """What campaigns of messages and of mails have in common."""

    text: Annotated[str, _said("text")]
    at: datetime | None = None
    """When it leaves; without a zone it is one of Paris. None: now."""
    duplicates: bool = False
    """Who is meant twice gets it twice. Without, perhaps not even who had the very text before:
    the document explains it twice, differently."""

    def _when(self, zone: tzinfo) -> str:
        if self.at is None:
            return ""
        local = self.at if self.at.tzinfo is None else self.at.astimezone(zone)
        return local.strftime(TIME)


class Message(Campaign):
    """What goes to phones (3.11)."""

    kind: Literal["sms", "tts", "voice"] = "sms"
    """sms: a text. tts: a call that reads it out. voice: a call that plays `filename`."""
    encodage: Literal[3, 4] | None = None
    """3 Latin, 4 UCS-2. None: 3 where that can write the text, else 4."""
    sender: str = ""
    """Whom it seems to come from: 11 characters at most. Letters cannot be answered."""
    filename: Annotated[str, _file(SOUNDS)] = ""
    """Of a sound that the vendor has: .wav or .mp3."""
    flash: bool = False
    """Shown at once, and not kept by the phone."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (length := len(self.text)) > LONGEST_TEXT:
            raise Rejected(f"{length} characters; Clever takes {LONGEST_TEXT}: shorten the text")
        if (length := len(self.sender)) > LONGEST_SENDER:
            raise Rejected(f"a sender of {length} characters; Clever takes {LONGEST_SENDER}")
        if self.encodage == LATIN and self._encodage == UCS2:
            raise Rejected("the text has signs that encodage 3 cannot write; leave encodage out")
        return self

    @property
    def _encodage(self) -> int:
        return LATIN if segments(self.text).encoding == "GSM-7" else UCS2

    def datas(self, zone: tzinfo = ZONE) -> Datas:
        """Write it as the document does, without whom it is for."""
        return {
            "text": self.text,
            "type_push": self.kind,
            "encodage": self.encodage or self._encodage,
            "options": "F0" if self.flash else "F1",
            "duplicates": int(self.duplicates),
            **_written(
                {
                    "short_code": self.sender,
                    "hd_send": self._when(zone),
                    "filename": self.filename,
                }
            ),
        }


class Spread(Message):
    """What goes to phones of contacts that Clever chooses: by criteria, or all (3.13, 3.15)."""

    answers_to_number: OptionalNumber = ""
    """Answers are also texted there."""
    answers_to_mail: OptionalAddress = ""
    """Answers are also mailed there."""
    all_numbers: bool = False
    """To every number of a contact, not only the first."""
    cascade: bool = False
    """Who cannot be reached by one number is tried by the next."""
    cascade_minutes: Annotated[int, Field(ge=1)] | None = None
    """How long each number is tried."""
    predefined: bool = False
    """`text` is the title of a message that is kept at the vendor."""

    @model_validator(mode="after")
    def _cascades(self) -> Self:
        if self.cascade_minutes is not None and not self.cascade:
            raise Rejected("cascade_minutes says how long a cascade waits; set cascade, too")
        return self

    def datas(self, zone: tzinfo = ZONE) -> Datas:
        """Write it as the document does, without whom it is for."""
        return super().datas(zone) | _written(
            {
                "gsm_routage_mo": self.answers_to_number,
                "mail_routage_mo": self.answers_to_mail,
                "all_number": int(self.all_numbers) or None,
                "cascade": int(self.cascade) or None,
                "time_cascade": self.cascade_minutes,
                "predefined_message": int(self.predefined) or None,
            }
        )


class Mail(Campaign):
    """What goes to mailboxes (3.12)."""

    subject: Annotated[str, _said("subject")]
    format: Literal["brut", "html"] = "brut"
    """brut: the text as it is. html: the text is a page."""
    filename: Annotated[str, _file(PAPERS)] = ""
    """Of an attachment that the vendor has: .pdf."""
    open_tag: bool = False
    """Notice who opens it."""

    @model_validator(mode="after")
    def _on_one_line(self) -> Self:
        if not self.subject.isprintable():
            raise Rejected("a subject is one line, without control signs")
        return self

    def datas(self, zone: tzinfo = ZONE) -> Datas:
        """Write it as the document does, without whom it is for."""
        return {
            "text": self.text,
            "email_subject": self.subject,
            "open_tag": int(self.open_tag),
            "type_mail": self.format,
            "duplicates": int(self.duplicates),
            **_written({"hd_send": self._when(zone), "filename": self.filename}),
        }


class SpreadMail(Mail):
    """What goes to mailboxes of contacts that Clever chooses (3.14, 3.16)."""

    predefined: bool = False
    """`text` is the title of a message that is kept at the vendor."""

    def datas(self, zone: tzinfo = ZONE) -> Datas:
        """Write it as the document does, without whom it is for."""
        return super().datas(zone) | ({"predefined_message": 1} if self.predefined else {})


class NewContact(Form):
    """Somebody for the book (3.5, 3.6)."""

    number: Number
    """Of the first mobile."""
    name: Annotated[str, _said("first name")]
    lastname: Annotated[str, _said("last name")]
    """Neither may have special signs; which those are, the vendor decides."""
    email: OptionalAddress = ""
    gsm_secondary: OptionalNumber = ""
    landline_primary: OptionalNumber = ""
    landline_secondary: OptionalNumber = ""
    fax_primary: OptionalNumber = ""
    fax_secondary: OptionalNumber = ""
    zip_code: str = ""
    city: str = ""
    street: str = ""
    street_number: str = ""
    duplicates: bool | None = None
    """Whether another contact may have the number; None: the vendor's choice, which is no."""

    def datas(self) -> Datas:
        """Write it as the samples of requests do, and what they leave out as the table does."""
        return _written(
            {
                "name": self.name,
                "lastName": self.lastname,
                "gsmPrimary": self.number,
                "email": self.email,
                "gsm_secondary": self.gsm_secondary,
                "landline_primary": self.landline_primary,
                "landline_secondary": self.landline_secondary,
                "fax_primary": self.fax_primary,
                "fax_secondary": self.fax_secondary,
                "zipCode": self.zip_code,
                "city": self.city,
                "street": self.street,
                "streetNumber": self.street_number,
                "duplicates": None if self.duplicates is None else int(self.duplicates),
            }
        )


class NewUser(Form):
    """Somebody who is to use the vendor's application (3.2, 3.3)."""

    username: Annotated[str, _said("user name")]
    password: SecretStr
    """Six characters at least, among them a capital letter and a digit."""
    name: Annotated[str, _said("first name")]
    lastname: Annotated[str, _said("last name")]
    telephone: Number
    email: Annotated[str, AfterValidator(address_of)]
    address: Annotated[str, _said("street")]
    zip_code: Annotated[str, _said("zip code")]
    city: Annotated[str, _said("city")]
    country: Annotated[str, _said("country")]
    company_name: str = ""
    credit: Annotated[int, Field(ge=0)] | None = None
    """Units. None: the vendor's choice, which is none: nothing can be sent by this user."""

    @model_validator(mode="after")
    def _is_hard_enough(self) -> Self:
        password = self.password.get_secret_value()
        mixed = any(map(str.isupper, password)) and any(map(str.isdigit, password))
        if len(password) < SHORTEST_PASSWORD or not mixed:
            raise Rejected(
                f"this password is too easy; Clever wants {SHORTEST_PASSWORD} characters at "
                "least, among them a capital letter and a digit"
            )
        return self

    def datas(self) -> Datas:
        """Write it nested, as the sample does, with all that the table has."""
        company = {"address": self.address, "company_name": self.company_name}
        place = {"zipCode": self.zip_code, "city": self.city, "country": self.country}
        return {
            "username": self.username,
            "password": self.password.get_secret_value(),
            "account": {
                "name": self.name,
                "lastname": self.lastname,
                "email": self.email,
                "telephone": self.telephone,
                **_written({"credit": self.credit}),
                "company": _written(company | place),
            },
        }
