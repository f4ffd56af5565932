"""The table of parts in the VuduMobile document, at its borders."""

import pytest

from bot.core import segments as ours
from bot.sandbox.segments import FREE, dear, measure, to_gsm

STANDARD = [160, 306, 459, 612, 765, 918, 1071, 1224, 1377, 1530]
SPECIAL = [70, 134, 201, 268, 335, 402, 469, 536, 603, 670]


@pytest.mark.parametrize(
    ("parts", "standard", "special"),
    [(n + 1, *pair) for n, pair in enumerate(zip(STANDARD, SPECIAL, strict=True))],
)
def test_the_documents_table(parts: int, standard: int, special: int) -> None:
    for character, limit in (("a", standard), ("ç", special)):
        assert measure(character * limit).count == parts
        assert measure(character * (limit + 1)).count == parts + 1


@pytest.mark.parametrize(
    ("text", "encoding", "units"),
    [
        ("", "GSM-7", 0),
        ("è", "GSM-7", 1),
        ("€", "GSM-7", 2),
        ("[{~}]", "GSM-7", 10),
        ("ê", "UCS-2", 1),
        ("ç", "UCS-2", 1),
        ("’", "UCS-2", 1),
        ("😀", "UCS-2", 2),
        ("\N{COMBINING ACUTE ACCENT}", "UCS-2", 1),
    ],
)
def test_alphabets(text: str, encoding: str, units: int) -> None:
    found = measure(text)
    assert (found.encoding, found.units, found.count) == (encoding, units, 1)


def test_what_gsm_cannot_write_becomes_a_question_mark() -> None:
    assert to_gsm("Ça va, cœur? 😀 €") == "Ça va, c?ur? ? €"


def test_the_page_proposes_what_check_proposes() -> None:
    """Two tables, as the sandbox knows nothing of the bot."""
    assert FREE == ours.FREE


def test_dear_signs_are_named_once_with_what_is_free() -> None:
    assert dear("l’œuf, l’ê\u202f!") == [
        ("’", "right single quotation mark", "'"),
        ("œ", "latin small ligature oe", "oe"),
        ("ê", "latin small letter e with circumflex", None),
        ("\u202f", "narrow no-break space", " "),
    ]
