"""Whatever is asked in whatever order, verifications stand as a slow and simple model says."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core.code_limits import Counted
from bot.core.policy import Limit
from bot.core.verification import State
from bot.services.code_caps import NotSent
from tests.services.played import ANA, BEN
from tests.services.verifying import Lab, another, open_lab

T = TypeVar("T")
WAITS = [30, 60, 120, 300]
LIFE, ATTEMPTS, SENDS = 600, 3, 4
PEOPLE, PURPOSES = st.sampled_from([ANA, BEN]), st.sampled_from(["sign-in", "pay"])


@dataclass
class Known:
    """One verification, as the model knows it."""

    number: str
    purpose: str
    code: str
    begun: int
    sent: int
    sends: int = 1
    attempts: int = 0
    status: str = "pending"


class Verifying(RuleBasedStateMachine):
    """Ask an installation and the model alike."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        folder = self.stack.enter_context(TemporaryDirectory())
        opened = open_lab(
            Path(folder),
            life=timedelta(seconds=LIFE),
            attempts=ATTEMPTS,
            sends=SENDS,
            caps=[(Counted.NUMBER, Limit(10_000, timedelta(hours=1)))],
            conversion=0.0,
        )
        self.lab: Lab = self.run(self.stack.enter_async_context(opened))
        self.now = 0
        self.model: dict[str, Known] = {}
        self.wrong: dict[str, list[int]] = {ANA: [], BEN: []}
        """When each number's wrong codes came, since its last right one."""
        self.approvals: list[str] = []

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(doing)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()

    # --- what the model says ---------------------------------------------------------------------

    def expire(self) -> None:
        for one in self.model.values():
            if one.status == "pending" and self.now >= one.begun + LIFE:
                one.status = "expired"

    def is_locked(self, number: str) -> bool:
        lately = [at for at in self.wrong[number] if at > self.now - 86400]
        if len(lately) < 20:
            return False
        wait: int = 3600 * 2 ** ((len(lately) - 20) // 5)
        return self.now < lately[-1] + wait

    def live(self, number: str, purpose: str) -> str | None:
        return next(
            (
                name
                for name, one in self.model.items()
                if (one.number, one.purpose, one.status) == (number, purpose, "pending")
            ),
            None,
        )

    # --- what is asked ---------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 29, 31, 61, 121, 301, 599, 3601]))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.lab.scene.clock.advance(seconds)
        self.expire()

    @rule()
    def look_for_what_is_over(self) -> None:
        self.run(self.lab.verifier.tick())

    @rule(number=PEOPLE, purpose=PURPOSES)
    def start(self, number: str, purpose: str) -> None:
        live = self.live(number, purpose)
        known = self.model[live] if live else None
        refused = self.is_locked(number)
        if known is not None:
            soon = self.now < known.sent + WAITS[min(known.sends, len(WAITS)) - 1]
            refused |= known.sends >= SENDS or soon
        try:
            which, code = self.run(self.lab.sent(number, purpose=purpose))
        except NotSent:
            assert refused
            return
        assert not refused
        if known is None:
            assert which not in self.model
            self.model[which] = Known(number, purpose, code, self.now, self.now)
            return
        assert (which, code) == (live, known.code)  # INV-17
        known.sent, known.sends = self.now, known.sends + 1

    @precondition(lambda self: self.model)
    @rule(data=st.data(), right=st.booleans(), caller=st.sampled_from(["token shop", "token x"]))
    def check(self, data: st.DataObject, right: bool, caller: str) -> None:
        which = data.draw(st.sampled_from(list(self.model)))
        one = self.model[which]
        typed = one.code if right else another(one.code)
        said: str | None
        try:
            done = self.run(self.lab.check(which, typed, caller))
            said = done.status.value if done else None
        except NotSent as refused:
            said = refused.why.value
        assert said == self.told(which, caller, right=right)
        if said == State.APPROVED:
            self.approvals.append(which)

    def told(self, which: str, caller: str, *, right: bool) -> str | None:
        """Say what a check is told, and note it."""
        one = self.model[which]
        if caller != "token shop":
            return None
        if one.status == "approved":
            return "used"
        if one.status != "pending":
            return one.status
        if self.is_locked(one.number):
            return "wrong_codes"
        one.attempts += 1
        if right:
            one.status, self.wrong[one.number] = "approved", []
        else:
            self.wrong[one.number].append(self.now)
            one.status = "locked" if one.attempts >= ATTEMPTS else "pending"
        return one.status

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(list(self.model)))
        one = self.model[which]

        async def calling_off() -> Any:
            async with self.lab.verifier.database.write() as connection:
                return await self.lab.verifier.cancel(connection, which, "token shop")

        one.status = "cancelled" if one.status == "pending" else one.status
        assert self.run(calling_off()).status == one.status

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def it_stands_as_the_model_says(self) -> None:
        """INV-15, INV-16, INV-17."""

        async def looking() -> dict[str, tuple[str, int]]:
            async with self.lab.verifier.database.read() as connection:
                found = {
                    which: await self.lab.verifier.look(connection, which, None)
                    for which in self.model
                }
            return {which: (one.status, one.attempts) for which, one in found.items() if one}

        assert self.run(looking()) == {
            which: (one.status, one.attempts) for which, one in self.model.items()
        }
        assert len(self.approvals) == len(set(self.approvals))
        assert all(one.attempts <= ATTEMPTS for one in self.model.values())
        live = [
            (one.number, one.purpose) for one in self.model.values() if one.status == "pending"
        ]
        assert len(live) == len(set(live))


TestVerifying = Verifying.TestCase
TestVerifying.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
