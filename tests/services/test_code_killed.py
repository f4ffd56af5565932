"""A process dies at any commit of a verification: it is approved once, and never for nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.services.code_caps import NotSent, Why
from tests.services.played import ANA, BEN
from tests.services.process import Killed, Mortal
from tests.services.verifying import Lab, another, open_lab


async def surviving(lab: Lab, act: Callable[[], Awaitable[object]]) -> object:
    """Do it; where the process dies, another does it once more."""
    try:
        return await act()
    except Killed:
        work_with(lab, None)
        return await act()


def work_with(lab: Lab, mortal: Mortal | None) -> None:
    database = mortal or lab.scene.database
    lab.verifier.database = database
    lab.responder._database = database


async def by_text(lab: Lab) -> list[str]:
    """Ask for a code, mistype it, and type it; give what is answered."""
    await lab.scene.receive("code")
    await surviving(lab, lab.responder.tick)
    code = (await lab.read())[0][:6]
    for text in (another(code), code):
        await lab.scene.receive(text)
        await surviving(lab, lab.responder.tick)
    while await surviving(lab, lab.responder.tick):
        pass
    return await lab.read()


async def by_program(lab: Lab) -> list[str]:
    """Begin one, and check it; give what the checks were told."""
    try:
        which, code = await lab.sent(BEN)
    except Killed:
        work_with(lab, None)
        lab.scene.clock.advance(30)
        which, code = await lab.sent(BEN)
    told = []
    for typed in (another(code), code):

        async def check(typed: str = typed) -> str:
            try:
                done = await lab.check(which, typed)
            except NotSent as refused:
                return refused.why.value
            assert done is not None
            return done.status.value

        told.append(str(await surviving(lab, check)))
    return told


@pytest.mark.parametrize("after", [False, True], ids=["before a commit", "after a commit"])
async def test_wherever_a_process_dies_a_code_is_approved_once(
    tmp_path: Path, after: bool
) -> None:
    """INV-15, INV-16."""
    commit, died = 0, True
    while died:
        commit += 1
        folder = tmp_path / str(commit)
        folder.mkdir()
        async with open_lab(folder) as lab:
            work_with(lab, Mortal(lab.scene.database, commit, after=after))
            said = await by_text(lab)
            told = await by_program(lab)
            died = lab.verifier.database is lab.scene.database

            rows = {row["number"]: row for row in await lab.rows()}
            assert {row["status"] for row in rows.values()} == {"approved"}, commit
            assert rows[ANA]["attempts"] == 2
            assert rows[BEN]["attempts"] in ({2, 3} if after else {2})
            assert told[0] == "pending"
            assert told[1] in {"approved", Why.USED.value if after else "approved"}
            assert said.count("Bienvenue.") == 1
    assert 8 < commit < 40
