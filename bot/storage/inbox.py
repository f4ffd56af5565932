"""What people texted us, from the gateway's listing to the decision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.conversation import conversation_key
from bot.core.decision import Why
from bot.core.errands import TO_DO, ErrandKind
from bot.core.messages import Inbound, InboundStatus, Listed
from bot.core.obey import opts_out
from bot.storage import accounts, code_rows, telling
from bot.storage.aliases import aliases, forgotten_at, pseudonym_of
from bot.storage.columns import has_status, is_told
from bot.storage.many import Many, insert_new
from bot.storage.schema import errands, inbox, is_fresh, is_suspect
from bot.storage.turns import is_shared, lock_people

T = TypeVar("T")
NEW = has_status(inbox, InboundStatus.NEW)
CONTACT = "contact"  # in the detail of a text, until what was decided of it stands there
DEATHS = 3
"""A text on which the process died this often is parked."""
AT_ONCE = 500
"""Texts looked at in one statement where most may be in the hands of other instances."""
WINDOWS = 8
"""How often so many are looked at, at most."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a page."""

    new: int = 0
    renumbered: int = 0
    """Known texts that the gateway lists under another id."""
    reused: int = 0
    """New texts that the gateway lists under an id that it had given to another."""


async def receive(
    connection: AsyncConnection,
    gateway: str,
    texts: Sequence[Listed],
    *,
    listed: frozenset[str],
    history: bool,
    now: datetime,
) -> Received:
    """Store what is not known yet; a known text is not stored again (INV-1, INV-26).

    What was sent before a backup was restored is history, for it may have been answered.
    What is new, and was sent before its number was forgotten, says nothing but an opt-out.
    `texts` may leave out what the caller knows to be stored; `listed` holds the keys of the
    whole page, which tells a renumbered text from an equal one.
    """
    numbers = {text.number for text in texts}
    known = await _known(connection, gateway, texts, aliases(connection, numbers))
    forgotten = await forgotten_at(connection, numbers)
    restored_at = await accounts.restored_at(connection)
    gone: dict[str, list[str]] = {}
    for (_, key), fingerprint in known.items():
        if fingerprint and key not in listed:
            gone.setdefault(fingerprint, []).append(key)
    rows: list[dict[str, Any]] = []
    renumbered = reused = 0
    for text in texts:
        conversation, key = conversation_key(gateway, text.number), text.key
        stored = known.get((conversation, key))
        if stored is not None:
            if not text.fingerprint or text.fingerprint == stored:
                continue
            key, reused = f"{key}#{text.fingerprint}", reused + 1
            if (conversation, key) in known:
                continue
        elif gone.get(text.fingerprint):
            gone[text.fingerprint].pop()
            renumbered += 1
            continue
        of_before = restored_at is not None and text.sent_at < restored_at
        row = _row(text, gateway, conversation, key, history=history or of_before, now=now)
        since = forgotten.get(text.number)
        # Gateways give whole seconds: what was sent in that very second came after.
        if since is not None and text.sent_at < since.replace(microsecond=0):
            row |= _unsaid(text, gateway, pseudonym_of(connection, text.number))
        rows.append(row)
    await code_rows.seal(connection, rows, now)
    await _insert(connection, rows)
    await telling.of_texts(connection, rows, now)
    return Received(len(rows), renumbered, reused)


def _unsaid(text: Listed, gateway: str, pseudonym: str) -> dict[str, Any]:
    """Give what is kept of a text whose sender was forgotten since: that it was read.

    An opt-out is obeyed, by whomever it was sent.
    """
    obeyed = opts_out(text.text)
    return {
        "conversation": conversation_key(gateway, pseudonym),
        "number": pseudonym,
        "text": text.text if obeyed else "",
        "status": (InboundStatus.NEW if obeyed else InboundStatus.IGNORED).value,
        "reason": None if obeyed else "forgotten",
        "detail": None,
    }


