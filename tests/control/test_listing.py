"""What a daemon is asked to do to lists."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.control.line import LONGEST_LINE
from bot.control.listing import AT_ONCE, Enrol, list_offers
from bot.control.verbs import answer
from bot.core.consent import LONGEST_WORDING, ConsentKind, How
from bot.services.desk import Desk
from bot.services.roster import Roster
from tests.clock import NOON
from tests.core.talking import DEALS
from tests.services.played import ANA, BEN, POLICY, Scene, open_scene

UNKNOWN = {"error": "the daemon does not know this; is it of the same version?"}
ADD = {
    "verb": "list-add",
    "of_list": "deals",
    "people": [[ANA, 2, "2026-01-01T00:00:00Z", "fr"], [BEN, 3, None, ""]],
    "kind": "express",
    "how": "import",
    "cause": "import a.csv",
    "wording": "oui",
}
REMOVE = {
    "verb": "list-remove",
    "of_list": "deals",
    "number": ANA,
    "cause": "operator eve",
    "wording": "asked",
}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as scene:
        yield scene


async def told(scene: Scene, asked: dict[str, Any]) -> dict[str, Any]:
    desk = Desk(scene.database, scene.clock, ["vudumobile"], POLICY)
    offers = list_offers(Roster(scene.database, scene.clock, lambda: {"deals": DEALS}))
    return dict(json.loads(await answer(desk, json.dumps(asked).encode(), offers)))


async def test_people_are_put_on_a_list_and_taken_off(scene: Scene) -> None:
    assert await told(scene, ADD | {"dry": True}) == {"fates": ["added", "added"]}
    assert await told(scene, ADD) == {"fates": ["added", "added"]}
    assert await told(scene, ADD) == {"fates": ["was a member", "was a member"]}
    assert [await told(scene, REMOVE) for _ in "12"] == [{"removed": True}, {"removed": False}]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param(ADD | {"of_list": "x"}, None, id="no such list"),
        pytest.param(ADD | {"people": [["5145550001", 2, None, ""]]}, UNKNOWN, id="no number"),
        pytest.param(ADD | {"people": [[ANA, 2, "yesterday", ""]]}, UNKNOWN, id="no date"),
        pytest.param(ADD | {"kind": "maybe"}, UNKNOWN, id="no consent"),
        pytest.param(ADD | {"wording": ""}, UNKNOWN, id="no wording"),
        pytest.param(
            ADD | {"people": [[ANA, 2, None, ""]] * (AT_ONCE + 1)}, UNKNOWN, id="too many"
        ),
        pytest.param(REMOVE | {"number": "x' OR 1"}, UNKNOWN, id="no number to take off"),
    ],
)
async def test_what_is_not_so_is_not_done(
    scene: Scene, asked: dict[str, Any], answered: dict[str, str] | None
) -> None:
    got = await told(scene, asked)

    assert got == answered if answered else "no rule file has a list 'x'" in got["error"]


def test_as_many_as_go_at_once_fit_into_a_line() -> None:
    asked = Enrol(
        of_list="l" * 100,
        people=[(f"+{'9' * 15}", 10**8, NOON, "fr")] * AT_ONCE,
        kind=ConsentKind.TRANSACTIONAL,
        how=How.OPERATOR,
        cause="é" * 200,
        wording="é" * LONGEST_WORDING,
    )

    assert len(json.dumps(asked.model_dump(mode="json"))) < LONGEST_LINE
