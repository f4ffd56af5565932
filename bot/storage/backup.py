"""A copy of a SQLite store while it is worked with; and a copy that takes the store's place.

What a restored store would do was done already, as far as anybody can tell: what was waiting is
cancelled, and a text of before is history, also one that the copy does not know. STOP and START
among them count all the same.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.instants import milliseconds
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.storage.migrate import revisions

ASIDE = ".before-"
"""Follows the name of a store that another was restored in the place of."""
SETTLING = (
    "DELETE FROM installation WHERE name LIKE 'takeover %'",
    "UPDATE outbox SET status = 'cancelled', status_at = :now,"
    " error = 'a backup was restored' WHERE status = 'queued'",
    "UPDATE inbox SET history = 1 WHERE status = 'new'",
    "INSERT OR REPLACE INTO installation (name, value) VALUES ('restored', :now)",
    "UPDATE errands SET status = 'cancelled', status_at = :now"
    " WHERE status IN ('waiting', 'under_way') AND (kind <> 'later' OR due_at <= :now)",
    "UPDATE conversations SET position = NULL, times_out_at = NULL WHERE times_out_at <= :now",
)
"""After these nothing of before is answered, or sent, any more. In SQL that every schema knows."""
SETTLING_LATER = {
    "verifications": "UPDATE verifications SET status = 'cancelled', status_at = :now"
    " WHERE status = 'pending'",
    "deliveries": "UPDATE deliveries SET status = 'failed', status_at = :now,"
    " error = 'a backup was restored' WHERE status = 'waiting'",
}
"""The same for tables that an older copy does not have."""
BESIDE = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a copy is."""

    texts: int
    fingerprint: str
    """Of the installation's key; empty before the first start."""
    schema: str
    size: int
    """Bytes."""


def back_up(store: Path, target: Path) -> Backup:
    """Copy a store as it is at one instant, also while a daemon works with it.

    Raises `StoreError`: nothing is left then.
    """
    with _refusing(target):
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with (
            _refusing(store),
            closing(_opened(store, "ro")) as there,
            closing(sqlite3.connect(target)) as here,
        ):
            there.backup(here)
            here.execute("PRAGMA journal_mode=DELETE")  # one file, whoever opens it
        told = examine(target)
        _sync(target)
    except BaseException:
        target.unlink()
        raise
    return told


def examine(path: Path) -> Backup:
    """Read what a copy is, all of it. Raises `StoreError` where it is damaged, or no store."""
    with _refusing(path), closing(_opened(path, "ro")) as copy:
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(f"{path} is damaged: {verdict}")
        (texts,) = copy.execute("SELECT count(*) FROM inbox").fetchone()
        (schema,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        told = copy.execute("SELECT value FROM installation WHERE name = 'secret'").fetchone()
    return Backup(texts, told[0] if told else "", schema, path.stat().st_size)


async def restore(
    database: Database, source: Path, fingerprint: str, now: datetime
) -> tuple[Backup, Path | None]:
    """Put a copy in the store's place; say what it is, and where the old store is kept.

    At each instant there is a whole store. Raises `StoreError`: then the old one is untouched.
    """
    store = database.path
    if store is None:
        raise StoreError("a store in PostgreSQL is restored with its own tools, like pg_restore")
    told = examine(source)
    if told.fingerprint not in {"", fingerprint}:
        raise StoreError(
            f"{source} belongs to another `secret`: give back the one that it was made with "
            "(config.yaml, or the file data/secret)"
        )
    if told.schema not in revisions():
        raise StoreError(
            f"{source} was written by a newer textobot (schema {told.schema}); install that one"
        )
    with database.locked(), _refusing(store):
        fresh = store.with_name(f"{store.name}.restored")
        fresh.unlink(missing_ok=True)
        _copy(source, fresh, now)
        aside = _put_aside(store, now)
        fresh.replace(store)
        _sync(store)
    return told, aside


def _copy(source: Path, fresh: Path, now: datetime) -> None:
    """Make a whole store beside the old one, in which nothing is done twice."""
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(_opened(source, "ro")) as there, closing(sqlite3.connect(fresh)) as here:
        there.backup(here)
        here.execute("PRAGMA journal_mode=DELETE")
        for statement in (*SETTLING, *_of_its_schema(here)):
            here.execute(statement, {"now": milliseconds(now)})
        here.commit()
    _sync(fresh)


def _of_its_schema(copy: sqlite3.Connection) -> list[str]:
    known = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
    return [statement for table, statement in SETTLING_LATER.items() if table in known]


def _put_aside(store: Path, now: datetime) -> Path | None:
    """Keep the old store under another name as well; its log goes into it, or along with it."""
    if not store.exists():
        return None
    aside = store.with_name(f"{store.name}{ASIDE}{now:%Y%m%d-%H%M%S}")
    with suppress(sqlite3.Error), closing(sqlite3.connect(store)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for end in BESIDE:  # of a store that is damaged
        with suppress(FileNotFoundError):
            store.with_name(store.name + end).rename(aside.with_name(aside.name + end))
    aside.hardlink_to(store)
    return aside


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Say in a sentence what cannot be done with a file."""
    try:
        yield
    except FileExistsError as error:
        raise StoreError(f"{path} is there already; name another file") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be used as a store: {error}") from error


def _sync(path: Path) -> None:
    """Put a file and its name on the disk."""
    for one, how in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(one, how | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
