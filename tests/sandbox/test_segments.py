"""The table of parts in the VuduMobile document, at its borders."""

import pytest

from bot.sandbox.segments import measure, to_gsm

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
