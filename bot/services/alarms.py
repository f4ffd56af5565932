"""Tells the operator what must be known while it lasts: log, figures, programs, an e-mail.

What lasts stands in the store: a restart neither repeats nor forgets it. Others raise alarms by
writing them down with their cause (`bot.storage.alarms.put`); all are told here.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from bot import metrics
from bot.clock import Clock
from bot.core.alarms import (
    OVER,
    SUBJECT,
    Alarm,
    AlarmKind,
    Figures,
    House,
    Key,
    Limits,
    due,
    in_language,
    read_expiry,
)
from bot.core.errands import Errand, ErrandKind
from bot.core.mails import as_text
from bot.log import logger
from bot.services.account import Account, Fault
from bot.services.leasing import Lease, ours
from bot.services.library import Library
from bot.storage import alarms, errands, events, spent
from bot.storage.alarms import Raised
from bot.storage.database import Connection, Database
from bot.storage.events import Event

LOG = logger(__name__)
EVERY_SECONDS = 5.0
PACE = timedelta(days=7)
"""The stretch whose mean says what a day costs."""
RAISED, ENDED = "alarm.raised", "alarm.ended"
TALK = ""
"""The conversation under which the events stand: none."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told by mail, and how."""

    email: str = ""
    """Empty: nobody."""
    language: str = "fr"
    zone: tzinfo | None = None
    organisation: str = ""


