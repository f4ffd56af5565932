"""An installation that verifies numbers, whose gateway is played: what phones read is at hand."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from bot.core.actions import Remember, Verify
from bot.core.code_limits import CodePolicy
from bot.core.messages import Way
from bot.core.policy import Policy
from bot.core.rulebook import Rulebook
from bot.core.verification import Channel, Verification
from bot.services.code_wording import CodeOutlet, Wanted
from bot.services.responder import Responder
from bot.services.verifier import Begun, Verifier
from bot.storage.code_tables import verifications
from tests.postgresql import Server
from tests.services.played import ANA, POLICY, Scene, open_scene, rule

OURS = "+15149541234"
SIGN_IN = replace(
    rule("sign-in", "code", reply="Bienvenue."),
    actions=(Verify("sign-in"), Remember({"known": "yes"})),
)
RULES = (SIGN_IN, rule("weather", "meteo"), rule("figure", "123457", reply="Un chiffre."))
VERIFYING = replace(POLICY, code_length=6, per_number=())
OUTLET = CodeOutlet(OURS, (Way.TEXT,), lambda _text: "")


@dataclass
class Lab:
    """The parts, and what a test does with them."""

    scene: Scene
    verifier: Verifier
    responder: Responder
    begun: list[Begun] = field(default_factory=list)

    async def text(self, *texts: str, number: str = ANA) -> list[str]:
        """Somebody texts; give what they read then."""
        await self.scene.receive(*texts, number=number)
        while await self.responder.tick():
            pass
        return await self.read()

    async def read(self) -> list[str]:
        """Let what waits leave; give it as phones read it."""
        before = len(self.scene.gateway.taken)
        await self.scene.send(self.scene.sender())
        return [batch.text for batch in self.scene.gateway.taken[before:]]

    async def code(self, number: str = ANA) -> str:
        """Somebody texts for a code, and reads it."""
        (said,) = await self.text("code", number=number)
        return said[:6]

    async def start(self, number: str = ANA, **wanted: Any) -> Begun:
        """Begin a verification as a program does."""
        asked = Wanted(number, **{"purpose": "sign-in", "caller": "token shop", **wanted})
        async with self.verifier.database.write() as connection:
            begun = await self.verifier.start(connection, asked)
        self.begun.append(begun)
        return begun

    async def sent(self, number: str = ANA, **wanted: Any) -> tuple[str, str]:
        """Begin one, and give its id and the code that the phone reads."""
        begun = await self.start(number, **wanted)
        return begun.verification.id, (await self.read())[-1][:6]

    async def check(
        self, which: str, code: str, caller: str = "token shop"
    ) -> Verification | None:
        async with self.verifier.database.write() as connection:
            return await self.verifier.check(connection, which, caller, code)

    async def rows(self) -> Sequence[RowMapping]:
        table = verifications
        return await self.scene._rows(table, table.c.created_at)

    async def statuses(self) -> list[str]:
        return [str(row["status"]) for row in await self.rows()]

    async def stored(self) -> list[str]:
        """The texts in the inbox."""
        return [str(row["text"]) for row in await self.scene.inbox()]


def another(code: str) -> str:
    """A code that is wrong, of the same form."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


@asynccontextmanager
async def open_lab(
    folder: Path,
    postgresql: Server | None = None,
    *,
    rules: Sequence[Any] = RULES,
    policy: Policy = VERIFYING,
    outlets: dict[str, CodeOutlet] | None = None,
    **codes: Any,
) -> AsyncIterator[Lab]:
    """Open one; `codes` are fields of `CodePolicy` that differ."""
    async with open_scene(folder, postgresql=postgresql) as scene:
        dice = random.Random(7)
        speech = scene.speech(book=Rulebook(tuple(rules)))
        verifier = Verifier(
            scene.database,
            speech.library,
            outlets or {"vudumobile": OUTLET},
            scene.clock,
            policy=policy,
            codes=CodePolicy(**codes),
            draw=lambda length: dice.randbytes(length).hex(),
        )
        speech = replace(speech, policy=policy, verifier=verifier)
        responder = Responder(scene.database, speech, scene.clock, wake=scene.woken.append)
        yield Lab(scene, verifier, responder)


INBOUND = Channel.INBOUND
