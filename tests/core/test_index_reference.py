"""The index agrees with a slow reading of the rules, one by one, that shares nothing with it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from hypothesis import given, settings, strategies as st

from bot.core.builtin_words import VOCABULARY
from bot.core.conditions import ALWAYS
from bot.core.rules import Phrase, Rule, Trigger
from bot.core.text import rest, words
from tests.core.rulebooks import FIGURE, INVALID, NIGHT, book_of, osa, rule

Asked = tuple[str, str, bool]
"""A rule's id, what follows its keyword, and whether that was misspelled."""
Words = tuple[str, ...]


def read_slowly(rules: Sequence[Rule], text: str) -> Iterator[Asked]:
    """Ask every rule, in the order that is promised."""
    said, asked = words(text), [*phrases_in_order(rules)]
    longest_first = sorted(asked, key=lambda one: -len(one[1].words))
    typed_right = 0
    for one, phrase in asked:
        if one.trigger is Trigger.EXACTLY and phrase.words == said:
            typed_right = len(said)
            yield one.id, "", False
    for one, phrase in longest_first:
        if one.trigger is Trigger.KEYWORD and said[: len(phrase.words)] == phrase.words:
            typed_right = max(typed_right, len(phrase.words))
            yield one.id, rest(text, len(phrase.words)), False
    for one, phrase in asked if not typed_right else ():
        glued = said and re.fullmatch(r"([a-z]{3,})(\d+)", said[0])
        figures = one.fields and one.fields[0].expected.kind in {"integer", "decimal", "code"}
        if one.trigger is Trigger.KEYWORD and glued and figures and phrase.words == (glued[1],):
            yield one.id, text[text.index(glued[2]) :].rstrip(), False
    for one, phrase in asked:
        if one.trigger is Trigger.PATTERN and stands_in(phrase.written, text):
            yield one.id, "", False
    for one, phrase in longest_first:
        if one.trigger is Trigger.CONTAINS and any(
            said[place : place + len(phrase.words)] == phrase.words for place in range(len(said))
        ):
            yield one.id, "", False
    yield from meant(asked, said, typed_right, text)
    yield from ((one.id, text, False) for one in in_order(rules) if not one.phrases)


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    """Put first those with `when`, then those that expect something and say nothing else."""
    return [
        *(one for one in rules if one.when is not ALWAYS),
        *(one for one in rules if one.when is ALWAYS and one.fields and not one.invalid),
        *(one for one in rules if one.when is ALWAYS and not (one.fields and not one.invalid)),
    ]


def phrases_in_order(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Phrase]]:
    for one in in_order(rules):
        yield from ((one, phrase) for phrase in one.phrases)


