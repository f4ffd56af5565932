"""What a store has on this machine's disk: its folder, its lock, and the name of its daemon."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import IO

from bot.storage.errors import StoreBroken, StoreInUse


def prepare_folder(path: Path) -> None:
    """Make the folder in which this is to lie. Raises `StoreBroken`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        folder = path.parent
        raise StoreBroken(f"cannot make the folder of the store {folder}: {error}") from error


def make_private(path: Path) -> None:
    """Make the file before SQLite does, so that nobody else can read it; an older one, too."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreBroken(f"cannot make {path}: {error.strerror}") from error


def lock(path: Path) -> IO[str]:
    """Take the lock beside the database, for as long as this process lives."""
    lock_path = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreBroken(f"cannot make {lock_path}: {error.strerror}") from error
    file = os.fdopen(descriptor, "r+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = file.read(32).strip() or "unknown"
        file.close()
        raise StoreInUse(
            f"another textobot (process {holder}) has the store {path}; stop that one first"
        ) from error
    try:
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
    except OSError as error:
        with suppress(OSError):
            file.close()
        raise StoreBroken(f"cannot write {lock_path}: {error.strerror}; make room") from error
    return file


def name_of(beside: Path | None) -> str:
    """Give the name by which other instances know the daemon of a data folder; made once.

    Without a folder it is good for one life.
    """
    if beside is None:
        return secrets.token_hex(8)
    path = beside.with_suffix(".instance")
    try:
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(f"{secrets.token_hex(8)}\n")
                file.flush()
                os.fsync(descriptor)
        name = path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise StoreBroken(f"cannot read or write {path}: {error}") from error
    if not name:  # a machine that died while it was made
        path.unlink()
        return name_of(beside)
    return name
