"""A fault of the account, as receipts tell of it: begun by one, ended by a message that arrives.

While it lasts, what we start waits, and one of it is let through now and then to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.alarms import AlarmKind, fault as fault_alarm
from bot.core.messages import MessageClass
from bot.core.network import Action
from bot.core.starting import STARTING
from bot.services.account import Account, Fault
from bot.services.undelivered import Dealt
from bot.storage import alarms
from bot.storage.database import Connection, Database
from bot.storage.leaving import Due

TRIAL = timedelta(minutes=15)
"""Between two messages that are let through to see."""
NOTHING: frozenset[MessageClass] = frozenset()


async def recall(connection: Connection, account: Account) -> None:
    """Know the fault that lasts since before this process began, if any."""
    detail = await alarms.fault_since(connection, account.name)
    if detail is not None:
        since = datetime.fromisoformat(str(detail["since"]))
        account.fault = Fault(since, account.clock.monotonic())


async def note(
    connection: Connection,
    account: Account,
    dealt: Sequence[Dealt],
    arrived: Sequence[datetime],
    now: datetime,
) -> Fault | None:
    """Write down what receipts say of it, and give what lasts once the caller has committed.

    `arrived`: when each message was handed over that has arrived.
    """
    failed = [one for one in dealt if one.fate.action is Action.HOLD]
    newest = max(failed, key=lambda one: one.message.handed_at, default=None)
    lasting = account.fault
    if newest is not None:
        since = newest.message.handed_at
        since = max(since, lasting.since) if lasting else since
        lasting = Fault(since, lasting.tried_at if lasting else account.clock.monotonic())
        told = fault_alarm(account.name, newest.code, since)
        await alarms.put(connection, [told], now)
    if lasting is not None and any(at > lasting.since for at in arrived):
        await alarms.end(connection, [(AlarmKind.FAULT, account.name)], now)
        return None
    return lasting


async def release(database: Database, gateway: str, now: datetime) -> bool:
    """Take an operator's word that it is settled; say whether there was one."""
    async with database.write() as connection:
        return bool(await alarms.end(connection, [(AlarmKind.FAULT, gateway)], now))


def waiting(account: Account) -> frozenset[MessageClass]:
    """Name the classes of which nothing leaves now."""
    if account.fault is None or _is_trial_due(account, account.fault):
        return NOTHING
    return STARTING


def admit(account: Account, rows: Sequence[Due]) -> list[Due]:
    """Let pass what may leave: of what we start, one alone while a fault lasts."""
    if account.fault is None:
        return list(rows)
    started = [row for row in rows if row.message_class in STARTING]
    if started:
        account.fault.tried_at = account.clock.monotonic()
    return [row for row in rows if row.message_class not in STARTING or row is started[0]]


def _is_trial_due(account: Account, fault: Fault) -> bool:
    return account.clock.monotonic() - fault.tried_at >= TRIAL.total_seconds()
