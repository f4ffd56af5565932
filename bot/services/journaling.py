"""What must outlive a restored backup: the store and its journal are made to agree at each start.

The journal lacks what a process that died did not come to note; the store lacks what came after
the backup that was restored. Of two the newer counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.conversation import Subscriber
from bot.core.pseudonyms import is_pseudonym
from bot.log import logger
from bot.services.carrying import RESTORED, carry
from bot.storage import feeds, subscribers
from bot.storage.database import Database
from bot.storage.journal import Note, NoteKind
from bot.storage.standings import Standing, known_numbers, let_go, standings

LOG = logger(__name__)
OPTED = frozenset({NoteKind.OUT, NoteKind.IN})


async def agree(database: Database, now: datetime, *, carried_to: Sequence[str] = ()) -> int:
    """Bring store and journal together; say how many opt-outs and opt-ins the store lacked.

    Those are noted once more at the gateways `carried_to`: whether they had been is forgotten.
    """
    async with database.read() as connection:
        known = await standings(connection)
    newest = {note.who: note for note in _opted(database, known)}
    lacking = [
        note
        for note in database.journal.notes
        if note.kind in OPTED and (note.who not in newest or newest[note.who].at < note.at)
    ]
    if lacking:
        await _bring_back(database, lacking, now, carried_to)
        LOG.warning(
            "A restored store lacked opt-outs or opt-ins; they hold again",
            action="journal.restored",
            people=len(lacking),
        )
    await _follow_again(database, now)
    await note_opted(database, known)
    return len(lacking)


async def note_opted(database: Database, people: Iterable[Subscriber | Standing]) -> None:
    """Note how people stand who opted out or in. Raises `StoreBroken`."""
    await database.journal.note(_opted(database, people))


async def note_campaigns(
    database: Database, gateway: str, references: Iterable[str], now: datetime
) -> None:
    """Note which campaigns were begun. Raises `StoreBroken`."""
    notes = [Note(NoteKind.CAMPAIGN, f"{gateway}/{one}", now) for one in references]
    await database.journal.note(notes)


def _opted(database: Database, people: Iterable[Subscriber | Standing]) -> list[Note]:
    """Say in the journal's words how people stand, the oldest word first."""
    notes = [
        Note(
            NoteKind.OUT if one.opted_out else NoteKind.IN,
            database.pseudonym(one.number),
            one.changed_at,
        )
        for one in people
        if one.changed_at is not None
    ]
    return sorted(notes, key=lambda note: note.at)


async def _bring_back(
    database: Database, lacking: Sequence[Note], now: datetime, carried_to: Sequence[str]
) -> None:
    """Write down how people stand whom the store knows otherwise, and let go of what waits."""
    async with database.write() as connection:
        numbers = {
            database.pseudonym(number): number for number in await known_numbers(connection)
        }
        who = {numbers.get(note.who, note.who): note for note in lacking}
        before = await subscribers.load_subscribers(connection, who.keys(), now)
        # Since it was looked, another instance may have heard of them.
        chose = {number: one.changed_at for number, one in before.items() if one.changed_at}
        who = {
            number: note
            for number, note in who.items()
            if number not in chose or chose[number] < note.at
        }
        after = [
            replace(
                before.get(number) or Subscriber(number),
                opted_out=note.kind is NoteKind.OUT,
                changed_at=note.at,
                cause=RESTORED,
            )
            for number, note in who.items()
        ]
        await subscribers.save_subscribers(connection, after)
        await let_go(connection, {one.number for one in after if one.opted_out}, now)
        named = {one.number: one for one in after if not is_pseudonym(one.number)}
        await carry(connection, carried_to, before, named, now)


async def _follow_again(database: Database, now: datetime) -> None:
    """Read the campaigns again that a restored store does not know.

    What their first reading lists is history, for it may have been answered: a STOP among it
    counts, nothing is answered twice.
    """
    begun: dict[str, list[str]] = {}
    for note in database.journal.notes:
        if note.kind is NoteKind.CAMPAIGN:
            gateway, _, reference = note.who.partition("/")
            begun.setdefault(gateway, []).append(reference)
    if not begun:
        return
    async with database.write() as connection:
        for gateway, references in begun.items():
            await feeds.ensure(connection, gateway, references, now, adopted=True)
