"""Asks the addresses that rules ask before they answer, and goes on with what they say."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.clock import Clock
from bot.core.actions import Lookup
from bot.core.candidates import kinds
from bot.core.decide import conclude
from bot.core.errands import Errand, ErrandKind, ErrandStatus
from bot.core.messages import Inbound
from bot.core.turn import Turn
from bot.core.understanding import Kind, Value, from_json, understand
from bot.internet import Internet, NotAnswered
from bot.log import logger
from bot.services.speaking import Speech
from bot.services.work import Work, parked
from bot.storage import errands, inbox, subscribers
from bot.storage.database import Connection, Database
from bot.storage.inbox import Handled

LOG = logger(__name__)
AT_ONCE = 256
"""Addresses asked at the same time. Far more than connections to one server: who asks another one
does not wait while that one hangs, and whoever has to wait does so within the time limit."""
GONE = "the rule does not ask this any more"


@dataclass(frozen=True, slots=True)
class _Told:
    """What an address said, or why it said nothing."""

    errand: Errand
    answer: Any = None
    error: str = ""


class Lookups:
    """Asks many addresses at once; none holds up another. `wake` is called with each outcome."""

    def __init__(
        self,
        database: Database,
        speech: Speech,
        clock: Clock,
        internet: Internet,
        *,
        wake: Callable[[], None],
        wake_others: Callable[[str], None],
    ) -> None:
        """`wake_others` is called with the gateways that have to send; empty: texts had waited."""
        self._database = database
        self._speech = speech
        self._clock = clock
        self._internet = internet
        self._wake = wake
        self._wake_others = wake_others
        self._asking: set[asyncio.Task[None]] = set()
        self._told: list[_Told] = []

    async def begin(self) -> None:
        """Ask again what a process that died was asking: to ask twice does no harm."""
        async with self._database.write() as connection:
            await errands.recover(
                connection, ErrandKind.LOOKUP, ErrandStatus.WAITING, self._clock.now()
            )

    async def tick(self) -> int:
        """Go on with what was answered, and ask what is due; say how many."""
        now = self._clock.now()
        told = self._told.copy()
        async with self._database.read() as connection:
            due = await errands.due(connection, ErrandKind.LOOKUP, now, 1)
        if not told and (not due or len(self._asking) >= AT_ONCE):
            return 0
        async with self._database.write() as connection:
            work = await self._answered(connection, told)
            room = AT_ONCE - len(self._asking)
            due = await errands.due(connection, ErrandKind.LOOKUP, now, room) if room > 0 else []
            await errands.begin(connection, [one.id for one in due], now)
        del self._told[: len(told)]
        for errand in due:
            task = asyncio.create_task(self._ask(errand))
            self._asking.add(task)
            task.add_done_callback(self._landed)
        if told:
            for gateway in {"", *work.gateways}:
                self._wake_others(gateway)
        return len(told) + len(due)

    async def drain(self) -> None:
        """Leave what is being asked; it is asked again at the next start."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        self._wake()

    async def _ask(self, errand: Errand) -> None:
        """Ask, and keep what was said: whatever happens, the conversation goes on."""
        url, error = errand.body["url"], errand.body["error"]
        lookup = self._lookup(errand)
        if lookup is None or error:
            self._told.append(_Told(errand, error=error or GONE))
            return
        try:
            answer = await self._internet.get_json(url, within=lookup.within)
        except NotAnswered as silent:
            self._told.append(_Told(errand, error=silent.reason))
        except Exception as failed:
            LOG.exception("Asking failed in an unexpected way", action="lookup.error")
            self._told.append(_Told(errand, error=type(failed).__name__))
        else:
            self._told.append(_Told(errand, answer))

    def _lookup(self, errand: Errand) -> Lookup | None:
        rule = self._speech.library.rulebook.rule(errand.body["rule"])
        actions = rule.actions if rule else ()
        return next((one for one in actions if isinstance(one, Lookup)), None)

    async def _answered(self, connection: Connection, told: list[_Told]) -> Work:
        """Decide with what was answered, and is still asked for."""
        now = self._clock.now()
        asked = await errands.under_way(connection, [one.errand.id for one in told])
        told = [one for one in told if one.errand.id in asked]
        keys = {one.errand.conversation for one in told}
        numbers = {one.errand.number for one in told}
        work = Work(
            self._speech,
            now,
            await subscribers.load_conversations(connection, keys),
            await subscribers.load_subscribers(connection, numbers, now),
        )
        ids = [one.errand.inbound for one in told]
        texts = {text.id: text for text in await inbox.by_ids(connection, ids)}
        fates: list[Handled] = []
        for one in told:
            text = texts.get(one.errand.inbound)
            error = "its text is forgotten"
            if text is not None:
                error, fate = self._conclude(one, text, work)
                fates.append(fate)
            status = ErrandStatus.FAILED if error else ErrandStatus.DONE
            await errands.settle(connection, [one.errand.id], status, now, error=error)
            if error:
                LOG.warning(
                    "An address that a rule asks did not answer as it should",
                    action="lookup.failed",
                    rule=one.errand.body["rule"],
                    inbound=one.errand.inbound,
                    reason=error,
                )
        await work.write(connection)
        await inbox.settle(connection, fates, now)
        return work

    def _conclude(self, told: _Told, text: Inbound, work: Work) -> tuple[str, Handled]:
        """Answer the person; give why the address was no help, if it was none, and the outcome."""
        body, error = told.errand.body, told.error
        turn = work.turn(replace(text, text=body["text"]))
        rule, lookup = turn.rulebook.rule(body["rule"]), self._lookup(told.errand)
        found: Mapping[str, Value] | None = None
        if not error and lookup is not None:
            found = read_answer(told.answer, lookup, turn)
            error = "" if found is not None else "its answer lacks what `expect` names"
        of = kinds(rule) if rule else {}
        captured = {
            name: from_json(of.get(name, Kind.TEXT), value)
            for name, value in body["captured"].items()
        }
        try:
            decision = conclude(turn, body["rule"], captured, found, body["language"])
            names = {"rest": body["rest"], **decision.names}
            work.carry_out(replace(decision, names=names), turn, "lookup/")
        except Exception as failed:  # noqa: BLE001 - one bad template parks that text
            return error or type(failed).__name__, parked(text, failed, self._speech.library)
        why = decision.why
        if error:
            why = replace(why, detail={**why.detail, "lookup": error})
        return error, Handled(text.id, decision.status, why)


def read_answer(answer: object, lookup: Lookup, turn: Turn) -> dict[str, Value] | None:
    """Take from a JSON object what the rule expects; None where something is not there or odd."""
    found: dict[str, Value] = {}
    for path, expected in lookup.fields:
        here: Any = answer
        *_, name = steps = path.split(".")
        for step in steps:
            if not isinstance(here, dict) or step not in here:
                return None
            here = here[step]
        written = _written(here, expected.kind)
        value = None if written is None else understand(written, expected, turn.around)
        if value is None:
            return None
        found[name] = value
    return found


def _written(value: object, kind: Kind) -> str | None:
    """Write a value of JSON as a person would; None for what is no single value.

    Programs write decimals with a point, and never part thousands.
    """
    if isinstance(value, bool):
        return ("yes" if value else "no") if kind is Kind.YES_NO else None
    if isinstance(value, int | float):
        whole = isinstance(value, int) or value.is_integer()
        value = str(int(value)) if whole else f"{Decimal(str(value)):f}"
    if not isinstance(value, str):
        return None
    return f"{value}0" if kind is Kind.DECIMAL and _AS_THOUSANDS.fullmatch(value) else value


_AS_THOUSANDS = re.compile(r"-?[0-9]+\.[0-9]{3}")
