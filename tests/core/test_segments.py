"""Segments are counted as networks cut texts and as VuduMobile's document bills them."""

import pytest
from hypothesis import example, given, strategies as st

from bot.core.segments import BASIC, EXTENSION, cheapen, segments

# The table of VuduMobile's document: segments, characters in GSM 03.38, characters otherwise.
VUDUMOBILE = [(1, 160, 70), *((n, 153 * n, 67 * n) for n in range(2, 11))]


@pytest.mark.parametrize(("count", "plain", "special"), VUDUMOBILE)
def test_the_vendor_s_table_is_ours(count, plain, special):
    assert segments("a" * plain).count == count
    assert segments("a" * (plain + 1)).count == count + 1
    assert segments("ç" * special).count == count
    assert segments("ç" * (special + 1)).count == count + 1


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        pytest.param("", "GSM-7", 0, 1, id="an empty text is still sent as one"),
        pytest.param("Bonjour", "GSM-7", 7, 1, id="plain letters"),
        pytest.param("Météo à 8 h: 12 €, Où? Ça", "GSM-7", 26, 1, id="the accents GSM has"),
        pytest.param("ça", "UCS-2", 2, 1, id="small c with a cedilla is not in GSM"),
        pytest.param("Ça", "GSM-7", 2, 1, id="capital C with a cedilla is"),
        pytest.param("fenêtre", "UCS-2", 7, 1, id="nor is e with a circumflex"),
        pytest.param("e\u0301", "UCS-2", 2, 1, id="a letter and its accent apart"),
        pytest.param("l’été", "UCS-2", 5, 1, id="the curly apostrophe"),
        pytest.param("[x]", "GSM-7", 5, 1, id="brackets are two each"),
        pytest.param("{" * 80, "GSM-7", 160, 1, id="eighty escapes fill one segment"),
        pytest.param("{" * 80 + "a", "GSM-7", 161, 2, id="and one more letter does not fit"),
        pytest.param("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3, id="an escape is not cut"),
        pytest.param("a" * 151 + "€" + "a" * 153, "GSM-7", 306, 2, id="an escape that fits"),
        pytest.param("👍" * 35, "UCS-2", 70, 1, id="an emoji is two units"),
        pytest.param("👍" * 67, "UCS-2", 134, 3, id="a surrogate pair is not cut"),
        pytest.param("`", "UCS-2", 1, 1, id="the backtick is ASCII and not GSM"),
        pytest.param("\ud83d", "UCS-2", 1, 1, id="half a surrogate pair"),
        pytest.param("\x00", "UCS-2", 1, 1, id="a NUL"),
    ],
)
def test_a_text_costs(text, encoding, units, count):
    cost = segments(text)

    assert (cost.encoding, cost.units, cost.count) == (encoding, units, count)


def test_dear_characters_are_named_once_in_order():
    assert segments("« Ça va, ça? »").dear == ("«", "ç", "»")


def slow_count(text: str) -> int:
    """Cut a text the way a phone does, one whole character after the other."""
    if set(text) <= BASIC | EXTENSION:
        pieces, alone, joined = [1 + (c in EXTENSION) for c in text], 160, 153
    else:
        wide = [len(c.encode("utf-16-le", "surrogatepass")) // 2 for c in text]
        pieces, alone, joined = wide, 70, 67
    if sum(pieces) <= alone:
        return 1
    full = [0]
    for piece in pieces:
        if full[-1] + piece > joined:
            full.append(0)
        full[-1] += piece
    return len(full)


french = st.sampled_from("aéàçê€[]{~ \n’œ👍")


@given(st.text(max_size=400) | st.text(alphabet=french, max_size=700))
@example("a" * 152 + "[" + "a" * 153)
def test_the_count_agrees_with_cutting(text):
    assert segments(text).count == slow_count(text)


@pytest.mark.parametrize(
    ("written", "cheap"),
    [
        pytest.param("l’arrêt", "l'arrêt", id="apostrophes, not accents"),
        pytest.param("« Le reel »", '"Le reel"', id="quotation marks and their blanks"),
        pytest.param("«\u202fLe reel\u202f»", '"Le reel"', id="and narrow no-break ones"),
        pytest.param("Quoi\u202f?", "Quoi ?", id="the blank before a question mark"),
        pytest.param("cœur… – 2", "coeur... - 2", id="ligature, ellipsis, dash"),
        pytest.param("e\u0301te\u0301", "été", id="accents that stood apart"),
        pytest.param("ça, où, être", "ça, où, être", id="letters keep their accents"),
    ],
)
def test_free_replacements(written, cheap):
    assert cheapen(written) == cheap


@given(st.text(max_size=300))
def test_cheap_stays_cheap(text):
    assert cheapen(cheapen(text)) == cheapen(text)
