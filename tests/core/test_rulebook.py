"""Which rules a text calls, in the order in which they are asked, at any number of rules."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, strategies as st

from bot.core.conditions import ALWAYS, When
from bot.core.rulebook import Rulebook, overshadowed
from bot.core.rules import Rule, Trigger
from tests.core.rulebooks import FIGURE, INVALID, NIGHT, book_of, called, rule

BOOK = book_of(
    rule("rest", Trigger.ANYTHING),
    rule("bus", Trigger.CONTAINS, "bus", "arrêt de bus"),
    rule("school-bus", Trigger.CONTAINS, "bus scolaire"),
    rule("weather", Trigger.KEYWORD, "météo"),
    rule("weather-coast", Trigger.KEYWORD, "météo côte nord"),
    rule("weather-only", Trigger.EXACTLY, "météo!"),
    rule("appointment", Trigger.KEYWORD, "rdv", "rendez-vous"),
    rule("thumb", Trigger.KEYWORD, "👍"),
    rule("no", Trigger.EXACTLY, "no", "0123"),
    rule("hindi", Trigger.KEYWORD, "रोकें"),
    rule("digits", Trigger.PATTERN, r"\d{5}"),
    rule("radio", Trigger.KEYWORD, "radio", typos=True),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Météo", ["weather-only", "weather"], id="exactly before keyword"),
        pytest.param("METEO svp", ["weather"], id="keyword with words behind it"),
        pytest.param("météo côte-nord", ["weather-coast", "weather"], id="longer before shorter"),
        pytest.param("la météo", [], id="the keyword comes first"),
        pytest.param("météorite", [], id="whole words"),
        pytest.param("météo bus", ["weather", "bus"], id="keyword before contains"),
        pytest.param("le bus!", ["bus"], id="contains"),
        pytest.param("autobus", [], id="contains whole words"),
        pytest.param("bus scolaire", ["school-bus", "bus"], id="longer contained phrases first"),
        pytest.param("l'ARRÊT de bus", ["bus", "bus"], id="both phrases of a rule"),
        pytest.param("Rendez vous demain", ["appointment"], id="hyphen or blank"),
        pytest.param("👍🏽 merci", ["thumb"], id="an emoji"),
        pytest.param("No.", ["no"], id="a word that YAML takes for false"),
        pytest.param("0123", ["no"], id="a number that keeps its zero"),
        pytest.param("123", [], id="which is another number"),
        pytest.param("रोकें अभी", ["hindi"], id="another script"),
        pytest.param("???", [], id="no word"),
        pytest.param("", [], id="nothing"),
        pytest.param("météo 12345", ["weather", "digits"], id="keyword before pattern"),
        pytest.param("le bus 12345", ["digits", "bus"], id="pattern before contains"),
        pytest.param("rdio, le bus", ["bus", "radio"], id="contains before a slip of the thumb"),
    ],
)
def test_who_is_called(text, expected):
    assert called(text, BOOK) == [*expected, "rest"]


@pytest.mark.parametrize(
    ("text", "name", "follows"),
    [
        pytest.param("Rendez-vous : Demain, 8:00 ", "appointment", "Demain, 8:00", id="a keyword"),
        pytest.param("rdaio: Le 8:00 ", "radio", "Le 8:00", id="a misspelled keyword"),
        pytest.param(" Bonjour, vous! ", "rest", " Bonjour, vous! ", id="anything: all of it"),
        pytest.param("le bus de Laval", "bus", "", id="nothing, behind words in the middle"),
    ],
)
def test_what_follows_is_as_typed(text, name, follows):
    found = next(BOOK.find(text))

    assert (found.rule.id, found.rest, found.misspelled) == (name, follows, name == "radio")


def test_who_takes_the_first_pays_for_no_other():
    book = book_of(rule("a", Trigger.KEYWORD, "bus"), rule("b", Trigger.PATTERN, "bus"))
    del book.index._patterns

    assert next(book.find("bus")).rule.id == "a"


EQUAL = {
    Trigger.EXACTLY: (("a b a",), ("A, B, A!",)),
    Trigger.KEYWORD: (("a b",), ("A, B!",)),
    Trigger.PATTERN: (("^a",), ("a$",)),
    Trigger.CONTAINS: (("a b",), ("b a",)),
    Trigger.ANYTHING: ((), ()),
}
"""For each trigger two that are called alike by `a b a`."""


@pytest.mark.parametrize("trigger", Trigger)
def test_of_equal_rules_those_that_may_pass_a_text_on_are_asked_first(trigger):
    said, also = EQUAL[trigger]
    rules = [
        rule("night", trigger, *said, when=NIGHT),
        rule("late", trigger, *also, when=NIGHT, fields=FIGURE, invalid=INVALID),
        rule("figure", trigger, *said, fields=FIGURE),
        rule("invalid", trigger, *also, fields=FIGURE, invalid=INVALID),
        rule("plain", trigger, *said),
    ]
    groups = [{"night", "late"}, {"figure"}, {"invalid", "plain"}]
    for order in permutations(rules):
        names = [one.id for one in order]

        expected = [name for group in groups for name in names if name in group]
        assert called("a b a", book_of(*order)) == expected


def test_an_empty_rulebook_finds_nothing():
    assert called("météo", Rulebook()) == []


@pytest.mark.parametrize(
    ("rules", "claimed"),
    [
        pytest.param([rule("i", Trigger.KEYWORD, "INFO")], True, id="keyword"),
        pytest.param([rule("i", Trigger.EXACTLY, "infô!")], True, id="exactly"),
        pytest.param([rule("i", Trigger.KEYWORD, "info météo")], False, id="info and more"),
        pytest.param([rule("i", Trigger.CONTAINS, "info")], False, id="contains"),
        pytest.param([rule("i", Trigger.PATTERN, "^info$")], False, id="a pattern"),
        pytest.param([], False, id="no rule"),
    ],
)
def test_info_may_be_claimed(rules, claimed):
    assert Rulebook(tuple(rules)).claims_info is claimed


DAY = When(hours=((6 * 60, 22 * 60),))
FRENCH, ENGLISH = When(languages=frozenset({"fr"})), When(languages=frozenset({"en"}))


def two(trigger: Trigger, *phrases: str, **more: Any) -> list[Rule]:
    """Two rules with a phrase each, or the same one; what is more is the second's."""
    return [rule("a", trigger, phrases[0]), rule("b", trigger, phrases[-1], **more)]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        pytest.param(two(Trigger.KEYWORD, "Y", "ý!"), True, id="equal words"),
        pytest.param(
            [rule("a", Trigger.KEYWORD, "x"), rule("b", Trigger.EXACTLY, "x")], False, id="trigger"
        ),
        pytest.param(
            [rule("a", Trigger.ANYTHING), rule("b", Trigger.ANYTHING)], True, id="anything"
        ),
        pytest.param(two(Trigger.PATTERN, "^[é] x", "^[e]  x"), True, id="equal patterns"),
        pytest.param(two(Trigger.PATTERN, "^x", "^y"), False, id="different patterns"),
        pytest.param(two(Trigger.PATTERN, "(?=x)"), True, id="equal patterns with a fault"),
        pytest.param(
            two(Trigger.KEYWORD, "x", sandbox_only=True), False, id="an example gives way"
        ),
        pytest.param(
            [rule(name, Trigger.KEYWORD, "x", sandbox_only=True) for name in "ab"],
            True,
            id="two examples",
        ),
        pytest.param([rule("a", Trigger.KEYWORD, "x", "X")], False, id="within one rule"),
        pytest.param(two(Trigger.KEYWORD, "x", when=NIGHT), False, id="with when, asked before"),
        pytest.param(two(Trigger.KEYWORD, "x", fields=FIGURE), False, id="so is one that expects"),
        pytest.param(
            two(Trigger.KEYWORD, "x", fields=FIGURE, invalid=INVALID),
            True,
            id="but not one that says invalid",
        ),
        pytest.param(
            [rule(name, Trigger.KEYWORD, "x", fields=FIGURE) for name in "ab"],
            True,
            id="two that expect",
        ),
        pytest.param(
            [rule("a", Trigger.ANYTHING, when=NIGHT), rule("b", Trigger.ANYTHING, when=DAY)],
            False,
            id="by day and by night",
        ),
        pytest.param(
            [
                rule("a", Trigger.KEYWORD, "x", when=NIGHT),
                rule("b", Trigger.KEYWORD, "x", when=FRENCH),
            ],
            True,
            id="by night and in French",
        ),
        pytest.param(
            [
                rule("a", Trigger.KEYWORD, "x", when=FRENCH),
                rule("b", Trigger.KEYWORD, "x", when=ENGLISH),
            ],
            False,
            id="in French and in English",
        ),
        pytest.param(
            [
                rule("a", Trigger.KEYWORD, "x", when=FRENCH, languages=["fr"]),
                rule("b", Trigger.KEYWORD, "x", when=ENGLISH, languages=["en"]),
            ],
            True,
            id="each in its own language: the word is in both",
        ),
    ],
)
def test_rules_of_which_only_the_order_tells_who_answers_are_named(rules, found):
    shadows = [(late.id, early.id) for late, _, early in overshadowed(rules)]

    assert shadows == ([("b", "a")] if found else [])


