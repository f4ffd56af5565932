"""Clever's criteria: whom they mean, and which cannot be read."""

import pytest

from bot.sandbox.clever_book import CleverBook
from bot.sandbox.criteria import WrongCriteriaError


@pytest.fixture
def book() -> CleverBook:
    book = CleverBook()
    for end, diffusion, bringup, city in (
        (1, "on", "oui", "Paris"),
        (2, "on", "non", "Torcy"),
        (3, "off", "oui", "Paris"),
    ):
        number = f"+3360000000{end}"
        book.add(number, "contact", "contact lastname", city=city)
        book.mark(number, diffusion=diffusion, BRINGUP=bringup)
    return book


@pytest.mark.parametrize(
    ("criteria", "ends"),
    [
        ("diffusion=on and BRINGUP=oui", "1"),
        ("diffusion='on' AND bringup='oui'", "1"),
        ('diffusion = "on"', "12"),
        ("diffusion=on or BRINGUP=oui", "123"),
        ("diffusion=off or diffusion=on and BRINGUP=non", "23"),
        ("(diffusion=off or diffusion=on) and BRINGUP=non", "2"),
        ("not diffusion=on", "3"),
        ("not (diffusion=on And city='Paris')", "23"),
        ("diffusion!=on", "3"),
        ("city<>'Paris'", "2"),
        ("gsm_primary=+33600000002", "2"),
        ("lastname='contact lastname' and city=Torcy", "2"),
        ("city=''", ""),
        ("diffusion=ON", ""),
    ],
)
def test_whom_criteria_mean(book: CleverBook, criteria: str, ends: str) -> None:
    assert "".join(one.gsm_primary[-1] for one in book.matching(criteria)) == ends


@pytest.mark.parametrize(
    "criteria",
    [
        *("", " ", "diffusion", "diffusion=", "=on", "diffusion on", "diffusion=='on'"),
        *("diffusion='on", "diffusion=on and", "and diffusion=on", "diffusion=on BRINGUP=oui"),
        *("(diffusion=on", "diffusion=on)", "()", "not", "'diffusion'=on", "age=7"),
        *("diffusion>on", "(" * 10_000, "not " * 10_000, "id=1"),
    ],
)
def test_criteria_that_cannot_be_read(book: CleverBook, criteria: str) -> None:
    with pytest.raises(WrongCriteriaError):
        book.matching(criteria)
