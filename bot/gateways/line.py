"""The way to one account: each request waits for its turn, and each answer teaches something."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeVar

from bot.clock import Clock
from bot.core.messages import Skew
from bot.gateways.base import Condition, GatewayError
from bot.gateways.breaker import Breaker
from bot.gateways.http import Answer, Exchange, Request
from bot.gateways.limiter import Kind, Limiter
from bot.gateways.skew import SkewEstimator

T = TypeVar("T")


class Line:
    """One account's rate, breakers and clock difference, between an adapter and the transport."""

    def __init__(
        self, exchange: Exchange, clock: Clock, limiter: Limiter, random: Random | None = None
    ) -> None:
        random = random or Random()  # noqa: S311 - jitter, no secret
        self.clock = clock
        self.skews = SkewEstimator()
        self._exchange = exchange
        self._limiter = limiter
        self._sends = Breaker(clock, random)
        self._reads = Breaker(clock, random)

    @property
    def skew(self) -> Skew:
        """The gateway's clock minus ours, now."""
        return self.skews.at(self.clock.now())

    @property
    def condition(self) -> Condition:
        """What holds the account, and when it may be asked again."""
        return Condition(
            self._sends.held or self._reads.held,
            self._sends.open_until,
            self._reads.open_until,
        )

    async def ask(self, kind: Kind, request: Request, understand: Callable[[Answer], T]) -> T:
        """Ask once, when it is this request's turn, and give what `understand` made of it.

        `understand` raises `GatewayError` for an answer that is a failure. Raises `GatewayError`,
        at once and without asking while the gateway is left alone.
        """
        sending = kind is Kind.SEND
        breaker, other = (self._sends, self._reads) if sending else (self._reads, self._sends)
        breaker.check()
        await self._limiter.turn(kind)
        trial = breaker.begin()
        try:
            answer = await self._exchange(request)
            if date := answer.headers.get("date"):
                self.skews.learn(date, answer.begun_at, answer.ended_at)
            understood = understand(answer)
        except GatewayError as error:
            breaker.failed(error, trial=trial)
            raise
        except BaseException:
            breaker.let_go(trial=trial)
            raise
        if breaker.held and other.held == breaker.held:
            other.close()  # what held both is over
        breaker.succeeded(trial=trial)
        return understood
