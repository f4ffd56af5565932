"""The way between our adapters and the played vendors: no socket, all of the faults.

The vendor's side is nobody's process: it goes on with a request whatever befalls who asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from random import Random
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

from aiohttp import web
from multidict import CIMultiDict

from bot.clock import Clock
from bot.gateways.base import Unconfirmed, Unreachable
from bot.gateways.http import GIVE_UP_AFTER, Answer, Overdue, Oversized, Request
from bot.sandbox import Sandbox
from bot.sandbox.faults import Fault
from bot.sandbox.wire import BODIES, Call, Played, _refusal
from tests.simulation.loop import LIFE, Life
from tests.simulation.store import Point

CUT, HANGS = "cut", "hangs"
Told = tuple[int, bytes, Mapping[str, str]] | str
"""Status, body and headers of an answer; or how there came none."""
Heard = Callable[[str, str, Request], None]
"""Is told of each request as it begins: gateway, operation."""


@dataclass
class Wire:
    """Both vendors, as one address."""

    sandbox: Sandbox
    dice: Random
    heard: Heard
    unreachable: float = 0.0
    """How often no connection comes about."""
    left: Callable[[str, Life], None] | None = None
    """Is told of the gateway whenever a request leaves, and of whose it is."""
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def vendors(self) -> dict[str, Played]:
        """Whom an address means."""
        return {"vudumobile": self.sandbox._vudumobile, "clever": self.sandbox._clever}

    def exchange(self, clock: Clock, point: Point) -> Callable[[Request], Awaitable[Answer]]:
        """Give the `Exchange` of one machine, by its clock."""

        async def exchange(request: Request) -> Answer:
            begun_at = clock.now()
            await self._leave(request, point)
            loop = asyncio.get_running_loop()
            answered: asyncio.Future[Told] = loop.create_future()
            served = self._serve(request, answered, LIFE.get())
            serving = loop.create_task(served, context=Context())
            self.serving.add(serving)
            serving.add_done_callback(self.serving.discard)
            try:
                async with asyncio.timeout(GIVE_UP_AFTER):
                    told = await answered
            except TimeoutError:
                raise Overdue(f"no answer within {GIVE_UP_AFTER:.0f} seconds") from None
            await asyncio.sleep(self.dice.uniform(0.01, 0.2))
            await point("exchange", "after")
            if isinstance(told, str):
                raise Unconfirmed(f"the answer broke off: {told}")
            status, body, headers = told
            if len(body) > request.longest:
                raise Oversized(f"the answer is longer than {request.longest} bytes")
            return Answer(status, "", headers, body, begun_at, clock.now())

        return exchange

    async def _leave(self, request: Request, point: Point) -> None:
        """Be in between: the last look at the lease is over, and no byte has left."""
        life = LIFE.get()
        assert life is not None
        life.leaving += 1
        try:
            await point("exchange", "before")
        finally:
            life.leaving -= 1
        if self.dice.random() < self.unreachable:
            raise Unreachable("no connection: played")
        if self.left is not None:
            self.left(_name(request), life)

    async def _serve(
        self, request: Request, answered: asyncio.Future[Told], life: Life | None
    ) -> None:
        await asyncio.sleep(self.dice.uniform(0.01, 0.2))
        told = await self._told(request, life)
        if not answered.done() and told != HANGS:
            answered.set_result(told)

    async def _told(self, request: Request, life: Life | None) -> Told:
        world = self.sandbox.world
        world.agenda.catch_up()
        path = urlsplit(request.url).path
        name, tail = _name(request), path.split("/", 3)[3]
        vendor = self.vendors[name]
        line = world.new_request(name, request.method, path)
        asked = cast("web.Request", _asked(request, tail))
        call = vendor.understand(asked, request.body or b"", line)
        line.operation = call.operation
        self.heard(name, call.operation, request)
        faults = world.faults
        for fault in faults.draw("before", name, call.operation, call.numbers):
            await asyncio.sleep(fault.seconds())
            world.agenda.catch_up()
        instead = faults.first("instead", name, call.operation, call.numbers)
        if instead is not None:
            return self._instead(vendor, call, instead)
        answer = vendor.answer(call)
        for fault in faults.draw("after", name, call.operation, call.numbers):
            if fault.kind.name in BODIES:
                BODIES[fault.kind.name](answer, fault.options)
            elif (how := await self._broken(fault)) is not None:
                return how
        if answer.date_off is not None and life is not None and name not in life.dated:
            answer.date_off = 0.0  # who knows one answer alone cannot know that it is wrong
            life.dated.append(name)
        return self._written(vendor, answer)

    def _instead(self, vendor: Played, call: Call, fault: Fault) -> Told:
        name = fault.kind.name
        if name == "refused":
            return CUT
        if name == "accepted_late":
            self.sandbox.world.agenda.after(fault.seconds(), lambda: _ignore(vendor.answer(call)))
            return CUT
        if fault.options.get("accepted"):
            vendor.answer(call)
        return self._written(vendor, _refusal(vendor, call, fault))

    async def _broken(self, fault: Fault) -> str | None:
        match fault.kind.name:
            case "answer_slow" | "answer_drips":
                await asyncio.sleep(fault.seconds())
                return None
            case "answer_hangs":
                return HANGS
            case "keepalive_cut":
                return None
            case _:
                return CUT

    def _written(self, vendor: Played, answer: Any) -> Told:
        headers = {"content-type": answer.headers.get("Content-Type", "")}
        if answer.date_off is not None:
            off = timedelta(seconds=vendor.skew() + answer.date_off)
            headers["date"] = format_datetime(self.sandbox.clock.now() + off, usegmt=True)
        if "Retry-After" in answer.headers:
            headers["retry-after"] = answer.headers["Retry-After"]
        return answer.status, answer.body, headers


def _name(request: Request) -> str:
    """Name the gateway that it is for."""
    return urlsplit(request.url).path.split("/", 2)[1]


def _asked(request: Request, tail: str) -> SimpleNamespace:
    """What the vendors look at of a request."""
    headers = CIMultiDict(request.headers)
    content_type = headers.get("Content-Type", "").split(";")[0]
    return SimpleNamespace(
        match_info={"tail": tail},
        method=request.method,
        headers=headers,
        content_type=content_type,
        remote="127.0.0.1",
    )


def _ignore(_answer: object) -> None:
    """Nobody is there any more to hear it."""
