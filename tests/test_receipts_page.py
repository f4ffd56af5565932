"""The page of receipts says what the table of codes holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.core.network import Action, Advice
from bot.gateways.vudumobile_tables import CODES

PAGE = Path(__file__).parent.parent / "docs" / "receipts.md"
WE = {
    None: "are content",
    Advice(Action.STOP): "leave it alone",
    Advice(Action.STOP, times=2): "leave it alone at the second time",
    Advice(Action.PAUSE): "leave it alone for a month",
    Advice(Action.AGAIN): "send it once more",
    Advice(Action.SHORTEN): "tell you to shorten it",
    Advice(Action.HOLD): "tell you, and hold",
    Advice(Action.REPORT): "report it",
}


def lines() -> Iterator[str]:
    yield "| code | a receipt says | veut dire | means | we |"
    yield "| --- | --- | --- | --- | --- |"
    for code, row in CODES.items():
        yield f"| {code} | {row.status} | {row.fr} | {row.en} | {WE[row.advice]} |"


def test_the_page_has_the_whole_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "\n".join(lines()) + "\n\n" in page


def test_the_page_says_of_each_action_what_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"\n| {we} | " in page for advice, we in WE.items() if advice is not None)
