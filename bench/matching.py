"""What it costs to find the rule of a text: the index alone, without gateway, store or reply.

    python -m bench.matching KINDS KEYWORDS ROUNDS

KINDS is `keywords` or `all`: then every second keyword forgives slips of the thumb, and there are
patterns and contained phrases, a hundredth as many but ten at least. It prints the CPU that a text
takes, what a loop over all rules takes for a few of the texts, and the memory of the index.
"""

from __future__ import annotations

import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA

from bot.core.index import Index
from bot.core.rules import Phrase, Rule, Source, Trigger
from bot.core.text import words
from bot.core.typos import slips_of

TEXTS = 1_000
"""Of each kind."""
NAIVE_TEXTS = 2
"""Of each kind that the loop is asked for."""
SYLLABLES = [
    *(
        "ba",
        "ce",
        "di",
        "fo",
        "gu",
        "ra",
        "le",
        "mi",
        "no",
        "tu",
        "chan",
        "son",
        "ver",
        "tre",
        "pla",
    ),
    *(
        "gri",
        "vou",
        "an",
        "er",
        "in",
        "ou",
        "oi",
        "ai",
        "ent",
        "men",
        "ti",
        "on",
        "que",
        "sel",
        "dor",
    ),
]
SENTENCE = [
    *("bonjour", "je", "voudrais", "savoir", "à", "quelle", "heure", "commence", "le", "concert"),
    *("de", "samedi", "merci", "beaucoup", "et", "bonne", "journée", "la", "radio", "joue"),
    *("encore", "cette", "chanson", "demain", "matin", "svp", "est-ce", "possible"),
]
MIXES = {
    "keywords": {"keyword": 0.8, "anything": 0.2},
    "all": {"keyword": 0.5, "pattern": 0.15, "contains": 0.1, "slip": 0.1, "anything": 0.15},
}
"""How often texts are of each kind. `anything`: a sentence that only `anything: true` takes."""


