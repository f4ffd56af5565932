"""When to leave a gateway alone, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from bot.clock import Clock
from bot.gateways.base import AccountHeld, GatewayError, Rejected, Throttled, Unreachable

FAILURES = 5
"""In a row; then the gateway is left alone."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 20.0
"""Seconds; doubled with each trial that fails."""
FIRST_HOLD, NEXT_HOLD = 10.0, 30.0
"""Seconds between two trials of an account that is held."""


def pause(trials: int, random: Random) -> float:
    """Give the seconds to wait after so many failed trials: doubling, capped, jittered."""
    longest = min(FIRST_PAUSE * 2.0 ** min(trials, 16), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)


class Breaker:
    """Closed; after `FAILURES`, or once the account is held, open; then one trial decides.

    Sends and reads have one each: without credit nothing can be sent, but read.
    """

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._failures = 0
        self._trials = 0
        self._opens_at = 0.0
        self._trying = False
        self._last: GatewayError | None = None
        """Why it is open; None: it is closed."""

    @property
    def held(self) -> str:
        """The word for what holds the account, or nothing."""
        return self._last.word if isinstance(self._last, AccountHeld) else ""

    @property
    def is_open(self) -> bool:
        """Whether one request must go well before others may follow."""
        return self._last is not None

    @property
    def open_until(self) -> datetime | None:
        """When the next request may try; None: at once."""
        wait = self._wait()
        return self._clock.now() + timedelta(seconds=wait) if wait > 0 else None

    def check(self) -> None:
        """Raise what it is open for: `AccountHeld`, `Throttled` or `Unreachable`."""
        if self._last is None:
            return
        wait = self._wait()
        if wait > 0 or self._trying:
            raise self._refusal(max(wait, FIRST_PAUSE))

    def begin(self) -> bool:
        """Let one request through; while open, as the trial that all others wait for.

        Gives back whether it is the trial, for `succeeded`, `failed` or `let_go`.
        """
        self.check()
        self._trying = self._last is not None
        return self._trying

    def succeeded(self, *, trial: bool) -> None:
        """Note that the gateway did what it was asked.

        While it is open only the trial closes it: others were begun before the trouble.
        """
        if trial or self._last is None:
            self.close()

    def close(self) -> None:
        """Forget all trouble."""
        self._failures = self._trials = 0
        self._trying = False
        self._last = None

    def failed(self, error: GatewayError, *, trial: bool) -> None:
        """Count a failure, and open where it is one too many."""
        if isinstance(error, Rejected):
            self.succeeded(trial=trial)
            return
        self._failures += 1
        if trial:
            self._trying = False
        held = isinstance(error, AccountHeld)
        told_to = isinstance(error, Throttled) or error.retry_after is not None
        enough = self._last is None and (told_to or self._failures >= FAILURES)
        if trial or enough or (held and not self.held):
            self._open(error)

    def let_go(self, *, trial: bool) -> None:
        """Take back a request of which nobody will learn how it went."""
        if trial:
            self._trying = False

    def _open(self, error: GatewayError) -> None:
        if self.held:
            # Whatever befalls a trial, the account is held until one succeeds.
            wait = NEXT_HOLD
        elif isinstance(error, AccountHeld):
            wait = FIRST_HOLD
        else:
            wait = pause(self._trials, self._random)
            self._trials += 1
        if isinstance(error, AccountHeld) or not self.held:
            self._last = error
        self._opens_at = self._clock.monotonic() + max(wait, error.retry_after or 0.0)

    def _wait(self) -> float:
        """Give the seconds until the next trial; less than a millisecond is none."""
        wait = self._opens_at - self._clock.monotonic()
        return wait if self._last is not None and wait >= 0.001 else 0.0

    def _refusal(self, wait: float) -> GatewayError:
        last = self._last
        assert last is not None
        if isinstance(last, AccountHeld):
            return AccountHeld(last.reason, word=last.word, retry_after=wait, code=last.code)
        kind = Throttled if isinstance(last, Throttled) else Unreachable
        return kind(f"left alone for now: {last.reason}", retry_after=wait, code=last.code)
