"""HTTP as the gateways speak it, and everything that can go wrong with it."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Protocol
from weakref import WeakSet

from aiohttp import web

from bot.sandbox.clock import utc
from bot.sandbox.fault_table import Option
from bot.sandbox.faults import Fault
from bot.sandbox.world import Request, World

NO_DATE = "none"


@dataclass(slots=True)
class Answer:
    """What is to be said. An empty `reason` is the usual phrase of the status.

    `date_off` is added to the gateway's clock in the Date; None: there is no Date.
    """

    status: int
    body: bytes = b""
    reason: str = ""
    headers: dict[str, str] = field(
        default_factory=lambda: {"Content-Type": "application/json; charset=utf-8"}
    )
    date_off: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a gateway understands it. `numbers` are the phones it is about."""

    operation: str
    request: Request
    method: str
    remote: str
    headers: Mapping[str, str]
    fields: Mapping[str, object]
    numbers: tuple[str, ...] = ()
    reference: str = ""


class Played(Protocol):
    """A vendor's API."""

    name: str

    def understand(self, request: web.Request, body: bytes, line: Request) -> Call:
        """Read a request; never fails: what is wrong with it `answer` says."""

    def answer(self, call: Call) -> Answer:
        """Do what the document says."""

    def refuse(self, status: int, call: Call, why: str = "", /) -> Answer:
        """An error in this vendor's form."""

    def skew(self) -> float:
        """Seconds by which its clock is ahead of the world's."""


