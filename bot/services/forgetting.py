"""Forgets one person: in the store, in its files, and again where a restored backup knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.clock import Clock
from bot.core.instants import instant, milliseconds
from bot.log import logger
from bot.storage import erasure, whose
from bot.storage.database import Connection, Database
from bot.storage.erasure import UnderWay
from bot.storage.journal import Note, NoteKind
from bot.storage.standings import known_numbers
from bot.storage.whose import Dossier

LOG = logger(__name__)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is kept of a person, or was."""

    done: bool
    """False: it was only looked."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """By table; `forwarded`: messages to others in which their texts were passed on."""
    under_way: UnderWay = field(default_factory=UnderWay)
    """What stays until it has ended: forgetting is to be repeated."""
    mentions: int = 0
    """Texts of other people, and messages to them, in which the number is written."""
    forgotten_at: datetime | None = None
    """When they were forgotten before."""
    clean: bool = False
    """Nothing of what was deleted is left in the files."""


class Forgetting:
    """Looks at what would go, and lets it go."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def look(self, number: str) -> Receipt:
        """Say what is kept of a number."""
        async with self._database.read() as connection:
            return (await self._read(connection, number))[1]

    async def forget(self, number: str) -> Receipt:
        """Forget it, but for what is under way. On the disk when this returns.

        Of whom nothing is left the files are cleaned once more. Whom nobody knows, nothing is
        done about.
        """
        now = instant(milliseconds(self._clock.now()))
        async with self._database.write() as connection:
            person, receipt = await self._read(connection, number)
            if not person.is_empty:
                await erasure.forget(connection, person, now)
        if person.is_empty and receipt.forgotten_at is None:
            return receipt
        if not person.is_empty:
            note = Note(NoteKind.FORGOTTEN, self._database.pseudonym(number), now)
            await self._database.journal.note([note])
        clean = await self._database.scrub()
        LOG.info(
            "A person was forgotten",
            action="person.forgotten",
            **receipt.rows,
            under_way=receipt.under_way.is_anything,
            clean=clean,
        )
        return replace(receipt, done=True, clean=clean)

    async def _read(self, connection: Connection, number: str) -> tuple[Dossier, Receipt]:
        person = await whose.gather(connection, number)
        before = await erasure.since(connection)
        rows = {name: len(rows) for name, rows in person.rows.items()}
        rows["forwarded"] = len(person.forwarded)
        return person, Receipt(
            done=False,
            rows={name: count for name, count in rows.items() if count},
            under_way=erasure.under_way(person),
            mentions=await whose.mentions(connection, person),
            forgotten_at=before.get(self._database.pseudonym(number)),
        )


async def forget_again(database: Database) -> int:
    """Forget whom the journal says to be forgotten and a restored store knows; say how many.

    What that store was at work on belongs to a life that ended before: it goes, too.
    """
    async with database.read() as connection:
        known = await erasure.since(connection)
    await database.journal.note(Note(NoteKind.FORGOTTEN, who, at) for who, at in known.items())
    lacking = [
        note
        for note in database.journal.notes
        if note.kind is NoteKind.FORGOTTEN and known.get(note.who, LONG_AGO) < note.at
    ]
    if not lacking:
        return 0
    async with database.write() as connection:
        numbers = {database.pseudonym(one): one for one in await known_numbers(connection)}
        for note in lacking:
            number = numbers.get(note.who, note.who)
            if number != note.who:
                person = await whose.gather(connection, number)
                await erasure.forget(connection, person, note.at, busy_too=True)
            await erasure.note(connection, note.who, note.at)
    await database.scrub()
    LOG.warning(
        "A restored store knew people who are forgotten; they are forgotten again",
        action="journal.forgotten",
        people=len(lacking),
    )
    return len(lacking)
