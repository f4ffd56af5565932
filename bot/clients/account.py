"""An account at a vendor that is used on its own, without the daemon: opened, asked, closed."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from bot.clock import Clock, SystemClock
from bot.config.notation import Rate, parse_url
from bot.gateways.http import Answer, Request, Transport
from bot.gateways.limiter import Limiter
from bot.gateways.line import Line
from bot.validation import Wrong


class Account:
    """What the clients of all vendors have in common. `async with` opens and closes it.

    One request is under way for each method that is awaited, and none is tried twice by itself.
    All requests together keep to `rate`. After five failures in a row, or once the account is
    held, requests are refused here for some seconds, as the daemon does.
    """

    def __init__(self, name: str, url: str, rate: Rate | str, clock: Clock | None) -> None:
        clock = clock or SystemClock()
        most = rate if isinstance(rate, Rate) else Rate.parse(rate)
        self._address = parse_url(url)
        self._transport: Transport | None = None
        self.clock = clock
        self._line = Line(name, self._exchange, clock, Limiter(most.count, most.seconds, clock))

    async def __aenter__(self) -> Self:
        if self._transport is not None:
            raise RuntimeError("this account is open already")
        self._transport = await Transport(self.clock).__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.__aexit__(kind, error, traceback)

    async def _exchange(self, request: Request) -> Answer:
        if self._transport is None:
            raise RuntimeError("open the account first: `async with VuduMobile(…) as account:`")
        return await self._transport.exchange(request)


def expect_secret(name: str, secret: str) -> None:
    """Expect what can be sent as a credential. Raises `Wrong`, which does not quote it."""
    if not secret.strip() or not secret.isprintable():
        raise Wrong(f"{name} is empty, or has a control sign in it", "copy it again")
