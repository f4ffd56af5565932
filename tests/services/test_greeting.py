"""Welcomes of who was put on a list by somebody else: where they may be said, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.consent import ConsentKind, How
from bot.core.enrolling import Basis, Candidate
from bot.core.policy import Policy
from bot.core.quiet_hours import QuietHours
from bot.services.desk import NotDone
from bot.services.greeting import greeter
from bot.services.roster import Roster
from bot.services.starter import Outlet, Starter
from tests.core.talking import DEALS, say
from tests.services.played import ANA, BEN, POLICY, Scene
from tests.services.process import LIFE, Process, said
from tests.services.test_memberships import BOOK

YES = Basis(ConsentKind.EXPRESS, How.IMPORT, "oui")
WELCOMING = replace(DEALS, welcome=say("Bienvenue sur {{ list }}."))


def roster(scene: Scene, policy: Policy = POLICY) -> Roster:
    starter = Starter(
        scene.library(), {"vudumobile": Outlet("", lambda _: "")}, policy, scene.clock, life=LIFE
    )
    return Roster(
        scene.database,
        scene.clock,
        lambda: {"deals": WELCOMING, "silent": replace(DEALS, id="silent")},
        greeter(starter, scene.clock),
    )


async def test_who_is_new_is_welcomed_where_it_is_asked_for(scene: Scene) -> None:
    people, lists = [Candidate(ANA, "row 2"), Candidate(BEN, "row 3")], roster(scene)
    await lists.add("deals", people[:1], YES)
    await lists.add("deals", people, YES, welcome=True)

    assert (await said(scene, ANA), await said(scene, BEN)) == ([], ["Bienvenue sur rabais."])
    (row,) = await scene.outbox()
    assert (row["message_class"], row["rule"]) == ("started", "deals")


async def test_who_comes_back_is_welcomed_again(scene: Scene) -> None:
    lists = roster(scene)
    for _ in range(2):
        await lists.add("deals", [Candidate(ANA, "row 2")], YES, welcome=True)
        scene.clock.advance(60)
        await lists.remove("deals", [ANA], how=How.OPERATOR, cause="eve", wording="asked")
        scene.clock.advance(60)

    assert await said(scene, ANA) == ["Bienvenue sur rabais."] * 2


async def test_a_welcome_waits_for_a_good_hour(scene: Scene) -> None:
    lists = roster(scene, replace(POLICY, quiet=QuietHours(POLICY.timezone)))
    scene.clock.advance(-7 * 3600)
    await lists.add("deals", [Candidate(ANA, "row 2")], YES, welcome=True)

    (row,) = await scene.outbox()
    assert row["not_before"] > scene.clock.now()


async def test_nobody_who_opted_out_is_welcomed(scene: Scene) -> None:
    """INV-12."""
    await Process(scene, BOOK).hears("stop")
    known = len(await scene.outbox())

    await roster(scene).add("deals", [Candidate(ANA, "row 2")], YES, welcome=True)

    assert len(await scene.outbox()) == known


async def test_a_list_without_a_welcome_says_none(scene: Scene) -> None:
    with pytest.raises(NotDone, match="has no welcome"):
        await roster(scene).add("silent", [Candidate(ANA, "row 2")], YES, welcome=True)