def json_answer(status: int, value: object, reason: str = "") -> Answer:
    """JSON in UTF-8, unescaped, as the documents print it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode("utf-8", "replace"), reason)


class Wire:
    """Serves one played gateway and breaks what is to be broken."""

    def __init__(self, world: World, gateway: Played) -> None:
        self._world = world
        self.gateway = gateway
        self._doomed: WeakSet[asyncio.BaseTransport] = WeakSet()
        self.closing = asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One request from its first byte to its last."""
        world = self._world
        world.agenda.catch_up()
        if request.transport in self._doomed:
            return self._cut(request, None)
        line = world.new_request(self.gateway.name, request.method, request.path)
        call = self.gateway.understand(request, await request.read(), line)
        line.operation = call.operation
        try:
            return await self._play(request, call)
        finally:
            world.tell("request", line)

    async def _play(self, request: web.Request, call: Call) -> web.StreamResponse:
        faults, name = self._world.faults, self.gateway.name
        for fault in faults.draw("before", name, call.operation, call.numbers):
            call.request.faults.append(fault.kind.name)
            await self._pause(fault.seconds())
        fault_instead = faults.first("instead", name, call.operation, call.numbers)
        if fault_instead is not None:
            return self._instead(request, call, fault_instead)
        answer = self.gateway.answer(call)
        for fault in faults.draw("after", name, call.operation, call.numbers):
            call.request.faults.append(fault.kind.name)
            if fault.kind.name in BODIES:
                BODIES[fault.kind.name](answer, fault.options)
            else:
                return await self._break(request, call, answer, fault)
        return self._respond(call, answer)

    def _respond(self, call: Call, answer: Answer) -> web.Response:
        call.request.status = answer.status
        answer.headers["Date"] = NO_DATE
        if answer.date_off is not None:
            now = self._world.clock.timestamp() + self.gateway.skew() + answer.date_off
            answer.headers["Date"] = format_datetime(utc(now), usegmt=True)
        return web.Response(
            status=answer.status,
            reason=answer.reason or None,
            body=answer.body,
            headers=answer.headers,
        )

    def _instead(self, request: web.Request, call: Call, fault: Fault) -> web.StreamResponse:
        name, options = fault.kind.name, fault.options
        call.request.faults.append(name)
        if name == "refused":
            return self._cut(request, call)
        if name == "accepted_late":
            self._world.agenda.after(fault.seconds(), lambda: _ignore(self.gateway.answer(call)))
            return self._cut(request, call)
        if options.get("accepted"):
            self.gateway.answer(call)
        return self._respond(call, _refusal(self.gateway, call, fault))

    async def _break(
        self, request: web.Request, call: Call, answer: Answer, fault: Fault
    ) -> web.StreamResponse:
        """What happens to a good answer on its way."""
        match fault.kind.name:
            case "answer_slow":
                await self._pause(fault.seconds())
            case "answer_hangs":
                call.request.end = "hung"
                self._world.tell("request", call.request)
                await self._until_gone(request)
                return self._cut(request, call)
            case "answer_cut":
                return await self._half(request, call, answer)
            case "answer_drips":
                return await self._drip(request, call, answer, fault.seconds())
            case "huge":
                return await self._flood(request, call, int(fault.options["mib"]))
            case "keepalive_cut":
                if request.transport is not None:
                    self._doomed.add(request.transport)
            case _:
                return self._cut(request, call)
        return self._respond(call, answer)

    def _cut(self, request: web.Request, call: Call | None) -> web.StreamResponse:
        """Close without a word; the other side sees a reset where the system can send one."""
        if call is not None:
            call.request.end = call.request.end or "cut"
        transport = request.transport
        if transport is not None:
            sock = transport.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        return web.Response(status=500)

    async def _half(self, request: web.Request, call: Call, answer: Answer) -> web.StreamResponse:
        """Promise the whole body, send half of it, close."""
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.body)
        with suppress(ConnectionError):  # the client may have gone before us
            await response.prepare(request)
            await response.write(answer.body[: len(answer.body) // 2])
            await asyncio.sleep(0)
        call.request.end = "cut"
        if request.transport is not None:
            request.transport.close()
        return response

    async def _drip(
        self, request: web.Request, call: Call, answer: Answer, seconds: float
    ) -> web.StreamResponse:
        """A byte, a while, a byte."""
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.body)
        call.request.status = answer.status
        try:
            await response.prepare(request)
            for place in range(len(answer.body)):
                await self._pause(seconds)
                await response.write(answer.body[place : place + 1])
        except ConnectionError:
            call.request.end = "cut"
        return response

    async def _flood(self, request: web.Request, call: Call, mib: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        call.request.status = 200
        chunk = b'{"message":"' + b"0" * 65_521 + b'"},'
        try:
            await response.prepare(request)
            await response.write(b"[")
            for _ in range(mib * 16):
                if self.closing.is_set():
                    break
                await response.write(chunk)
            await response.write(b"{}]")
        except ConnectionError:
            call.request.end = "cut"
        return response

    async def _pause(self, seconds: float) -> None:
        """World seconds, or until the sandbox ends."""
        await self._either(self._world.clock.sleep(seconds), self.closing.wait())

    async def _until_gone(self, request: web.Request) -> None:
        """Until the other side gives up or the sandbox ends."""
        while not self.closing.is_set() and _connected(request):
            await self._either(asyncio.sleep(0.05), self.closing.wait())

    async def _either(self, *waits: Awaitable[object]) -> None:
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()


def _connected(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


def _ignore(_answer: Answer) -> None:
    """Nobody is there any more to hear it."""


def _refusal(gateway: Played, call: Call, fault: Fault) -> Answer:
    """The answer of a fault that refuses."""
    name, options = fault.kind.name, fault.options
    if name == "redirect":
        answer = Answer(int(options["status"]), b"")
        answer.headers["Location"] = "/elsewhere"
        return answer
    if name == "firewall":
        return gateway.refuse(403, call, str(options["ip"]) or call.remote)
    if name == "wrong_key":
        return gateway.refuse(401, call)
    answer = gateway.refuse(int(name.removeprefix("http_")), call)
    if options.get("retry_after"):
        answer.headers["Retry-After"] = str(options["retry_after"])
    return answer


def _set(body: bytes, content_type: str = "") -> Callable[[Answer, Mapping[str, Option]], None]:
    def replace(answer: Answer, _options: Mapping[str, Option]) -> None:
        answer.status, answer.body = 200, body
        if content_type:
            answer.headers["Content-Type"] = content_type

    return replace


def _garbled(answer: Answer, _options: Mapping[str, Option]) -> None:
    answer.body = b"{" + answer.body.replace(b'"', b"'")


def _truncated(answer: Answer, _options: Mapping[str, Option]) -> None:
    answer.body = answer.body[: len(answer.body) // 2]


def _nested(answer: Answer, options: Mapping[str, Option]) -> None:
    depth = int(options["depth"])
    answer.body = b"[" * depth + b"]" * depth


def _content_type(answer: Answer, _options: Mapping[str, Option]) -> None:
    answer.headers["Content-Type"] = "text/plain"


def _no_body(answer: Answer, _options: Mapping[str, Option]) -> None:
    if answer.status == 201:
        answer.status, answer.body = 202, b""


def _nan(answer: Answer, _options: Mapping[str, Option]) -> None:
    value = json.loads(answer.body or b"null")
    rows = value if isinstance(value, list) else [value]
    for row in rows:
        if isinstance(row, dict):
            row["credit"] = float("nan")
    answer.body = json.dumps(value or [{"credit": float("nan")}]).encode()


def _bom(answer: Answer, _options: Mapping[str, Option]) -> None:
    answer.body = b"\xef\xbb\xbf" + answer.body


def _latin1(answer: Answer, _options: Mapping[str, Option]) -> None:
    answer.body = answer.body.decode().encode("latin-1", "replace")


def _date_wrong(answer: Answer, options: Mapping[str, Option]) -> None:
    answer.date_off = float(options["seconds"])


def _date_missing(answer: Answer, _options: Mapping[str, Option]) -> None:
    answer.date_off = None


async def drop_date(_request: web.Request, response: web.StreamResponse) -> None:
    """Take the Date out again (aiohttp adds one where none is given)."""
    if response.headers.get("Date") == NO_DATE:
        del response.headers["Date"]


HTML = b"<!DOCTYPE html><title>Maintenance</title><h1>Nous revenons bient\xc3\xb4t</h1>"

BODIES: dict[str, Callable[[Answer, Mapping[str, Option]], None]] = {
    "garbled": _garbled,
    "truncated": _truncated,
    "empty": _set(b""),
    "html": _set(HTML, "text/html; charset=utf-8"),
    "null": _set(b"null"),
    "status_false": _set(b'{"status":false,"error":"An error has occurred"}'),
    "nan": _nan,
    "bom": _bom,
    "latin1": _latin1,
    "nested": _nested,
    "content_type": _content_type,
    "no_body": _no_body,
    "date_wrong": _date_wrong,
    "date_missing": _date_missing,
}
"""What is done to an answer before it leaves."""
