"""When the operator is told that something needs them, and in which words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.alarms import (
    EASED,
    HELD,
    LASTING,
    Alarm,
    AlarmKind,
    Figures,
    House,
    Key,
    Limits,
    due,
    fault,
    in_language,
    read_expiry,
)
from bot.gateways.failures import HOLDS
from bot.gateways.vudumobile_tables import HOLDING_WORDS
from tests.clock import NOON

WELL = Figures("clever", credit=1000.0, pace=10.0, expires_at=NOON + timedelta(days=60))
ROOMY = House(free=10**12)
DAY = timedelta(days=1)
LIMITS = Limits(units=50.0)


def found(
    figures: Figures = WELL, house: House = ROOMY, raised: Collection[Key] = ()
) -> list[Alarm]:
    return due([figures], house, LIMITS, NOON, raised)


def kinds(
    figures: Figures = WELL, house: House = ROOMY, raised: Collection[Key] = ()
) -> list[str]:
    return [one.kind.value for one in found(figures, house, raised)]


def test_while_all_is_well_nothing_rings() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("figures", "rings"),
    [
        (replace(WELL, held="key", held_for=LASTING), ["held"]),
        (replace(WELL, held="key", held_for=LASTING - timedelta(seconds=1)), []),
        (replace(WELL, silent_for=timedelta(minutes=10)), ["silent"]),
        (replace(WELL, silent_for=timedelta(minutes=9)), []),
        (replace(WELL, held="key", held_for=DAY, silent_for=DAY), ["held"]),
        (replace(WELL, credit=69.0), ["credit"]),
        (replace(WELL, credit=70.0), []),
        (replace(WELL, credit=49.0, pace=0.0), ["credit"]),
        (replace(WELL, credit=0.0, pace=0.0), ["credit"]),
        (replace(WELL, credit=None, pace=10.0), []),
        (replace(WELL, expires_at=NOON + 13 * DAY), ["expiry"]),
        (replace(WELL, expires_at=NOON - DAY), ["expiry"]),
        (replace(WELL, expires_at=NOON + 14 * DAY), []),
        (replace(WELL, expires_at=None), []),
    ],
)
def test_what_rings_of_a_gateway(figures: Figures, rings: list[str]) -> None:
    assert kinds(figures) == rings


@pytest.mark.parametrize(
    ("house", "rings"),
    [
        (House(faults=2, first_fault="rules/a.yaml:1:1: x", free=10**12), ["rules"]),
        (House(free=499_999_999), ["disk"]),
        (House(free=500_000_000), []),
        (House(free=None), []),
    ],
)
def test_what_rings_of_the_house(house: House, rings: list[str]) -> None:
    assert kinds(house=house) == rings


@pytest.mark.parametrize(
    ("figures", "key"),
    [
        (replace(WELL, credit=70.0 * EASED - 1), (AlarmKind.CREDIT, "clever")),
        (replace(WELL, held="key"), (AlarmKind.HELD, "clever")),
    ],
)
def test_what_goes_up_and_down_around_its_limit_rings_once(figures: Figures, key: Key) -> None:
    assert kinds(figures) == []
    assert kinds(figures, raised=[key]) == [key[0].value]


def test_every_word_that_holds_an_account_has_its_remedy() -> None:
    assert {*HOLDS.values(), *HOLDING_WORDS.values()} == set(HELD)


def every() -> list[Alarm]:
    ringing = replace(WELL, held="credit", held_for=DAY, credit=1.0, expires_at=NOON)
    silent = replace(WELL, silent_for=DAY)
    house = House(1, "rules/a.yaml:1:1: x", 1)
    return [*found(ringing, house), *found(silent), fault("clever", "UNDELIV_104", NOON)]


def test_every_alarm_is_said_in_both_languages() -> None:
    assert {one.kind for one in every()} == set(AlarmKind)
    for one in every():
        assert set(one.told) == {"fr", "en"}
        assert in_language(one.told, "fr") == one.told["fr"]
        assert in_language(one.told, "de") == one.told["en"]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2033-02-10 09:49:21", datetime(2033, 2, 10, 9, 49, 21, tzinfo=UTC)),
        ("2033-02-10", datetime(2033, 2, 10, tzinfo=UTC)),
        ("2033-02-10T09:49:21+00:00 ", datetime(2033, 2, 10, 9, 49, 21, tzinfo=UTC)),
        ("jamais", None),
        ("", None),
    ],
)
def test_how_an_expiry_is_read(written: str, at: datetime | None) -> None:
    assert read_expiry(written) == at
