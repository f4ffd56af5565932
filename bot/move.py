"""`textobot move-store`: from a SQLite file into the PostgreSQL that the configuration names."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bot import log
from bot.config import Config, installation_secret, load_config
from bot.storage import accounts
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.storage.migrate import migrate
from bot.storage.moving import move
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show
from bot.yamlfile import Faults


def move_store(config_path: Path, file: Path) -> int:
    """Move it, and what is beside it; give the exit code."""
    log.mute()  # the command tells all itself
    try:
        config = load_config(config_path)
        _expect(config, file)
        copied = asyncio.run(_move(config, file.absolute(), installation_secret(config)))
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except StoreError as error:
        refuse(str(error))
        return FAILED
    rows = sum(copied.values())
    show(f"Moved: {count(copied['inbox'], 'text')}, {rows:,} rows in all, each compared.")
    show(
        f"The journal is {config.journal_path} from now on. {file} is kept and refused by "
        "`textobot run`; delete it when you need it no more."
    )
    return DONE


def _expect(config: Config, file: Path) -> None:
    """Look before anything is made. Raises `StoreError`."""
    if Database(config.store_url).path is not None:
        raise StoreError(
            f"{config.path} names a SQLite store; write `store: postgresql://...` there first, "
            "and then move the file into it"
        )
    if not file.is_file():
        raise StoreError(f"there is no file {file}; name the SQLite store, like data/textobot.db")
    secret, theirs = config.data_folder / "secret", file.parent / "secret"
    if not config.secret.get_secret_value() and not secret.exists() and theirs.exists():
        raise StoreError(f"the key belongs to the store: copy {theirs} to {secret} first")


async def _move(config: Config, file: Path, secret: bytes) -> Mapping[str, int]:
    source = Database(f"sqlite:///{file}", secret=secret)
    target = Database(config.store_url, secret=secret, journal=config.journal_path)
    await source.open()
    try:
        await migrate(source)
        async with source.write() as connection:
            await accounts.recognise(connection, accounts.fingerprint(secret))
        await target.open()
        try:
            await migrate(target)
            copied = await move(source, target)
            await target.journal.note(source.journal.notes)
            return copied
        finally:
            await target.close()
    finally:
        await source.close()
