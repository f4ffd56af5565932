"""Equal texts: what never decides a match, in any script."""

import time
import unicodedata

import pytest
from hypothesis import given, strategies as st

from bot.core.text import marked, rest, words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Météo", ["meteo"], id="case and accents"),
        pytest.param("me\u0301te\u0301o", ["meteo"], id="accents typed apart"),
        pytest.param("ＭＥＴＥＯ　１", ["meteo", "1"], id="full-width letters and blank"),
        pytest.param(" \t météo \r\n svp ", ["meteo", "svp"], id="repeated blanks and lines"),
        pytest.param("«Météo!», svp...", ["meteo", "svp"], id="punctuation around words"),
        pytest.param("“météo”", ["meteo"], id="typographic quotes"),
        pytest.param("mé\u200btéo\ufeff", ["meteo"], id="zero-width characters"),
        pytest.param("mé\u00adtéo", ["meteo"], id="a soft hyphen"),
        pytest.param("stopwatch", ["stopwatch"], id="whole words"),
        pytest.param("rendez-vous", ["rendez", "vous"], id="a hyphen parts words"),
        pytest.param("l’arrêt l'arrêt lʼarrêt", ["l", "arret"] * 3, id="so does any apostrophe"),
        pytest.param("Œuvre Æ straße Łódź", ["oeuvre", "ae", "strasse", "lodz"], id="ligatures"),
        pytest.param("İSTANBUL ıstanbul", ["istanbul"] * 2, id="Turkish i with and without dot"),
        pytest.param("8:00 0123", ["8", "00", "0123"], id="digits"),
        pytest.param("٣ ۳ ३ ３", ["3"] * 4, id="digits of other scripts"),
        pytest.param("½ n°5", ["1", "2", "n", "5"], id="fractions and number signs"),
        pytest.param("रोकें!", ["रोकें"], id="Indic vowel signs belong to the word"),
        pytest.param("СТОП Ёлка", ["стоп", "елка"], id="Cyrillic"),
        pytest.param("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", ["οδυσσευσ"] * 2, id="Greek and its final sigma"),
        pytest.param("مَرْحَبًا مرحبا", ["مرحبا"] * 2, id="Arabic with and without vowels"),
        pytest.param(
            "ガム", unicodedata.normalize("NFD", "ガム").split(), id="kana keep their dots"
        ),
        pytest.param("👍🏽 👍", ["👍"] * 2, id="skin tones"),
        pytest.param("❤️❤", ["❤", "❤"], id="variation selectors, and each emoji is a word"),
        pytest.param("ok👍ok", ["ok", "👍", "ok"], id="an emoji parts words"),
        pytest.param("1️⃣", ["1"], id="a keycap is its digit"),
        pytest.param("S\x00T\x1bOP", ["stop"], id="NUL and escape"),
        pytest.param("\u202eSTOP\u202c", ["stop"], id="bidi overrides"),
        pytest.param("a\ud800b", ["a", "b"], id="a lone surrogate"),
        pytest.param("?! $ … _", [], id="no word at all"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_the_words_of_a_text(text, said):
    assert list(words(text)) == said


@pytest.mark.parametrize(
    ("text", "count", "follows"),
    [
        pytest.param("Join Ana, 34", 1, "Ana, 34", id="as typed"),
        pytest.param("météo", 1, "", id="nothing"),
        pytest.param("MÉTÉO !!! :-)", 1, "", id="nothing but punctuation"),
        pytest.param("CHANSON: Le  Réel\n", 1, "Le  Réel", id="blanks inside stay, outside go"),
        pytest.param("CHANSON - Le réel", 1, "Le réel", id="a dash"),
        pytest.param("CHANSON «Le réel»", 1, "«Le réel»", id="a quotation stays whole"),
        pytest.param('CHANSON "Le réel"', 1, '"Le réel"', id="in straight quotes, too"),
        pytest.param('"CHANSON" Le réel', 1, "Le réel", id="a quoted keyword"),
        pytest.param("TEMP -5", 1, "-5", id="a sign stays"),
        pytest.param("PAY $5", 1, "$5", id="a currency stays"),
        pytest.param("VOTE.5", 1, "5", id="no blank"),
        pytest.param("rendez-vous demain", 2, "demain", id="a keyword of two words"),
        pytest.param("l'arrêt", 1, "arrêt", id="behind an apostrophe"),
        pytest.param("👍🏽\u200d ok", 1, "ok", id="the skin tone belongs to the emoji"),
        pytest.param("e\u0301 e\u0301", 1, "e\u0301", id="the accent belongs to its letter"),
        pytest.param("a b", 5, "", id="more words than there are"),
    ],
)
def test_what_follows_the_keyword(text, count, follows):
    assert rest(text, count) == follows


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param(" Le 24\u00a0Déc. ", "le 24 dec.", id="case, accents and blanks"),
        pytest.param("１２／２４", "12/24", id="full-width signs"),
        pytest.param("− – ‐ ‑ -", "- - - - -", id="what may be a minus"),
        pytest.param("— ―", "-- --", id="what is none"),
        pytest.param("l’été ʼ ′", "l'ete ' '", id="apostrophes"),
        pytest.param("«12» “12”", '"12" "12"', id="quotes"),
        pytest.param("12½ 3² №", "12½ 3² no", id="a digit that is more than a digit"),
        pytest.param("٢٤/١٢", "24/12", id="digits of other scripts"),
        pytest.param("12,5\u202f€…", "12,5 €...", id="marks and money"),
        pytest.param("ok👍🏽ok", "ok 👍 ok", id="an emoji parts words"),
        pytest.param("s\u200bt\x00op", "stop", id="what does not show"),
    ],
)
def test_signs_may_stay(text, plain):
    assert marked(text) == plain


