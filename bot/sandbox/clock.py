"""The world clock: real time, faster time, stopped time, and jumps."""

import asyncio
import heapq
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Self

FASTEST = 1e9


class Clock:
    """Time as the played world has it.

    World time runs `speed` times as fast as real time; speed 0 stops it, and then only
    `jump` moves it. `monotonic` never goes back, so a jump backwards is a step of the wall
    clock alone, as when somebody corrects a computer's time. `listeners` are called when it was
    moved or its speed was changed.
    """

    def __init__(
        self, speed: float = 1.0, *, world: float | None = None, real: float | None = None
    ) -> None:
        """`world` and `real` are epoch seconds at which the two clocks are said to meet."""
        self._speed = _checked(speed)
        self._real = time.time() if real is None else real
        self._world = self._real if world is None else world
        self._tick = time.monotonic()
        self._elapsed = 0.0
        self._sleepers: set[asyncio.Future[None]] = set()
        self.listeners: list[Callable[[], None]] = []

    @classmethod
    def parse(cls, spec: str) -> Self:
        """From "WORLD_EPOCH_SECONDS,REAL_EPOCH_SECONDS,SPEED": equal specs agree on the time."""
        try:
            world, real, speed = (float(part) for part in spec.split(","))
        except ValueError:
            raise ValueError(f"A clock is written WORLD,REAL,SPEED, not {spec!r}.") from None
        return cls(speed, world=world, real=real)

    @property
    def spec(self) -> str:
        """What `parse` reads: another process with it has this clock's time, until it is moved."""
        return f"{self._world!r},{self._real!r},{self._speed!r}"

    @property
    def speed(self) -> float:
        """World seconds in a real second; may be set at any time, sleepers adjust."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._anchor()
        self._speed = _checked(speed)
        self._wake()

    def timestamp(self) -> float:
        """World time in epoch seconds."""
        return self._world + (time.time() - self._real) * self._speed

    def now(self) -> datetime:
        """World time, aware, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def monotonic(self) -> float:
        """World seconds since this clock was made."""
        return self._elapsed + (time.monotonic() - self._tick) * self._speed

    def jump(self, by: timedelta) -> None:
        """Move the world at once; sleepers whose time has come wake.

        OverflowError, and nothing moved, where that time has no date.
        """
        _ = self.now() + by
        self._anchor()
        self._world += by.total_seconds()
        self._elapsed += max(0.0, by.total_seconds())
        self._wake()

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        """Until `seconds` of world time have passed since the call, however fast they pass."""
        return self.sleep_until(self.monotonic() + seconds)

    async def sleep_until(self, end: float) -> None:
        """Until `monotonic` is there."""
        while (left := end - self.monotonic()) > 0:
            await self._moved(left / self._speed if self._speed else None)
        await asyncio.sleep(0)

    async def _moved(self, real_seconds: float | None) -> None:
        """Until the clock was moved, at most so long."""
        moved = asyncio.get_running_loop().create_future()
        self._sleepers.add(moved)
        try:
            await asyncio.wait((moved,), timeout=real_seconds)
        finally:
            self._sleepers.discard(moved)

    def _anchor(self) -> None:
        """Let what has passed so far be counted at the old speed."""
        self._world, self._elapsed = self.timestamp(), self.monotonic()
        self._real, self._tick = time.time(), time.monotonic()

    def _wake(self) -> None:
        for listener in self.listeners:
            listener()
        for sleeper in tuple(self._sleepers):
            if not sleeper.done():
                sleeper.get_loop().call_soon_threadsafe(_finish, sleeper)


def _checked(speed: float) -> float:
    if not 0 <= speed <= FASTEST:
        raise ValueError(f"A clock's speed is from 0 to {FASTEST:.0e}, not {speed}.")
    return speed


def _finish(sleeper: "asyncio.Future[None]") -> None:
    if not sleeper.done():
        sleeper.set_result(None)


class Agenda:
    """What is to happen at a later world time: one heap and one task for all of it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._news = asyncio.Event()

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Call `act` once so many world seconds have passed; equal times keep their order."""
        when = self._clock.monotonic() + seconds
        heapq.heappush(self._entries, (when, next(self._order), act))
        if self._entries[0][0] == when:
            self._news.set()

    def catch_up(self) -> None:
        """Do everything that is due. Whoever looks at the world calls this first."""
        now = self._clock.monotonic()
        while self._entries and self._entries[0][0] <= now:
            heapq.heappop(self._entries)[2]()

    def clear(self) -> None:
        """Forget everything that has not happened."""
        self._entries.clear()

    async def run(self) -> None:
        """Do each thing at its time, for ever."""
        while True:
            self.catch_up()
            self._news.clear()
            waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._news.wait())]
            if self._entries:
                until = self._clock.sleep_until(self._entries[0][0])
                waits.append(asyncio.ensure_future(until))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()


def utc(timestamp: float) -> datetime:
    """Epoch seconds as an aware time."""
    return datetime.fromtimestamp(timestamp, UTC)


def seconds(value: timedelta | float) -> float:
    """Seconds, of either."""
    return value.total_seconds() if isinstance(value, timedelta) else float(value)
