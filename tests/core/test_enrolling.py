"""Who may be put on a list without having texted for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.consent import EVERYTHING, Consent, ConsentKind, How
from bot.core.enrolling import Basis, Candidate, Enrolled, Standing, enrolled
from tests.clock import NOON
from tests.services.played import ANA

DAY = timedelta(days=1)
EXPRESS, IMPLIED = ConsentKind.EXPRESS, ConsentKind.IMPLIED
INQUIRY = ConsentKind.INQUIRY


def entry(
    days: int, *, given: bool = True, kind: ConsentKind = EXPRESS, of_list: str = "deals"
) -> Consent:
    """Said so many days ago."""
    return Consent(ANA, of_list, given, kind, How.TEXT, "inbound 1", "oui", NOON - days * DAY)


def standing(
    *ledger: Consent, out: bool = False, on: bool = False, left: datetime | None = None
) -> Standing:
    return Standing(out, on, left, ledger)


@pytest.mark.parametrize(
    ("days", "kind", "known", "fate"),
    [
        pytest.param(None, EXPRESS, standing(), "added", id="nothing is known"),
        pytest.param(9, EXPRESS, standing(), "added", id="agreed some days ago"),
        pytest.param(None, EXPRESS, standing(out=True), "opted out: refused", id="opted out"),
        pytest.param(
            None, EXPRESS, standing(out=True, on=True), "opted out: refused", id="out, and on it"
        ),
        pytest.param(
            9,
            EXPRESS,
            standing(entry(20), entry(5, given=False)),
            Enrolled.LEFT,
            id="left after the consent",
        ),
        pytest.param(
            9, EXPRESS, standing(entry(9, given=False)), Enrolled.LEFT, id="left at that moment"
        ),
        pytest.param(
            3, EXPRESS, standing(entry(5, given=False)), "added", id="agreed after leaving"
        ),
        pytest.param(
            9,
            EXPRESS,
            standing(entry(5, given=False, of_list="weather")),
            "added",
            id="left another list",
        ),
        pytest.param(
            9,
            EXPRESS,
            standing(entry(5, given=False, of_list=EVERYTHING), entry(4, of_list=EVERYTHING)),
            Enrolled.LEFT,
            id="STOP and START after the consent",
        ),
        pytest.param(
            9, EXPRESS, standing(left=NOON - 5 * DAY), Enrolled.LEFT, id="left before the ledger"
        ),
        pytest.param(
            9, EXPRESS, standing(entry(30), left=NOON - DAY), "added", id="its time was over"
        ),
        pytest.param(731, IMPLIED, standing(), Enrolled.EXPIRED, id="implied, two years ago"),
        pytest.param(729, IMPLIED, standing(), "added", id="implied, not quite two years ago"),
        pytest.param(181, INQUIRY, standing(), Enrolled.EXPIRED, id="asked six months ago"),
        pytest.param(180, INQUIRY, standing(), "added", id="asked not quite six months ago"),
        pytest.param(
            None,
            IMPLIED,
            standing(entry(9, kind=ConsentKind.INQUIRY), on=True),
            Enrolled.RENEWED,
            id="bought something after they asked",
        ),
        pytest.param(3000, EXPRESS, standing(), "added", id="express does not run out"),
        pytest.param(-1, EXPRESS, standing(), Enrolled.FUTURE, id="tomorrow"),
        pytest.param(None, EXPRESS, standing(entry(9), on=True), "was a member", id="is on it"),
        pytest.param(9, EXPRESS, standing(entry(9), on=True), "was a member", id="once more"),
        pytest.param(
            None,
            IMPLIED,
            standing(entry(9, kind=IMPLIED), on=True),
            "was a member",
            id="a file read again prolongs nothing",
        ),
        pytest.param(
            3,
            IMPLIED,
            standing(entry(9, kind=IMPLIED), on=True),
            Enrolled.RENEWED,
            id="another purchase since",
        ),
        pytest.param(
            None,
            EXPRESS,
            standing(entry(9, kind=IMPLIED), on=True),
            Enrolled.RENEWED,
            id="express is more than implied",
        ),
        pytest.param(
            3, IMPLIED, standing(entry(9), on=True), "was a member", id="implied is less"
        ),
        pytest.param(
            None, EXPRESS, standing(on=True), Enrolled.RENEWED, id="on it, and nothing proves it"
        ),
    ],
)
def test_who_may_be_put_on_a_list(
    days: int | None, kind: ConsentKind, known: Standing, fate: str
) -> None:
    """INV-12 for the first: whoever opted out is on no list by another's word."""
    one = Candidate(ANA, "import a.csv row 2", None if days is None else NOON - days * DAY)

    assert enrolled(one, Basis(kind, How.IMPORT, "fair 2025"), "deals", known, NOON) == fate
