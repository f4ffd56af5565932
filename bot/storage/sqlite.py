"""What SQLite complains of, and what to do about it."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

DAMAGED = "it is damaged; restore a backup"
FATAL = {
    sqlite3.SQLITE_FULL: "the disk is full; make room and start again",
    sqlite3.SQLITE_READONLY: "it is read-only; make it writable for this user",
    sqlite3.SQLITE_IOERR: "the disk failed; look at the system log",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: "it is not a database; restore a backup, or name another store",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; look at the rights of its folder",
    sqlite3.SQLITE_PERM: "it may not be opened by this user",
}
"""By its code, where the disk or the file is at fault: nothing that we could try again helps."""
UNREADABLE = ("no such table", "no such column", "has no column named", "Could not decode")
"""Our statements are sound: where one has no table, or a word is no text, the file is damaged."""


def remedy_of(error: exc.DBAPIError) -> str | None:
    """Say what to do about an error; None where it does not end everything."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    # An extended code has its primary one in the low byte.
    remedy = FATAL.get(code & 0xFF) if code is not None else None
    unreadable = any(words in str(error.orig) for words in UNREADABLE)
    return remedy or (DAMAGED if unreadable else None)
