"""What the status of an answer means for who asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.gateways.base import AccountHeld, GatewayError, Rejected, Throttled, Unconfirmed
from bot.gateways.http import Answer, failed_by
from bot.gateways.payload import UnreadableError, read_json
from bot.gateways.redact import Redactor

HOLDS: Mapping[int, str] = {
    401: "key",
    402: "credit",
    403: "key",
    404: "address",
    405: "address",
    430: "expired",  # Clever's own; its reason phrase says since when
    501: "address",
    505: "address",
}
"""The account cannot be used, and this is the word for it."""

NOT_FOR_THE_REST = frozenset({403, 404, 405, 501})
"""Asked for one thing of many, these are about that thing and hold nothing else."""

MAY_BE_TAKEN = frozenset({408, 409})
"""Refusals that a server may give although it did what it was asked: the first after a time-out
of its own, the second to the second of two equal requests."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Makes errors of one vendor's answers, in words that are fit to be shown."""

    vendor: str
    redact: Redactor
    holds: Mapping[int, str] = field(default_factory=lambda: HOLDS)

    def of(self, answer: Answer, *, one_of_many: bool = False) -> GatewayError | None:
        """Give the error that an answer's status stands for; None: its status is a success."""
        status = answer.status
        if 200 <= status <= 299:
            return None
        of_this_one = one_of_many and status in NOT_FOR_THE_REST
        # A redirection is never followed: our credentials would go along.
        word = self.holds.get(status, "address" if status < 400 else "")
        if word and not of_this_one:
            return self.held(answer, word)
        if status == 429:
            return failed_by(answer, Throttled(self.said(answer)))
        if (status >= 500 or status in MAY_BE_TAKEN) and not of_this_one:
            return failed_by(answer, Unconfirmed(self.said(answer)))
        return self.rejected(answer)

    def held(self, answer: Answer, word: str) -> GatewayError:
        """Hold the account."""
        return failed_by(answer, AccountHeld(self.said(answer), word=word))

    def rejected(self, answer: Answer) -> GatewayError:
        """Give up what was asked."""
        return failed_by(answer, Rejected(self.said(answer)))

    def unreadable(self, answer: Answer, why: object) -> Unconfirmed:
        """Say that a success cannot be read; `why` is ours, or went through `redact`."""
        return Unconfirmed(
            f"{self.vendor} answered {answer.status}, but {why}", code=str(answer.status)
        )

    def said(self, answer: Answer) -> str:
        """Give what an answer says of itself, for people."""
        words = self.redact(_complaint(answer))
        status = self.redact(f"{answer.status} {answer.reason}".strip())
        return f"{self.vendor} answered {status}" + (f": {words}" if words else "")


def _complaint(answer: Answer) -> object:
    """Find what is wrong in an answer: where the vendors say it, or else all of it."""
    try:
        said = read_json(answer.body)
    except UnreadableError:
        return answer.body[:10_000].decode("utf-8", "replace")
    while isinstance(said, dict):
        inner = next((said[key] for key in ("error", "errors", "message") if said.get(key)), None)
        if inner is None:
            break
        said = inner
    return said
