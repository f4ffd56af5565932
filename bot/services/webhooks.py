"""Tells the operator's programs what happened: Standard Webhooks 1.0, at least once, in order.

Each address has requests, names and waits of its own: one that is dead delays no other, and no
text at all.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot import metrics
from bot.clock import Clock
from bot.core.deliveries import DeliveryStatus, name_of
from bot.core.signature import signed
from bot.internet import Internet, NotAnswered
from bot.log import logger
from bot.storage import deliveries
from bot.storage.database import Database
from bot.storage.deliveries import Attempt, Delivery

LOG = logger(__name__)
LIMIT = timedelta(seconds=15)
"""For all of a request: the name, the connection, and the status of the answer."""
AT_ONCE = 8
"""Requests to one address at the same time, each of another conversation."""
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 18)))
)
"""Between the tries of one event: ten in three days."""
PATIENCE = timedelta(days=3)
"""What is older goes no more to an address that has not answered for an `OUTAGE`."""
OUTAGE = timedelta(hours=1)
REST_SECONDS, LONGEST_REST_SECONDS = 5.0, 300.0
"""Between two requests to an address that fails, doubled from one to the next."""
SWEEP_SECONDS = 600.0
"""How often it is looked for what waits in vain."""
COUNT_SECONDS = 30.0
COMING_BACK_SECONDS = 2.0
"""Real seconds that requests may take when we stop; they go again, under the same id."""
GONE = 410


@dataclass(slots=True)
class Address:
    """One of the operator's programs, and how it does."""

    digest: str
    url: str
    shown: str
    """The address as the log may have it."""
    secrets: Sequence[str]
    internet: Internet
    busy: set[int] = field(default_factory=set)
    """The deliveries that are under way, until what came of them is on the disk."""
    failures: int = 0
    """Since something arrived."""
    failing_since: datetime | None = None
    rests_until: float = 0.0
    gone: bool = False
    """It answered 410: it wants nothing more."""


