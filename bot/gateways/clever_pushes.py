"""Clever's campaigns, as it shows them: chapters 3.11 to 3.16, and 3.19 to 3.23."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from bot.gateways.clever_types import (
    Addresses,
    Count,
    Figure,
    File,
    Flag,
    Instant,
    Numbers,
    Phone,
    Reference,
    Said,
    Seen,
    Units,
    Words,
)


class Campaign(Said):
    """What campaigns of messages and of mails have in common."""

    reference: Reference
    id: Words = ""
    """Only pictures have it; a campaign goes by its reference."""
    status: Words = ""
    """0: not begun. 1: under way. 2: done. Other words as they come."""
    text: Words = ""
    sends_at: Instant = Field(None, alias="hd_send")
    filename: File = ""
    kind: Words = Field("", alias="type_push")
    """sms, tts, voice or mail."""
    units: Units = Field(None, alias="unit")
    """What the whole campaign costs."""
    duplicates: Flag = None

    @property
    def waits(self) -> bool:
        """Whether it can still be deleted, as far as the vendor says."""
        return self.status == "0"


class Push(Campaign):
    """A campaign of messages: 3.11, 3.13, 3.15, 3.19."""

    numbers: Numbers = Field((), alias="number_list")
    destinations: Count = Field(None, alias="nb_destination")
    """As the vendor counts. Where it says 0 beside a list of numbers, the list is right."""
    segments: Count = Field(None, alias="nb_sms")
    """Of its text, to one number."""
    encodage: Figure = None
    """3: Latin. 4: UCS-2."""
    sender: Words = Field("", alias="short_code")
    options: Words = ""
    """F0: flash, shown at once and not kept by the phone. F1: as usual."""
    answers_to_number: Phone = Field("", alias="gsm_routage_mo")
    answers_to_mail: Words = Field("", alias="mail_routage_mo")
    entered_at: Instant = Field(None, alias="date_entry")
    way: Figure = None
    """Nothing says what it means."""

    def units_each(self, count: int) -> float | None:
        """Give what one of `count` messages cost."""
        return None if self.units is None else self.units / count


class MailPush(Campaign):
    """A campaign of mails: 3.12, 3.14, 3.16, 3.20."""

    addresses: Addresses = Field((), alias="email_list")
    subject: Words = Field("", alias="email_subject")
    mails: Count = Field(None, alias="nb_mail")
    """To how many."""
    format: Words = Field("", alias="type_mail")
    """html or brut."""
    open_tag: Flag = None


class Delivery(Said):
    """What became of one message of a campaign: 3.21."""

    number: Phone = Field(alias="recipient")
    text: Words = Field("", alias="message")
    kind: Words = Field("", alias="typemessage")
    sent_at: Instant = Field(None, alias="date_send")
    received_at: Instant = Field(None, alias="date_receive")
    status: Words = ""
    """A number of which the document has no table: 2 sent and 3 received, by inference."""


class Deliveries(Said):
    """What became of the messages of a campaign."""

    deliveries: tuple[Delivery, ...] = ()
    unreadable: tuple[Any, ...] = ()
    """Rows that make no sense, as they came."""


class MailDelivery(Said):
    """What became of one mail of a campaign: 3.22."""

    address: Words = Field(alias="recipient")
    subject: Words = ""
    text: Words = Field("", alias="body")
    reply_to: Words = ""
    sent_at: Instant = Field(None, alias="date_send")
    received_at: Instant = Field(None, alias="date_receive")
    status: Words = ""


class MailDeliveries(Said):
    """What became of the mails of a campaign."""

    deliveries: tuple[MailDelivery, ...] = ()
    unreadable: tuple[Any, ...] = ()


class Mo(Said):
    """A text that answers a campaign: 3.23."""

    number: Phone = Field(alias="recipient")
    """Of who texted."""
    text: Words = Field("", alias="message")
    received_at: Instant = Field(None, alias="date_receive")
    status: Words = ""


class Mos(Said):
    """The texts that answer a campaign."""

    mos: tuple[Mo, ...] = ()
    unreadable: tuple[Any, ...] = ()
    """Rows that make no sense, as they came: each may be somebody's text."""


AnyCampaign = TypeVar("AnyCampaign", bound=Campaign)


def inner(said: object, name: str) -> object:
    """Give what stands under a name, or the whole where that stands bare."""
    return said.get(name, said) if isinstance(said, Mapping) else said


def read_campaign(
    model: type[AnyCampaign], said: object, seen: Seen | None = None
) -> AnyCampaign | None:
    """Read `{"push": {…}}`; None where there is no campaign with a reference in it."""
    try:
        return model.model_validate(inner(said, "push"), context=seen)
    except ValidationError:
        return None


def read_push(said: object, seen: Seen | None = None) -> Push | None:
    """Read a campaign of messages; None where there is none with a reference in it."""
    return read_campaign(Push, said, seen)
