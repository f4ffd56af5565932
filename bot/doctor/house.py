"""What the doctor looks at on this machine: rules, store, disk, daemon, what lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.advice import advice
from bot.alarming import limits
from bot.app import load_content
from bot.config import Config
from bot.control.line import BESIDE_POSTGRESQL, NotAnswered, ask, socket_of
from bot.core.alarms import Alarm, in_language
from bot.core.checkup import Finding, Level
from bot.gateways import meaning
from bot.services.alarms import free_at
from bot.storage import alarms, inbox, outbox, receipts, stops
from bot.storage.database import Connection, Database
from bot.terminal import count
from bot.yamlfile import Faults

ASKED = b'{"verb":"stopped"}'
"""What a daemon that lives answers, and nothing is changed by."""
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store says of the whole installation."""

    waiting: int
    """Texts that are not decided yet."""
    unclear: int
    """Messages of which it is not known whether they were taken."""
    unreachable: int
    lasting: tuple[Alarm, ...]
    codes: Mapping[tuple[str, str], int]
    """What did not arrive lately: (gateway, code) to messages."""


async def kept(connection: Connection, now: datetime) -> Kept:
    """Read it."""
    still_open = await outbox.count(connection)
    raised = await alarms.every(connection)
    return Kept(
        await inbox.waiting(connection),
        sum(rows for (_, status), rows in still_open.items() if status == "unconfirmed"),
        len(await stops.every(connection, now)),
        tuple(one.alarm for one in raised if one.lasts),
        await receipts.codes(connection, now - LATELY),
    )


def of_daemon(config: Config) -> tuple[Finding, bool]:
    """Say whether a daemon works with the store, by asking it."""
    path = Database(config.store_url).path or config.data_folder / BESIDE_POSTGRESQL
    try:
        answered = ask(socket_of(path), ASKED)
    except PermissionError:
        remedy = "run this command as the user who runs the daemon"
        return Finding("daemon", Level.NOTICE, "it belongs to another user", remedy), True
    except NotAnswered as error:
        told, remedy = f"it does not answer ({error})", "look at its log; restart it"
        return Finding("daemon", Level.FAULT, told, remedy), True
    if answered is None:
        remedy = "start it with `textobot run`, or by your supervisor"
        return Finding("daemon", Level.NOTICE, "no daemon runs", remedy), False
    return Finding("daemon", Level.OK, "it runs, and answers"), True


def of_rules(config: Config) -> Iterator[Finding]:
    """Look at rules and templates, as `check` does."""
    try:
        rulebook, templates = load_content(config, sandbox=False)
    except Faults as wrong:
        told = f"{count(len(wrong.faults), 'fault')}: {wrong.faults[0]}"
        yield Finding("rules", Level.FAULT, told, "`textobot check` names them all")
        return
    own = len(rulebook.rules)
    told = f"{count(own, 'rule')} of your own, without a fault"
    remedy = "" if own else "write one: without, only STOP, START and HELP are answered"
    yield Finding("rules", Level.OK if own else Level.NOTICE, told, remedy)
    for advised in advice(config, templates):
        if ".sender" not in advised:  # which is looked at with its gateway
            yield Finding("configuration", Level.NOTICE, advised)


def of_disk(config: Config) -> Iterator[Finding]:
    """Look whether there is room where the store is."""
    folder = config.data_folder
    free = free_at(folder if folder.exists() else folder.parent)
    if free is None:
        return
    told = f"{free // 1_000_000:,} MB are free".replace(",", " ")
    if free < limits(config).disk:
        yield Finding("disk", Level.FAULT, told, "make room: Textobot ends when the disk is full")
    else:
        yield Finding("disk", Level.OK, told)


def of_kept(config: Config, found: Kept) -> Iterator[Finding]:
    """Judge what the store says."""
    told = f"{count(found.waiting, 'text')} to decide, {count(found.unclear, 'message')} unclear"
    yield Finding("store", Level.OK, told)
    for alarm in found.lasting:
        yield Finding(
            "alarm",
            Level.FAULT,
            in_language(alarm.told, "en"),
            "`textobot alarms` has what lasts",
            alarm.gateway,
        )
    if found.unreachable:
        told = f"{count(found.unreachable, 'number')} cannot be reached, and are left alone"
        yield Finding("receipts", Level.OK, told, "`textobot user stopped` lists them")
    for (gateway, code), messages in sorted(found.codes.items()):
        yield _of_code(config, gateway, code, messages)


def _of_code(config: Config, gateway: str, code: str, messages: int) -> Finding:
    section = config.gateways.get(gateway)
    known = meaning(section.kind, code) if section else None
    what = f"{known.en} ({code})" if known else f"the vendor's word {code or '(none)'}"
    told = f"{count(messages, 'message')} did not arrive in a week: {what}"
    level = Level.OK if known else Level.NOTICE
    remedy = "" if known else "its document does not say what that means: ask the vendor"
    return Finding("receipts", level, told, remedy, gateway)
