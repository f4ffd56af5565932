"""Codes: made without bias, read in whatever form, hidden in whatever form."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from bot.core.codes import (
    DIGITS,
    SIGNS,
    SIGNS_LENGTH,
    Codes,
    blanked,
    hide,
    may_hold_code,
    read_digits,
    read_signs,
    read_typed,
    said,
    shown,
)
from bot.core.messages import Way

CODES = Codes(b"of this installation")
GAPS = st.sampled_from(["", " ", "-", ".", "  ", "\u00a0"])


def test_a_code_is_the_same_each_time_and_another_for_each_verification() -> None:
    one = CODES.digits("verification-1", "a", 6)

    assert CODES.digits("verification-1", "a", 6) == one
    assert len({CODES.digits(f"verification-{n}", "a", 6) for n in range(1000)}) > 990
    assert CODES.digits("verification-1", "b", 6) != one
    assert Codes(b"of another").digits("verification-1", "a", 6) != one


@pytest.mark.parametrize("length", range(4, 11))
def test_a_code_has_its_length_leading_zeros_too(length: int) -> None:
    made = [CODES.digits(f"verification-{n}", "a", length) for n in range(300)]

    assert {len(one) for one in made} == {length}
    assert any(one.startswith("0") for one in made)


def test_every_sign_is_as_likely_as_any_other() -> None:
    """Chi squared of each place: 40,000 codes, 9 and 18 degrees of freedom, one in a million."""
    many = 40_000
    for alphabet, most, made in (
        (DIGITS, 46.9, [CODES.digits(f"v{n}", "", 4) for n in range(many)]),
        (SIGNS, 65.5, [CODES.signs(f"v{n}", "") for n in range(many)]),
    ):
        for place in range(len(made[0])):
            counted = Counter(one[place] for one in made)
            usual = many / len(alphabet)
            chi = sum((counted[sign] - usual) ** 2 / usual for sign in alphabet)
            assert chi < most, (alphabet, place, chi)


def test_a_code_that_is_texted_has_no_look_alikes_and_is_no_word() -> None:
    assert not set(SIGNS) & set("AEIOUY0O1IL5S2Z8BQUV")
    assert len(set(SIGNS)) == len(SIGNS)
    code = CODES.signs("v", "n")
    assert len(code) == SIGNS_LENGTH
    assert shown(code).replace("-", "") == code


@given(digits=st.text("0123456789", min_size=4, max_size=10), gap=st.sampled_from(["", " ", "-"]))
def test_digits_are_read_however_they_are_parted(digits: str, gap: str) -> None:
    middle = len(digits) // 2

    written = f"{digits[:middle]}{gap}{digits[middle:]}"

    # Two that might each be a code are none.
    both = gap == " " and middle >= 4 and len(digits) - middle >= 4
    assert read_digits(written) == (None if both else digits)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bonjour",
        "123",
        "12345678901",
        "vote 123456",
        "1234 5678",
        "le 24/12/2026",
        "+15145550001",
    ],
)
def test_what_is_no_code_of_digits(text: str) -> None:
    assert read_digits(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "KMP7 3RT", "KMP73RTXX", "KMP73RTX KMP73RTW", "bonjour", "BCDFGHJK", "PSST HMM GRR"],
)
def test_what_is_no_code_of_signs(text: str) -> None:
    assert read_signs(text) is None


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_anything_can_be_read(text: str) -> None:
    read = read_digits(text), read_signs(text)

    assert read == (None, None) or may_hold_code(text)
    read_typed(text)
    assert not any(sign.isalnum() for sign in blanked(text))


@given(
    before=st.text(max_size=10), gaps=st.lists(GAPS, min_size=5, max_size=5), wide=st.booleans()
)
def test_what_is_hidden_cannot_be_read(before: str, gaps: list[str], wide: bool) -> None:
    code = "407931"
    signs = [chr(0xFF10 + int(one)) for one in code] if wide else list(code)
    written = "".join(f"{sign}{gap}" for sign, gap in zip(signs, [*gaps, ""], strict=True))

    hidden = hide(f"{before} {written} fin", [code])

    assert read_typed(hidden).find(code) == -1


def test_a_code_is_put_into_the_place_that_is_kept_for_it() -> None:
    assert said("###### est votre code", "012345", Way.TEXT) == "012345 est votre code"
    assert said("@a.example #######", "012345", Way.TEXT) == "@a.example #012345"
    assert said("######.", "012345", Way.VOICE) == "0, 1, 2, 3, 4, 5."