def test_a_plain_rule_overshadows_all_that_follow_and_each_is_named_once():
    rules = [rule(name, Trigger.KEYWORD, "x") for name in "abc"]

    assert [(late.id, early.id) for late, _, early in overshadowed(rules)] == [
        ("b", "a"),
        ("c", "a"),
    ]


@pytest.mark.parametrize(
    ("languages", "language"),
    [
        pytest.param({"fr"}, "fr", id="one"),
        pytest.param({"fr", "en"}, "", id="both tell nothing"),
        pytest.param((), "", id="none"),
    ],
)
@pytest.mark.parametrize("trigger", [Trigger.KEYWORD, Trigger.PATTERN, Trigger.CONTAINS])
def test_the_word_tells_the_language(trigger, languages, language):
    book = book_of(rule("a", trigger, "x", languages=languages))

    assert next(book.find("x")).language == language


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_looked_up(text):
    assert called(text, BOOK)[-1] == "rest"


def test_one_rule_among_ten_thousand_is_found():
    rules = [
        rule(f"{trigger} {n}", trigger, f"mot{n}", f"le mot{n}", when=ALWAYS)
        for trigger in (Trigger.EXACTLY, Trigger.KEYWORD, Trigger.CONTAINS)
        for n in range(2500)
    ]
    patterns = [rule(f"pattern {n}", Trigger.PATTERN, f"^mot{n}$") for n in range(2500)]

    assert called("Mot77", book_of(*rules, *patterns)) == [
        *("exactly 77", "keyword 77", "pattern 77", "contains 77")
    ]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        pytest.param("VOTE3", [("vote", "3")], id="no blank before the figure"),
        pytest.param("« Vote3, merci »", [("vote", "3, merci »")], id="and words behind it"),
        pytest.param("ＶＯＴＥ３", [("vote", "３")], id="wide letters"),
        pytest.param("vote3b", [], id="more than a figure"),
        pytest.param("votes3", [], id="another word"),
        pytest.param("je vote3", [], id="not the first word"),
        pytest.param("bus12", [], id="no figure is expected there"),
        pytest.param("no3", [], id="a short word may be a name: A4"),
        pytest.param("vote99", [("vote-99", "")], id="a keyword of its own comes alone"),
    ],
)
def test_a_figure_may_touch_the_keyword(text, asked):
    book = book_of(
        rule("vote", Trigger.KEYWORD, "vote", fields=FIGURE),
        rule("vote-99", Trigger.KEYWORD, "vote99"),
        rule("bus", Trigger.KEYWORD, "bus"),
        rule("no", Trigger.KEYWORD, "no", fields=FIGURE),
    )

    assert [(match.rule.id, match.rest) for match in book.find(text)] == asked
