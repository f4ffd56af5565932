"""Texts that probably ask for no more messages, and say it in no word that is certain.

« arrêtez de m'écrire », “leave me alone”, `sotp`: whoever reads it knows, and may be wrong. Such a
person is asked once, and nothing is started to the number meanwhile. So it is better to ask one
too many than to miss one; but a sentence about a bus stop is none.

A text is read in phrases that stand somewhere in it; what denies them (`don't stop texting me`)
stands before them. All of it are tables: what is missing is added there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import re2

from bot.core.builtin_words import BOTH, WordClass, read_builtin
from bot.core.courtesies import AROUND, AROUND_STOP, single, without_courtesies
from bot.core.slips import one_slip
from bot.core.text import words
from bot.core.unsure_phrases import (
    ABOUT_ME,
    ABOUT_US,
    AGAIN,
    BEFORE_A_THING,
    DENIALS,
    ELSEWHERE,
    ENGLISH,
    ENGLISH_WORDS,
    FRENCH,
    FRENCH_WORDS,
    JOKES,
    LONE,
    OTHER_WORDS,
    PERSONAL,
    SLIPS,
    WISHES,
)

NONE: frozenset[str] = frozenset()
LONGEST = 40
"""Words of a text that is asked about; who writes more says more than that."""


def may_mean_out(text: str) -> frozenset[str]:
    """Tell whether a text that is no built-in word probably asks for no more messages.

    Gives the languages in which it may be asked back; none where it does not.
    """
    text = _QUOTED.sub(" ", text)
    said = words(text)
    if len(said) > LONGEST:
        return NONE
    spoken = [word for word in said if word[0].isalnum()]
    plain = [single(word) for word in spoken]
    begin, end = without_courtesies(plain, AROUND)
    if end - begin == 1:
        return _spoken_in(plain) if plain[begin] in LONE else _slipped(spoken[begin])
    if not ELSEWHERE.isdisjoint(plain):
        return NONE
    sentences = [found for one in _SENTENCE_END.split(text) if (found := _meant(one))]
    for language, pattern in _PHRASES.items():
        if any(_says(one, pattern) for one in sentences):
            return frozenset({language})
    laughing = not JOKES.isdisjoint(said)
    serious = [word for word in plain if word not in JOKES]
    if _is_wish(_without(serious)) if laughing else _stands_alone(sentences, plain):
        return _spoken_in(plain)
    return NONE


def _meant(sentence: str) -> Sequence[str]:
    """Give the words of a sentence without the courtesies around them."""
    return _without([single(word) for word in words(sentence) if word[0].isalnum()])


def _without(plain: Sequence[str]) -> Sequence[str]:
    begin, end = without_courtesies(plain, AROUND_STOP)
    return plain[begin:end]


def _says(meant: Sequence[str], pattern: re2._Regexp[str]) -> bool:
    """Find one of the phrases, undenied."""
    spaced = f" {' '.join(meant)} "
    return any(
        DENIALS.isdisjoint(spaced[: found.start()].split()[-_NEAR:])
        and spaced[found.end() :].split()[:1] != ["pas"]  # « retirez-moi pas » in Québec
        for found in pattern.finditer(spaced)
    )


def _stands_alone(sentences: Sequence[Sequence[str]], plain: Sequence[str]) -> bool:
    """Tell whether STOP is a sentence of its own in few, or begins or ends an angry one."""
    if len(plain) > _FEW or not sentences:
        return False
    alone = list(map(_is_wish, sentences))
    if alone[-1] or (alone[0] and not PERSONAL.isdisjoint(plain)):
        return True
    return any(map(_ends_or_begins, sentences))


def _is_wish(sentence: Sequence[str]) -> bool:
    found = read_builtin(sentence)
    out = found is not None and found.word_class is WordClass.OUT and not found.about
    return out or " ".join(sentence) in WISHES


def _ends_or_begins(sentence: Sequence[str]) -> bool:
    """Tell whether a sentence is STOP and something about us, or about who they are not."""
    if len(sentence) < 2:
        return False
    first, last, before = sentence[0], sentence[-1], sentence[-2]
    wished = before not in BEFORE_A_THING and before not in DENIALS
    if last in WISHES and not AGAIN.isdisjoint(sentence[:-1]):
        return True
    if last in WISHES and wished and not ABOUT_US.isdisjoint(sentence[:-1]):
        return True
    if " ".join(sentence[-2:]) in WISHES and _begins(sentence[:-2], ABOUT_ME):
        return True
    return first in WISHES and _begins(_without(sentence[1:]), ABOUT_ME)


def _begins(said: Sequence[str], known: Collection[str]) -> bool:
    return any(" ".join(said[:size]) in known for size in range(1, min(5, len(said)) + 1))


def _spoken_in(plain: Sequence[str]) -> frozenset[str]:
    """Guess the language of a few words; both, where they do not tell."""
    french, english = (not words.isdisjoint(plain) for words in (FRENCH_WORDS, ENGLISH_WORDS))
    return BOTH if french == english else frozenset({"fr" if french else "en"})


def _slipped(word: str) -> frozenset[str]:
    """Read a lone word as STOP or the like with one slip of the thumb."""
    if word in OTHER_WORDS:
        return NONE
    return next((told for known, told in SLIPS.items() if one_slip(word, known)), NONE)


_NEAR = 3
"""Words before a phrase in which a denial counts."""
_FEW = 16
"""Words of a text in which STOP may stand alone."""
_SENTENCE_END = re.compile(r"[.!?…;\n]+|,\s")
_QUOTED = re.compile("«[^»]*(»|$)|“[^”]*(”|$)|„[^“”]*([“”]|$)")
"""Who quotes us need not mean what is quoted."""


def _pattern(listed: str) -> str:
    """Write phrases as one expression over words in normal form, with a blank around each."""
    written = [" ".join(line.split()) for line in listed.strip().splitlines()]
    return "|".join(_one(line) for line in written)


def _one(line: str) -> str:
    """Write `{a b|c|} d` as `(?:a b |c |)d `."""
    parts, at_the_start = [], line.startswith("^ ")
    for place, part in enumerate(re.split(r"[{}]", line.removeprefix("^ "))):
        listed = [" ".join(map(single, choice.split())) for choice in part.split("|")]
        spaced = [f"{choice} " if choice else "" for choice in listed]
        parts.append(f"(?:{'|'.join(spaced)})" if place % 2 else spaced[0])
    return f"{'^' if at_the_start else ''} {''.join(parts)}".replace("$ ", "$")


_PHRASES = {"fr": re2.compile(_pattern(FRENCH)), "en": re2.compile(_pattern(ENGLISH))}
