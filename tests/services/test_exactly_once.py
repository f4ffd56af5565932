"""A text comes in, one reply goes out: whatever the gateway does to its answer."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import RowMapping

from tests.services.installation import ANA, BEN, LEA, TOM, Installation

FAIR = ["Il fait beau."]
SETTLED = {"sent", "delivered"}


def verdicts(rows: Iterable[RowMapping]) -> list[tuple[str, str]]:
    return [(row["status"], (row["verdict"] or {}).get("verdict", "")) for row in rows]


async def settled(
    installation: Installation, replies: int, *, within: float
) -> list[tuple[str, str]]:
    """Go on until so many replies are settled; their fates. AssertionError if it takes longer."""
    for _ in range(int(within / 20)):
        rows = await installation.outbox()
        if len(rows) >= replies and {row["status"] for row in rows} <= SETTLED:
            return verdicts(rows)
        await installation.rounds(20, every=20)
    raise AssertionError(f"not settled within {within} s: {verdicts(rows)}")


async def ordinary_traffic(installation: Installation, gateway: str = "vudumobile") -> None:
    """Somebody else writes now and then, so that what the gateway lists is fresh."""
    number = BEN if gateway == "vudumobile" else TOM
    installation.sandbox.text(gateway, number, "chanson")
    await installation.rounds(10)


async def test_a_text_is_answered_once_on_vudumobile(installation: Installation) -> None:
    installation.sandbox.text("vudumobile", ANA, "Meteo")

    await installation.rounds(30)

    assert installation.heard("vudumobile", ANA) == FAIR
    assert [row["status"] for row in await installation.outbox()] == ["delivered"]


async def test_an_answer_to_a_campaign_is_answered_once_on_clever(
    installation: Installation,
) -> None:
    await installation.begin_campaign(LEA)
    installation.sandbox.text("clever", LEA, "Meteo")

    await installation.rounds(40, every=10)

    assert installation.heard("clever", LEA)[1:] == FAIR


@pytest.mark.parametrize(
    ("fault", "was_taken"),
    [
        ("answer_lost", True),
        ("garbled", True),
        ("empty", True),
        ("html", True),
        ("answer_cut", True),
        ("refused", False),
        ("http_500", False),
        ("http_503", False),
    ],
)
async def test_a_lost_answer_neither_loses_nor_doubles_on_vudumobile(
    installation: Installation, fault: str, was_taken: bool
) -> None:
    """INV-4, INV-5, INV-14: what was taken is found, what was not is sent again, each once."""
    await ordinary_traffic(installation)
    installation.sandbox.break_("vudumobile", fault, operation="send", times=1)
    installation.sandbox.text("vudumobile", ANA, "Meteo")
    await installation.rounds(5)

    await ordinary_traffic(installation)
    fates = await settled(installation, 3, within=400)

    assert installation.heard("vudumobile", ANA) == FAIR
    assert fates[1][1] == ("sent" if was_taken else "again")


@pytest.mark.parametrize(
    ("fault", "was_taken"),
    [
        ("answer_lost", True),
        ("garbled", True),
        ("refused", False),
        ("http_500", False),
        ("http_409", False),
    ],
)
async def test_a_lost_answer_neither_loses_nor_doubles_on_clever(
    installation: Installation, fault: str, was_taken: bool
) -> None:
    """INV-4, INV-5, INV-14: the campaign is found at its second, or the credit was not touched."""
    await installation.begin_campaign(LEA, TOM)
    await ordinary_traffic(installation, "clever")
    installation.sandbox.break_("clever", fault, operation="pushs", times=1)
    installation.sandbox.text("clever", LEA, "Meteo")
    await installation.rounds(10)

    fates = await settled(installation, 2, within=600)

    assert installation.heard("clever", LEA)[1:] == FAIR, fates
    assert fates[1][1] == ("sent" if was_taken else "again")


async def test_a_campaign_that_is_accepted_without_a_name_is_found(
    installation: Installation,
) -> None:
    """INV-9: 202 without a body is an acceptance; its reference is looked up."""
    await installation.begin_campaign(LEA)
    installation.sandbox.break_("clever", "no_body", operation="pushs", times=1)
    installation.sandbox.text("clever", LEA, "Meteo")

    await installation.rounds(200, every=20)

    assert installation.heard("clever", LEA)[1:] == FAIR
    (row,) = await installation.outbox()
    assert row["gateway_id"].startswith("Push"), (row["status"], row["verdict"])
