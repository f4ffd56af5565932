"""Several instances check and send codes: no lease keeps them apart, the rows do."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.code_limits import CodePolicy
from bot.core.rulebook import Rulebook
from bot.core.verification import State, Verification
from bot.services.code_caps import NotSent, Why
from bot.services.responder import Responder
from bot.services.verifier import Verifier
from tests.postgresql import Server
from tests.services.played import ANA
from tests.services.sharing import another
from tests.services.verifying import OUTLET, RULES, VERIFYING, Lab, another as wrong, open_lab

pytestmark = pytest.mark.postgres


@pytest.fixture
async def labs(tmp_path: Path, running_postgresql: Server) -> AsyncIterator[list[Lab]]:
    """Three instances; the first has the account in hand."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(open_lab(tmp_path, running_postgresql))
        found = [first]
        for number in (1, 2):
            store = await another(stack, tmp_path, running_postgresql, number)
            speech, dice = first.scene.speech(book=Rulebook(RULES)), random.Random(number)
            verifier = Verifier(
                *(store, speech.library, {"vudumobile": OUTLET}, first.scene.clock),
                policy=VERIFYING,
                codes=CodePolicy(),
                draw=lambda length, dice=dice: dice.randbytes(length).hex(),  # type: ignore[misc]
            )
            speech = replace(speech, policy=VERIFYING, verifier=verifier)
            responder = Responder(store, speech, first.scene.clock, wake=first.scene.woken.append)
            found.append(Lab(first.scene, verifier, responder))
        yield found
    running_postgresql.release()


def came_to(found: Sequence[object]) -> Counter[str]:
    return Counter(
        one.why.value if isinstance(one, NotSent) else one.status.value
        for one in found
        if isinstance(one, NotSent | Verification)
    )


async def test_a_right_code_is_approved_at_one_of_them(labs: list[Lab]) -> None:
    """INV-15."""
    which, code = await labs[0].sent()

    found = await asyncio.gather(
        *(lab.check(which, code) for lab in labs for _ in range(4)), return_exceptions=True
    )

    assert came_to(found) == {State.APPROVED.value: 1, Why.USED.value: 11}


async def test_attempts_are_counted_over_all_of_them(labs: list[Lab]) -> None:
    """INV-16: fifteen guesses at once are five."""
    which, code = await labs[0].sent()

    found = await asyncio.gather(
        *(lab.check(which, wrong(code)) for lab in labs for _ in range(5)),
        return_exceptions=True,
    )

    (row,) = await labs[0].rows()
    assert (row["attempts"], row["status"]) == (5, "locked")
    assert came_to(found)["pending"] == 4


async def test_a_code_by_text_and_one_that_is_typed_approve_once(labs: list[Lab]) -> None:
    """INV-15: one instance decides the text while others check."""
    code = await labs[0].code()
    (row,) = await labs[0].rows()
    await labs[0].scene.receive(code, number=ANA)

    found = await asyncio.gather(
        labs[1].responder.tick(),
        *(lab.check(str(row["id"]), code) for lab in labs),
        return_exceptions=True,
    )

    (after,) = await labs[0].rows()
    assert after["status"] == "approved"
    assert came_to(found[1:])[State.APPROVED.value] <= 1


async def test_a_number_has_one_live_code_whoever_is_asked_for_it(labs: list[Lab]) -> None:
    """INV-17, INV-20: and is sent it once, for a second one would come too soon."""
    found = await asyncio.gather(*(lab.start() for lab in labs), return_exceptions=True)

    assert len([one for one in found if not isinstance(one, BaseException)]) == 1
    assert [one.why for one in found if isinstance(one, NotSent)] == [Why.TOO_SOON] * 2
    assert await labs[0].statuses() == ["pending"]


async def test_caps_hold_over_all_of_them(labs: list[Lab]) -> None:
    """INV-20: a number is sent five in ten minutes, whatever they are for and whoever sends."""
    found = await asyncio.gather(
        *(lab.start(purpose=f"p{n}{m}") for n, lab in enumerate(labs) for m in range(4)),
        return_exceptions=True,
    )

    sent = [one for one in found if not isinstance(one, BaseException)]
    refused = [one.why for one in found if isinstance(one, NotSent)]
    assert (len(sent), refused) == (5, [Why.CAP] * 7)
