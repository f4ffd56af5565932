"""What people say around what they mean: it never decides what they meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import product

LONGEST = 7
"""Words of a courtesy."""


def single(word: str) -> str:
    """Write doubled letters once: `stooopp` is `stop`, and `aret` is `arret`."""
    if word == "finn" or not _DOUBLED.search(word):  # Finn is somebody's name
        return word
    return _DOUBLED.sub(r"\1", word)


def phrases(listed: str) -> frozenset[str]:
    """Read a list of phrases in normal form, doubled letters once.

    They are parted by commas and line ends; `{a|b|}` stands for `a`, `b` and nothing.
    """
    written = (one for line in listed.splitlines() for one in line.split(","))
    return frozenset(
        " ".join(map(single, phrase.split()))
        for one in written
        if one.strip()
        for phrase in _spelled_out(one)
    )


def _spelled_out(written: str) -> Iterable[str]:
    """Write a phrase once for each choice that it leaves."""
    parts = [part.split("|") for part in _BRACES.split(written)]
    return (" ".join(chosen) for chosen in product(*parts))


def without_courtesies(
    plain: Sequence[str], courtesies: Collection[str] | None = None
) -> tuple[int, int]:
    """Give where words, with doubled letters written once, begin and end but for courtesies."""
    polite = COURTESIES if courtesies is None else courtesies
    begin, end = 0, len(plain)
    while begin < end and (size := _courtesy(plain[begin : min(begin + LONGEST, end)], 0, polite)):
        begin += size
    while begin < end and (size := _courtesy(plain[max(begin, end - LONGEST) : end], -1, polite)):
        end -= size
    return begin, end


def _courtesy(near: Sequence[str], side: int, polite: Collection[str]) -> int:
    """Say how many of these words, from the front (0) or the back (-1), are a courtesy."""
    sizes = range(len(near), 0, -1)
    return next((n for n in sizes if " ".join(near[:n] if side == 0 else near[-n:]) in polite), 0)


_DOUBLED = re.compile(r"(.)\1+", re.DOTALL)
_BRACES = re.compile(r"[{}]")

FRENCH = phrases(
    """svp, s v p, stp, s t p, s il {vous|te} plait, sil {vous|te} plait, s il {vous|te} plaît
    merci, merci {bien|beaucoup|bcp|d avance|a vous|a toi|infiniment}, mille mercis
    bonne {journee|soiree|nuit|fin de journee|fin de semaine}
    cordialement, bien a vous, a bientot, desole, pardon"""
)
ENGLISH = phrases(
    """please, pls, plz, pleas, thanks, thx, tks, ty, tysm, thanx, cheers
    thank {you|u|you very much|you so much}, thanks {a lot|so much}, many thanks
    have a {nice|good|great} day, kindly, sorry, regards, best regards, sent from my iphone"""
)
COURTESIES = FRENCH | ENGLISH
"""Of `LONGEST` words at most. They come before, after, and between a person's words."""
FRENCH_GREETINGS = phrases(
    "bonjour, bonsoir, salut, allo, coucou, bon matin, madame, monsieur, bonjour {madame|monsieur}"
)
ENGLISH_GREETINGS = phrases(
    "hello, hi, hey, hi there, hello there, hey there, good {morning|afternoon|evening}"
)
FRENCH_SIGNATURES = phrases(
    """envoye {de|depuis} mon {iphone|ipad|samsung|mobile|telephone|cellulaire|galaxy|android}
    {envoye|envoye a partir} de outlook pour {android|ios}, obtenir outlook pour {android|ios}"""
)
ENGLISH_SIGNATURES = phrases(
    """sent from my {iphone|ipad|samsung|phone|mobile|galaxy|android|cell|pixel}
    {sent from|get} outlook for {android|ios}, sent from yahoo mail"""
)
AROUND = COURTESIES | FRENCH_GREETINGS | ENGLISH_GREETINGS | FRENCH_SIGNATURES | ENGLISH_SIGNATURES
"""What may stand around a built-in word, whose sense nothing polite changes."""
TELLS_FRENCH = FRENCH | FRENCH_GREETINGS | FRENCH_SIGNATURES
TELLS_ENGLISH = ENGLISH | ENGLISH_GREETINGS | ENGLISH_SIGNATURES
AROUND_STOP = AROUND | phrases(
    """ok, okay, k, oui, yes, yeah, ya, bon, ben, just, juste, now, right now, maintenant, asap,
    immediately, immediatement, tout de suite, today, already, deja, alors,
    no {thanks|thank you|thx}, non merci, d accord, dac, a plus, bye, goodbye, bye bye, au revoir
    and, again, encore une fois, ok {merci|thanks}, tout simplement, definitivement, forever"""
)
"""And around STOP: who is impatient wants it no less."""
