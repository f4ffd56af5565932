"""Figures in words: every one that can be said is read back, in the ways of each country."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from bot.core.text import words
from bot.core.understanding import Around, Expected, Kind, Value, understand

UNITS = words(
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
)
TENS = ("", "", *words("vingt trente quarante cinquante soixante"))
ONES = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
TIES = ("", "", *words("twenty thirty forty fifty sixty seventy eighty ninety"))


def french(figure: int) -> str:
    """Spell as in France; the figures above 999 by their parts."""
    for scale, name in ((10**9, "milliard"), (10**6, "million"), (1000, "mille"), (100, "cent")):
        count, rest = divmod(figure, scale)
        if count:
            times = "" if count == 1 and scale <= 1000 else french(count)
            return " ".join(filter(None, (times, name, french(rest) if rest else "")))
    if figure < 17:
        return UNITS[figure]
    if figure < 20:
        return f"dix-{UNITS[figure - 10]}"
    if figure >= 80:
        return f"quatre-vingt-{french(figure - 80)}" if figure > 80 else "quatre-vingts"
    ten, rest = (6, figure - 60) if figure >= 60 else divmod(figure, 10)
    joint = " et " if rest in {1, 11} else "-"
    return TENS[ten] + (joint + french(rest) if rest else "")


def english(figure: int) -> str:
    for scale, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        count, rest = divmod(figure, scale)
        if count:
            joint = "" if not rest else " and " if rest < 100 else " "
            return f"{english(count)} {name}{joint}{english(rest) if rest else ''}"
    if figure < 20:
        return ONES[figure]
    ten, rest = divmod(figure, 10)
    return TIES[ten] + (f"-{ONES[rest]}" if rest else "")


def read(text: str) -> Value | None:
    return understand(text, Expected(Kind.INTEGER), Around(date(2026, 12, 9), "CA"))


@pytest.mark.parametrize("spell", [french, english])
def test_each_figure_below_two_thousand_is_read_back(spell):
    assert [read(spell(figure)) for figure in range(2000)] == list(range(2000))


@given(st.integers(0, 10**12 - 1))
def test_any_french_figure_is_read_back(figure):
    assert read(french(figure)) == figure


@given(st.integers(0, 10**9 - 1))
def test_any_english_figure_is_read_back(figure):
    assert read(english(figure)) == figure


@given(st.integers(0, 10**6 - 1), st.sampled_from([french, english]))
def test_hyphens_never_decide(figure, spell):
    assert read(spell(figure).replace("-", " ")) == read(spell(figure).replace(" ", "-")) == figure
