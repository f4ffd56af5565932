"""Words in rule files, as phrases: each once, whatever its case, with the languages it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from bot.core.builtin_words import read_builtin
from bot.core.rules import Phrase
from bot.core.text import words
from bot.validation import Wrong
from bot.yamlfile import shown

Check = Callable[[str, tuple[str, ...]], tuple[str, str] | None]
"""Says why a phrase, as written and in normal form, is of no use, and what to do."""


def phrases_of(
    listed: Mapping[str, list[str]], check: Check, wrong: list[Wrong]
) -> tuple[Phrase, ...]:
    """Give phrases that are listed by language; the same words in two are one phrase of both.

    What is of no use is noted in `wrong`.
    """
    found: dict[tuple[str, ...], tuple[str, set[str]]] = {}
    for language, phrases in listed.items():
        for place, phrase in enumerate(phrases):
            said = words(phrase)
            if problem := check(phrase, said) if said else no_word(phrase):
                wrong.append(Wrong(*problem, (language, place) if language else (place,)))
            _, languages = found.setdefault(said, (phrase, set()))
            languages.update({language} - {""})
    return tuple(
        Phrase(written, said, _shared(frozenset(languages)))
        for said, (written, languages) in found.items()
        if said
    )


@lru_cache(maxsize=1024)
def _shared(languages: frozenset[str]) -> frozenset[str]:
    """Keep one object of sets that are equal: most phrases have one of three."""
    return languages


def no_word(phrase: str) -> tuple[str, str]:
    """Say that a phrase can be met by nothing that is texted."""
    return f"{shown(phrase)} has no word in it", "write a word or an emoji"


def never_asked(phrase: str, said: tuple[str, ...]) -> tuple[str, str] | None:
    """Say that a phrase is a built-in word, which is asked before any rule."""
    built_in = read_builtin(said)
    if built_in is None or not built_in.certain or built_in.word == "info":
        return None
    what = f"{shown(phrase)} is never asked: it is the built-in word {built_in.word!r}"
    return what, "choose other words, or replace what it says in templates/<language>/"


def always(_phrase: str, _said: tuple[str, ...]) -> None:
    """Find nothing wrong with a phrase."""
