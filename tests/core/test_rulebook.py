"""Which rules a text calls, in the order in which they are asked, at any number of rules."""

from collections.abc import Collection

import pytest
from hypothesis import given, strategies as st

from bot.core.rulebook import Rulebook, overshadowed
from bot.core.rules import Phrase, Rule, Source, Trigger
from bot.core.sayings import Message
from bot.core.text import words


def rule(
    name: str,
    trigger: Trigger,
    *phrases: str,
    languages: Collection[str] = (),
    sandbox_only: bool = False,
) -> Rule:
    called = tuple(Phrase(one, words(one), frozenset(languages)) for one in phrases)
    source = Source("rules/test.yaml", 1, 1)
    return Rule(name, trigger, called, Message({"": name}), source, sandbox_only=sandbox_only)


BOOK = Rulebook(
    (
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
    )
)


def called(text: str, book: Rulebook = BOOK) -> list[tuple[str, str]]:
    return [(match.rule.id, match.rest) for match in book.find(text)]


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
    ],
)
def test_who_is_called(text, expected):
    assert [name for name, _ in called(text)] == [*expected, "rest"]


def test_the_keyword_s_rest_is_as_typed():
    assert called("Rendez-vous : Demain, 8:00 ")[0] == ("appointment", "Demain, 8:00")


def test_rules_are_found_one_by_one():
    assert next(BOOK.find("bus")).rule.id == "bus"


def test_equal_rules_are_asked_in_their_order():
    book = Rulebook(tuple(rule(name, Trigger.KEYWORD, "a") for name in "xyz"))

    assert [name for name, _ in called("A b", book)] == ["x", "y", "z"]


def test_an_empty_rulebook_finds_nothing():
    assert called("météo", Rulebook()) == []


@pytest.mark.parametrize(
    ("rules", "claimed"),
    [
        pytest.param([rule("i", Trigger.KEYWORD, "INFO")], True, id="keyword"),
        pytest.param([rule("i", Trigger.EXACTLY, "infô!")], True, id="exactly"),
        pytest.param([rule("i", Trigger.KEYWORD, "info météo")], False, id="info and more"),
        pytest.param([rule("i", Trigger.CONTAINS, "info")], False, id="contains"),
        pytest.param([], False, id="no rule"),
    ],
)
def test_info_may_be_claimed(rules, claimed):
    assert Rulebook(tuple(rules)).claims_info is claimed


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        pytest.param(
            rule("a", Trigger.KEYWORD, "x", "Y"),
            rule("b", Trigger.KEYWORD, "ý!"),
            True,
            id="equal",
        ),
        pytest.param(
            rule("a", Trigger.KEYWORD, "x"), rule("b", Trigger.EXACTLY, "x"), False, id="trigger"
        ),
        pytest.param(
            rule("a", Trigger.ANYTHING), rule("b", Trigger.ANYTHING), True, id="two for anything"
        ),
        pytest.param(
            rule("a", Trigger.KEYWORD, "x"),
            rule("b", Trigger.KEYWORD, "x", sandbox_only=True),
            False,
            id="an example gives way",
        ),
        pytest.param(
            rule("a", Trigger.KEYWORD, "x", sandbox_only=True),
            rule("b", Trigger.KEYWORD, "x", sandbox_only=True),
            True,
            id="two examples",
        ),
        pytest.param(rule("a", Trigger.KEYWORD, "x", "X"), None, False, id="within one rule"),
    ],
)
def test_a_rule_that_can_never_answer_is_named(first, second, found):
    shadows = list(overshadowed(filter(None, [first, second])))

    assert [(late.id, early.id) for late, _, early in shadows] == ([("b", "a")] if found else [])


@pytest.mark.parametrize(
    ("languages", "language"),
    [
        pytest.param({"fr"}, "fr", id="one"),
        pytest.param({"fr", "en"}, "", id="both tell nothing"),
        pytest.param((), "", id="none"),
    ],
)
def test_the_word_tells_the_language(languages, language):
    book = Rulebook((rule("a", Trigger.KEYWORD, "x", languages=languages),))

    assert next(book.find("x")).language == language


phrases = st.lists(st.sampled_from(["a", "b", "a b", "b a", "a b a", "É", "👍"]), max_size=3)
triggers = st.sampled_from([Trigger.EXACTLY, Trigger.KEYWORD, Trigger.CONTAINS])


@given(st.lists(st.tuples(triggers, phrases), max_size=6), st.text("ab é👍.", max_size=9))
def test_the_index_agrees_with_a_loop_over_the_rules(drawn, text):
    book = Rulebook(tuple(rule(str(n), trigger, *said) for n, (trigger, said) in enumerate(drawn)))

    assert sorted({match.rule.id for match in book.find(text)}) == [
        one.id
        for one in book.rules
        if any(is_called(one.trigger, p.words, text) for p in one.phrases)
    ]


def is_called(trigger: Trigger, phrase: tuple[str, ...], text: str) -> bool:
    said, size = words(text), len(phrase)
    match trigger:
        case Trigger.EXACTLY:
            return said == phrase
        case Trigger.KEYWORD:
            return said[:size] == phrase
        case _:
            return any(said[at : at + size] == phrase for at in range(len(said)))


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_looked_up(text):
    assert [match.rule.id for match in BOOK.find(text)][-1] == "rest"


def test_one_rule_among_ten_thousand_is_found():
    rules = [rule(f"r{n}", t, f"mot{n}", f"le mot{n}") for t in Trigger for n in range(2500)]
    book = Rulebook(tuple(rules))

    assert [name for name, _ in called("Mot77", book)][:3] == ["r77", "r77", "r77"]
