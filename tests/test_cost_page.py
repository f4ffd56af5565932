"""docs/cost.md proposes what check proposes."""

from pathlib import Path
from unicodedata import name

from bot.core.segments import FREE, FREE_SHOWN, is_dear, segments

PAGE = Path(__file__).parent.parent / "docs" / "cost.md"


def row(sign: str, free: str) -> str:
    shown = "" if not sign.isprintable() or sign.isspace() else f"`` {sign} ``"
    written = FREE_SHOWN.get(free, f"`{free}`")
    return f"| {shown} | U+{ord(sign):04X} {name(sign).lower()} | {written} |"


def test_the_table_is_that_of_check() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if " | U+" in line]

    assert rows == [row(*one) for one in FREE.items()]


def test_what_is_proposed_is_free_and_what_it_replaces_is_not() -> None:
    assert all(is_dear(sign) for sign in FREE)
    assert not any(is_dear(free) for free in FREE.values())


def test_what_the_page_says_of_the_alphabet_is_so() -> None:
    assert not is_dear("éèàùìòÉÇÄÖÜäöüñß€[]{}^~|\\")
    assert segments("€[]{}^~|\\").units == 18
    assert all(is_dear(sign) for sign in "êëîïôûçÀÈÊ")