class Invented:
    """Rules and texts, the same in each run."""

    def __init__(self, kinds: str, keywords: int) -> None:
        self.chance = random.Random(7)
        self.forgiving = kinds == "all"
        self.keywords = list(self._distinct(keywords))
        others = max(10, keywords // 100) if kinds == "all" else 0
        self.patterns = [self._pattern(number) for number in range(others)]
        self.phrases = [" ".join(self._words(1 + number % 2)) for number in range(others)]

    def rules(self) -> Iterator[Rule]:
        """Yield all rules; what is asked last stands first, so that a loop cannot stop early."""
        yield _rule("rest", Trigger.ANYTHING)
        for number, phrase in enumerate(self.phrases):
            yield _rule(f"contains {number}", Trigger.CONTAINS, phrase)
        for number, (pattern, _) in enumerate(self.patterns):
            yield _rule(f"pattern {number}", Trigger.PATTERN, pattern)
        for number, word in enumerate(self.keywords):
            typos = self.forgiving and number % 2 == 0
            yield _rule(f"keyword {number}", Trigger.KEYWORD, word, typos=typos)

    def texts(self, kind: str) -> list[str]:
        """Give texts of a kind."""
        make: dict[str, Callable[[], str]] = {
            "keyword": lambda: f"{self._any_keyword(1).capitalize()}{self._behind()}",
            "pattern": lambda: f"{self.chance.choice(self.patterns)[1]} {self._sentence()}",
            "contains": lambda: f"je dis {self.chance.choice(self.phrases)} {self._sentence()}",
            "slip": lambda: f"{self._slip(self._any_keyword(2))}{self._behind()}",
            "anything": self._sentence,
        }
        return [make[kind]() for _ in range(TEXTS)]

    def _distinct(self, count: int) -> Iterator[str]:
        seen: set[str] = set()
        while len(seen) < count:
            word = self._words(1)[0]
            if word not in seen:
                seen.add(word)
                yield word

    def _words(self, count: int) -> list[str]:
        """Give words of four to fourteen letters."""
        made: list[str] = []
        while len(made) < count:
            word = "".join(self.chance.choices(SYLLABLES, k=self.chance.randint(2, 5)))
            if 4 <= len(word) <= 14:
                made.append(word)
        return made

    def _pattern(self, number: int) -> tuple[str, str]:
        """Give a pattern, and how a text begins that has it; one in five is in mid-text."""
        one, other = self._words(2)
        return [
            (rf"^(?:{one}|{other})\s+(?P<title>.+)$", f"{other} "),
            (rf"\b{one}\s+(?P<figure>\d+)\b", f"mon {one} 12"),
            (rf"^{one} (?P<name>\w+) (?P<more>.*)$", f"{one} Ana"),
            (rf"(?P<hour>\d{{1,2}})h(?P<minute>\d\d)? {one}", f"le 14h30 {one}"),
            (f"{one}.*{other}", f"oui {one} et {other}"),
        ][number % 5]

    def _any_keyword(self, step: int) -> str:
        return self.keywords[self.chance.randrange(0, len(self.keywords), step)]

    def _behind(self) -> str:
        return self.chance.choice(["", "", " svp", f" {self._sentence()}"])

    def _sentence(self) -> str:
        said = " ".join(self.chance.choices(SENTENCE, k=self.chance.randint(3, 12)))
        return f"{said.capitalize()}{self.chance.choice(['', '', '!', '?'])}"

    def _slip(self, word: str) -> str:
        """Leave a letter out, write another one, or one more, or swap two."""
        at, letter = self.chance.randrange(len(word) - 1), self.chance.choice("aeinorst")
        before, here, behind = word[:at], word[at], word[at + 1 :]
        swapped = before + behind[0] + here + behind[1:]
        return self.chance.choice(
            [before + behind, before + letter + behind, before + letter + here + behind, swapped]
        )


def _rule(name: str, trigger: Trigger, phrase: str = "", *, typos: bool = False) -> Rule:
    said = () if trigger is Trigger.PATTERN else words(phrase)
    phrases = (Phrase(phrase, said),) if phrase else ()
    return Rule(name, trigger, phrases, None, Source("bench.yaml", 1, 1), typos=typos)


class Loop:
    """The obvious way: every rule is asked about every text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._patterns = {
            rule.id: re.compile(rule.phrases[0].written, re.IGNORECASE)
            for rule in rules
            if rule.trigger is Trigger.PATTERN
        }

    def find(self, text: str) -> Rule | None:
        """Give the rule that is asked first."""
        said = words(text)
        for trigger in (*Trigger, None):
            for rule in self._rules:
                if self._calls(rule, trigger, said, text):
                    return rule
        return None

    def _calls(
        self, rule: Rule, trigger: Trigger | None, said: tuple[str, ...], text: str
    ) -> bool:
        if trigger is None:
            return rule.typos and _is_near(rule.phrases[0].words[0], said[0])
        if rule.trigger is not trigger or trigger is Trigger.ANYTHING:
            return False
        if trigger is Trigger.PATTERN:
            return self._patterns[rule.id].search(text) is not None
        phrase = rule.phrases[0].words
        if trigger is Trigger.CONTAINS:
            return f" {' '.join(phrase)} " in f" {' '.join(said)} "
        return said[: len(phrase)] == phrase


def _is_near(word: str, typed: str) -> bool:
    slips = slips_of(word)
    return OSA.distance(word, typed, score_cutoff=slips) <= slips


def microseconds(find: Callable[[str], object], texts: Sequence[str]) -> float:
    """CPU of this thread for each text."""
    begun = time.thread_time()
    for text in texts:
        find(text)
    return (time.thread_time() - begun) / len(texts) * 1e6


def megabytes() -> float:
    """Memory that this process has now, in millions of bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def measure(kinds: str, keywords: int, rounds: int) -> dict[str, Any]:
    """Build the index, and ask it round by round for texts of each kind."""
    invented, mix = Invented(kinds, keywords), MIXES[kinds]
    rules = list(invented.rules())
    before, begun = megabytes(), time.process_time()
    index = Index(rules)
    built, taken = time.process_time() - begun, megabytes() - before
    loop = Loop(rules)

    def first(text: str) -> object:
        return next(index.find(text), None)

    measured = [
        {kind: microseconds(first, invented.texts(kind)) for kind in mix}  # none is known already
        for _ in range(rounds)
    ]
    naive = {kind: microseconds(loop.find, invented.texts(kind)[:NAIVE_TEXTS]) for kind in mix}
    return {
        "kinds": kinds,
        "keywords": keywords,
        "us": {kind: statistics.median(one[kind] for one in measured) for kind in mix},
        "mix_us": [sum(one[kind] * mix[kind] for kind in mix) for one in measured],
        "naive_us": sum(naive[kind] * mix[kind] for kind in mix),
        "megabytes": taken,
        "built_seconds": built,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
