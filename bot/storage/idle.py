"""Where nothing is left of a person but that they once were here.

Nothing was said within the retention, nothing is open, they are on no list, and no word of theirs
or of the operator's about them has to be obeyed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, false, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errands import TO_DO
from bot.core.pseudonyms import MARK
from bot.storage.aliases import aliases
from bot.storage.columns import has_status, is_told
from bot.storage.people_tables import members, subscribers
from bot.storage.schema import conversations, errands, feeds, inbox, is_followed, outbox

AT_ONCE = 500


async def conversations_to_forget(connection: AsyncConnection, now: datetime) -> list[str]:
    """Find conversations of which nothing is left. Reads much: when all else is done.

    One whose next text would be listed by a campaign that is still read stays: without it that
    campaign were not read any more.
    """
    talk = conversations.c
    read = exists().where(
        feeds.c.gateway == talk.gateway,
        feeds.c.reference == talk.newest_reference,
        is_told(feeds.c.reference),
        is_followed(),
    )
    quiet = or_(talk.silent_until.is_(None), talk.silent_until <= now)
    found = await connection.scalars(
        select(talk.key)
        .where(talk.times_out_at.is_(None), quiet, ~_is_said(talk.key), ~read)
        .limit(AT_ONCE)
    )
    return list(found)


def _is_said(key: ColumnElement[str]) -> ColumnElement[bool]:
    """Ask whether anything was said in a conversation, or is to be done: by their indexes."""
    to_do = and_(errands.c.conversation == key, has_status(errands, *TO_DO))
    return or_(
        exists().where(inbox.c.conversation == key),
        exists().where(outbox.c.conversation == key),
        exists().where(to_do),
    )


async def people_to_forget(connection: AsyncConnection) -> list[str]:
    """Find people of whom nothing is left. Reads much: when all else is done."""
    found = await connection.scalars(
        select(subscribers.c.number).where(await _nothing_left(connection)).limit(AT_ONCE)
    )
    return list(found)


async def _nothing_left(connection: AsyncConnection) -> ColumnElement[bool]:
    gateways = await connection.scalars(
        select(conversations.c.gateway).union(select(feeds.c.gateway))
    )
    one = subscribers.c
    talks: list[ColumnElement[bool]] = [false()]
    for gateway in gateways:
        key = literal(f"{gateway}:") + one.number
        talks += [exists().where(conversations.c.key == key), _is_said(key)]
    return and_(
        ~one.opted_out,
        ~one.blocked,
        one.unsure_at.is_(None),
        ~one.number.startswith(MARK),
        ~exists().where(members.c.number == one.number),
        ~or_(*talks),
    )


async def forget_conversations(connection: AsyncConnection, keys: Sequence[str]) -> int:
    """Delete those in which still nothing is said; say how many."""
    gone = delete(conversations).where(
        conversations.c.key.in_(keys),
        conversations.c.times_out_at.is_(None),
        ~_is_said(conversations.c.key),
    )
    return (await connection.execute(gone)).rowcount


async def forget_people(connection: AsyncConnection, numbers: Sequence[str]) -> int:
    """Delete those of whom still nothing is left; say how many.

    Who was forgotten as somebody opted out, came back and opted in, does not become opted out by
    it: what stood under the pseudonym goes, too.
    """
    here = subscribers.c.number
    gone = await connection.scalars(
        delete(subscribers)
        .where(here.in_(numbers), await _nothing_left(connection))
        .returning(here)
    )
    hidden = aliases(connection, list(gone))
    await connection.execute(delete(subscribers).where(here.in_(hidden)))
    return len(hidden)
