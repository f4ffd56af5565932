"""The bells: APScheduler rings, and does nothing else. What is due stands in our own tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

SLOWEST = 0.1
"""A clock that stands still rings all the same: somebody may move it by hand."""


class Bells:
    """Rings at intervals. A bell that was missed rings once, and never twice at a time."""

    def __init__(self, *, speed: float = 1.0) -> None:
        """`speed`: how many seconds of the daemon's clock go by in a real one."""
        self._speed = speed
        self._jobs: dict[timedelta, Job] = {}
        self._rung: dict[timedelta, list[Callable[[], None]]] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, interval: timedelta, ring: Callable[[], None]) -> None:
        """Ring at this interval, for the first time after one interval.

        Those with the same interval ring together: one job costs more than all that it wakes.
        """
        together = self._rung.setdefault(interval, [])
        together.append(ring)
        if interval in self._jobs:
            return

        # A coroutine function rings in the loop; a plain one would be put on a thread.
        async def bell() -> None:
            for one in together:
                one()

        self._jobs[interval] = self._scheduler.add_job(
            bell, "interval", seconds=self.real(interval)
        )

    def hasten(self, speed: float) -> None:
        """Ring faster or slower from now on: the clock was told to."""
        if speed == self._speed:
            return
        self._speed = speed
        for interval, job in self._jobs.items():
            job.reschedule("interval", seconds=self.real(interval))

    def real(self, interval: timedelta) -> float:
        """Give the real seconds that an interval of the clock takes now."""
        return interval.total_seconds() / max(self._speed, SLOWEST)

    def start(self) -> None:
        """Begin to ring; needs a running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
