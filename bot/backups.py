"""`textobot backup` and `textobot restore`: a copy of the store, and back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot import log
from bot.clock import clock_of_environment
from bot.config import Config, installation_secret, load_config
from bot.services.forgetting import forget_again
from bot.services.journaling import agree
from bot.storage.accounts import fingerprint
from bot.storage.backup import Backup, back_up, restore as put_back
from bot.storage.database import Database
from bot.storage.errors import NoStore, StoreError
from bot.storage.migrate import migrate
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show
from bot.yamlfile import Faults


def backup(config_path: Path, target: Path) -> int:
    """Copy the store, whether a daemon works with it or not; give the exit code."""
    try:
        config = load_config(config_path)
        made = back_up(_store(config), target)
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except StoreError as error:
        refuse(str(error))
        return FAILED
    show(f"{target}: {_told(made)}.")
    show(
        "Keep the installation's key apart from it, and as well: without `secret` (in the "
        "configuration, or in data/secret) nobody can restore it."
    )
    return DONE


def restore(config_path: Path, source: Path) -> int:
    """Put a copy in the store's place; give the exit code."""
    log.mute()  # the command tells all itself
    try:
        config = load_config(config_path)
        database = Database(config.store_url)
        known = fingerprint(installation_secret(config))
        told, aside = asyncio.run(put_back(database, source, known, clock_of_environment().now()))
        lacked = asyncio.run(_catch_up(config))
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except StoreError as error:
        refuse(str(error))
        return FAILED
    show(f"Restored: {_told(told)}.")
    if aside is not None:
        show(f"The store of before is kept: {aside}. Delete it when you need it no more.")
    show(
        f"Opt-outs and opt-ins of after the backup hold again: {lacked}. Who was "
        f"forgotten since is forgotten again ({config.journal_path})."
    )
    show("What was texted before now is read and not answered: it may have been already.")
    return DONE


async def _catch_up(config: Config) -> int:
    """Bring the restored store to this version, and back what the journal knows since.

    Gives how many opted out or in after the backup.
    """
    secret = installation_secret(config)
    database = Database(config.store_url, secret=secret, journal=config.journal_path)
    carried = [
        name
        for name, section in config.gateways.items()
        if section.on and getattr(section, "carry_opt_outs", False)
    ]
    await database.open()
    try:
        await migrate(database)
        lacked = await agree(database, clock_of_environment().now(), carried_to=carried)
        await forget_again(database)
        return lacked
    finally:
        await database.close()


def _store(config: Config) -> Path:
    path = Database(config.store_url).path
    if path is None:
        raise StoreError("a store in PostgreSQL is copied with its own tools, like pg_dump")
    if not path.exists():
        raise NoStore(path)
    return path


def _told(one: Backup) -> str:
    known = f"of the key {one.fingerprint}" if one.fingerprint else "of no key yet"
    return f"{count(one.texts, 'text')}, {one.size:,} bytes, schema {one.schema}, {known}"