def stands_in(pattern: str, text: str) -> bool:
    """Ask Python, with a folding that is enough for the texts below."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    whole = " ".join(plain.split())
    tried = {whole, whole.strip(" !'-")} - {""}
    return any(re.search(pattern.replace("é", "e"), one) for one in tried)


def meant(
    asked: Sequence[tuple[Rule, Phrase]], said: Words, typed_right: int, text: str
) -> Iterator[Asked]:
    """Compare every keyword that forgives slips with the first words of the text."""
    forgiving = [(one, phrase) for one, phrase in asked if one.typos]
    claimed = any(
        phrase.words == ("info",) and one.trigger in {Trigger.EXACTLY, Trigger.KEYWORD}
        for one, phrase in asked
    )
    for size in range(len(said), typed_right, -1):
        keywords = {phrase.words for _, phrase in forgiving if len(phrase.words) == size}
        slips = {keyword: slips_between(keyword, said) for keyword in keywords}
        least = min(map(sum, filter(None, slips.values())), default=FAR)
        nearest = [keyword for keyword in keywords if sum(slips[keyword] or [FAR]) == least < FAR]
        called = [
            [one.id for one, phrase in forgiving if phrase.words == near] for near in nearest
        ]
        built_in = any(
            count and count >= slips_to_built_in(said, place, claimed=claimed)
            for keyword in nearest
            for place, count in enumerate(slips[keyword])
        )
        if called and not built_in and all(names == called[0] for names in called):
            yield from ((name, rest(text, size), True) for name in called[0])


FAR = 99


def slips_between(keyword: Words, said: Words) -> list[int]:
    """Count the slips in each word; nothing, if one has more than are forgiven."""
    counted = []
    for word, typed in zip(keyword, said, strict=False):
        slips = osa(word, typed)
        forgiven = 0 if len(word) < 4 or re.search(r"\d", word + typed) else 1 + (len(word) > 7)
        if slips > forgiven:
            return []
        counted.append(slips)
    return counted


def slips_to_built_in(said: Words, place: int, *, claimed: bool) -> int:
    """Compare a typed word with every built-in word; with a neighbour, with those of two parts."""
    near = [said[place - 1] + said[place]] if place else []
    near.append("".join(said[place : place + 2]))
    alone = slips_to(said[place], SPELLED - CLAIMED if claimed else SPELLED)
    return min(alone, *(slips_to(pair, TWO_PARTS) for pair in near))


@cache
def slips_to(typed: str, spelled: frozenset[str]) -> int:
    return min(osa(one, word) for one in (typed, once(typed)) for word in spelled)


def once(word: str) -> str:
    """Write doubled letters once."""
    return re.sub(r"(.)\1+", r"\1", word)


def spellings(listed: Iterable[str]) -> frozenset[str]:
    """Give words with no letter doubled, or one."""
    plain = {word.replace(" ", "") for word in listed}
    plain |= set(map(once, plain))
    doubled = {word[:at] + word[at] + word[at:] for word in plain for at in range(len(word))}
    return frozenset(plain | doubled)


SPELLED, CLAIMED = spellings(VOCABULARY), spellings({"info"})
TWO_PARTS = spellings({"stop all", "opt out"})

POOL = (
    *("shop", "step", "vote", "votes", "note", "concours", "concourt", "concert", "inscription"),
    *("info", "infos", "fines", "de", "a1b2", "météo", "météos", "👍", "opt", "outre"),
)
SIGNS = (" ", " ", "  ", " - ", "! ", "’", "\n")


@st.composite
def slipped(draw: st.DrawFn, word: str, letters: str, most: int) -> str:
    """Give a word with a few slips."""
    for letter in draw(st.lists(st.sampled_from(letters), min_size=1, max_size=most)):
        at = draw(st.integers(0, len(word)))
        before, here, behind = word[:at], word[at : at + 1], word[at + 1 :]
        changed = [before + behind, before + letter + behind, before + letter + here + behind]
        swapped = before + behind[:1] + here + behind[1:]
        word = draw(st.sampled_from([*changed, swapped]))
    return word


phrases = st.lists(st.sampled_from(POOL), min_size=1, max_size=3).map(" ".join)
patterns = st.sampled_from(
    [r"^vot", r"\d", "é", r"s$", r"^\w+ \w+$", "^concours [^é]", "o'", "^(?P<all>.+!)$", "t( |$)"]
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Give a rule; half of them are keywords."""
    trigger = draw(st.sampled_from([*Trigger, *[Trigger.KEYWORD] * 5]))
    listed = patterns if trigger is Trigger.PATTERN else phrases
    said = draw(st.lists(listed, min_size=1, max_size=3, unique_by=lambda one: words(one) or one))
    return rule(
        "",
        trigger,
        *([] if trigger is Trigger.ANYTHING else said),
        typos=trigger is Trigger.KEYWORD and draw(st.integers(0, 3)) > 0,
        when=draw(st.sampled_from([ALWAYS, ALWAYS, ALWAYS, NIGHT])),
        fields=draw(st.sampled_from([(), (), FIGURE])),
        invalid=draw(st.sampled_from([None, INVALID])),
    )


texts = st.lists(
    st.tuples(
        st.sampled_from(POOL)
        | st.sampled_from(POOL).flatmap(lambda word: slipped(word, "abeinopstv1", most=3)),
        st.sampled_from(SIGNS),
    ),
    max_size=5,
).map(lambda drawn: "".join(word + sign for word, sign in drawn))


def found(rules: Sequence[Rule], text: str) -> list[Asked]:
    matches = book_of(*rules).find(text)
    return [(match.rule.id, match.rest, match.misspelled) for match in matches]


@given(st.lists(rules(), max_size=8), texts)
@settings(max_examples=200, deadline=None)
def test_the_index_finds_what_a_slow_reading_finds_in_the_same_order(drawn, text):
    named = [replace(one, id=str(number)) for number, one in enumerate(drawn)]

    assert found(named, text) == list(read_slowly(named, text))


SLIPPERY = (
    "shop",
    "stops",
    "info",
    "infos",
    "fines",
    "opt outre",
    "vote",
    "note",
    "opt",
    "arrets",
)


@given(st.lists(st.sampled_from(SLIPPERY), min_size=1, max_size=4, unique=True), st.data())
@settings(max_examples=200, deadline=None)
def test_and_where_slips_may_lead_to_built_in_words(keywords, data):
    named = [rule(one, Trigger.KEYWORD, one, typos=True) for one in keywords]
    text = data.draw(slipped(data.draw(st.sampled_from(keywords)), "aeoprst", most=2))

    assert found(named, text) == list(read_slowly(named, text))


def test_the_reading_is_no_empty_one():
    """What the property is asked about has each kind of match in it."""
    named = [
        rule("exactly", Trigger.EXACTLY, "vote"),
        rule("keyword", Trigger.KEYWORD, "vote", typos=True),
        rule("pattern", Trigger.PATTERN, "^v.*"),
        rule("contains", Trigger.CONTAINS, "vote"),
        rule("longer", Trigger.KEYWORD, "vote step", typos=True),
        rule("rest", Trigger.ANYTHING),
    ]

    asked = {
        text: [name for name, _, _ in read_slowly(named, text)]
        for text in ("Vote", "vtoe", "vote stpe")
    }

    assert asked == {
        "Vote": ["exactly", "keyword", "pattern", "contains", "rest"],
        "vtoe": ["pattern", "keyword", "rest"],
        "vote stpe": ["keyword", "pattern", "contains", "longer", "rest"],
    }
