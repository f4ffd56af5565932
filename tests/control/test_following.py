"""What a daemon is asked to follow."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.control.following import follow_offers
from bot.control.verbs import answer
from bot.core.messages import Page
from bot.services.desk import Desk
from tests.services.played import LEA, MANY, POLICY, Played, Scene, listed, open_scene

UNKNOWN = {"error": "the daemon does not know this; is it of the same version?"}
FOLLOW = {"verb": "follow", "gateway": "clever", "reference": "Push1"}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path, Played("clever", MANY)) as scene:
        yield scene


async def told(scene: Scene, asked: dict[str, Any]) -> dict[str, Any]:
    desk = Desk(scene.database, scene.clock, ["clever"], POLICY)
    offers = follow_offers([scene.account])
    return dict(json.loads(await answer(desk, json.dumps(asked).encode(), offers)))


async def test_a_campaign_is_followed_listed_and_let_go(scene: Scene) -> None:
    now = scene.clock.now()
    scene.gateway.pages["Push1"] = Page([listed("1", "oui", now, LEA)], {}, now)

    assert await told(scene, FOLLOW) == {"new": True, "answers": 1}
    assert await told(scene, FOLLOW | {"all_new": True}) == {"new": False, "answers": 1}
    assert await told(scene, {"verb": "followed", "gateway": "clever"}) == {
        "followed": [
            {
                "reference": "Push1",
                "since": "2026-03-02T12:00:00+00:00",
                "read_at": None,
                "answered_at": None,
            }
        ]
    }
    assert await told(scene, FOLLOW | {"verb": "unfollow"}) == {"done": True}
    assert await told(scene, {"verb": "followed", "gateway": "clever"}) == {"followed": []}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (FOLLOW | {"reference": "../account/me"}, UNKNOWN["error"]),
        (FOLLOW | {"reference": ""}, UNKNOWN["error"]),
        (FOLLOW | {"reference": ["Push1"]}, UNKNOWN["error"]),
        (FOLLOW | {"all_new": "yes"}, UNKNOWN["error"]),
        (FOLLOW | {"gateway": "vudumobile"}, "vudumobile is no account"),
        (FOLLOW | {"verb": "unfollow"}, "is not followed"),
    ],
    ids=str,
)
async def test_what_is_not_so_is_not_done(scene: Scene, asked: dict[str, Any], why: str) -> None:
    assert why in (await told(scene, asked))["error"]
    assert await scene.feeds() == {}
