"""Lets programs in that have a token, and keeps the tokens."""

from __future__ import annotations

import hmac
from collections.abc import Collection

from bot.clock import Clock
from bot.core.tokens import Scope, Token, digest_of
from bot.log import logger
from bot.services.desk import NotDone
from bot.storage import tokens
from bot.storage.database import Database

LOG = logger(__name__)


class Doorkeeper:
    """Knows the tokens by their hashes alone."""

    def __init__(self, database: Database, clock: Clock, secret: bytes) -> None:
        """`secret`: the installation's; empty where no token is ever presented."""
        self._database = database
        self._clock = clock
        self._secret = secret

    async def admit(self, presented: str) -> Token | None:
        """Give the token that is presented; None: it is none, or was revoked.

        All are compared, each in constant time: how long it takes tells nothing.
        """
        digest = digest_of(presented, self._secret)
        async with self._database.read() as connection:
            known = await tokens.read(connection)
        found = None
        for one in known:
            if hmac.compare_digest(one.digest, digest) and one.revoked_at is None:
                found = one
        return found

    async def all(self) -> list[Token]:
        """Give what is kept of every token, by name."""
        async with self._database.read() as connection:
            return await tokens.read(connection)

    async def issue(self, name: str, digest: str, scopes: Collection[Scope]) -> None:
        """Let a token in from now on. Raises `NotDone` where one of that name is good."""
        now = self._clock.now()
        async with self._database.write() as connection:
            known = await tokens.read(connection)
            if any(one.name == name and one.revoked_at is None for one in known):
                raise NotDone(
                    f"there is a token {name!r}; take another name, or revoke that one first"
                )
            await tokens.save(connection, Token(name, digest, frozenset(scopes), now))
        LOG.info("A token was made", action="token.added", name=name, scopes=sorted(scopes))

    async def revoke(self, name: str) -> None:
        """Let a token in no more. Raises `NotDone` where there is none of that name."""
        async with self._database.write() as connection:
            if not await tokens.revoke(connection, name, self._clock.now()):
                raise NotDone(f"there is no token {name!r}; `textobot token list` shows them")
        LOG.info("A token was revoked", action="token.revoked", name=name)
