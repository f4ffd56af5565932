"""Mistakes to be planted: a simulation that does not find them proves nothing.

Each is what somebody might write in good faith; the first lines of `BUGS` are what most programs
that answer texts do. A process that planted one stays spoilt, so each is tried in its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import update

from bot.core import reconcile
from bot.core.messages import Outbound, Status
from bot.gateways.base import GatewayError
from bot.gateways.clever_turns import Turns
from bot.gateways.vudumobile_cursor import Cursor, Plan
from bot.services import poller
from bot.services.leasing import Lease
from bot.services.poller import Poller
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.work import Work
from bot.storage import feeds, inbox, leases, leaving, outbox
from bot.storage.columns import UNDER_WAY, has_status
from bot.storage.schema import outbox as rows


def _plant(owner: Any, name: str, mistake: Any) -> None:
    assert hasattr(owner, name), f"{owner} has no {name} any more: plant it elsewhere"
    setattr(owner, name, mistake)


def _unwritten_intent() -> None:
    """What is sent is written down once it was sent."""

    async def hand(*_: Any) -> None:
        return

    _plant(outbox, "hand", hand)


def _queued_after_a_crash() -> None:
    """What was being sent when the process died goes again."""

    async def recover(connection: Any, gateway: str, now: datetime, *, all_of_them: bool) -> int:
        lost = update(rows).where(
            rows.c.gateway == gateway,
            has_status(rows, *UNDER_WAY),
            has_status(rows, Status.SENDING),
            (rows.c.lease_until <= now) | all_of_them,
        )
        done = await connection.execute(
            lost.values(status=Status.QUEUED.value, status_at=now, not_before=now)
        )
        return int(done.rowcount)

    _plant(outbox, "recover", recover)


def _again_after_a_lost_answer() -> None:
    """An answer that does not come is a failure like any other, and is tried again."""
    before = Sender._failed

    def failed(self: Sender, batch: Any, error: GatewayError) -> Any:
        outcome = before(self, batch, error)
        if outcome.status is Status.UNCONFIRMED:
            return self._again(batch, error, 1.0)
        return outcome

    _plant(Sender, "_failed", failed)


def _cursor_before_rows() -> None:
    """The place in the list moves on before what was read there is written down."""
    store = Poller._store
    _no_overlap()

    async def stored(self: Poller, followed: Any, page: Any) -> int:
        async with self._account.database.write() as connection:
            await feeds.move(connection, self._moved(followed, page, found=False))
        return await store(self, followed, page)

    _plant(Poller, "_store", stored)


def _no_overlap() -> None:
    """The list is read on from where it ended."""
    _plant(Cursor, "plan", lambda self, present: Plan(min(self.read, present)))


def _every_row_is_new() -> None:
    """What is listed again is taken for another text."""
    receive, numbers = inbox.receive, count()

    async def received(connection: Any, gateway: str, texts: Sequence[Any], **how: Any) -> Any:
        fresh = [replace(one, key=f"{one.key}~{next(numbers)}", fingerprint="") for one in texts]
        return await receive(connection, gateway, fresh, **how)

    _plant(inbox, "receive", received)
    forgetful = property(lambda _self: _Forgetful(), lambda _self, _value: None)
    Poller._stored = forgetful  # type: ignore[assignment]  # each poller has its own


class _Forgetful(dict[str, Any]):
    def get(self, *_: Any) -> Any:
        return poller.NOTHING


def _history_is_answered() -> None:
    """Whatever is listed is new."""
    receive = inbox.receive

    async def received(*what: Any, history: bool, **how: Any) -> Any:
        return await receive(*what, history=False, **how)

    _plant(inbox, "receive", received)


def _all_at_once() -> None:
    """A person's second reply does not wait for the first."""
    queued = rows.c

    async def due(connection: Any, gateway: str, now: Any, limit: int, *_: Any, **__: Any) -> Any:
        found = await connection.execute(
            rows.select().where(
                queued.gateway == gateway,
                queued.status == Status.QUEUED.value,
                queued.not_before <= now,
            )
        )
        made: Any = leaving.Due
        return [
            made(*(getattr(row, name, False) for name in leaving.DUE_FIELDS))
            for row in found.all()[:limit]
        ]

    _plant(leaving, "due", due)


def _two_pushes_in_a_second() -> None:
    """Clever is given everything as soon as it is there."""

    async def at_once(_self: Turns) -> None:
        return

    _plant(Turns, "_own_second", at_once)


def _no_fence() -> None:
    """Who was frozen goes on with what it had in hand."""

    async def expect(*_: Any) -> None:
        return

    _plant(leases, "expect", expect)


def _a_lease_is_believed() -> None:
    """Whoever had an account a moment ago may ask it."""
    _plant(Lease, "guarding", lambda _self, exchange: exchange)


def _people_are_not_locked() -> None:
    """Each instance decides whatever is new."""

    async def lock_people(_connection: Any, numbers: Sequence[str], **_: Any) -> list[str]:
        return list(numbers)

    _plant(inbox, "lock_people", lock_people)


def _no_settle_time() -> None:
    """What is not listed by now was not taken."""
    _plant(reconcile, "settle_seconds", lambda _lag, _skew: 0.0)


def _any_listing_will_do() -> None:
    """A listing is believed, also if nothing in it is newer than what is looked for."""
    _plant(reconcile, "_fresh", lambda _batch, _look: True)


def _handled_before_answered() -> None:
    """A text is done with in one transaction, and its reply written down in the next."""
    write, claim = Work.write, Responder._claim
    waiting: dict[int, list[Outbound]] = {}

    async def written(self: Work, connection: Any) -> None:
        messages, self.messages = self.messages, []
        await write(self, connection)
        waiting[id(self.speech)] = self.messages = messages

    async def claimed(self: Responder, choose: Any) -> int:
        done = await claim(self, choose)
        async with self._database.write() as connection:
            await outbox.enqueue(connection, waiting.pop(id(self._speech), []), observing=False)
        return done

    _plant(Work, "write", written)
    _plant(Responder, "_claim", claimed)


OF_TWO: Mapping[str, Callable[[], None]] = {
    "no fence": _no_fence,
    "a lease is believed": _a_lease_is_believed,
    "people are not locked": _people_are_not_locked,
}
"""What only goes wrong where two instances share the store."""
FIRST = {
    "no fence": 42,
    "a lease is believed": 7,
    "people are not locked": 17,
    "cursor before rows": 100,
    "no overlap": 100,
    "queued after a crash": 74,
    "history is answered": 14,
}
"""The seeds from which these are looked for: little of what befalls us tells them."""
BUGS: Mapping[str, Callable[[], None]] = {
    "unwritten intent": _unwritten_intent,
    "queued after a crash": _queued_after_a_crash,
    "again after a lost answer": _again_after_a_lost_answer,
    "cursor before rows": _cursor_before_rows,
    "no overlap": _no_overlap,
    "every row is new": _every_row_is_new,
    "history is answered": _history_is_answered,
    "all at once": _all_at_once,
    "two pushes in a second": _two_pushes_in_a_second,
    "no settle time": _no_settle_time,
    "any listing will do": _any_listing_will_do,
    "handled before answered": _handled_before_answered,
    **OF_TWO,
}
SHARPER: Mapping[str, str] = {
    "no settle time": "late",
    "any listing will do": "unlisted",
    "handled before answered": "deadly",
}
"""By which plans of `sharp` a mistake is found."""
