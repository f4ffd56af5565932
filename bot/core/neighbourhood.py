"""Words, and which of them a typed word is a few slips away from.

Of each word is kept what is left of its beginning when letters are taken away, as many as it may
have slips. A typed word shares such a remainder with every word that it may be (a deletion
neighbourhood), so that a few look-ups find them among any number. Remainders are kept as hashes in
two flat arrays: millions of them take no more than 20 bytes each, and nothing is ever collected.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from itertools import accumulate, combinations

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

BEGINNING = 9
"""Letters of a word that are looked at to find it. More make it dearer, fewer bring up more words
that are then compared in vain."""


class Neighbourhood:
    """Words with the slips that each forgives.

    A slip is a letter that is missing, too much or wrong, or two neighbours that are swapped
    (optimal string alignment).
    """

    def __init__(self, slips: Mapping[str, int]) -> None:
        self._slips = {word: count for word, count in slips.items() if count}
        self._words = list(self._slips)
        self._most = max(self._slips.values(), default=0)
        self._longest = max(map(len, self._words), default=0) + self._most
        hashes, numbers = array("q"), array("I")
        for number, word in enumerate(self._words):
            remainders = _remainders(word, self._slips[word])
            hashes.extend(map(hash, remainders))
            numbers.extend([number] * len(remainders))
        self._mask = (1 << (2 * len(hashes)).bit_length()) - 1
        self._first, self._numbers = _in_order(hashes, numbers, self._mask)

    def of(self, typed: str, slips: int) -> dict[str, int]:
        """Give each word that a typed word may be, with its slips, which are so many at most."""
        if len(typed) > self._longest:
            return {}
        found: set[int] = set()
        first, numbers, mask = self._first, self._numbers, self._mask
        for remainder in map(hash, _remainders(typed, min(slips, self._most))):
            place = remainder & mask
            begin, end = first[place], first[place + 1]
            if begin != end:
                found.update(numbers[begin:end])
        if not found:
            return {}
        words = [self._words[number] for number in sorted(found)]
        near = extract(typed, words, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return {word: count for word, count, _ in near if count <= self._slips[word]}


def _remainders(word: str, slips: int) -> set[str]:
    """Give what is left of a word's beginning when so many letters are taken away, or fewer."""
    beginning = word[:BEGINNING]
    found = {beginning}
    for taken in range(1, min(slips, len(beginning)) + 1):
        found.update(map("".join, combinations(beginning, len(beginning) - taken)))
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