async def _known(
    connection: AsyncConnection,
    gateway: str,
    texts: Sequence[Listed],
    hidden: Mapping[str, str],
) -> dict[tuple[str, str], str]:
    """Look up what of a page is stored, by key or by fingerprint: (conversation, key) to it.

    `hidden`: what is stored under a pseudonym is found under its number.
    """
    known: dict[tuple[str, str], str] = {}
    theirs = {
        conversation_key(gateway, pseudonym): conversation_key(gateway, number)
        for pseudonym, number in hidden.items()
    }
    columns = select(inbox.c.conversation, inbox.c.key, inbox.c.fingerprint)
    for part in _parts(texts):
        names = {conversation_key(gateway, text.number) for text in part}
        names |= {there for there, here in theirs.items() if here in names}
        keys = {text.key for text in part} | {f"{t.key}#{t.fingerprint}" for t in part}
        ours = and_(inbox.c.conversation.in_(names), inbox.c.key.in_(keys))
        marks = {text.fingerprint for text in part if text.fingerprint}
        seen = and_(
            is_told(inbox.c.fingerprint),
            inbox.c.fingerprint.in_(marks),
            inbox.c.gateway == gateway,
        )
        for where in (ours, seen):
            for conversation, key, fingerprint in await connection.execute(columns.where(where)):
                known[theirs.get(conversation, conversation), key] = fingerprint
    return known


def _parts(whole: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


def _row(
    text: Listed, gateway: str, conversation: str, key: str, *, history: bool, now: datetime
) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "gateway": gateway,
        "key": key,
        "fingerprint": text.fingerprint,
        "number": text.number,
        "our_number": text.our_number,
        "text": text.text,
        "reference": text.reference,
        "sent_at": text.sent_at,
        "received_at": now,
        "history": history,
        "status": InboundStatus.NEW.value,
        "attempts": 0,
        "reason": None,
        "detail": {CONTACT: text.contact} if text.contact else None,
        "sealed": "",
    }


_insert = insert_new(
    inbox,
    [
        *("conversation", "gateway", "key", "fingerprint", "number", "our_number", "text"),
        *("reference", "sent_at", "received_at", "history", "status", "attempts", "reason"),
        *("detail", "sealed"),
    ],
)
"""The unique key has the last word, also over another instance that read the same page."""


async def choose(
    connection: AsyncConnection, limit: int, *, gather: tuple[datetime, datetime] | None = None
) -> list[int]:
    """Name the oldest new texts that may be decided now; see `Database.attempt`.

    Texts on which a process died are left to `choose_suspect`, and with them the younger texts
    of their conversations: order is kept, and nobody else waits. So do those of a conversation
    in which an address is being asked. `gather` are two instants: a conversation into which
    something came after the later one is left, to see whether more comes that belongs to it;
    but not where a text came before the earlier one.

    Where other instances decide, too, the people who wrote them are locked first (INV-21).
    """
    which = _claimable(gather)
    if is_shared(connection):
        numbers = await _lock_writers(connection, which, limit)
        which = which.where(inbox.c.number.in_(numbers))
    oldest = which.with_only_columns(inbox.c.id).order_by(inbox.c.id).limit(limit)
    return list(await connection.scalars(oldest))


def _claimable(gather: tuple[datetime, datetime] | None) -> Select[Any]:
    suspect = inbox.alias("suspect")
    behind = exists().where(is_suspect(suspect), suspect.c.conversation == inbox.c.conversation)
    oldest = select(inbox.c.id).where(is_fresh(inbox), ~behind, ~_asking(inbox))
    if gather is None:
        return oldest
    overdue, quiet = gather
    other = inbox.alias("other")
    beside = exists().where(other.c.conversation == inbox.c.conversation, is_fresh(other))
    coming = beside.where(other.c.received_at > quiet)
    late = beside.where(other.c.received_at <= overdue)
    return oldest.where(or_(~coming, late))


