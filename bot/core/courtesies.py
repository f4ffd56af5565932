"""What people say around what they mean: it never decides what they meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence


def single(word: str) -> str:
    """Write doubled letters once: `stooopp` is `stop`, and `aret` is `arret`."""
    if word == "finn" or not _DOUBLED.search(word):  # Finn is somebody's name
        return word
    return _DOUBLED.sub(r"\1", word)


def phrases(listed: str) -> frozenset[str]:
    """Read a list of phrases in normal form, as it is parted by commas, doubled letters once."""
    return frozenset(" ".join(map(single, phrase.split())) for phrase in listed.split(", "))


def without_courtesies(
    plain: Sequence[str], courtesies: Collection[str] | None = None
) -> tuple[int, int]:
    """Give where words, with doubled letters written once, begin and end but for courtesies."""
    polite = COURTESIES if courtesies is None else courtesies
    begin, end = 0, len(plain)
    while begin < end and (size := _courtesy(plain[begin : min(begin + 4, end)], 0, polite)):
        begin += size
    while begin < end and (size := _courtesy(plain[max(begin, end - 4) : end], -1, polite)):
        end -= size
    return begin, end


def _courtesy(near: Sequence[str], side: int, polite: Collection[str]) -> int:
    """Say how many of these words, from the front (0) or the back (-1), are a courtesy."""
    sizes = range(len(near), 0, -1)
    return next((n for n in sizes if " ".join(near[:n] if side == 0 else near[-n:]) in polite), 0)


_DOUBLED = re.compile(r"(.)\1+", re.DOTALL)

COURTESIES = phrases(
    "svp, s v p, stp, s t p, s il vous plait, s il te plait, sil vous plait, sil te plait, merci, "
    "merci bien, merci beaucoup, merci bcp, merci d avance, merci a vous, merci a toi, "
    "bonne journee, bonne soiree, bonne fin de journee, please, pls, plz, thanks, thx, tks, ty, "
    "thanx, thank you, thank u, thanks a lot, thanks so much, many thanks, thank you very much, "
    "thank you so much, have a nice day, have a good day"
)
"""Of four words at most."""
