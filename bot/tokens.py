"""`textobot token`: who may use the HTTP API. A token is shown once, when it is made."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.app import policy
from bot.clock import clock_of_environment
from bot.config import Config, installation_secret, load_config
from bot.control.admitting import AddToken, RevokeToken, token_offers
from bot.control.verbs import carry_out
from bot.core.tokens import CHANCE, PREFIX, Scope, Token, digest_of
from bot.explained import local
from bot.lists.doing import Refused, ending
from bot.reach import reach
from bot.services.desk import Desk
from bot.services.doorkeeper import Doorkeeper
from bot.storage.beside import open_beside
from bot.storage.database import Database
from bot.terminal import DONE, Misused, show, table


def add(config_path: Path, name: str, scopes: str) -> int:
    """Make a token, and print it alone on standard output."""

    def act() -> int:
        config = load_config(config_path)
        wanted = _scopes(scopes)
        token = drawn()
        digest = digest_of(token, installation_secret(config))
        try:
            asked = AddToken(name=name, digest=digest, scopes=wanted)
        except ValidationError as error:
            raise Misused(f"{name!r} is no name: use letters, digits, `.`, `_` and `-`") from error
        _done(config, asked.model_dump(mode="json"))
        print(token)  # noqa: T201 - the output itself
        if sys.stderr.isatty():
            sys.stderr.write("Keep it now: it is stored as a hash, and is never shown again.\n")
        return DONE

    return ending(act)


def drawn() -> str:
    """Draw a token."""
    return f"{PREFIX}{secrets.token_urlsafe(CHANCE)}"


async def issued(keeper: Doorkeeper, secret: bytes, name: str, *scopes: Scope) -> str:
    """Make a token for a program that we play ourselves."""
    token = drawn()
    await keeper.issue(name, digest_of(token, secret), scopes)
    return token


def revoke(config_path: Path, name: str) -> int:
    """Let a token in no more."""

    def act() -> int:
        _done(load_config(config_path), RevokeToken(name=name).model_dump(mode="json"))
        show(f"The token {name} is revoked.")
        return DONE

    return ending(act)


def show_all(config_path: Path) -> int:
    """List the tokens."""

    def act() -> int:
        config = load_config(config_path)
        known = asyncio.run(_known(config))
        if known:
            heads = ("name", "scopes", "made", "revoked")
            table(heads, [_cells(one, config) for one in known])
        else:
            show("There is no token yet: `textobot token add NAME --scope lists` makes one.")
        return DONE

    return ending(act)


def _scopes(written: str) -> list[Scope]:
    names = [name.strip() for name in written.split(",") if name.strip()]
    known = {scope.value for scope in Scope}
    if not names or not set(names) <= known:
        raise Misused(f"--scope {written!r}: give one or more of {', '.join(sorted(known))}")
    return [Scope(name) for name in dict.fromkeys(names)]


def _cells(one: Token, config: Config) -> tuple[str, ...]:
    revoked = local(one.revoked_at, config) if one.revoked_at else ""
    return one.name, ", ".join(sorted(one.scopes)), local(one.created_at, config), revoked


async def _known(config: Config) -> list[Token]:
    async with open_beside(config.store_url) as database:
        return await Doorkeeper(database, clock_of_environment(), b"").all()


def _done(config: Config, asked: Mapping[str, Any]) -> None:
    async def doing(database: Database, line: bytes) -> bytes:
        clock = clock_of_environment()
        desk = Desk(database, clock, config.gateways, policy(config))
        return await carry_out(desk, line, token_offers(Doorkeeper(database, clock, b"")))

    told = reach(config, asked, doing, changing=True)
    if "error" in told:
        raise Refused(told["error"])
