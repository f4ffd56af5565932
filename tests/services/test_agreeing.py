"""The ledger of consent, as texts that join and leave lists write it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.actions import Join, Leave
from bot.core.consent import allowing
from bot.storage import consents, schema, subscribers
from tests.core.talking import JOINING, book, rule
from tests.services.played import ANA, Scene
from tests.services.process import Process, rows

LISTING = book(
    JOINING,
    rule("now", "oui rabais", reply="Inscrit.", actions=(Join("deals"),)),
    rule("no", "non rabais", reply="Parti.", actions=(Leave("deals"),)),
)
QUESTION = "Radio: vous inscrire à la liste rabais? Répondez OUI ou NON.\nOui svp"


async def ledger(scene: Scene) -> list[Any]:
    async with scene.database.read() as connection:
        return (await consents.of(connection, [ANA])).get(ANA, [])


@pytest.mark.parametrize(
    ("texts", "written"),
    [
        pytest.param(["rabais", "Oui svp"], [(True, "inbound 2", QUESTION)], id="asked, and yes"),
        pytest.param(["rabais", "non"], [], id="asked, and no"),
        pytest.param(
            ["Oui rabais!"], [(True, "inbound 1", "deals\nOui rabais!")], id="joined by a word"
        ),
        pytest.param(
            ["oui rabais", "stop RABAIS"],
            [(True, "inbound 1", "deals\noui rabais"), (False, "inbound 2", "stop RABAIS")],
            id="left by STOP",
        ),
        pytest.param(
            ["oui rabais", "oui rabais", "non rabais"],
            [
                (True, "inbound 1", "deals\noui rabais"),
                (True, "inbound 2", "deals\noui rabais"),
                (False, "inbound 3", "non rabais"),
            ],
            id="said once more, and left by a rule",
        ),
        pytest.param(
            ["stop rabais"],
            [(False, "inbound 1", "stop rabais")],
            id="refused what they were not on",
        ),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
async def test_each_joining_and_leaving_is_in_the_ledger(
    scene: Scene, texts: list[str], written: list[Any], together: bool
) -> None:
    process = Process(scene, LISTING)
    if together:
        await scene.receive(*texts)
        await process.work()
    else:
        await process.hears(*texts)

    found = [one for one in await ledger(scene) if one.list]
    assert [(one.given, one.cause, one.wording) for one in found] == written
    assert {(one.list, one.kind, one.how) for one in found} <= {("deals", "express", "text")}
    allowed = allowing(found, scene.clock.now(), of_list="deals")
    assert (allowed is not None) == bool(written and written[-1][0])


async def test_a_list_is_left_although_that_cannot_be_said(scene: Scene) -> None:
    process = Process(scene, LISTING)
    await process.hears("oui rabais")
    (scene.folder / "templates" / "fr").mkdir(parents=True)
    (scene.folder / "templates" / "fr" / "left.j2").write_text("x" * 2000)

    assert await Process(scene, LISTING).hears("stop rabais", "stop rabais") == []

    assert [one.given for one in await ledger(scene)] == [True, False, False]
    told = [row["type"] for row in await rows(scene, schema.events)]
    assert told == ["list.joined", "list.left"]
    async with scene.database.read() as connection:
        people = await subscribers.load_subscribers(connection, {ANA}, scene.clock.now())
    assert not people[ANA].lists
