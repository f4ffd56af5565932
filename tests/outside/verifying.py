"""A program that verifies numbers over HTTP, beside a daemon that runs, and whoever wrongs it."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.outside.harness import Stage

DIGITS = re.compile(r"(?<!\d)\d{8}(?!\d)")


def another(code: str) -> str:
    """A code that is wrong."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


@dataclass
class Attack:
    """An installation, and a program that may verify."""

    scene: Stage
    http: aiohttp.ClientSession
    token: str
    codes: set[str] = field(default_factory=set)

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        told = {"Authorization": f"Bearer {self.token}", **headers}
        url = f"{self.scene.daemon.address}/api/v1/verifications{path}"
        async with self.http.request(method, url, json=body, headers=told) as answer:
            return answer.status, await answer.json(content_type=None)

    async def begin(self, to: str, **more: str) -> str:
        status, told = await self.ask("POST", "", {"to": to, "channel": "sms", **more})
        assert status in {200, 201}, told
        return str(told["id"])

    async def check(self, which: str, code: str, **headers: str) -> str:
        """The status, or the reason why nothing was compared."""
        _, told = await self.ask("POST", f"/{which}/check", {"code": code}, **headers)
        return str(told.get("reason") or told["status"])

    async def code(self, number: str, nth: int = 1) -> str:
        """What came to that phone, once so many codes came."""
        await self.scene.until("the code came", lambda: len(self.on_phone(number)) >= nth)
        return self.on_phone(number)[-1]

    def on_phone(self, number: str) -> list[str]:
        """Every code that came to that phone."""
        texts = self.scene.replies("vudumobile", number)
        found = [code for text in texts for code in DIGITS.findall(text)]
        self.codes.update(found)
        return found

    async def up(self) -> None:
        """Start, also again."""
        await self.scene.up()

    async def killed(self, asked: Iterable[asyncio.Task[Any]], after: float) -> None:
        """Pull the plug in the midst of what is asked."""
        await asyncio.sleep(after)
        self.scene.daemon.process.send_signal(signal.SIGKILL)
        await self.scene.daemon.exit()
        await asyncio.gather(*asked, return_exceptions=True)


async def token_of(scene: Stage) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "token", "add", "shop", "--scope", "verifications"),
        cwd=scene.folder,
        env=scene._environ(limited=False),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return output.decode().strip()
