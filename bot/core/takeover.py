"""Has a person answered in the vendor's own web application? Read from what the account lists.

What we did not send, and what follows a text of that number and went to nobody else, a person
wrote. Whatever may be ours is ours: a listing may be late, renumber its rows or show a message
twice, and then rules would fall silent because they spoke. A broadcast with a name in it, and a
vendor's keyword answer to one person alone, cannot be told from a person's answer.

All listed instants are by the gateway's clock, as those of texts are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from bot.core.calibration import level
from bot.core.conversation import Conversation
from bot.core.messages import Sighting
from bot.core.reconcile import LATE
from bot.core.sightings import BEFORE
from bot.core.skew import Skew

ANSWERED_WITHIN = timedelta(days=1)
"""What follows a text by more begins something new."""
TOGETHER = timedelta(minutes=5)
"""Equal words to several numbers within it: a broadcast, or the vendor's keyword answers."""
SETTLED = timedelta(seconds=5)
"""A younger message is not judged yet: it may be the first of a broadcast."""
LEAST_RENEWAL = timedelta(seconds=10)
"""Less is the same answer, read again by a clock that is better known by now."""


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of everything that left an account, `TOGETHER` further back than is judged."""

    begun_at: datetime
    skew: Skew
    listed: Sequence[Sighting]


@dataclass(frozen=True, slots=True)
class Ours:
    """A message of ours that was handed over, whatever came of it."""

    number: str
    gateway_id: str
    text: str
    created_at: datetime
    left_by: datetime | None
    """No attempt at it began later, by our clock. None: certainly none was taken."""
    open: bool
    """It is being sent, or nobody knows yet whether it was taken."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a look came to."""

    numbers: Mapping[str, datetime]
    """Who was answered by a person, and when last."""
    undecided: Sequence[Sighting]
    """They count or not as soon as it is known what became of ours."""


def personal(look: Look, since: datetime) -> list[Sighting]:
    """Give what went to one number alone, from `since` (by our clock) on; ours is among it.

    A row without an id is left out: it could not be told from ours.
    """
    oldest = since + timedelta(seconds=look.skew.high)
    newest = look.begun_at + timedelta(seconds=look.skew.low) - SETTLED
    by_words: dict[str, list[Sighting]] = {}
    for one in look.listed:
        by_words.setdefault(" ".join(one.text.split()), []).append(one)
    return [
        one
        for alike in by_words.values()
        for one in _to_one_alone(alike)
        if one.gateway_id and len(one.numbers) == 1 and oldest <= one.at <= newest
    ]


def _to_one_alone(alike: Iterable[Sighting]) -> Iterator[Sighting]:
    """Leave out of equal texts what is near one to somebody else."""
    in_order = sorted(alike, key=lambda one: (one.at, one.numbers))
    runs = [list(run) for _, run in groupby(in_order, key=lambda one: one.numbers)]
    before = (None, *(run[-1] for run in runs))
    after = (*(run[0] for run in runs[1:]), None)
    for earlier, run, later in zip(before, runs, after, strict=False):
        near = [other.at for other in (earlier, later) if other is not None]
        yield from (one for one in run if all(abs(one.at - at) > TOGETHER for at in near))


def answered(
    strange: Sequence[Sighting],
    look: Look,
    ours: Sequence[Ours],
    texts: Mapping[str, Collection[datetime]],
) -> Answered:
    """Judge what is `personal` and has no id of ours.

    `ours` and `texts` (number to when they were sent) reach back `ANSWERED_WITHIN`, and `ours`
    was read after the look: what was listed had been written down before it left.
    """
    by_number: dict[str, list[Ours]] = {}
    for mine in ours:
        by_number.setdefault(mine.number, []).append(mine)
    ids = {one.gateway_id for one in look.listed} - {""}
    numbers: dict[str, datetime] = {}
    undecided: list[Sighting] = []
    for one in strange:
        (number,) = one.numbers
        to_it = by_number.get(number, ())
        if not _follows(one.at, texts.get(number, ())):
            continue
        if any(mine.open for mine in to_it):
            undecided.append(one)
        elif not any(_may_be(mine, one, ids, look.skew) for mine in to_it):
            numbers[number] = max(one.at, numbers.get(number, one.at))
    return Answered(numbers, undecided)


def _follows(at: datetime, texts: Iterable[datetime]) -> bool:
    return any(timedelta(0) <= at - text <= ANSWERED_WITHIN for text in texts)


def _may_be(mine: Ours, one: Sighting, ids: Collection[str], skew: Skew) -> bool:
    """Tell whether a listed message may be this one of ours, under whatever id.

    Equal words are enough: a lost request may be carried out a second time. Of what is not listed
    under its own id, the time is.
    """
    if level(mine.text, one.text) is not None:
        return True
    if mine.left_by is None or mine.gateway_id in ids:
        return False
    opens = mine.created_at + timedelta(seconds=skew.low - BEFORE)
    closes = mine.left_by + timedelta(seconds=skew.high + LATE)
    return opens <= one.at <= closes


def silenced(
    known: Conversation, answered_at: datetime, silent_for: timedelta, now: datetime
) -> Conversation:
    """Let the rules be silent from a person's answer on; all instants are by our clock.

    Gives the very same conversation where that changes nothing. A silence that is over, because
    its time was or because somebody ended it, is not begun again by what was written before.
    """
    until, before = answered_at + silent_for, known.silent_until
    if before is None:
        counts = True
    elif before > now:
        counts = until - before >= LEAST_RENEWAL
    else:
        counts = answered_at > before
    return replace(known, silent_until=until) if counts and until > now else known
