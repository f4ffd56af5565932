"""An event loop without time, threads and sockets: what is ready next is a matter of dice.

Time stands still while anything is ready, and then goes on to the next timer at once. Which of
several ready callbacks comes first is drawn, so that one seed is one interleaving. Callbacks
belong to the machine in whose context they were scheduled; those of a dead one are never called.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self, cast

FIFO = 0.5
"""How often the first that is ready comes first."""
MOST_STEPS = 3_000_000
"""Of one run; more than that never ends."""


@dataclass(eq=False, slots=True)
class Life:
    """One process on a machine: dead, none of its code is ever executed again."""

    name: str
    machine: str = ""
    dead: bool = False
    frozen_until: float = 0.0
    """By the loop's time: it is stopped, as by SIGSTOP."""
    cut_at: float = 0.0
    cut_until: float = 0.0
    """By the loop's time: between these, its machine and the store's server hear nothing of each
    other."""
    leaving: int = 0
    """Requests that it was sure it may ask, and of which nothing has left."""
    dated: list[str] = field(default_factory=list)
    """The gateways whose clock it was told."""
    frozen_leaving: float = 0.0
    """Seconds for which it was frozen while there were any."""
    remains: list[object] = field(default_factory=list)
    """What the dead held. Collected, its `finally` would be executed, as no SIGKILL does."""


LIFE: ContextVar[Life | None] = ContextVar("LIFE", default=None)


class Endless(Exception):
    """A run does not come to its end."""


class _Task(asyncio.Task[Any]):
    """A task whose place in a set does not depend on where in memory it lies.

    Whatever goes over a set of tasks, as a task group does that ends them, is the same every time.
    """

    def __new__(cls, _coroutine: object, *, loop: Loop, **_how: object) -> Self:
        made = super().__new__(cls)
        made.number = loop.tasks = loop.tasks + 1
        return made

    number: int

    def __hash__(self) -> int:
        return self.number


class Loop(asyncio.BaseEventLoop):
    """Satisfies asyncio for what uses tasks, futures and timers alone."""

    def __init__(self, dice: Random) -> None:
        super().__init__()
        self._dice = dice
        self._now = 0.0
        self.steps = self.tasks = 0
        self.set_task_factory(lambda loop, it, **how: _Task(it, loop=cast("Loop", loop), **how))
        self.before_step: Callable[[Life], None] | None = None
        """Is asked before each step of a living machine."""
        self.set_exception_handler(lambda _loop, _context: None)

    def time(self) -> float:
        """Seconds since the world began."""
        return self._now

    def chance(self, probability: float) -> bool:
        """Throw the dice."""
        return self._dice.random() < probability

    def _process_events(self, event_list: list[Any]) -> None:
        """Nothing comes from outside."""

    def _write_to_self(self) -> None:
        """Nobody waits in a selector."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """Do it here and now: a thread would have an order of its own."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is the caller's
            future.set_exception(error)
        return future

    def _run_once(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Endless(f"{self.steps} steps, at second {self._now:.0f}")
        ready: Any = self._ready  # type: ignore[attr-defined]
        if not ready:
            self._next_timer()
        self._due()
        if not ready:
            return
        place = 0
        if len(ready) > 1 and self._dice.random() >= FIFO:
            place = self._dice.randrange(len(ready))
        handle = ready[place]
        del ready[place]
        if not handle._cancelled:
            self._step(handle)

    def _step(self, handle: Any) -> None:
        life = handle._context.get(LIFE)
        if life is None:
            handle._run()
            return
        if life.frozen_until > self._now:
            self.call_at(
                life.frozen_until, handle._callback, *handle._args, context=handle._context
            )
            return
        if not life.dead and self.before_step is not None:
            self.before_step(life)
        if life.dead:
            life.remains.append(handle)
            return
        handle._run()

    def _next_timer(self) -> None:
        scheduled: Any = self._scheduled  # type: ignore[attr-defined]
        while scheduled and scheduled[0]._cancelled:
            heapq.heappop(scheduled)._scheduled = False
        if not scheduled:
            raise Endless("nothing will ever happen again")
        self._now = max(self._now, scheduled[0]._when)

    def _due(self) -> None:
        scheduled: Any = self._scheduled  # type: ignore[attr-defined]
        while scheduled and (scheduled[0]._cancelled or scheduled[0]._when <= self._now):
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            if not handle._cancelled:
                self._ready.append(handle)  # type: ignore[attr-defined]


async def for_ever() -> None:
    """What the dead wait for."""
    await asyncio.get_running_loop().create_future()