async def _lock_writers(
    connection: AsyncConnection, which: Select[Any], limit: int, *, most: int | None = None
) -> list[str]:
    """Lock those who wrote the oldest of these texts, as far as no other instance has.

    What they wrote is to be asked for anew: before they were locked, another may have decided it.
    """
    locked: list[str] = []
    texts = last = 0
    for _ in range(WINDOWS):
        window = which.with_only_columns(inbox.c.id, inbox.c.number).where(inbox.c.id > last)
        rows = (await connection.execute(window.order_by(inbox.c.id).limit(limit))).all()
        if rows:
            last = rows[-1].id
            numbers = list(dict.fromkeys(row.number for row in rows))
            locked += (new := await lock_people(connection, numbers, most=most))
            texts += sum(row.number in set(new) for row in rows)
        if len(rows) < limit or texts >= (limit // 2 if most is None else most):
            break
    return locked


def _asking(texts: FromClause) -> ColumnElement[bool]:
    """Tell whether an address is being asked in a text's conversation."""
    return exists().where(
        has_status(errands, *TO_DO),
        errands.c.kind == literal_column(f"'{ErrandKind.LOOKUP.value}'"),
        errands.c.conversation == texts.c.conversation,
    )


async def choose_suspect(connection: AsyncConnection) -> list[int]:
    """Name the oldest text on which a process died; it is decided alone.

    It too waits while an address is being asked in its conversation. What another instance is
    deciding at this moment looks the same, but for the lock.
    """
    which = select(inbox.c.id).where(is_suspect(inbox), ~_asking(inbox))
    if is_shared(connection):
        numbers = await _lock_writers(connection, which, AT_ONCE, most=1)
        which = which.where(inbox.c.number.in_(numbers))
    # By a sum: to find the first by its id alone, SQLite walks through all texts that there are.
    oldest = which.order_by(inbox.c.id + literal_column("0")).limit(1)
    return list((await connection.scalars(oldest)).all())


async def waiting_for_answers(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Read the texts that wait because an address is being asked: conversation and words."""
    asking = select(errands.c.conversation).where(
        has_status(errands, *TO_DO),
        errands.c.kind == literal_column(f"'{ErrandKind.LOOKUP.value}'"),
    )
    conversations = set(await connection.scalars(asking))
    if not conversations:
        return []
    texts = select(inbox.c.conversation, inbox.c.text).where(
        NEW, inbox.c.conversation.in_(conversations)
    )
    return [(row.conversation, row.text) for row in await connection.execute(texts)]


async def release(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Take back the attempt at texts that were claimed and have to wait."""
    if ids:
        await connection.execute(
            update(inbox).where(inbox.c.id.in_(ids)).values(attempts=inbox.c.attempts - 1)
        )


async def count(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Count one more attempt at texts. On the disk before it begins, a death is known by it."""
    await connection.execute(
        update(inbox).where(inbox.c.id.in_(ids), NEW).values(attempts=inbox.c.attempts + 1)
    )


async def load(connection: AsyncConnection, ids: Sequence[int]) -> list[Inbound]:
    """Read claimed texts that are still new, in the order in which they are to be handled."""
    found = await connection.execute(
        select(*(inbox.c[name] for name in INBOUND), inbox.c.detail)
        .where(inbox.c.id.in_(ids), NEW)
        .order_by(inbox.c.id)
    )
    told = ((*row[:-1], (row.detail or {}).get(CONTACT, "")) for row in found)
    return [Inbound(*one) for one in told]


async def by_ids(connection: AsyncConnection, ids: Collection[int]) -> list[Inbound]:
    """Read texts, whatever was decided of them."""
    found = await connection.execute(
        select(*(inbox.c[name] for name in INBOUND)).where(inbox.c.id.in_(ids))
    )
    return [Inbound(*row) for row in found]


INBOUND = [field.name for field in fields(Inbound) if field.name != CONTACT]


@dataclass(frozen=True, slots=True)
class Handled:
    """What was decided of a text."""

    id: int
    status: InboundStatus
    why: Why


async def settle(connection: AsyncConnection, handled: Sequence[Handled], now: datetime) -> None:
    """Write down what was decided, with the reason."""
    await _settle(
        connection,
        [
            {
                "which": one.id,
                "status": one.status.value,
                "handled_at": now,
                "reason": one.why.reason,
                "rule": one.why.rule,
                "words": one.why.words,
                "detail": dict(one.why.detail) or None,
            }
            for one in handled
        ],
    )


_settle = Many(
    lambda _store: (
        update(inbox)
        .where(inbox.c.id == bindparam("which"))
        .values(
            status=bindparam("status"),
            handled_at=bindparam("handled_at"),
            reason=bindparam("reason"),
            rule=bindparam("rule"),
            words=bindparam("words"),
            detail=bindparam("detail"),
        )
    )
)


async def stored(connection: AsyncConnection, inbound_id: int) -> Mapping[str, Any] | None:
    """Read one text with everything that was written about it."""
    found = await connection.execute(select(inbox).where(inbox.c.id == inbound_id))
    row = found.first()
    return row._asdict() if row else None


_ANY_NEW = select(or_(exists().where(is_fresh(inbox)), exists().where(is_suspect(inbox))))


async def is_any_new(connection: AsyncConnection) -> bool:
    """Tell whether anything is to be decided, also what has to wait. Asked at every tick."""
    return bool(await connection.scalar(_ANY_NEW))


async def waiting(connection: AsyncConnection) -> int:
    """Count the texts that are still to be decided: each kind by its own index."""
    fresh, suspect = (
        select(func.count()).where(which).scalar_subquery()
        for which in (is_fresh(inbox), is_suspect(inbox))
    )
    return await connection.scalar(select(fresh + suspect)) or 0
