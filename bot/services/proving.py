"""Codes by text: what rules have sent, and what comes back, in the transaction that decides it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot import metrics
from bot.core.code_limits import Failures
from bot.core.codes import Codes, read_digits
from bot.core.decision import Challenge, Decision
from bot.core.messages import Inbound
from bot.core.turn import Turn
from bot.core.understanding import to_json
from bot.core.verification import Awaited, Verification
from bot.log import logger, mask
from bot.services.code_caps import NotSent
from bot.services.code_wording import Wanted
from bot.services.verifier import Verifier
from bot.storage import verifications
from bot.storage.code_rows import WARM
from bot.storage.database import Connection

LOG = logger(__name__)


@dataclass(slots=True)
class Proving:
    """What a batch of texts asks for and approves, in their order, until `write`."""

    _decided: list[tuple[Decision, Turn]] = field(default_factory=list)

    def note(self, decision: Decision, turn: Turn) -> None:
        """Keep it, if it is about codes."""
        if decision.attempts or decision.challenge is not None:
            self._decided.append((decision, turn))

    @property
    def gateways(self) -> set[str]:
        """The gateways that may have a code to send."""
        return {turn.text.gateway for one, turn in self._decided if one.challenge is not None}

    async def write(self, connection: Connection, verifier: Verifier) -> None:
        """Write it down; the caller commits."""
        for decision, turn in self._decided:
            for one in decision.attempts:
                await verifier.settle(connection, one.before, one.after)
            if decision.attempts:
                right = decision.why.reason == "approved"
                await verifier.note(connection, turn.text.number, right=right)
            if decision.challenge is not None:
                await _challenge(connection, verifier, decision.challenge, turn)


async def _challenge(
    connection: Connection, verifier: Verifier, challenge: Challenge, turn: Turn
) -> None:
    """Send the code; where that may not be, whoever texts is told nothing, the operator is."""
    text = turn.text
    wanted = Wanted(
        number=text.number,
        purpose=challenge.purpose,
        caller=f"rule {challenge.rule}",
        language=challenge.language,
        gateway=text.gateway,
        rule=challenge.rule,
        captured={name: to_json(value) for name, value in challenge.captured.items()},
        cause=f"inbound {text.id}/code",
    )
    try:
        await verifier.start(connection, wanted)
    except NotSent as refused:
        metrics.CODES_REFUSED.labels(refused.why.value).inc()
        LOG.warning(
            "A rule may send no code",
            action="verification.refused",
            inbound=text.id,
            number=mask(text.number),
            rule=challenge.rule,
            why=refused.why.value,
        )


async def asked_lately(
    connection: Connection, texts: Sequence[Inbound], now: datetime, *, verifies: bool
) -> tuple[dict[str, list[Verification]], dict[str, Failures]]:
    """Read what those were asked whose texts are codes; for most batches nothing is read."""
    numbers = _numbers(texts, verifies=verifies)
    if not numbers:
        return {}, {}
    known = await verifications.of_numbers(connection, numbers, now - WARM, lock=True)
    return known, await verifications.failures(connection, numbers)


def _numbers(texts: Sequence[Inbound], *, verifies: bool) -> Collection[str]:
    """Name those whose texts are codes.

    Where rules send codes, also of whom none is known to be awaited: it takes as long as if one
    were.
    """
    return {
        text.number
        for text in texts
        if text.sealed or (verifies and read_digits(text.text) is not None)
    }


def awaited(
    codes: Codes, known: Sequence[Verification], failures: Failures | None, now: datetime
) -> tuple[Sequence[Awaited], str]:
    """Give what a text may approve, and the language in which a code was last asked for."""
    locked = failures is not None and failures.locked_until(now) is not None
    may = [
        Awaited(one, codes.seal(one.number, one.code(codes)), locked)
        for one in known
        if one.by_text
    ]
    return may, next((one.language for one in reversed(known) if one.rule), "")
