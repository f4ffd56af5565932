"""A file beside the store that outlives a restored backup.

A backup is as old as it is; a STOP that came after it must hold all the same. So each opt-out and
opt-in, each campaign that was begun and each forgotten number is also a line here, on the disk
before anything that depends on it leaves. It is copied back by nobody: lines are added, and the
whole is written anew when most of it is outdated.

A line is a checksum and a JSON object. What a power cut tore is left out; so is a line that was
damaged, and it is told. People stand here under their pseudonyms alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from bot.core.instants import instant, milliseconds
from bot.log import logger
from bot.storage.errors import StoreBroken

LOG = logger(__name__)
OUTDATED = 4
"""The file is written anew when it has so many lines for each that counts."""
FEW = 1000
"""Lines that are never too many."""
FOLLOWED = timedelta(days=365)
"""A campaign that is older has no answers that a restored backup would miss."""


class NoteKind(StrEnum):
    """What is noted."""

    OUT = "out"
    """`who` opted out of everything."""
    IN = "in"
    """`who` opted in again."""
    FORGOTTEN = "forgotten"
    """`who` was forgotten: what a gateway lists of before is not read."""
    CAMPAIGN = "campaign"
    """A campaign `who` of a gateway, as `gateway/reference`: its answers are to be read."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line."""

    kind: NoteKind
    who: str
    """A pseudonym, or `gateway/reference`."""
    at: datetime
    """When it was said, begun or done: of two, the newer counts."""

    @property
    def subject(self) -> tuple[str, str]:
        """What a later note of the same subject replaces: in and out are one."""
        kind = NoteKind.OUT if self.kind is NoteKind.IN else self.kind
        return kind.value, self.who


class Journal:
    """The file, and what counts of it. Without a path nothing outlives the process."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._newest: dict[tuple[str, str], Note] = {}
        self._lines = 0
        self._turn = asyncio.Lock()

    def open(self) -> None:
        """Read what was noted; made by the first note. Raises `StoreBroken`."""
        if self._path is None:
            return
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise _broken(self._path, error) from error
        lines = content.split(b"\n")
        torn, damaged = bool(lines.pop()), 0
        for line in lines:
            note = _read(line)
            if note is None:
                damaged += 1
            else:
                self._keep(note)
        self._lines = len(lines)
        if damaged:
            LOG.error(
                "Lines of the journal are damaged and left out; restoring a backup may miss them",
                action="journal.damaged",
                path=str(self._path),
                lines=damaged,
            )
        if torn or damaged:
            self._rewrite(self._path)

    @property
    def notes(self) -> Sequence[Note]:
        """What counts: the newest of each subject."""
        return list(self._newest.values())

    def knows(self, note: Note) -> bool:
        """Tell whether this, or what is newer, is noted."""
        known = self._newest.get(note.subject)
        return known is not None and known.at >= note.at

    async def note(self, notes: Iterable[Note]) -> None:
        """Write down what is new of these; it is on the disk when this returns.

        Raises `StoreBroken`.
        """
        async with self._turn:
            new = [one for one in notes if not self.knows(one)]
            if not new:
                return
            for one in new:
                self._keep(one)
            if self._path is not None:
                await asyncio.to_thread(self._write, self._path, new)

    def _keep(self, note: Note) -> None:
        known = self._newest.get(note.subject)
        if known is None or note.at >= known.at:
            self._newest[note.subject] = note

    def _write(self, path: Path, new: Sequence[Note]) -> None:
        self._lines += len(new)
        if self._lines > max(FEW, OUTDATED * len(self._newest)):
            self._rewrite(path)
            return
        try:
            is_new = not path.exists()
            _put(path, os.O_APPEND, new)
            if is_new:
                _sync_folder(path.parent)
        except OSError as error:
            raise _broken(path, error) from error

    def _rewrite(self, path: Path) -> None:
        """Write what counts into a new file, which takes the place of the old one at once."""
        last = max((note.at for note in self._newest.values()), default=None)
        for subject, note in list(self._newest.items()):
            if note.kind is NoteKind.CAMPAIGN and last is not None and last - note.at > FOLLOWED:
                del self._newest[subject]
        whole = path.with_name(f"{path.name}.new")
        try:
            _put(whole, os.O_TRUNC, self._newest.values())
            whole.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise _broken(path, error) from error
        self._lines = len(self._newest)


def _put(path: Path, how: int, notes: Iterable[Note]) -> None:
    """Write lines, and wait until they are on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"".join(map(_line, notes)))
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Put a file's name on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(note: Note) -> bytes:
    said = json.dumps([note.kind.value, note.who, milliseconds(note.at)]).encode()
    return b"%08x %s\n" % (zlib.crc32(said), said)


def _read(line: bytes) -> Note | None:
    """Read a line; None where it is damaged, or a later version's."""
    checksum, _, said = line.partition(b" ")
    try:
        if int(checksum, 16) != zlib.crc32(said):
            return None
        kind, who, at = json.loads(said)
        return Note(NoteKind(kind), str(who), instant(at))
    except (ValueError, TypeError, OverflowError):
        return None


def _broken(path: Path, error: OSError) -> StoreBroken:
    reason = error.strerror or str(error)
    return StoreBroken(
        f"the journal {path} cannot be used: {reason}; make room, or mend its rights"
    )
