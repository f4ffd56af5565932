"""The one loop: it ticks while there is work, sleeps until it is woken, and ends in time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot import daemon as module
from bot.daemon import Daemon, Worker, WorkerEnded
from bot.scheduler import Bells
from bot.storage.errors import StoreBroken

SELDOM, OFTEN = timedelta(hours=1), timedelta(milliseconds=5)
SOON = 3.0


class Service:
    """Ticks as a test says: each entry is what one tick does; afterwards nothing is due."""

    def __init__(self, *ticks: int | Exception) -> None:
        self.ticks = deque(ticks)
        self.ticked = 0
        self.idle = asyncio.Event()

    async def tick(self) -> int:
        self.ticked += 1
        if not self.ticks:
            self.idle.set()
            return 0
        done = self.ticks.popleft()
        if isinstance(done, Exception):
            raise done
        return done

    def worker(
        self,
        every: timedelta = SELDOM,
        drain: Callable[[], Awaitable[None]] | None = None,
    ) -> Worker:
        return Worker("service", self.tick, every, drain=drain)


async def until(event: asyncio.Event) -> None:
    async with asyncio.timeout(SOON):
        await event.wait()


async def ended(running: asyncio.Task[None]) -> None:
    async with asyncio.timeout(SOON):
        await running


async def test_it_ticks_while_there_is_work_and_then_waits() -> None:
    service = Service(3, 1, 2)
    daemon = Daemon([service.worker()], Bells())
    running = asyncio.create_task(daemon.run())

    await until(service.idle)
    await asyncio.sleep(0.02)

    assert service.ticked == 4
    daemon.stop()
    await ended(running)
    assert service.ticked == 4


async def test_who_is_woken_ticks_at_once() -> None:
    service = Service()
    worker = service.worker()
    daemon = Daemon([worker], Bells())
    running = asyncio.create_task(daemon.run())
    await until(service.idle)

    service.idle.clear()
    worker.wake()

    await until(service.idle)
    daemon.stop()
    await ended(running)
    assert service.ticked == 2


async def test_a_wake_up_during_a_tick_is_not_lost() -> None:
    ticks = 0
    again = asyncio.Event()

    async def tick() -> int:
        nonlocal ticks
        ticks += 1
        if ticks == 1:
            worker.wake()
            await asyncio.sleep(0)
        else:
            again.set()
        return 0

    worker = Worker("service", tick, SELDOM)
    daemon = Daemon([worker], Bells())
    running = asyncio.create_task(daemon.run())

    await until(again)
    daemon.stop()
    await ended(running)


async def test_bells_wake_who_sleeps() -> None:
    service = Service()
    daemon = Daemon([service.worker(OFTEN)], Bells())
    running = asyncio.create_task(daemon.run())

    for _ in range(3):
        await until(service.idle)
        service.idle.clear()

    daemon.stop()
    await ended(running)


async def test_what_fails_unexpectedly_is_told_and_tried_again() -> None:
    """INV-28: and nobody else notices."""
    failing, other = Service(KeyError("a text"), KeyError("a text")), Service(1)
    daemon = Daemon([failing.worker(OFTEN), other.worker()], Bells())
    with capture_logs() as lines:
        running = asyncio.create_task(daemon.run())
        await until(failing.idle)
        await until(other.idle)
        daemon.stop()
        await ended(running)

    told = [line for line in lines if line["action"] == "daemon.error"]
    assert [line["service"] for line in told] == ["service", "service"]
    assert "a text" not in str([{**line, "exc_info": ""} for line in told])
    assert failing.ticked == 3


async def test_a_store_that_cannot_be_written_ends_it_at_once() -> None:
    """INV-37: nothing is drained, since nothing more can be written down."""
    drained = False

    async def drain() -> None:
        nonlocal drained
        drained = True

    healthy, broken = Service(), Service(StoreBroken("the disk is full"))
    daemon = Daemon([healthy.worker(drain=drain), broken.worker()], Bells())

    with pytest.raises(StoreBroken, match="the disk is full"):
        await ended(asyncio.create_task(daemon.run()))

    assert not drained


async def test_two_parts_that_find_the_store_broken_have_one_reason() -> None:
    services = [Service(StoreBroken("the disk is full")) for _ in range(3)]
    daemon = Daemon([one.worker() for one in services], Bells())

    with pytest.raises(StoreBroken):
        await ended(asyncio.create_task(daemon.run()))


async def test_a_service_that_is_cancelled_alone_ends_the_process() -> None:
    """INV-2: else its texts would wait for ever while all looks well."""

    async def cancelled() -> int:
        raise asyncio.CancelledError

    daemon = Daemon([Service().worker(), Worker("poller", cancelled, SELDOM)], Bells())

    with pytest.raises(WorkerEnded, match="poller"):
        await ended(asyncio.create_task(daemon.run()))


async def test_a_stop_lets_a_tick_end_and_drains() -> None:
    order: list[str] = []
    begun, gate = asyncio.Event(), asyncio.Event()

    async def tick() -> int:
        begun.set()
        await gate.wait()
        order.append("ticked")
        return 1

    async def drain() -> None:
        order.append("drained")

    daemon = Daemon([Worker("service", tick, SELDOM, drain=drain)], Bells())
    running = asyncio.create_task(daemon.run())
    await until(begun)

    daemon.stop()
    await asyncio.sleep(0.01)
    assert not running.done()
    gate.set()
    await ended(running)

    assert order == ["ticked", "drained"]


async def hang() -> int:
    await asyncio.get_running_loop().create_future()
    return 0


async def hang_draining() -> None:
    await hang()


async def test_a_reading_that_hangs_holds_up_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promised: within 10 s. What was not read is read at the next start."""
    monkeypatch.setattr(module, "READING_SECONDS", 0.05)
    drained = asyncio.Event()

    async def drain() -> None:
        drained.set()

    daemon = Daemon([Worker("hangs", hang, SELDOM), Service().worker(drain=drain)], Bells())
    running = asyncio.create_task(daemon.run())
    await asyncio.sleep(0.01)

    daemon.stop()
    await ended(running)

    assert drained.is_set()


async def test_a_send_that_hangs_holds_up_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is under way is found out at the next start."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.05)
    daemon = Daemon([Service().worker(drain=hang_draining)], Bells())
    running = asyncio.create_task(daemon.run())
    await asyncio.sleep(0.01)

    with capture_logs() as lines:
        daemon.stop()
        await ended(running)

    assert [line["action"] for line in lines] == ["daemon.undrained"]


async def test_a_stop_before_it_runs_is_kept() -> None:
    daemon = Daemon([Service().worker()], Bells())
    daemon.stop()

    await ended(asyncio.create_task(daemon.run()))


def test_the_grace_leaves_time_to_close() -> None:
    assert module.READING_SECONDS + module.GRACE_SECONDS <= 8