class Alarms:
    """One in each instance: it looks at the accounts in hand, and who keeps house at the rest."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Sequence[Account],
        library: Library,
        *,
        house: Lease | None = None,
        limits: Limits,
        telling: Telling,
        free: Callable[[], int | None],
    ) -> None:
        """`free` says how many bytes are free where the store is; None: it cannot be told."""
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._library = library
        self._limits = limits
        self._telling = telling
        self._free = free
        self._house = house or ours()
        begun_at = clock.monotonic()
        self._ours_since = {one.name: begun_at for one in accounts if one.lease.held}
        self._held_since: dict[str, float] = {}
        self._released_at: dict[str, float] = {}
        self._looked_at: float | None = None
        self._shown: set[Key] = set()

    async def tick(self) -> int:
        """Look, write down what changed, and tell it; say how many alarms began or ended."""
        moment = self._clock.monotonic()
        if self._looked_at is not None and moment - self._looked_at < EVERY_SECONDS:
            return 0
        self._looked_at = moment
        before = [(one, one.fault) for one in self._accounts]
        async with self._database.read() as connection:
            known = await alarms.every(connection)
            paces = await self._paces(connection)
        _settle(before, known)
        found = self._due([one.alarm.key for one in known if one.lasts], paces)
        lasting = {one.alarm.key: one.alarm for one in known if one.lasts}
        begun = [one for one in found if one.key not in lasting]
        over = {key for key, one in lasting.items() if self._is_over(one)}
        over -= {one.key for one in found}
        self._show((lasting.keys() | {one.key for one in begun}) - over)
        if not begun and not over and all(one.announced and one.lasts for one in known):
            return 0
        now = self._clock.now()
        async with self._database.write() as connection:
            await alarms.put(connection, begun, now)
            await alarms.end(connection, over, now)
            untold = [one for one in await alarms.every(connection) if not _is_told(one)]
            await self._write(connection, untold, now)
            await alarms.announced(connection, {one.alarm.key for one in untold})
        self._tell(untold)
        return len(untold)

    # --- what is --------------------------------------------------------------------------------

    def _due(self, raised: Collection[Key], paces: dict[str, float]) -> list[Alarm]:
        moment = self._clock.monotonic()
        figures = [
            self._figures(one, moment, paces.get(one.name, 0.0)) for one in self._in_hand(moment)
        ]
        faults = self._library.faults if self._house.is_good else ()
        free = self._free() if self._house.is_good else None
        house = House(len(faults), str(faults[0]) if faults else "", free)
        return due(figures, house, self._limits, self._clock.now(), raised)

    def _in_hand(self, moment: float) -> list[Account]:
        """Give the accounts that are ours; what is known of others stands with who has them.

        Whoever was frozen knows old things alone, and may not have noticed yet.
        """
        found = [one for one in self._accounts if one.lease.is_good]
        names = {one.name for one in found}
        for known in (self._ours_since, self._held_since, self._released_at):
            for name in known.keys() - names:
                del known[name]
        for name in names:
            self._ours_since.setdefault(name, moment)
        return found

    def _is_over(self, alarm: Alarm) -> bool:
        """Tell whether what is not due any more is known to be over; else it lasts.

        After a start nothing is known before the gateway was asked.
        """
        account = next((one for one in self._accounts if one.name == alarm.gateway), None)
        if account is None:
            # A gateway that is off, or the installation, which knows at once.
            return self._house.is_good
        if not account.lease.is_good:
            return False
        match alarm.kind:
            case AlarmKind.FAULT:
                return False  # receipts end it
            case AlarmKind.CREDIT | AlarmKind.EXPIRY:
                return bool(account.seen)
            case AlarmKind.HELD if alarm.detail.get("word") == "credit":
                sent = max(account.sent_at, self._released_at.get(account.name, -math.inf))
                return sent > -math.inf or has_credit(account)
        return account.heard_at > -math.inf

    def _figures(self, account: Account, moment: float, pace: float) -> Figures:
        held = account.gateway.condition.held
        since = self._held_since.setdefault(account.name, moment) if held else moment
        if not held and self._held_since.pop(account.name, None) is not None:
            self._released_at[account.name] = moment
        read_at = max(account.heard_at, self._ours_since[account.name])
        credit, expiry = account.seen.get("credit"), account.seen.get("expiry")
        return Figures(
            account.name,
            held,
            timedelta(seconds=moment - since),
            credit if isinstance(credit, float | int) else None,
            pace,
            read_expiry(expiry) if isinstance(expiry, str) else None,
            timedelta(seconds=moment - read_at),
        )

    async def _paces(self, connection: Connection) -> dict[str, float]:
        """Read how many units a day costs at each gateway that tells units."""
        zone = self._telling.zone
        now = self._clock.now().astimezone(zone)
        days = await spent.since(connection, f"{now - PACE:%Y-%m-%d}")
        return pace_of([(one.gateway, one.day, one.units) for one in days], now)

    # --- telling --------------------------------------------------------------------------------

    async def _write(
        self, connection: Connection, untold: Sequence[Raised], now: datetime
    ) -> None:
        """Write down what programs and the mailbox are told; the caller commits."""
        told, mails = [], []
        for one in untold:
            if not one.announced:
                told.append(Event(TALK, RAISED, now, _body(one)))
                mails += self._mail(one, ends=False)
            if not one.lasts:
                told.append(Event(TALK, ENDED, now, _body(one)))
                mails += self._mail(one, ends=True)
        await events.record(connection, told)
        await errands.enqueue(connection, mails, now)

    def _mail(self, one: Raised, *, ends: bool) -> list[Errand]:
        telling, through = self._telling, self._mailing(one.alarm)
        if not telling.email or not through:
            return []
        language = telling.language if telling.language in SUBJECT else "en"
        text = in_language(one.alarm.told, language)
        if ends and one.over_at is not None:
            at = f"{one.over_at.astimezone(telling.zone):%Y-%m-%d %H:%M}"
            text = OVER[language].format(at=at, told=text)
        what = " ".join(filter(None, (one.alarm.kind.value, one.alarm.gateway)))
        subject = f"{SUBJECT[language][ends]} ({telling.organisation}: {what})"
        return [
            Errand(
                kind=ErrandKind.MAIL,
                conversation=TALK,
                gateway=through,
                number="",
                inbound=0,
                rule=f"alarm {what}",
                due_at=self._clock.now(),
                body={"to": telling.email, "subject": subject, "text": as_text(text)},
            )
        ]

    def _mailing(self, alarm: Alarm) -> str:
        """Choose the gateway that mails: one that works before the one that it is about."""
        ranked = sorted(
            self._accounts,
            key=lambda one: (_is_held(one), one.name == alarm.gateway),
        )
        return ranked[0].name if ranked else ""

    def _tell(self, untold: Sequence[Raised]) -> None:
        for one in untold:
            kind, gateway = one.alarm.key
            told = in_language(one.alarm.told, "en")
            about = {"kind": kind.value, "gateway": gateway, "told": told}
            if not one.announced:
                LOG.error("An alarm is raised", action=RAISED, **about)
            if not one.lasts:
                LOG.warning("An alarm is over", action=ENDED, **about)

    def _show(self, lasting: Collection[Key]) -> None:
        """Set the figures: of all alarms, whichever instance raised them."""
        self._shown |= set(lasting)
        for kind, gateway in self._shown:
            metrics.ALARM.labels(kind.value, gateway).set((kind, gateway) in lasting)


def _settle(before: Sequence[tuple[Account, Fault | None]], known: Sequence[Raised]) -> None:
    """Hold nothing back for a fault of which an operator told another process that it is over.

    `before`: the faults that were known before it was read what lasts.
    """
    raised = [one.alarm for one in known if one.lasts]
    lasting = {alarm.gateway for alarm in raised if alarm.kind is AlarmKind.FAULT}
    for account, fault in before:
        if fault is not None and account.fault is fault and account.name not in lasting:
            account.fault = None


def _is_held(account: Account) -> bool:
    """Tell whether an account is held, also by what tells who has it in hand."""
    elsewhere = account.elsewhere
    return bool(account.gateway.condition.held if elsewhere is None else elsewhere.get("word"))


def has_credit(account: Account) -> bool:
    """Tell whether the account says that there is credit."""
    credit = account.seen.get("credit")
    return isinstance(credit, float | int) and credit > 0


def _is_told(one: Raised) -> bool:
    return one.announced and one.lasts


def _body(one: Raised) -> dict[str, object]:
    body: dict[str, object] = {"alarm": one.alarm.kind.value, "told": dict(one.alarm.told)}
    if one.alarm.gateway:
        body["gateway"] = one.alarm.gateway
    return body


def pace_of(days: Sequence[tuple[str, str, float]], now: datetime) -> dict[str, float]:
    """Give the units that a day costs, by gateway: the mean since its first of these days."""
    sums: dict[str, float] = {}
    first: dict[str, str] = {}
    for gateway, day, units in days:
        sums[gateway] = sums.get(gateway, 0.0) + units
        first[gateway] = min(day, first.get(gateway, day))
    return {
        gateway: units / max(1.0, _since(first[gateway], now)) for gateway, units in sums.items()
    }


def _since(day: str, now: datetime) -> float:
    begun = datetime.fromisoformat(day).replace(tzinfo=now.tzinfo)
    return (now - begun) / timedelta(days=1)


def free_at(folder: Path) -> int | None:
    """Say how many bytes are free where a folder is, or will be; None: it cannot be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
