"""Forgetting one number: what is left stands under its pseudonym, and says nothing of the person.

Left is what others could be harmed without: the opt-out, which is obeyed for ever; the ledger of
consent, our proof; that a text was read, so that a gateway that still lists it is not believed to
list a new one (INV-27); and which campaign the next text will be listed in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.consent import How
from bot.core.conversation import conversation_key
from bot.core.errands import TO_DO, ErrandKind, ErrandStatus
from bot.core.messages import InboundStatus, Status
from bot.storage.aliases import pseudonym_of
from bot.storage.code_tables import code_sends, verifications, wrong_codes
from bot.storage.columns import UNDER_WAY, is_told
from bot.storage.many import INSERT
from bot.storage.people_tables import (
    answers,
    consents,
    forgotten,
    members,
    mirrored,
    stopped,
    subscribers,
)
from bot.storage.program_tables import deliveries
from bot.storage.schema import conversations, errands, events, feeds, inbox, is_followed, outbox
from bot.storage.whose import Dossier, Row, is_of

FORGOTTEN = "forgotten"
"""The reason of a text that says nothing any more; see `bot.core.decision.REASONS`."""
GONE: Sequence[Table] = (
    *(members, answers, events, deliveries, mirrored, stopped),
    *(verifications, code_sends, wrong_codes),
)
"""Of these nothing is left."""
NATIONAL = 7
"""Digits at a number's end that are taken for it wherever they are written."""
_OF_A_TEXT = re.compile("inbound [0-9]+")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What cannot be forgotten yet, because somebody is at work on it."""

    texts: int = 0
    """Not decided yet."""
    messages: int = 0
    """Being sent, or not known whether they were taken."""
    mails: int = 0
    """Being sent."""
    carried: int = 0
    """Opt-outs that a gateway is still to be told of."""

    @property
    def is_anything(self) -> bool:
        """Whether forgetting has to be repeated."""
        return bool(self.texts or self.messages or self.mails or self.carried)


def under_way(person: Dossier) -> UnderWay:
    """Say what of a person cannot be forgotten yet."""
    messages = [*person.rows[outbox.name], *person.forwarded]
    busy = [row["kind"] for row in person.rows[errands.name] if _is_busy(errands, row)]
    return UnderWay(
        sum(_is_busy(inbox, row) for row in person.rows[inbox.name]),
        sum(_is_busy(outbox, row) for row in messages),
        busy.count(ErrandKind.MAIL),
        busy.count(ErrandKind.CARRY),
    )


def _is_busy(table: Table, row: Row) -> bool:
    if table is inbox:
        return bool(row["status"] == InboundStatus.NEW.value)
    if table is outbox:
        return Status(row["status"]) in UNDER_WAY
    if row["kind"] == ErrandKind.CARRY:
        return ErrandStatus(row["status"]) in TO_DO
    return bool(row["kind"] == ErrandKind.MAIL and row["status"] == ErrandStatus.UNDER_WAY)


async def forget(
    connection: AsyncConnection, person: Dossier, at: datetime, *, busy_too: bool = False
) -> None:
    """Forget a person whose dossier was read in this transaction.

    What is under way stays. `busy_too`: it goes as well, for it belongs to an earlier life of
    the store, in which it ended.
    """
    mine = pseudonym_of(connection, person.number)

    def ids(table: Table, rows: Sequence[Row]) -> list[int]:
        return [row["id"] for row in rows if busy_too or not _is_busy(table, row)]

    for row in person.rows[conversations.name]:
        await _forget_conversation(connection, row, mine)
    await _forget_person(connection, person, mine)
    await _change(connection, inbox, ids(inbox, person.rows[inbox.name]), _said_nothing(mine))
    await _delete(connection, outbox, ids(outbox, person.rows[outbox.name]))
    forwarded = ids(outbox, person.forwarded)
    await _change(connection, outbox, forwarded, {"text": "", "verdict": null()})
    waiting = [row["id"] for row in person.forwarded if row["status"] == Status.QUEUED.value]
    await _change(connection, outbox, waiting, {"status": Status.CANCELLED.value, "status_at": at})
    await _delete(connection, errands, ids(errands, person.rows[errands.name]))
    for table in GONE:
        await connection.execute(delete(table).where(is_of(table, person.number)))
    for row in person.rows[consents.name]:
        proof = {"number": mine, **_proof(row, person.number)}
        await _change(connection, consents, [row["id"]], proof)
    await note(connection, mine, at)


def _said_nothing(mine: str) -> dict[str, Any]:
    """What is left of a text: that it was read."""
    return {
        "conversation": conversation_key_of(inbox, mine),
        "number": mine,
        "text": "",
        "sealed": "",
        "status": InboundStatus.IGNORED.value,
        "reason": FORGOTTEN,
        "rule": None,
        "words": None,
        "detail": null(),
    }


def conversation_key_of(table: Table, pseudonym: str) -> ColumnElement[str]:
    """Give the key of a row's conversation, for somebody who was forgotten."""
    return table.c.gateway + conversation_key("", pseudonym)


