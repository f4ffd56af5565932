"""Which listed message passes for which unclear one.

Equal texts to one number cannot be told apart, so what counts is how many of each there are: of
three that are unclear while two are listed, two were taken. Strictly ordered sending leaves one
unclear batch for each number, but restored rows may leave more; hence a true maximum matching.

A window has no end: nothing newer to a number can have left while an older one is unclear, so
whatever is listed late is this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.calibration import LEVELS, level, number_key
from bot.core.messages import Sighting, Unclear
from bot.core.skew import Skew

BEFORE = 2.0
"""Seconds: a listing tells whole seconds, cut off, so a message may be listed before it left."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed message that passes for an unclear batch."""

    sighting: Sighting
    level: int
    """How far its text is from ours: see `bot.core.calibration.level`."""
    surplus: int
    """How many more are listed that would pass and that no batch needs."""


def hits(unclear: Iterable[Unclear], free: Iterable[Sighting], skew: Skew) -> dict[int, Hit]:
    """Give as many batches as possible a listed message each, oldest and most alike first."""
    batches = sorted(unclear, key=lambda batch: (batch.handed_at, batch.batch))
    sightings = sorted(free, key=lambda sighting: (sighting.at, sighting.gateway_id))
    alike = _alike(batches, sightings, skew)
    holder: dict[int, int] = {}
    """Index of a sighting to the batch that has it."""
    for limit in LEVELS:
        for batch in batches:
            if batch.batch not in holder.values():
                _place(batch.batch, limit, alike, holder, set())
    return {
        batch: Hit(
            sightings[index],
            alike[batch][index],
            surplus=sum(other not in holder for other in alike[batch]),
        )
        for index, batch in holder.items()
    }


def _alike(
    batches: Iterable[Unclear], sightings: Sequence[Sighting], skew: Skew
) -> dict[int, dict[int, int]]:
    """For each batch: index of each sighting that passes for it, to the level of its text."""
    by_numbers: dict[frozenset[str], list[int]] = {}
    for index, sighting in enumerate(sightings):
        by_numbers.setdefault(_numbers(sighting.numbers), []).append(index)
    alike: dict[int, dict[int, int]] = {}
    for batch in batches:
        opens = batch.handed_at + timedelta(seconds=skew.low - BEFORE)
        levels = {
            index: level(batch.text, sightings[index].text)
            for index in by_numbers.get(_numbers(batch.numbers), ())
            if sightings[index].at >= opens
        }
        alike[batch.batch] = {index: lvl for index, lvl in levels.items() if lvl is not None}
    return alike


def _numbers(numbers: Iterable[str]) -> frozenset[str]:
    return frozenset(map(number_key, numbers))


def _place(
    batch: int,
    limit: int,
    alike: Mapping[int, Mapping[int, int]],
    holder: dict[int, int],
    tried: set[int],
) -> bool:
    """Find a sighting for one more batch: a free one, else by moving others on."""
    for index in sorted(alike[batch], key=holder.__contains__):
        if alike[batch][index] > limit or index in tried:
            continue
        tried.add(index)
        if index not in holder or _place(holder[index], limit, alike, holder, tried):
            holder[index] = batch
            return True
    return False