class Webhooks:
    """Works off what is to be told: to an address one event of a conversation after the other."""

    def __init__(
        self, database: Database, clock: Clock, secret: bytes, addresses: Sequence[Address]
    ) -> None:
        """`secret`: the installation's key, by which events are named."""
        self._database = database
        self._clock = clock
        self._secret = secret
        self._addresses = addresses
        self.woken = asyncio.Event()
        self._flying: set[asyncio.Task[None]] = set()
        self._attempts: list[tuple[Address, Attempt]] = []
        self._swept_at: float | None = None
        self._counted_at: float | None = None

    async def tick(self) -> int:
        """Write down what came back and send what is due; say how many."""
        done = await self._settle()
        await self._sweep()
        now, moment = self._clock.now(), self._clock.monotonic()
        for address in self._addresses:
            room = _room(address, moment)
            if room <= 0:
                continue
            async with self._database.read() as connection:
                limit = room + len(address.busy)
                due = await deliveries.due(connection, address.digest, now, limit)
            fresh = [one for one in due if one.id not in address.busy][:room]
            for delivery in fresh:
                self._begin(address, delivery)
            done += len(fresh)
        await self._count(moment)
        return done

    async def drain(self) -> None:
        """Let what is under way come back for a moment; the rest goes again at the next start."""
        if self._flying:
            await asyncio.wait(self._flying, timeout=COMING_BACK_SECONDS)
        for task in self._flying:
            task.cancel()
        await asyncio.gather(*self._flying, return_exceptions=True)
        await self._settle()

    def _begin(self, address: Address, delivery: Delivery) -> None:
        address.busy.add(delivery.id)
        task = asyncio.create_task(self._send(address, delivery))
        self._flying.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self.woken.set()

    async def _send(self, address: Address, delivery: Delivery) -> None:
        status, error = 0, ""
        try:
            status = await self._post(address, delivery)
        except NotAnswered as silent:
            error = silent.reason
        except Exception as failed:
            LOG.exception("Telling a program failed unforeseen", action="webhook.error")
            error = type(failed).__name__
        if not error and not 200 <= status < 300:
            error = f"it answered {status}"
        self._attempts.append((address, self._judge(address, delivery, status, error)))

    async def _post(self, address: Address, delivery: Delivery) -> int:
        told = {
            "type": delivery.type,
            "timestamp": f"{delivery.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "data": delivery.body,
        }
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        name = name_of(self._secret, delivery.event, delivery.created_at)
        at = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(at),
            "webhook-signature": signed(address.secrets, name, at, body),
        }
        return await address.internet.post(address.url, body, within=LIMIT, headers=headers)

    def _judge(self, address: Address, delivery: Delivery, status: int, error: str) -> Attempt:
        """Say what becomes of an event, and note how its address does."""
        now = self._clock.now()
        self._note(address, status, error, now)
        if not error:
            return Attempt(delivery.id, DeliveryStatus.DONE, now)
        if delivery.attempts >= len(WAITS) and not address.gone:
            return Attempt(delivery.id, DeliveryStatus.FAILED, now, error)
        wait = WAITS[min(delivery.attempts, len(WAITS) - 1)]
        return Attempt(delivery.id, DeliveryStatus.WAITING, now + wait, error)

    def _note(self, address: Address, status: int, error: str, now: datetime) -> None:
        if not error:
            if address.failures:
                LOG.info("A program answers again", action="webhook.well", address=address.shown)
            address.failures, address.failing_since, address.rests_until = 0, None, 0.0
            return
        moment = self._clock.monotonic()
        first = not address.failures
        if moment >= address.rests_until:  # of several that failed together one counts
            rest = min(REST_SECONDS * 2.0 ** min(address.failures, 16), LONGEST_REST_SECONDS)
            address.rests_until = moment + rest
            address.failures += 1
        address.failing_since = address.failing_since or now
        if status == GONE and not address.gone:
            address.gone = True
            LOG.error(
                "A program wants to be told nothing more (410): nothing goes there until we are "
                "started again; take the address out of config.yaml, or see to the program",
                action="webhook.gone",
                address=address.shown,
            )
        elif first:
            LOG.warning(
                "A program could not be told something; it is tried again for three days",
                action="webhook.failing",
                address=address.shown,
                reason=error,
            )

    async def _settle(self) -> int:
        """Write down what came of requests; then others of their conversations may go."""
        landed, now = self._attempts.copy(), self._clock.now()
        if not landed:
            return 0
        async with self._database.write() as connection:
            await deliveries.settle(connection, [attempt for _, attempt in landed], now)
        del self._attempts[: len(landed)]
        for address, attempt in landed:
            address.busy.discard(attempt.id)
            metrics.WEBHOOKS.labels(attempt.status.value).inc()
        given_up = [one.id for _, one in landed if one.status is DeliveryStatus.FAILED]
        if given_up:
            _tell_given_up(len(given_up))
        return len(landed)

    async def _sweep(self) -> None:
        """Give up what is three days old where nobody answers, or is not known any more."""
        moment, now = self._clock.monotonic(), self._clock.now()
        if self._swept_at is not None and moment - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = moment
        silent = [one.digest for one in self._addresses if one.gone or _is_out(one, now)]
        async with self._database.write() as connection:
            given_up = await deliveries.give_up(
                connection,
                now - PATIENCE,
                now,
                webhooks=silent,
                known=[one.digest for one in self._addresses],
            )
        if given_up:
            metrics.WEBHOOKS.labels(DeliveryStatus.FAILED.value).inc(given_up)
            _tell_given_up(given_up)

    async def _count(self, moment: float) -> None:
        if self._counted_at is not None and moment - self._counted_at < COUNT_SECONDS:
            return
        self._counted_at = moment
        async with self._database.read() as connection:
            waiting = await deliveries.waiting(connection)
        metrics.WEBHOOKS_WAITING.set(sum(waiting.values()))


def _room(address: Address, moment: float) -> int:
    """Say how many requests may begin: to an address that fails one alone, after a rest."""
    if address.gone or moment < address.rests_until:
        return 0
    return (1 if address.failures else AT_ONCE) - len(address.busy)


def _is_out(address: Address, now: datetime) -> bool:
    return address.failing_since is not None and now - address.failing_since >= OUTAGE


def _tell_given_up(how_many: int) -> None:
    LOG.error(
        "Events were given up: no program took them within three days; "
        "`textobot webhooks again --failed` sends them once more",
        action="webhook.given_up",
        events=how_many,
    )
