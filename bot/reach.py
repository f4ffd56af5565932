"""How a command has something done: by the daemon, or where none runs with the store in hand."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from bot.config import Config, installation_secret
from bot.control.line import BESIDE_POSTGRESQL, NotAnswered, ask, socket_of
from bot.storage.database import Database
from bot.storage.errors import NoStore, StoreInUse
from bot.storage.migrate import expect_our_schema

Told = Mapping[str, Any]
Doing = Callable[[Database, bytes], Awaitable[bytes]]
"""Carries out a line on an open store, as the daemon would."""
PATIENCE = 2.0
BETWEEN = 0.1
"""Real seconds, in all and between two attempts, to reach a daemon that begins or ends."""


def reach(config: Config, asked: Mapping[str, Any], doing: Doing, *, changing: bool) -> Told:
    """Have it done, and give what was told. Raises `StoreError`, and `Faults` of the key.

    `changing`: without a daemon it takes the lock that a daemon takes.
    """
    line = json.dumps(asked).encode()
    path = Database(config.store_url).path
    if path is not None and not path.exists():
        raise NoStore(path)
    secret = _secret(config, changing=changing)
    database = Database(
        config.store_url,
        secret=secret,
        journal=config.journal_path,
        listeners=config.listeners,
    )
    socket = socket_of(path or config.data_folder / BESIDE_POSTGRESQL)
    end = time.monotonic() + PATIENCE
    while True:
        if (told := _by_daemon(socket, line)) is not None:
            return told
        try:
            return _read(asyncio.run(_alone(database, line, doing, alone=changing)))
        except StoreInUse:
            if time.monotonic() > end:
                raise
            time.sleep(BETWEEN)


def _secret(config: Config, *, changing: bool) -> bytes:
    """Give the installation's key; who only looks makes none."""
    there = config.secret.get_secret_value() or (config.data_folder / "secret").exists()
    return installation_secret(config) if changing or there else b""


def _by_daemon(socket: Path, line: bytes) -> Told | None:
    """Ask the daemon; None where none answers at that socket."""
    try:
        answered = ask(socket, line)
    except PermissionError:
        return {"error": f"{socket} belongs to another user; run this command as that one"}
    except NotAnswered as error:
        return {
            "error": f"the daemon did not answer ({error}), and may have done it all the same; "
            "look before you try again"
        }
    return None if answered is None else _read(answered)


async def _alone(database: Database, line: bytes, doing: Doing, *, alone: bool) -> bytes:
    """Do it with the store in our own hands."""
    await database.open(alone=alone)
    try:
        await expect_our_schema(database)
        return await doing(database, line)
    finally:
        await database.close()


def _read(answered: bytes) -> Told:
    told: Told = json.loads(answered)
    return told
