"""Tokens of the HTTP API. Few: they are read whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.tokens import Scope, Token
from bot.storage.many import upsert
from bot.storage.schema import tokens

_KNOWN = frozenset(scope.value for scope in Scope)
_COLUMNS = ("name", "digest", "scopes", "created_at", "revoked_at")


async def read(connection: AsyncConnection) -> list[Token]:
    """Read all, by name; those that were revoked too."""
    found = await connection.execute(select(tokens).order_by(tokens.c.name))
    return [_token(row._asdict()) for row in found]


def _token(row: dict[str, Any]) -> Token:
    # A scope of a newer version opens nothing here.
    scopes = frozenset(Scope(name) for name in row["scopes"] if name in _KNOWN)
    return Token(**row | {"scopes": scopes})


async def save(connection: AsyncConnection, token: Token) -> None:
    """Keep a token, in the place of one of the same name."""
    row = {name: getattr(token, name) for name in _COLUMNS}
    await _save(connection, [row | {"scopes": sorted(token.scopes)}])


_save = upsert(tokens, _COLUMNS, known_by="name")


async def revoke(connection: AsyncConnection, name: str, now: datetime) -> bool:
    """Make a token good for nothing; say whether there was one."""
    done = await connection.execute(
        update(tokens)
        .where(tokens.c.name == bindparam("called"), tokens.c.revoked_at.is_(None))
        .values(revoked_at=now),
        {"called": name},
    )
    return bool(done.rowcount)
