"""A sandbox on a stopped clock, and a client that speaks as the documents' samples do."""

import asyncio
import contextlib
import json
import random
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Clock, Sandbox

START = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
MOBILE = "+15145550001"
GSM = "+33600000001"


class Client:
    """What a daemon would be, without any opinion on the answers."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.http = http
        self.key = {"VUDUMOBILE-API-KEY": "sandbox-key"}
        self.basic = {"Authorization": aiohttp.encode_basic_auth("sandbox", "sandbox")}

    def vudumobile(self, operation: str, **form: str):
        return self.http.post(
            f"{self.sandbox.vudumobile_url}/{operation}",
            headers=self.key,
            data=form,
            allow_redirects=False,
        )

    async def ask(self, operation: str, **form: str) -> tuple[int, Any]:
        """What VuduMobile answers."""
        async with self.vudumobile(operation, **form) as answer:
            return answer.status, await answer.json()

    def clever(self, path: str):
        return self.http.get(
            f"{self.sandbox.clever_url}/{path}", headers=self.basic, allow_redirects=False
        )

    def pushs(self, text: str = "Bonjour", numbers: str = GSM, **more: object):
        datas = {
            "text": text,
            "number_list": numbers,
            "encodage": 3,
            "type_push": "sms",
            "duplicates": 1,
        } | more
        return self.http.post(
            f"{self.sandbox.clever_url}/pushs",
            headers=self.basic,
            json={"datas": datas},
            allow_redirects=False,
        )

    async def tell(self, method: str, path: str, **datas: object) -> tuple[int, Any]:
        """What Clever answers; None: nothing."""
        body = {"datas": datas} if datas else None
        async with self.http.request(
            method, f"{self.sandbox.clever_url}/{path}", headers=self.basic, json=body
        ) as answer:
            content = await answer.read()
            return answer.status, json.loads(content) if content else None

    def pushsmails(self, path: str = "pushsmails", **change: object):
        """The sample's campaign of mails, with what is changed in it."""
        datas = {
            "text": "Send Push Mail",
            "email_list": "inbox@example.com;inbox@example.com",
            "email_subject": "push mail",
            "open_tag": 0,
            "type_mail": "html",
            "duplicates": 1,
        } | change
        return self.http.post(
            f"{self.sandbox.clever_url}/{path}",
            headers=self.basic,
            json={"datas": datas},
            allow_redirects=False,
        )

    def send_email(self, **change: str):
        """The sample's mail, with what is changed in it; what is empty is left out."""
        form = {
            "to": "some@some.com",
            "subject": "my subject",
            "message": "test message",
            "format": "text",
        } | change
        return self.vudumobile("send_email", **{n: value for n, value in form.items() if value})

    async def feed(self, direction: str = "mo", start: str = "2026-01-01 00:00:00", **more: str):
        async with self.vudumobile(
            "get_feed", direction=direction, date_start=start, **more
        ) as answer:
            assert answer.status == 200
            return sorted(await answer.json(), key=lambda row: row["msg_id"])

    async def send(self, text: str = "Bonjour", to: str = MOBILE) -> int:
        async with self.vudumobile("send", to=to, message=text) as answer:
            assert answer.status == 200
            return int((await answer.json())["msg_id"])

    async def push(self, text: str = "Bonjour", numbers: str = GSM, **more: object) -> str:
        async with self.pushs(text, numbers, **more) as answer:
            assert answer.status == 201
            reference: str = (await answer.json())["push"]["reference"]
        self.later(1)
        return reference

    async def read(self, path: str):
        async with self.clever(path) as answer:
            assert answer.status == 200
            return await answer.json()

    async def control(self, order: str, /, **body: object):
        async with self.http.post(f"{self.sandbox.url}/control/{order}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def read_control(self, path: str) -> Any:
        async with self.http.get(f"{self.sandbox.url}/control/{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    def later(self, seconds: float) -> None:
        self.sandbox.clock.jump(timedelta(seconds=seconds))


def reserved_port() -> int:
    """A free port that nobody is given who asks for any: it can be left, and taken again."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", random.randrange(20_000, 30_000)))
            return int(probe.getsockname()[1])


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until it holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is awaited sets no event
            await asyncio.sleep(0.001)


def stopped() -> Clock:
    return Clock(speed=0, world=START.timestamp())


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(stopped(), seed=7) as started:
        yield started


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as http:
        yield Client(sandbox, http)
