"""A text comes in, one reply goes out: whatever the gateway does to its answer."""

from __future__ import annotations

import pytest

from tests.services.installation import ANA, BEN, LEA, TOM, Installation

FAIR = ["Il fait beau."]


def verdicts(rows: object) -> list[tuple[str, str]]:
    return [(row["status"], (row["verdict"] or {}).get("verdict", "")) for row in rows]  # type: ignore[attr-defined]


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
    await begin_campaign(installation, LEA)
    installation.sandbox.text("clever", LEA, "Meteo")

    await installation.rounds(40)

    assert installation.heard("clever", LEA)[1:] == FAIR


async def begin_campaign(installation: Installation, *numbers: str) -> None:
    """A campaign begun elsewhere, followed, and read once."""
    from bot.services.follower import Follower

    installation.sandbox.start_campaign(list(numbers), "Bonjour, écrivez-nous.")
    follower = Follower(
        installation.database,
        "clever",
        lambda: installation.sandbox.begun_on_site,
        installation.clock,
    )
    await follower.tick()
    await installation.round()


@pytest.mark.parametrize(
    "fault",
    ["answer_lost", "refused", "garbled", "empty", "html", "http_500", "http_503", "answer_cut"],
)
async def test_a_lost_answer_neither_loses_nor_doubles_on_vudumobile(
    installation: Installation, fault: str
) -> None:
    """INV-4, INV-5, INV-14."""
    await ordinary_traffic(installation)
    installation.sandbox.break_("vudumobile", fault, operation="send", times=1)
    installation.sandbox.text("vudumobile", ANA, "Meteo")

    await installation.rounds(60)
    await ordinary_traffic(installation)
    await installation.rounds(240)

    assert installation.heard("vudumobile", ANA) == FAIR


@pytest.mark.parametrize(
    "fault", ["answer_lost", "refused", "garbled", "http_500", "http_409", "no_body"]
)
async def test_a_lost_answer_neither_loses_nor_doubles_on_clever(
    installation: Installation, fault: str
) -> None:
    """INV-4, INV-5, INV-14."""
    await begin_campaign(installation, LEA, TOM)
    await ordinary_traffic(installation, "clever")
    installation.sandbox.break_("clever", fault, operation="pushs", times=1)
    installation.sandbox.text("clever", LEA, "Meteo")

    await installation.rounds(420)

    assert installation.heard("clever", LEA)[1:] == FAIR, verdicts(await installation.outbox())
