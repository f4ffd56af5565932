"""The words that always work: opt out, opt in, help.

A text is such a word when it says nothing else: the word in any spelling that `bot.core.text`
folds, with letters doubled, repeated, spelled out, or with courtesies around it. One more word
after an opt-out word names a list. A sentence that merely contains the word is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.courtesies import COURTESIES, single, without_courtesies


class WordClass(StrEnum):
    """What a built-in word asks for."""

    OUT = "out"
    OUT_OR_END = "out_or_end"
    """Opt out; but inside a conversation it ends that conversation alone."""
    IN = "in"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A text that is a built-in word."""

    word_class: WordClass
    word: str
    """Its plain form: `arret`. A rule may claim `info`, see `Rulebook.claims_info`."""
    languages: frozenset[str]
    """Those that the word belongs to; the confirmation is said in each."""
    list_name: str = ""
    """The word after an opt-out word, in normal form. A list of that name is left; where there is
    none, the word opts out of everything."""


def read_builtin(said: Sequence[str]) -> BuiltIn | None:
    """Read words in normal form (`bot.core.text.words`) as a built-in word, if they are one."""
    if not said or (said[0][0].isalnum() and len(said[0]) > 1 and single(said[0]) not in _FIRST):
        return None
    spoken = _joined_letters([word for word in said if word[0].isalnum()])
    plain = [single(word) for word in spoken]
    begin, end = without_courtesies(plain)
    match plain[begin:end]:
        case [word]:
            return _KNOWN.get(word)
        case [first, second] if f"{first} {second}" in _KNOWN:
            return _KNOWN[f"{first} {second}"]
        case [first, *others] if known := _KNOWN.get(first):
            if together := _repeated(known, others):
                return together
            if len(others) == 1 and known.word_class is WordClass.OUT:
                name = spoken[begin + 1]
                return BuiltIn(WordClass.OUT, known.word, known.languages, name)
    return None


def _joined_letters(spoken: list[str]) -> list[str]:
    """Read `s t o p` as `stop`."""
    return ["".join(spoken)] if len(spoken) > 2 and max(map(len, spoken)) == 1 else spoken


def _repeated(known: BuiltIn, others: Sequence[str]) -> BuiltIn | None:
    """Read words that all ask for the same, be it in two languages, as one word."""
    languages, word_class = known.languages, known.word_class
    for word in others:
        other = _KNOWN.get(word)
        if other is None or (_ASKS[other.word_class] is not _ASKS[word_class]):
            return None
        languages |= other.languages
        if other.word_class is WordClass.OUT:
            word_class = WordClass.OUT
    return BuiltIn(word_class, known.word, languages)


_ASKS = {word_class: word_class for word_class in WordClass} | {
    WordClass.OUT_OR_END: WordClass.OUT
}

_VOCABULARY = [
    (WordClass.OUT, {"fr", "en"}, "stop"),
    (WordClass.OUT, {"en"}, "stopall, stop all, unsubscribe, unsub, optout, opt out, revoke"),
    (WordClass.OUT, {"fr"}, "arret, arrete, arreter, arretez, desabonner, desabonne, desabonnez"),
    (WordClass.OUT, {"fr"}, "desabonnement, desinscrire, desinscription"),
    (WordClass.OUT_OR_END, {"en"}, "cancel, end, quit"),
    (WordClass.OUT_OR_END, {"fr"}, "annuler, fin, quitter"),
    (WordClass.IN, {"en"}, "start, unstop"),
    (WordClass.IN, {"fr"}, "debut, reprendre"),
    (WordClass.HELP, {"en"}, "help"),
    (WordClass.HELP, {"fr"}, "aide"),
    (WordClass.HELP, {"fr", "en"}, "info"),
]
_KNOWN = {
    " ".join(map(single, phrase.split())): BuiltIn(word_class, phrase, frozenset(languages))
    for word_class, languages, phrases in _VOCABULARY
    for phrase in phrases.split(", ")
}
VOCABULARY = frozenset(known.word for known in _KNOWN.values())
"""All built-in words in plain form: `arret`, `stop all`."""
_FIRST = {phrase.split()[0] for phrase in (*_KNOWN, *COURTESIES)}
