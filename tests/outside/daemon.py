"""One life of the real process, and what it says over HTTP and on its two streams."""

import asyncio
import json
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

START_SECONDS = 60.0
"""Real time in which a process has to be ready on a machine with other things to do."""
STOP_SECONDS = 10.0
"""Promised: SIGTERM ends it within 10 s."""


@dataclass(slots=True)
class Daemon:
    """One life of the process. Its stdout and stderr are kept in files."""

    process: asyncio.subprocess.Process
    output: Path
    errors: Path

    @property
    def log(self) -> str:
        """What it wrote so far, stdout and stderr."""
        return self.output.read_text("utf-8", "replace") + self.errors.read_text(
            "utf-8", "replace"
        )

    def actions(self, name: str) -> list[dict[str, Any]]:
        """The log's lines with that `action`."""
        return [line for line in self.lines() if line.get("action") == name]

    def lines(self) -> list[dict[str, Any]]:
        """The log's lines; stderr is no terminal, so each is JSON."""
        lines = self.errors.read_text("utf-8", "replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    @property
    def address(self) -> str:
        """Where its pages are, once it has said so; else empty."""
        told = re.search(r"(http://[\w.:\[\]-]+:\d+)/", self.log)
        return told.group(1) if told else ""

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and body."""
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http,
            http.get(self.address + path, headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of that metric's samples which have these labels; 0.0 where there is none."""
        _, body = await self.get("/metrics")
        found = re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", body, re.MULTILINE)
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(float(value) for seen, value in found if all(one in seen for one in wanted))

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        """Of /readyz; (0, {}) while nobody listens."""
        if not self.address:
            return 0, {}
        try:
            status, body = await self.get("/readyz")
        except (aiohttp.ClientError, TimeoutError):
            return 0, {}
        return status, json.loads(body)

    async def ready(self) -> None:
        """Until /readyz answers 200; AssertionError when it ends or takes too long."""
        end = time.monotonic() + START_SECONDS
        while (await self.readiness())[0] != 200:
            assert self.process.returncode is None, (
                f"ended with {self.process.returncode}:\n{self.log}"
            )
            assert time.monotonic() < end, f"not ready: {await self.readiness()}\n{self.log}"
            await asyncio.sleep(0.03)

    async def exit(self, seconds: float = START_SECONDS) -> int:
        """Wait for its end; the exit status. AssertionError when it goes on living."""
        try:
            return await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            raise AssertionError(f"still alive after {seconds} s:\n{self.log}") from None

    async def stop(self, how: int = signal.SIGTERM) -> None:
        """As a supervisor does it; it must end with 0, in time."""
        self.process.send_signal(how)
        status = await self.exit(STOP_SECONDS)
        assert status == 0, f"exit status {status} after a clean stop:\n{self.log}"

    async def kill(self) -> None:
        """SIGKILL, if it is still there."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
