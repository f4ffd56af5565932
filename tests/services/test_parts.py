"""Segments as the gateway counts them: kept, and each kind of difference told once."""

import pytest
from structlog.testing import capture_logs

from bot import metrics
from bot.core.messages import Acceptance, Search, Sighting, Status
from bot.core.skew import Skew
from bot.gateways.base import Unconfirmed
from bot.services.receipts import Receipts
from bot.services.reconciler import Reconciler
from tests.services.played import ANA, BEN, Scene

FAIR = "Il fait beau."


async def accepted(scene: Scene, counted: int | None) -> None:
    scene.gateway.answers.append(Acceptance("7", counted))
    await scene.write_to(ANA, text=FAIR)
    await scene.send(scene.sender())


async def found(scene: Scene, counted: int | None) -> None:
    scene.gateway.answers.append(Unconfirmed("lost"))
    await scene.write_to(ANA, text=FAIR)
    await scene.send(scene.sender())
    seen = Sighting("7", (ANA,), FAIR, scene.clock.now(), segments=counted)
    scene.gateway.found = Search(scene.clock.now(), (seen,), {1: True}, {1: {}}, Skew())
    await Reconciler(scene.account, lambda: None).tick()


async def listed(scene: Scene, counted: int | None) -> None:
    await accepted(scene, None)
    now = scene.clock.now()
    scene.gateway.sightings = [Sighting("7", (ANA,), FAIR, now, segments=counted)]
    await Receipts(scene.account).tick()


async def delivered(scene: Scene, counted: int | None) -> None:
    await accepted(scene, None)
    now = scene.clock.now()
    scene.gateway.sightings = [
        Sighting("7", (ANA,), FAIR, now, Status.DELIVERED, "ok", segments=counted)
    ]
    await Receipts(scene.account).tick()


@pytest.mark.parametrize("way", [accepted, found, listed, delivered])
@pytest.mark.parametrize(
    ("counted", "told"),
    [
        pytest.param(None, [], id="says nothing"),
        pytest.param(1, [], id="agrees"),
        pytest.param(2, ["GSM-7 more"], id="counts more"),
    ],
)
async def test_a_difference_is_kept_and_told(scene: Scene, way, counted, told) -> None:
    before = sample(scene)
    with capture_logs() as lines:
        await way(scene, counted)

    (row,) = await scene.outbox()
    assert row["segments"] == counted
    assert [line["how"] for line in lines if line["action"] == "parts.differ"] == told
    assert sample(scene) - before == len(told)


def sample(scene: Scene) -> float:
    labels = {"gateway": scene.gateway.name, "how": "GSM-7 more"}
    return metrics.REGISTRY.get_sample_value("textobot_parts_differ_total", labels) or 0.0


async def test_each_kind_is_told_once_and_each_message_is_counted(scene: Scene) -> None:
    before = sample(scene)
    with capture_logs() as lines:
        for text, counted in ((FAIR, 2), (FAIR, 3), ("ç" * 71, 1), (FAIR, 2), ("ç", 1)):
            scene.gateway.answers.append(Acceptance("", counted))
            await scene.write_to(BEN, text=text)
            await scene.send(scene.sender())

    told = [line["how"] for line in lines if line["action"] == "parts.differ"]
    assert told == ["GSM-7 more", "UCS-2 fewer"]
    assert sample(scene) - before == 3
