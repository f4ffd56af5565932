"""What never decides how an answer is read, and that any text at all is read, at once."""

import json
import re
import time
import unicodedata
from datetime import date

import pytest
from hypothesis import given, strategies as st

from bot.core.understanding import Around, Expected, Kind, Value, from_json, to_json, understand
from tests.core.meanings import meanings

AROUND = Around(today=date(2026, 12, 9), country="CA")


def read(kind: Kind, text: str, around: Around = AROUND) -> Value | None:
    return understand(text, Expected(kind), around)


FOLDED = set(Kind) - {Kind.TEXT, Kind.WORD, Kind.EMAIL}
"""The others stay as typed."""
KNOWN = [(kind, text) for kind, text, _ in meanings() if kind in FOLDED]


@given(st.sampled_from(KNOWN), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_case_never_decides(known, recased):
    kind, text = known

    assert read(kind, recased(text)) == read(kind, text)


@given(st.sampled_from(KNOWN), st.sampled_from(["NFC", "NFD"]))
def test_nor_do_accents_or_how_they_are_composed(known, form):
    kind, text = known
    composed = unicodedata.normalize(form, text)
    plain = re.sub("[\u0300\u0301\u0302\u0327]", "", unicodedata.normalize("NFD", text))

    assert read(kind, composed) == read(kind, plain) == read(kind, text)


outer = st.text(" \n\u00a0\u202f\u200b\"'«»“”!?:;()[]*_", max_size=4)


@given(st.sampled_from(KNOWN), outer, outer)
def test_nor_does_outer_punctuation(known, before, after):
    kind, text = known

    assert read(kind, f"{before}{text}{after}") == read(kind, text)


@given(
    st.sampled_from(KNOWN),
    st.sampled_from(["", "svp, ", "Bonjour! ", "please "]),
    st.sampled_from(["", " merci", " s'il vous plaît!", ", thanks a lot."]),
)
def test_nor_do_courtesies(known, before, after):
    kind, text = known

    assert read(kind, before + text + after) == read(kind, text)


# --- any text at all -----------------------------------------------------------------------------

anything = st.text(st.characters(exclude_categories=()), max_size=80)  # lone surrogates as well
PARTS = re.split(
    " ",
    "1 2 24 12 100 000 2026 , . / - : h am pm $ % + # @ le demain vendredi next prochain dec sept "
    "vingt et un cent mille moins quart midi virgule oui non merci svp a.ca 👍",
)
near = st.lists(
    st.sampled_from(PARTS),
    max_size=9,
).flatmap(lambda parts: st.sampled_from(["".join(parts), " ".join(parts)]))


@given(st.sampled_from(Kind), anything | near, st.dates())
def test_any_text_is_read_or_not_and_comes_back_from_the_store(kind, text, today):
    value = read(kind, text, Around(today, "FR"))

    assert value is None or from_json(kind, json.loads(json.dumps(to_json(value)))) == value


@given(anything | near)
def test_figures_agree_where_both_types_take_them(text):
    integer, figure = read(Kind.INTEGER, text), read(Kind.DECIMAL, text)

    assert integer is None or integer == figure


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 10_000, id="one word"),
        pytest.param("1" * 1600, id="digits"),
        pytest.param("1 " * 800, id="figures"),
        pytest.param("1," * 800, id="marks"),
        pytest.param("1-" * 700 + "a", id="hyphens"),
        pytest.param("merci " * 260, id="courtesies"),
        pytest.param("vingt et un " * 130, id="spelled figures"),
        pytest.param("cent mille " * 20, id="a figure without end"),
        pytest.param("non " * 400, id="no"),
        pytest.param("a." * 750 + "@" + "a." * 40 + "ca", id="an address"),
        pytest.param("a@" * 800, id="addresses"),
        pytest.param("(" * 800 + "+1" * 400, id="numbers"),
        pytest.param("24" + " " * 1500 + "12", id="blanks"),
        pytest.param("ﷺ" * 1600, id="a character that is eighteen"),
        pytest.param("\x00\ud800\u202e" * 500, id="nothing that shows"),
        pytest.param("👍" * 1600, id="emoji"),
    ],
)
def test_a_hostile_text_is_read_at_once(kind, text):
    begun = time.process_time()

    read(kind, text)

    assert time.process_time() - begun < 0.5


def test_only_a_text_is_long_and_none_is_longer_than_ten_segments():
    assert read(Kind.TEXT, "a " * 800) == ("a " * 800).strip()
    assert read(Kind.TEXT, "a" * 1600) == "a" * 1600
    assert read(Kind.TEXT, "a" * 1601) is None
    assert {read(kind, " " * 1600 + "1234") for kind in set(Kind) - {Kind.TEXT}} == {None}
