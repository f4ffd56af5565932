"""How a listed text compares with ours, and what echoes teach about a listing."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from bot.core.calibration import (
    ASSUMED_LAG,
    KEPT,
    RECENT,
    UNLIKE,
    Calibration,
    Echo,
    level,
    number_key,
)

LONG = "Votre rendez-vous du 24 décembre à 14 h est confirmé; répondez NON pour annuler."


@pytest.mark.parametrize(
    ("ours", "listed", "expected"),
    [
        pytest.param("Bonjour", "Bonjour", 0, id="equal"),
        pytest.param("", "", 0, id="both empty"),
        pytest.param("été", "e\u0301te\u0301", 0, id="accents apart from their letters"),
        pytest.param("un\ndeux", "un\r\ndeux", 0, id="line ends of another system"),
        pytest.param("un\ndeux", "un\rdeux", 0, id="line ends of an old system"),
        pytest.param("Bonjour", "Bonjour ", 1, id="a blank at the end, as in VuduMobile's sample"),
        pytest.param("Bonjour\n", "Bonjour", 1, id="a line end at the end"),
        pytest.param("un  deux", "un deux", 1, id="a doubled blank"),
        pytest.param("un\tdeux", "un deux", 1, id="a tabulator"),
        pytest.param("l'été & toi", "l&#39;&eacute;t&eacute; &amp; toi", 2, id="entities"),
        pytest.param("a < b", "a &amp;lt; b", 2, id="entities, twice"),
        pytest.param("&eacute;", "é", 2, id="entities of ours, undone by the gateway"),
        pytest.param("a &amp; b", "a &amp;amp; b", 2, id="our entities, escaped again"),
        pytest.param("l’été", "l'été", 3, id="typographic apostrophe"),
        pytest.param("«\u00a0oui\u00a0»", '" oui "', 3, id="guillemets and hard blanks"),
        pytest.param("lundi – mardi…", "lundi - mardi...", 3, id="dash and ellipsis"),
        pytest.param("la forêt", "la foret", 3, id="accents left out"),
        pytest.param("la forêt", "la for?t", 3, id="accents unknown"),
        pytest.param("déjà la forêt", "déjà la for?t", 3, id="only the accents that GSM lacks"),
        pytest.param("Ça", "CA", None, id="case is not folded"),
        pytest.param("cœur", "coeur", 3, id="ligature"),
        pytest.param("oui \U0001f600", "oui ?", 3, id="an emoji became one sign"),
        pytest.param("oui \U0001f600", "oui ??", 3, id="an emoji became two"),
        pytest.param("prix [10]", "prix ?10?", 3, id="brackets, which GSM only has escaped"),
        pytest.param("o\u200bui", "oui", 3, id="zero-width"),
        pytest.param("un\ndeux", "un deux", 3, id="lines joined"),
        pytest.param(LONG, LONG[:60], 4, id="cut after 60 characters"),
        pytest.param(LONG, LONG[:59], None, id="cut after 59: too little to tell"),
        pytest.param(LONG, LONG + " [Radio Exemple]", 4, id="something added at the end"),
        pytest.param(LONG, LONG.replace("é", "?")[:70], 4, id="cut and folded"),
        pytest.param(LONG, "> " + LONG, None, id="something put before it"),
        pytest.param("oui", "non", None, id="another text"),
        pytest.param("Code 123456", "Code 123457", None, id="another code"),
        pytest.param("oui", "", None, id="an empty text"),
        pytest.param("", " \n", 1, id="blanks alone are empty"),
    ],
)
def test_level(ours, listed, expected):
    assert level(ours, listed) == expected


# Pieces that the foldings treat differently, so that random texts meet every branch.
TEXTS = st.lists(
    st.sampled_from(
        [*"ae é?&;", "e\u0301", "&amp;", "&eacute;", "\r\n", "\ud800", "’", "\U0001f600"]
    )
    | st.characters(),
    max_size=90,
).map("".join)


@given(TEXTS, TEXTS)
def test_level_does_not_depend_on_which_text_is_ours(one, other):
    assert level(one, other) == level(other, one)


@given(TEXTS)
def test_a_text_is_recognised_after_each_transformation(text):
    assert level(text, text) == 0
    assert level(text, f" {text}\t") in {0, 1}
    assert level(text, text.replace("\n", "\r\n")) is not None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("+15145551234", "15145551234", True, id="plus sign"),
        pytest.param("+15145551234", "5145551234", True, id="North American, 10 and 11 digits"),
        pytest.param("+15145551234", "(514) 555-1234", True, id="as people write it"),
        pytest.param("+33612345678", "33 6 12 34 56 78", True, id="French, spaced"),
        pytest.param("+33612345678", "+13612345678", False, id="other countries"),
        pytest.param("12345", "+12345", True, id="short number"),
        pytest.param("RADIO", "Radio", True, id="alphabetic sender"),
        pytest.param("RADIO", "INFO", False, id="two alphabetic senders"),
        pytest.param("+15145551234", "+15145551235", False, id="two people"),
    ],
)
def test_numbers_are_compared_by_their_digits(one, other, same):
    assert (number_key(one) == number_key(other)) is same


def echoes(*levels: int, lag: float = 1.0) -> Calibration:
    calibration = Calibration()
    for one in levels:
        calibration = calibration.seen(lag, one)
    return calibration


@pytest.mark.parametrize(
    ("levels", "exact"),
    [
        pytest.param([], False, id="nothing was ever seen"),
        pytest.param([0], True, id="one, unchanged"),
        pytest.param([1] * RECENT, True, id="blanks do not matter"),
        pytest.param([0] * RECENT + [2], False, id="the last was escaped"),
        pytest.param([3] + [0] * (RECENT - 1), False, id="a folded one, not long ago"),
        pytest.param([3] + [0] * RECENT, True, id="a folded one, long ago"),
        pytest.param([0, None], False, id="one came back beyond recognition"),
    ],
)
def test_a_listing_is_exact_while_texts_come_back_unchanged(levels, exact):
    assert echoes(*levels).exact is exact


@pytest.mark.parametrize(
    ("lags", "expected"),
    [
        pytest.param([], ASSUMED_LAG, id="not measured: assumed"),
        pytest.param([0.2, 0.3], ASSUMED_LAG, id="never less than assumed"),
        pytest.param([1.0, 48.0, 2.0], 48.0, id="one in three was late"),
        pytest.param([-3.0], ASSUMED_LAG, id="a clock that went back"),
        pytest.param([90.0] + [6.0] * (KEPT - 1), 90.0, id="one in two hundred was late"),
        pytest.param([90.0] + [6.0] * KEPT, 6.0, id="late long ago: forgotten"),
    ],
)
def test_the_lag_covers_all_but_one_in_a_thousand(lags, expected):
    calibration = Calibration()
    for lag in lags:
        calibration = calibration.seen(lag, 0)
    assert calibration.lag == expected
    assert len(calibration.echoes) <= KEPT


def test_what_is_missing_is_forgiven_by_the_next_echo():
    missed = echoes(0).missed().missed()
    assert missed.missing == 2
    assert missed.seen(1.0, 0).missing == 0


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, UNLIKE)), max_size=KEPT),
    st.integers(0, 9),
)
def test_it_survives_the_store(rows, missing):
    calibration = Calibration(tuple(Echo(lag, one) for lag, one in rows), missing)
    assert Calibration.from_json(json.loads(json.dumps(calibration.to_json()))) == calibration


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        pytest.param(None, Calibration(), id="nothing"),
        pytest.param([], Calibration(), id="a list"),
        pytest.param({}, Calibration(), id="an empty object"),
        pytest.param({"echoes": 7, "missing": "many"}, Calibration(), id="wrong types"),
        pytest.param(
            {
                "echoes": [[1, 0], [-1, 0], [1, 6], [float("nan"), 0], "x", [2.5, 1, 9], [3.5, 5]],
                "missing": -4,
            },
            Calibration((Echo(1.0, 0), Echo(3.5, UNLIKE))),
            id="rows that make no sense among rows that do",
        ),
    ],
)
def test_what_makes_no_sense_in_the_store_is_left_out(stored, kept):
    assert Calibration.from_json(stored) == kept


def test_too_many_stored_echoes_leave_the_newest():
    stored = {"echoes": [[second, 0] for second in range(KEPT + 50)]}
    kept = [echo.lag for echo in Calibration.from_json(stored).echoes]
    assert len(kept) == KEPT
    assert kept[-1] == KEPT + 49
    assert all(later == earlier + 1 for earlier, later in pairwise(kept))
