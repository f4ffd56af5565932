"""`/readyz` by the promised figures: who is ready, who is degraded, and who is down."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import metrics
from bot.core.skew import Skew
from bot.gateways.base import Condition
from bot.health import PATIENCE_SECONDS, Patient
from bot.services.account import Account
from bot.yamlfile import Fault
from tests.services.played import ANA, MANY, Played, Scene, open_scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as scene:
        yield scene


@pytest.fixture
def other(scene: Scene) -> Account:
    """A second gateway, on the same store."""
    return Account(Played("clever", MANY), scene.database, scene.clock)


def patient(scene: Scene, *others: Account) -> Patient:
    return Patient([scene.account, *others], scene.library(), scene.database, scene.clock)


async def told(patient: Patient) -> tuple[str, bool]:
    health = await patient.health()
    return health.status, health.ready


async def test_it_is_ready_once_every_gateway_was_read(scene: Scene, other: Account) -> None:
    whole = patient(scene, other)
    assert await told(whole) == ("down", False)

    scene.account.reached = True
    assert await told(whole) == ("down", False)

    other.reached = True
    assert await told(whole) == ("ok", True)


async def test_a_gateway_that_cannot_be_reached_is_waited_for_half_a_minute(
    scene: Scene, other: Account
) -> None:
    whole = patient(scene, other)
    scene.account.reached = True
    scene.clock.advance(PATIENCE_SECONDS - 1)
    assert await told(whole) == ("down", False)

    scene.clock.advance(1)

    assert await told(whole) == ("degraded", True)
    assert PATIENCE_SECONDS == 30


async def test_without_one_that_can_be_read_it_is_down(scene: Scene, other: Account) -> None:
    whole = patient(scene, other)
    scene.account.reached = other.reached = True
    assert await told(whole) == ("ok", True)

    scene.account.trouble = "no route"
    assert await told(whole) == ("degraded", True)
    other.trouble = "garbled"
    assert await told(whole) == ("down", False)
    scene.account.trouble = ""
    assert await told(whole) == ("degraded", True)


async def test_after_half_a_minute_without_any_it_is_still_down(scene: Scene) -> None:
    whole = patient(scene)
    scene.clock.advance(PATIENCE_SECONDS)

    assert await told(whole) == ("down", False)


async def test_a_held_account_degrades_and_is_named_in_a_word(scene: Scene) -> None:
    """Reading goes on where the gateway lets it: without credit texts come in all the same."""
    scene.account.reached = True
    scene.gateway.condition = Condition("credit")

    health = await patient(scene).health()

    assert (health.status, health.ready) == ("degraded", True)
    assert health.gateways["vudumobile"]["word"] == "credit"
    assert health.gateways["vudumobile"]["status"] == "held"


async def test_rules_that_are_not_in_force_degrade(scene: Scene) -> None:
    whole = patient(scene)
    scene.account.reached = True
    whole._library.faults = (Fault("rules/a.yaml", 1, 2, "what", "remedy"),)

    health = await whole.health()

    assert (health.status, health.ready) == ("degraded", True)
    assert health.rules["faults"] == ["rules/a.yaml:1:2: what; remedy"]


async def test_what_the_account_says_of_itself_is_shown(scene: Scene) -> None:
    scene.account.seen = {"credit": 12.0, "expires": "2027-01-01"}

    gateway = (await patient(scene).health()).gateways["vudumobile"]

    assert (gateway["credit"], gateway["expires"]) == (12.0, "2027-01-01")


async def test_the_gauges_count_what_waits(scene: Scene) -> None:
    await scene.receive("météo", "météo")
    await scene.write_to(ANA)
    scene.gateway.skew = Skew(-3.0, -1.0)

    await patient(scene).health()

    figures = metrics.exposition().decode()
    assert "textobot_inbox_waiting 2.0" in figures
    assert 'textobot_outbox_open{gateway="vudumobile",status="queued"} 1.0' in figures
    assert 'textobot_gateway_skew_seconds{gateway="vudumobile"} -2.0' in figures


async def test_what_waits_no_more_is_not_counted(scene: Scene) -> None:
    whole = patient(scene)
    await scene.write_to(ANA)
    await whole.health()
    await scene.send(scene.sender())

    await whole.health()

    assert "textobot_outbox_open{" not in metrics.exposition().decode()