def _proof(row: Row, number: str) -> dict[str, str]:
    """Give what may stay of an entry of the ledger: nobody's own words, and no number."""
    own_words = row["how"] == How.TEXT.value or names(row["wording"], number)
    by_text = _OF_A_TEXT.fullmatch(row["cause"])
    return {
        "wording": "" if own_words else row["wording"],
        "cause": "" if names(row["cause"], number) and not by_text else row["cause"],
    }


def names(written: str, number: str) -> bool:
    """Tell whether a number is written there, however its digits are parted."""
    last = re.sub("[^0-9]", "", number)[-NATIONAL:]
    return last in re.sub("[^0-9]", "", written)


async def _forget_conversation(connection: AsyncConnection, row: Row, mine: str) -> None:
    """Keep of a conversation in which feed its next text will be listed, if any."""
    this = conversations.c.key == row["key"]
    hidden = conversation_key(row["gateway"], mine)
    await connection.execute(delete(conversations).where(conversations.c.key == hidden))
    is_read = await connection.scalar(
        select(func.count())
        .select_from(feeds)
        .where(
            feeds.c.gateway == row["gateway"],
            feeds.c.reference == row["newest_reference"],
            is_told(feeds.c.reference),
            is_followed(),
        )
    )
    if not is_read:
        await connection.execute(delete(conversations).where(this))
        return
    await connection.execute(
        update(conversations).where(this).values(key=hidden, number=mine, **BLANK)
    )


BLANK: Mapping[str, Any] = {
    **dict.fromkeys(("replied", "said", "heard", "position"), null()),
    **dict.fromkeys(("loop_noticed", "robot_noticed"), False),
    **dict.fromkeys(("times_out_at", "silent_until"), None),
}
"""A conversation in which nothing was said."""


async def _forget_person(connection: AsyncConnection, person: Dossier, mine: str) -> None:
    """Keep the opt-out, and a block: the person's word, and the operator's."""
    known = person.rows[subscribers.name]
    if not known:
        return
    (row,) = known
    both = (person.number, mine)
    await connection.execute(delete(subscribers).where(subscribers.c.number.in_(both)))
    if row["opted_out"] or row["blocked"]:
        kept = {name: row[name] for name in ("opted_out", "changed_at", "blocked", "unsure_at")}
        cause = row["cause"] if _OF_A_TEXT.fullmatch(row["cause"]) else ""
        await connection.execute(
            INSERT[connection.dialect.name](subscribers).values(
                **kept, number=mine, cause=cause, language="", remembered=None, tags=None
            )
        )


async def note(connection: AsyncConnection, pseudonym: str, at: datetime) -> None:
    """Write down that somebody was forgotten; of two times the later."""
    row = INSERT[connection.dialect.name](forgotten).values(number=pseudonym, forgotten_at=at)
    await connection.execute(
        row.on_conflict_do_update(
            index_elements=["number"],
            set_={"forgotten_at": row.excluded.forgotten_at},
            where=forgotten.c.forgotten_at < row.excluded.forgotten_at,
        )
    )


async def since(connection: AsyncConnection) -> dict[str, datetime]:
    """Read who was forgotten, and when: pseudonym to instant."""
    found = await connection.execute(select(forgotten.c.number, forgotten.c.forgotten_at))
    return {row.number: row.forgotten_at for row in found}


async def _change(
    connection: AsyncConnection, table: Table, ids: Collection[int], values: Mapping[str, Any]
) -> None:
    for part in _parts(ids):
        await connection.execute(update(table).where(table.c.id.in_(part)).values(values))


async def _delete(connection: AsyncConnection, table: Table, ids: Collection[int]) -> None:
    for part in _parts(ids):
        await connection.execute(delete(table).where(table.c.id.in_(part)))


def _parts(ids: Collection[int]) -> list[Sequence[int]]:
    in_order = sorted(ids)
    return [in_order[start : start + AT_ONCE] for start in range(0, len(in_order), AT_ONCE)]
