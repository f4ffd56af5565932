"""The way to one account: each request waits for its turn, and each answer teaches something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import TypeVar

from bot.clock import Clock
from bot.core.skew import Skew
from bot.gateways.base import Condition, GatewayError, Throttled
from bot.gateways.breaker import Breaker
from bot.gateways.http import Answer, Exchange, Oversized, Request
from bot.gateways.limiter import Kind, Limiter
from bot.gateways.skew import SkewEstimator
from bot.log import logger

LOG = logger(__name__)
T = TypeVar("T")

STEP = 5.0
"""Seconds by which a clock must be set for the operator to be told."""


class Line:
    """One account's rate, breakers and clock difference, between an adapter and the transport."""

    def __init__(
        self,
        name: str,
        exchange: Exchange,
        clock: Clock,
        limiter: Limiter,
        *,
        random: Random | None = None,
    ) -> None:
        self._random = random = random or Random()  # noqa: S311 - jitter, no secret
        self.name = name
        """What the operator calls the account."""
        self.clock = clock
        self.skews = SkewEstimator()
        self._exchange = exchange
        self._limiter = limiter
        self._sends = Breaker(clock, random)
        self._reads = Breaker(clock, random)

    def beside(self) -> Line:
        """Give another way to the account: of the same rate, with trouble of its own.

        What fails on one holds up nothing on the other.
        """
        return Line(self.name, self._exchange, self.clock, self._limiter, random=self._random)

    @property
    def skew(self) -> Skew:
        """The gateway's clock minus ours, now."""
        return self.skews.at(self.clock.now(), self.clock.monotonic())

    @property
    def condition(self) -> Condition:
        """What holds the account, and when it may be asked again."""
        return Condition(
            self._sends.held or self._reads.held,
            self._sends.open_until,
            self._reads.open_until,
            self._sends.is_open,
        )

    async def ask(self, kind: Kind, request: Request, understand: Callable[[Answer], T]) -> T:
        """Ask once, when it is this request's turn, and give what `understand` made of it.

        `understand` raises `GatewayError` for an answer that is a failure. Raises `GatewayError`,
        at once and without asking while the gateway is left alone.
        """
        sending = kind is Kind.SEND
        breaker, other = (self._sends, self._reads) if sending else (self._reads, self._sends)
        breaker.check()
        await self._turn(kind, request.leave_by)
        if request.wanted is not None and not await request.wanted():
            raise Throttled("it is not wanted any more")
        trial = breaker.begin()
        try:
            answer = await self._exchange(request)
            self._learn_clock(answer)
            understood = understand(answer)
        except Oversized:
            # Of a reading it says only that too much was asked for at once.
            breaker.let_go(trial=trial)
            raise
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

    async def _turn(self, kind: Kind, leave_by: datetime | None) -> None:
        """Wait for a turn, but not for one that would come too late: it would be lost on it."""
        if leave_by is None:
            await self._limiter.turn(kind)
            return
        left = (leave_by - self.clock.now()).total_seconds()
        with suppress(TimeoutError):
            async with asyncio.timeout(left / self.clock.speed):
                await self._limiter.turn(kind)
                if self.clock.now() <= leave_by:
                    return
        raise Throttled("its turn came too late to begin with it")

    def _learn_clock(self, answer: Answer) -> None:
        date, steady = answer.headers.get("date", ""), self.clock.monotonic()
        step = self.skews.learn(date, answer.begun_at, answer.ended_at, steady)
        if abs(step) > STEP:
            LOG.warning(
                "The gateway's clock was set, or ours",
                action="gateway.clock_set",
                gateway=self.name,
                seconds=round(step, 1),
            )
