"""Which files `textobot export` wrote about whom: who is forgotten is forgotten there, too.

A file beside the store, a JSON line for each export: pseudonym, path. It is for one command at a
time, and says no more than the store does.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from bot.config import Config

Entry = tuple[str, str]
"""Pseudonym, and absolute path."""


def note(config: Config, pseudonym: str, written: Path) -> None:
    """Remember an export that is about to be written. On the disk when this returns."""
    path = _list(config)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps([pseudonym, str(written.absolute())]) + "\n")
        file.flush()
        os.fsync(file.fileno())


def of(config: Config, pseudonym: str) -> list[Path]:
    """Give those about somebody that are still where they were written."""
    mine = {path for who, path in _entries(config) if who == pseudonym}
    return [path for path in map(Path, sorted(mine)) if path.exists()]


def delete(config: Config, pseudonym: str) -> list[Path]:
    """Delete those about somebody, and forget that they were; say which were there.

    Raises `OSError` where one cannot be deleted: then it is still remembered.
    """
    gone = of(config, pseudonym)
    for path in gone:
        _delete(path)
    entries = list(_entries(config))
    left = [one for one in entries if one[0] != pseudonym]
    if len(left) < len(entries):
        _rewrite(_list(config), left)
    return gone


def _delete(path: Path) -> None:
    """Delete an export. In a folder, what we wrote there; with the folder, if that was all."""
    if not path.is_dir():
        path.unlink()
        return
    for one in path.iterdir():
        if one.suffix in {".csv", ".json"}:
            one.unlink()
    with suppress(OSError):
        path.rmdir()


def _list(config: Config) -> Path:
    return config.journal_path.with_suffix(".exports")


def _entries(config: Config) -> Iterator[Entry]:
    path = _list(config)
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            pseudonym, written = json.loads(line)
            yield pseudonym, written


def _rewrite(path: Path, entries: Iterable[Entry]) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # 0600
    with os.fdopen(descriptor, "w") as file:
        file.writelines(json.dumps(one) + "\n" for one in entries)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
