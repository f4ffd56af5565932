"""What programs asked for once: a request with a key is carried out once, and answered alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.aliases import pseudonym_of
from bot.storage.many import INSERT
from bot.storage.program_tables import requests


@dataclass(frozen=True, slots=True)
class Request:
    """A request with a key, by the name of its token."""

    caller: str
    key: str
    content: str
    """Method, path and body. A keyed hash of it is kept."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What such a request was answered."""

    status: int
    body: str


class OtherRequest(Exception):
    """Another request had this key."""


def _is(connection: AsyncConnection, request: Request) -> ColumnElement[bool]:
    key = _key(connection, request)
    return and_(requests.c.caller == request.caller, requests.c.key == key)


def _key(connection: AsyncConnection, request: Request) -> str:
    """Hide the key: whoever made it up may have put a number into it."""
    return pseudonym_of(connection, f"key {request.key}")


async def begin(connection: AsyncConnection, request: Request, now: datetime) -> Answered | None:
    """Give what the request was answered; None: it is to be carried out, and settled, now.

    Of two at once the second waits for the first to commit. Raises `OtherRequest`.
    """
    digest, key = pseudonym_of(connection, request.content), _key(connection, request)
    row = INSERT[connection.dialect.name](requests).values(
        caller=request.caller, key=key, digest=digest, status=0, body="", at=now
    )
    begun = row.on_conflict_do_nothing().returning(requests.c.key)
    if (await connection.execute(begun)).first() is not None:
        return None
    known = select(requests.c.digest, requests.c.status, requests.c.body).where(
        _is(connection, request)
    )
    found = (await connection.execute(known)).one()
    if found.digest != digest:
        raise OtherRequest
    return Answered(found.status, found.body)


async def settle(connection: AsyncConnection, request: Request, answered: Answered) -> None:
    """Keep the answer. It names nobody: what is forgotten elsewhere would stay here."""
    await connection.execute(
        update(requests)
        .where(_is(connection, request))
        .values(status=answered.status, body=answered.body)
    )


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Forget what was asked before; say how many."""
    done = await connection.execute(delete(requests).where(requests.c.at < before))
    return done.rowcount
