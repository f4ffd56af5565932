"""Time, injected: the daemon asks a `Clock`, never the machine."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the time is, how much of it has passed, and how to let some pass."""

    @property
    def speed(self) -> float:
        """How many seconds of this clock go by in one real second."""
        ...

    def now(self) -> datetime:
        """Aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some instant; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let this many seconds of this clock pass."""
        ...


class SystemClock:
    """The machine's clock."""

    speed = 1.0

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of the machine's monotonic clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let real seconds pass."""
        await asyncio.sleep(seconds)


class FastClock:
    """World time as a linear function of the machine's: processes given the same spec agree.

    The spec is `WORLD,REAL,SPEED`: at the real epoch second REAL it was WORLD here, and since then
    SPEED seconds go by here in each real one.
    """

    def __init__(self, world: float, real: float, speed: float) -> None:
        self.speed = speed
        self._world = world
        self._real = real

    @classmethod
    def parse(cls, spec: str) -> FastClock:
        """Read a spec. Raises `ValueError` where it is none."""
        world, real, speed = (float(part) for part in spec.split(","))
        if speed <= 0:
            raise ValueError("a clock's speed must be above 0")
        return cls(world, real, speed)

    def now(self) -> datetime:
        """Aware, UTC."""
        seconds = self._world + (time.time() - self._real) * self.speed
        return datetime.fromtimestamp(seconds, UTC)

    def monotonic(self) -> float:
        """Seconds of this clock."""
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        """Let this many seconds of this clock pass."""
        await asyncio.sleep(seconds / self.speed)


def machine_seconds() -> float:
    """Give the seconds since this machine was started, those in which it slept, too."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def clock_of_environment() -> Clock:
    """Give the machine's clock, or the one that `TEXTOBOT_CLOCK` specifies (for tests)."""
    spec = os.environ.get("TEXTOBOT_CLOCK")
    return FastClock.parse(spec) if spec else SystemClock()
