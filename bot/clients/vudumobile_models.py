"""What VuduMobile says, as values. Contacts and groups are those that the daemon reads, too.

`model_dump(mode="json", by_alias=True)` has the vendor's own names.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bot.gateways.vudumobile_contacts import Contact, Group, Members
from bot.gateways.vudumobile_rows import read_time
from bot.gateways.vudumobile_tables import CODES
from bot.gateways.vudumobile_types import (
    Figure,
    Id,
    Instant,
    MaybeId,
    MaybeWords,
    Names,
    Phone,
    Said,
    Text,
    Words,
)

__all__ = [
    "Broadcast",
    "BroadcastMessage",
    "Contact",
    "Feed",
    "FeedMessage",
    "Group",
    "Members",
    "SentMessage",
    "Verification",
]


class SentMessage(Said):
    """A message that was taken."""

    msg_id: MaybeId = ""
    """Under which `get_feed` lists it; empty where it was taken without being named."""


class Verification(Said):
    """A code that is on its way."""

    request_id: MaybeId = ""
    """Ours, or the one that the vendor made."""


class FeedMessage(Said):
    """A text that somebody sent us (`mo`), or a message of ours (`mt`)."""

    msg_id: MaybeId = ""
    direction: Words = ""
    sender: Phone = Field("", alias="from")
    to: Phone = ""
    message: Text
    at: Annotated[datetime, BeforeValidator(read_time)] = Field(alias="datetime")
    """Aware: in the zone that was asked for, else UTC."""
    part_count: Figure = None
    status_mt: MaybeWords = None
    """Of a message alone: `sent`, or the network's word and a code, `UNDELIV_300`."""

    @property
    def meaning(self) -> str:
        """What the code of `status_mt` means, in the vendor's words; empty where it has none."""
        code = (self.status_mt or "").rpartition("_")[2]
        return CODES[code].en if code in CODES else ""


class Feed(Said):
    """What `get_feed` lists, in no order."""

    messages: tuple[FeedMessage, ...] = ()
    unreadable: tuple[Any, ...] = ()
    """Rows that make no sense, as they came."""


class BroadcastMessage(Said):
    """A message of a broadcast to one contact. Names are the vendor's."""

    id: MaybeId = ""
    contact: Phone = ""
    """Who is written to."""
    number: Phone = ""
    """The document does not say whose; the sample has another than `contact`."""
    direction: Words = ""
    message: Words = ""
    status_mt: MaybeWords = None
    part_count: Figure = None
    dt: Instant = None
    delivered_at: Instant = None
    replied_at: Instant = None
    user_id: Figure = None
    user_id_replied: Figure = None
    deleted: Figure = None
    is_kw: Figure = None
    read: Figure = None
    flag: Figure = None


def _messages(value: object) -> object:
    """Leave out what is no row."""
    rows = value if isinstance(value, list) else None
    return None if rows is None else [one for one in rows if isinstance(one, dict)]


class Broadcast(Said):
    """A message to everybody in some groups."""

    id: Id
    name: Words = ""
    broadcast_status: Words = ""
    """`pending`, `in_progress`, `completed` or `failed` (it could not begin)."""
    from_groups: Names = ()
    number_total: Figure = None
    number_sent: Figure = None
    number_delivered: Figure = None
    number_failed: Figure = None
    launch_date: Instant = None
    """UTC; None: it waits for `start_broadcast`."""
    end_date: Instant = None
    message: MaybeWords = None
    fr_message: MaybeWords = None
    en_message: MaybeWords = None
    fr_subject: MaybeWords = None
    en_subject: MaybeWords = None
    fr_email: MaybeWords = None
    en_email: MaybeWords = None
    messages: Annotated[tuple[BroadcastMessage, ...] | None, BeforeValidator(_messages)] = Field(
        None, alias="list"
    )
    """To whom it went; None: to nobody yet."""
