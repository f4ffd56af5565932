"""Words, and which of them a typed word is a few slips away from.

Of each word is kept what is left of its beginning when letters are taken away, as many as it may
have slips. A typed word shares such a remainder with every word that it may be (a deletion
neighbourhood), so that a few look-ups find them among any number. Remainders are kept as hashes in
two flat arrays: millions of them take no more than 20 bytes each, and nothing is ever collected.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate, combinations

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

BEGINNING = 9
"""Letters of a word that are looked at to find it. More make it dearer, fewer bring up more words
that are then compared in vain."""

SPARE, MANY = 8, 1 << 16
"""Places for each hash while there are not many: few then share one by accident."""


class Neighbourhood:
    """Words with the slips that each forgives.

    A slip is a letter that is missing, too much or wrong, or two neighbours that are swapped
    (optimal string alignment).
    """

    def __init__(self, slips: Mapping[str, int]) -> None:
        self._slips = {word: count for word, count in slips.items() if count}
        self._words = list(self._slips)
        self._longest = max(map(len, self._words), default=0)
        self._most = max(self._slips.values(), default=0)
        self._least = [self._least_left(taken) for taken in range(1, self._most + 1)]
        hashes, numbers = array("q"), array("I")
        for number, (word, count) in enumerate(self._slips.items()):
            remainders = _remainders(word, [0] * count)
            hashes.extend(map(hash, remainders))
            numbers.extend([number] * len(remainders))
        spare = SPARE if len(hashes) < MANY else 2
        self._mask = (1 << (spare * len(hashes)).bit_length()) - 1
        self._first, self._numbers = _in_order(hashes, numbers, self._mask)

    def _least_left(self, taken: int) -> int:
        """Say how short what is left can be of words from which so many letters are taken."""
        return min(
            min(len(word), BEGINNING) - count
            for word, count in self._slips.items()
            if count >= taken
        )

    def of(self, typed: str, most: int) -> dict[str, int]:
        """Give each word that a typed word may be, with its slips, which are so many at most."""
        if len(typed) > self._longest + most:
            return {}
        found: set[int] = set()
        first, numbers, mask = self._first, self._numbers, self._mask
        for remainder in map(hash, _remainders(typed, self._least[:most])):
            place = remainder & mask
            begin, end = first[place], first[place + 1]
            if begin != end:
                found.update(numbers[begin:end])
        if not found:
            return {}
        words = [self._words[number] for number in sorted(found)]
        near = extract(typed, words, scorer=OSA.distance, score_cutoff=most, limit=None)
        return {word: count for word, count, _ in near if count <= self._slips[word]}


def _remainders(word: str, least: Sequence[int]) -> set[str]:
    """Give what is left of a word's beginning when one letter is taken away, two, and so on.

    For each number of letters is said how short what is left may be.
    """
    beginning = word[:BEGINNING]
    found = {beginning}
    for taken, shortest in enumerate(least, start=1):
        left = len(beginning) - taken
        if left >= max(shortest, 0):
            found.update(map("".join, combinations(beginning, left)))
    return found


def _in_order(hashes: array[int], numbers: array[int], mask: int) -> tuple[array[int], array[int]]:
    """Sort numbers by what their hashes end in; also say where the numbers of each end begin."""
    counts = array("I", bytes(4 * (mask + 3)))
    for one in hashes:
        counts[(one & mask) + 2] += 1
    first = array("I", accumulate(counts))
    ordered = array("I", bytes(4 * len(numbers)))
    for one, number in zip(hashes, numbers, strict=True):
        place = (one & mask) + 1
        ordered[first[place]] = number
        first[place] += 1
    return first, ordered
