"""Several answers in one text: who takes which words, and when that is not to be known."""

import time as clock
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from bot.core.understanding import Around, Expected, Kind, Value, understand, understand_all

AROUND = Around(today=date(2026, 12, 9), country="CA")
FRIDAY = date(2026, 12, 11)


def divide(text: str, kinds: str) -> list[Value] | None:
    fields = [(str(place), Expected(Kind(kind))) for place, kind in enumerate(kinds.split())]
    found = understand_all(text, fields, AROUND)
    assert found is None or list(found) == [name for name, _ in fields]
    return None if found is None else list(found.values())


@pytest.mark.parametrize(
    ("kinds", "text", "values"),
    [
        pytest.param("integer", "3 svp", [3], id="one field takes it all"),
        pytest.param("text", " à demain! ", ["à demain!"], id="as typed"),
        pytest.param("integer date", "3 demain", [3, date(2026, 12, 10)], id="a word each"),
        pytest.param(
            "integer date", "3, svp, demain. Merci", [3, date(2026, 12, 10)], id="polite"
        ),
        pytest.param("word integer", "Ana,34", ["Ana", 34], id="no blank behind a comma"),
        pytest.param("decimal integer", "12,5 3", [Decimal("12.5"), 3], id="a decimal comma"),
        pytest.param("word decimal", "Ana - 12,50 $", ["Ana", Decimal("12.5")], id="signs"),
        pytest.param(
            "date time",
            "vendredi prochain 8h du soir",
            [FRIDAY, time(20)],
            id="several words each",
        ),
        pytest.param(
            "date time",
            "le 24 décembre à 14 h 30",
            [date(2026, 12, 24), time(14, 30)],
            id="small words",
        ),
        pytest.param("date integer", "24 décembre 2", [date(2026, 12, 24), 2], id="only one way"),
        pytest.param("integer integer", "vingt deux", [20, 2], id="only one way in words"),
        pytest.param("number yes_no", "514 555-0199 oui", ["+15145550199", "yes"], id="a number"),
        pytest.param("integer integer", "1 2 3", None, id="a word too many"),
        pytest.param("integer integer", "1", None, id="a word too few"),
        pytest.param("integer word", "3 bleu ciel", None, id="a word that nobody takes"),
        pytest.param("integer integer", "1 000", None, id="one figure is not two"),
        pytest.param("integer integer", "3 100", [3, 100], id="but these could be"),
        pytest.param(
            "integer integer", "vingt deux mille", None, id="20 and 2000, or 22 and 1000"
        ),
        pytest.param("yes_no yes_no", "oui oui oui", ["yes", "yes"], id="two ways, one meaning"),
        pytest.param("integer date", "", None, id="nothing"),
        pytest.param("integer date", "?!", None, id="only signs"),
    ],
)
def test_each_field_takes_its_words(kinds, text, values):
    assert divide(text, kinds) == values


@pytest.mark.parametrize(
    ("kinds", "text", "values"),
    [
        pytest.param("integer text", "3 demain matin", [3, "demain matin"], id="all that is left"),
        pytest.param("word text", "Ana: merci  bien!", ["Ana", "merci  bien!"], id="as typed"),
        pytest.param("integer text", "3", None, id="nothing is left"),
        pytest.param("integer text", "3 !", None, id="nothing is said"),
        pytest.param(
            "date time text",
            "vendredi prochain 8h du soir appeler maman",
            [FRIDAY, time(20), "appeler maman"],
            id="an answer keeps the words that belong to it",
        ),
        pytest.param("integer text", "vingt et un ans", [21, "ans"], id="also in a figure"),
        pytest.param("time text", "14h 30 personnes", None, id="14:30, or 30 people at 14:00"),
        pytest.param("integer text", "3 100 rue Roy", None, id="3100, or 3 at number 100"),
        pytest.param(
            "date text",
            "24 décembre 2026 souper",
            [date(2026, 12, 24), "souper"],
            id="same either way",
        ),
        pytest.param("text text", "a b c", ["a", "b c"], id="the last takes the most"),
        pytest.param(
            "text date text",
            "souper vendredi chez Luc",
            ["souper", FRIDAY, "chez Luc"],
            id="a text before and after",
        ),
        pytest.param("text date", "dire merci vendredi", None, id="courtesy or text?"),
        pytest.param("word text", "Ana " + "a" * 1600, None, id="a text too long"),
    ],
)
def test_a_text_in_the_last_place_takes_the_rest(kinds, text, values):
    assert divide(text, kinds) == values


def test_the_range_of_each_field_counts():
    low = Expected(Kind.INTEGER, high=Decimal(5))

    assert understand_all("3 4", [("one", low), ("other", low)], AROUND) == {"one": 3, "other": 4}
    assert understand_all("3 6", [("one", low), ("other", low)], AROUND) is None


def test_no_fields_take_nothing():
    assert understand_all("3", [], AROUND) is None


kinds = st.sampled_from(Kind).filter(lambda kind: kind is not Kind.CHOICE)
said = st.lists(
    st.sampled_from(["3", "12,5", "demain", "14h", "30", "oui", "Ana", "svp", "a@b.ca", "1234"]),
    max_size=8,
)


@given(said, kinds)
def test_one_field_is_one_answer(said, kind):
    value = understand(" ".join(said), Expected(kind), AROUND)

    assert divide(" ".join(said), kind) == (None if value is None else [value])


@given(said, kinds, kinds.filter(lambda kind: kind is not Kind.TEXT))
def test_two_fields_are_what_every_division_that_is_understood_means(said, one, other):
    divisions = [(" ".join(said[:cut]), " ".join(said[cut:])) for cut in range(1, len(said))]
    meant = [
        [understand(first, Expected(one), AROUND), understand(second, Expected(other), AROUND)]
        for first, second in divisions
    ]
    understood = [values for values in meant if None not in values]
    agreed = understood and all(values == understood[0] for values in understood)

    assert divide(" ".join(said), f"{one} {other}") == (understood[0] if agreed else None)


@pytest.mark.parametrize("kinds", ["word " * 5, "text integer date time", "text date text"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1 " * 32, id="figures"),
        pytest.param("24 12 " * 16, id="dates"),
        pytest.param("vingt " * 400, id="spelled figures"),
        pytest.param("merci " * 260, id="courtesies"),
        pytest.param("x" * 10_000, id="one word"),
        pytest.param("ﷺ " * 800, id="words that are eighteen characters"),
    ],
)
def test_a_hostile_text_is_divided_soon(kinds, text):
    begun = clock.process_time()

    divide(text, kinds)

    assert clock.process_time() - begun < 1
