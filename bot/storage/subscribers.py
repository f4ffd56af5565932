"""Where people stand: their conversations with a gateway, and what they chose for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.conversation import Conversation, Position, Subscriber
from bot.storage.aliases import aliases
from bot.storage.heard import heard_until
from bot.storage.many import INSERT, Many, upsert
from bot.storage.members import holds
from bot.storage.people_tables import members, subscribers
from bot.storage.schema import conversations

CONVERSATION = [
    *("key", "gateway", "number", "replied", "loop_noticed", "said", "heard", "robot_noticed"),
    *("position", "times_out_at", "silent_until"),
]
SUBSCRIBER = [
    *("number", "opted_out", "changed_at", "cause", "language", "remembered", "tags", "blocked"),
    "unsure_at",
]
MEMBER = ["number", "list", "gateway", "language", "cause", "joined_at", "ends_at"]
POSITION = [one.name for one in fields(Position) if one.name != "times_out_at"]


async def load_conversations(
    connection: AsyncConnection, keys: Collection[str]
) -> dict[str, Conversation]:
    """Read the conversations that are known. Nothing is locked: there is one writer."""
    found = await connection.execute(
        select(*(conversations.c[name] for name in CONVERSATION)).where(
            conversations.c.key.in_(keys)
        )
    )
    return {row.key: _conversation(row) for row in found}


def _conversation(row: Row[Any]) -> Conversation:
    open_question = row.position and row.times_out_at
    return Conversation(
        row.key,
        row.gateway,
        row.number,
        tuple(row.replied or ()),
        row.loop_noticed,
        tuple(row.said or ()),
        tuple(row.heard or ()),
        row.robot_noticed,
        Position(**row.position, times_out_at=row.times_out_at) if open_question else None,
        row.silent_until,
    )


async def save_conversations(connection: AsyncConnection, changed: Sequence[Conversation]) -> None:
    """Write conversations back, or for the first time."""
    await _save_conversations(connection, [_conversation_row(one) for one in changed])


def _conversation_row(one: Conversation) -> dict[str, Any]:
    position = one.position
    return {
        "key": one.key,
        "gateway": one.gateway,
        "number": one.number,
        "replied": list(one.replied) or None,
        "loop_noticed": one.loop_noticed,
        "said": list(one.said) or None,
        "heard": list(one.heard) or None,
        "robot_noticed": one.robot_noticed,
        "position": position and {name: getattr(position, name) for name in POSITION},
        "times_out_at": position and position.times_out_at,
        "silent_until": one.silent_until,
    }


_save_conversations = upsert(conversations, CONVERSATION, known_by="key")


async def end_conversations(
    connection: AsyncConnection, numbers: Collection[str], *, but: Collection[str] = ()
) -> None:
    """Close the open questions of numbers that opted out, on every gateway.

    `but`: conversations that the caller writes itself.
    """
    if numbers:
        await connection.execute(
            update(conversations)
            .where(
                conversations.c.number.in_(numbers),
                conversations.c.key.not_in(but),
                conversations.c.times_out_at.is_not(None),  # those with a question have an index
            )
            .values(position=null(), times_out_at=None)
        )


async def timed_out(connection: AsyncConnection, now: datetime, limit: int) -> list[str]:
    """Name conversations whose answer did not come in time, the longest overdue first.

    Only those in which everything that was sent in time has been read and decided.
    """
    found = await connection.scalars(_timed_out(), {"now": now, "limit": limit})
    return list(found)


@cache
def _timed_out() -> Select[str]:
    """Build what is asked at every tick once: that takes longer than to answer it."""
    talk, since = conversations.c, conversations.c.times_out_at
    return (
        select(talk.key)
        .where(
            since.is_not(None),
            since <= bindparam("now"),
            heard_until(since, talk.key, talk.gateway, talk.newest_reference),
        )
        .order_by(since)
        .limit(bindparam("limit", type_=Integer))
    )


async def load_subscribers(
    connection: AsyncConnection, numbers: Collection[str], now: datetime
) -> dict[str, Subscriber]:
    """Read those of these people who are known, and the lists that they are on now.

    Of who was forgotten, what still holds: until they choose anew.
    """
    hidden = aliases(connection, numbers)
    found = await connection.execute(
        select(*(subscribers.c[name] for name in SUBSCRIBER)).where(
            subscribers.c.number.in_([*numbers, *hidden])
        )
    )
    people: dict[str, Subscriber] = {}
    for person in map(_subscriber, found):
        number = hidden.get(person.number)
        if number is None:
            people[person.number] = person
        else:
            people.setdefault(number, replace(person, number=number))
    on_lists = await connection.execute(
        select(members.c.number, members.c.list).where(members.c.number.in_(numbers), holds(now))
    )
    for number, name in on_lists:
        person = people.get(number) or Subscriber(number)
        people[number] = replace(person, lists=person.lists | {name})
    return people


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        row.number,
        row.opted_out,
        row.changed_at,
        row.cause,
        row.language,
        row.remembered or {},
        frozenset(row.tags or ()),
        row.blocked,
        unsure_at=row.unsure_at,
    )


async def save_subscribers(connection: AsyncConnection, changed: Sequence[Subscriber]) -> None:
    """Write people back, or for the first time; their lists by `join` and `leave`."""
    await _save_subscribers(connection, [_subscriber_row(one) for one in changed])


def _subscriber_row(one: Subscriber) -> dict[str, Any]:
    return {
        "number": one.number,
        "opted_out": one.opted_out,
        "changed_at": one.changed_at,
        "cause": one.cause,
        "language": one.language,
        "remembered": dict(one.values) or None,
        "tags": sorted(one.tags) or None,
        "blocked": one.blocked,
        "unsure_at": one.unsure_at,
    }


_save_subscribers = upsert(subscribers, SUBSCRIBER, known_by="number")


async def join(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put people on lists: rows of `members`, without `left_at`."""
    await _join(connection, rows)


_join = Many(
    lambda store: (
        INSERT[store](members)
        .values({name: bindparam(name) for name in MEMBER})
        .on_conflict_do_update(
            index_elements=["number", "list"],
            set_={name: bindparam(name) for name in MEMBER[2:]} | {"left_at": null()},
        )
    )
)


async def leave(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Take people off lists: `number`, `list`, `left_at`."""
    await _leave(connection, rows)


_leave = Many(
    lambda _store: (
        update(members)
        .where(
            members.c.number == bindparam("number"),
            members.c.list == bindparam("list"),
            members.c.left_at.is_(None),
        )
        .values(left_at=bindparam("left_at"), ends_at=null())
    )
)
