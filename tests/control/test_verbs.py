"""What may be asked of the daemon, and what stands in a line that nobody should have sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.control.line import LONGEST_LINE
from bot.control.verbs import answer
from bot.services.desk import Desk
from tests.services.attended import BROKEN, texted
from tests.services.played import ANA, POLICY, Scene, open_scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as scene:
        yield scene


@pytest.fixture
def desk(scene: Scene) -> Desk:
    return Desk(scene.database, scene.clock, ["vudumobile"], POLICY)


async def told(desk: Desk, **asked: Any) -> dict[str, Any]:
    answered = await answer(desk, json.dumps(asked).encode())
    assert b"\n" not in answered
    return dict(json.loads(answered))


async def test_each_verb_is_carried_out(scene: Scene, desk: Desk) -> None:
    await texted(scene, "rdv")
    done = [
        await told(desk, verb="take-over", number=ANA, seconds=3600),
        await told(desk, verb="hand-back", number=ANA),
        await told(desk, verb="take-over", number=ANA),
        await told(desk, verb="free", number=ANA),
        await told(desk, verb="block", number=ANA),
        await told(desk, verb="unblock", number=ANA),
    ]
    await texted(scene, "broken", book=BROKEN)
    done += [
        await told(desk, verb="again", id=2),
        await told(desk, verb="free", number=ANA, again=True),
    ]

    assert done == [
        {"done": ["vudumobile: rules are silent until 2026-03-02 13:00"]},
        {"done": ["vudumobile: rules answer again"]},
        {"done": ["vudumobile: rules are silent until 2026-03-02 12:30"]},
        {
            "done": [
                "vudumobile: the question appointment/day is closed",
                "vudumobile: rules answer again; a person had taken it over",
            ]
        },
        {"done": ["it is not answered any more"]},
        {"done": ["it is answered again"]},
        {"done": ["text 2 is decided anew"]},
        {"done": []},
    ]


async def test_a_state_is_json_with_instants_in_utc(scene: Scene, desk: Desk) -> None:
    await texted(scene, "rdv", "stop")

    state = (await told(desk, verb="show", number=ANA))["state"]

    assert (state["number"], state["opted_out"], state["word"]) == (ANA, True, "stop")
    assert state["changed_at"] == "2026-03-02T12:00:10+00:00"
    assert [line["text"] for line in state["talks"][0]["lines"]][::2] == ["rdv", "stop"]


async def test_what_cannot_be_done_is_a_sentence(desk: Desk) -> None:
    assert await told(desk, verb="show", number=ANA) == {"error": f"nothing is known of {ANA}"}
    assert await told(desk, verb="again", id=7) == {"error": "there is no text 7 in the store"}


NUMBER = f'"number": "{ANA}"'


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"free +15145550001", id="no JSON"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no verb"),
        pytest.param(b'{"verb": ' + NUMBER[10:].encode() + b"}", id="a number for a verb"),
        pytest.param(f'{{"verb": "forget", {NUMBER}}}'.encode(), id="an unknown verb"),
        pytest.param(f'{{"verb": "__class__", {NUMBER}}}'.encode(), id="a name of Python's"),
        pytest.param(f'{{"verb": "free", {NUMBER}, "all": true}}'.encode(), id="too much"),
        pytest.param(f'{{"verb": "free", {NUMBER}, "again": 1}}'.encode(), id="1 for true"),
        pytest.param(b'{"verb": "free"}', id="too little"),
        pytest.param(b'{"verb": "block", "number": "5145550001"}', id="a national number"),
        pytest.param(b'{"verb": "block", "number": "+15145550001\\n"}', id="a number and a line"),
        pytest.param(b'{"verb": "block", "number": "+%"}', id="a pattern"),
        pytest.param('{"verb": "block", "number": "+١٥١٤٥٥٥٠٠٠١"}'.encode(), id="other digits"),
        pytest.param(b'{"verb": "again", "id": "5"}', id="an id in quotes"),
        pytest.param(b'{"verb": "again", "id": 0}', id="no id"),
        pytest.param(b'{"verb": "again", "id": ' + b"9" * 5000 + b"}", id="a huge id"),
        pytest.param(f'{{"verb": "take-over", {NUMBER}, "seconds": 0}}'.encode(), id="no time"),
        pytest.param(f'{{"verb": "take-over", {NUMBER}, "seconds": 1e300}}'.encode(), id="ages"),
        pytest.param(f'{{"verb": "take-over", {NUMBER}, "seconds": NaN}}'.encode(), id="NaN"),
        pytest.param(f'{{"verb": "take-over", {NUMBER}, "seconds": Infinity}}'.encode(), id="inf"),
        pytest.param(b"[" * (LONGEST_LINE - 1), id="deep"),
        pytest.param(b'{"verb":' * 1000, id="deep mappings"),
        pytest.param(b'{"verb": "block", "number": "\xff\xfe"}', id="no UTF-8"),
        pytest.param(b"\x00" * 100, id="zeros"),
    ],
)
async def test_a_hostile_line_is_answered_with_an_error_and_does_nothing(
    scene: Scene, desk: Desk, line: bytes
) -> None:
    await texted(scene, "rdv")
    before = await desk.state(ANA)

    answered = json.loads(await answer(desk, line))

    assert answered == {"error": "the daemon does not know this; is it of the same version?"}
    assert await desk.state(ANA) == before


async def test_what_fails_unforeseen_is_a_sentence_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-33: without its words."""

    async def fails(_self: Desk, _number: str) -> list[str]:
        raise KeyError("s3cret")

    monkeypatch.setattr(Desk, "hand_back", fails)

    answered = await told(desk, verb="hand-back", number=ANA)

    assert answered == {"error": "it failed unforeseen (KeyError); see the log"}