anything = st.text(st.characters(exclude_categories=()), max_size=80)  # lone surrogates as well


@given(anything)
def test_the_normal_form_is_its_own(text):
    assert words(" ".join(words(text))) == words(text)


@given(anything)
def test_without_its_signs_a_text_has_its_words(text):
    assert words(marked(text)) == words(text)


@given(st.text(max_size=80), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_case_never_decides(text, recased):
    assert words(recased(text)) == words(text)


@given(st.text(max_size=80), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_nor_does_how_characters_are_composed(text, form):
    if form not in {"NFC", "NFD"} or unicodedata.is_normalized("NFC", text):
        assert words(unicodedata.normalize(form, text)) == words(text)


plain = st.text("abçéœ7रोن", min_size=1, max_size=6).filter(lambda word: len(words(word)) == 1)
between = st.text(" \t\n\u00a0\u202f.,;:!?-'’\"«»()…", min_size=1, max_size=4)


@given(st.lists(plain, min_size=1, max_size=5), st.data())
def test_blanks_and_punctuation_never_decide(said, data):
    text = "".join(word + data.draw(between) for word in said)

    assert words(data.draw(between) + text) == words(" ".join(said))


@given(anything, st.integers(0, 5))
def test_the_rest_has_the_remaining_words(text, count):
    said = words(text)

    if all(len(words(character)) <= 1 for character in text):  # ½ is two words in one character
        assert words(rest(text, count)) == said[count:]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 100_000, id="one word"),
        pytest.param("a " * 50_000, id="many words"),
        pytest.param("a" + "\u0301\u0316" * 50_000, id="accents out of order"),
        pytest.param("ﷺ" * 100_000, id="a character that is eighteen"),
        pytest.param("".join(map(chr, range(0x20000, 0x20000 + 100_000))), id="all different"),
        pytest.param("a" + " -'" * 33_000, id="punctuation"),
        pytest.param("\x00\ud800\u202e" * 33_000, id="nothing that shows"),
    ],
)
def test_a_huge_text_is_read_in_linear_time(text):
    begun = time.process_time()

    words(text)
    rest(text, 1)

    assert time.process_time() - begun < 2
