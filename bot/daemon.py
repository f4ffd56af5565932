"""The one endless loop: each service ticks when it is woken, until nothing is due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot.log import logger
from bot.scheduler import Bells
from bot.storage.errors import StoreBroken

LOG = logger(__name__)
READING_SECONDS = 2.0
"""Real seconds that a tick may go on when we stop: it reads, and what it would have read is still
there the next time. The promise is 10 in all."""
GRACE_SECONDS = 6.0
"""Real seconds that what was sent may then take to come back."""


class WorkerEnded(Exception):
    """A service is gone although nobody stopped the daemon; it is to be started again."""


@dataclass(slots=True)
class Worker:
    """A service in the loop: its tick, the bell that wakes it, and how it ends."""

    name: str
    tick: Callable[[], Awaitable[int]]
    every: timedelta
    drain: Callable[[], Awaitable[None]] | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    tell: Callable[[], None] | None = None
    """Tells other instances that something may be due, where it may be theirs."""

    def wake(self) -> None:
        """Say that something may be due. A hint: the tables are the truth."""
        self.woken.set()
        if self.tell is not None:
            self.tell()


class Daemon:
    """Keeps workers ticking. Everything was built elsewhere; this knows only time and order."""

    def __init__(
        self,
        workers: list[Worker],
        bells: Bells,
        between_writes: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
    ) -> None:
        """`between_writes`: while its body runs, nobody is in the midst of writing."""
        self._workers = workers
        self._bells = bells
        self._between_writes = between_writes
        self._stopping = asyncio.Event()

    def hasten(self, speed: float) -> None:
        """Keep step with a clock whose speed was changed."""
        self._bells.hasten(speed)

    def stop(self) -> None:
        """Take no more work; `run` returns when what is under way has ended."""
        self._stopping.set()
        for worker in self._workers:
            worker.woken.set()

    async def run(self) -> None:
        """Tick until stopped. Raises `StoreBroken` as soon as the store cannot be used.

        Raises `WorkerEnded` where a worker was cancelled alone: nothing is drained then, and what
        is under way is found out at the next start.
        """
        for worker in self._workers:
            self._bells.every(worker.every, worker.woken.set)
        self._bells.start()
        try:
            await self._keep_all()
        finally:
            self._bells.stop()
        await self._drain()

    async def _keep_all(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                ticking = [
                    group.create_task(self._keep(worker), name=worker.name)
                    for worker in self._workers
                ]
                await self._until_stopped(ticking)
                _, reading = await asyncio.wait(ticking, timeout=READING_SECONDS)
                async with self._between_writes():
                    for task in reading:
                        task.cancel()
        except* (StoreBroken, WorkerEnded) as reasons:
            raise _first(reasons) from None

    async def _until_stopped(self, ticking: list[asyncio.Task[None]]) -> None:
        """Wait for the stop. A task group lets a cancelled task go without a word: we do not."""
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([stopping, *ticking], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        if not self._stopping.is_set():
            gone = ", ".join(task.get_name() for task in ticking if task.done())
            raise WorkerEnded(f"The service {gone} ended by itself; start the daemon again")

    async def _keep(self, worker: Worker) -> None:
        while not self._stopping.is_set():
            worker.woken.clear()
            if not await self._tick(worker):
                await self._bell(worker)

    async def _bell(self, worker: Worker) -> None:
        """Wait to be woken; not for ever, should somebody set the machine's clock back.

        Bells ring by that clock. This limit does not.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * self._bells.real(worker.every)):
                await worker.woken.wait()

    async def _tick(self, worker: Worker) -> int:
        """Tick once. What fails unexpectedly is told, and tried again at the next bell."""
        try:
            return await worker.tick()
        except StoreBroken:
            raise
        except Exception:
            LOG.exception(
                "A service failed in an unexpected way; it goes on at the next bell",
                action="daemon.error",
                service=worker.name,
            )
            return 0

    async def _drain(self) -> None:
        drains = [worker.drain() for worker in self._workers if worker.drain is not None]
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await asyncio.gather(*drains)
        except TimeoutError:
            # What is still under way is found out at the next start.
            LOG.warning("Some requests did not come back in time", action="daemon.undrained")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Take the first of several reasons; they are one."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
