"""`textobot user`: how one number stands, and what an operator does to it by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from bot import log
from bot.app import policy
from bot.clock import clock_of_environment
from bot.config import Config, load_config
from bot.config.notation import parse_duration
from bot.control.verbs import LONGEST_TAKEOVER, carry_out
from bot.core.decision import REASONS
from bot.explained import counts_differ
from bot.noted import in_words, noted, unreachable
from bot.reach import reach
from bot.services.desk import Desk
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.terminal import DONE, FAILED, WRONG, faults, refuse, show, table
from bot.validation import Wrong
from bot.who import phone_of
from bot.yamlfile import Faults

VERBS = ("free", "take-over", "hand-back", "block", "unblock", "again", "resume", "stopped")
LOOKING = ("show", "stopped")
"""Verbs that change nothing."""
SHORTEST_TAKEOVER = timedelta(seconds=1)
NOT_ARRIVED = ("undelivered", "expired")
AGREED = 5
"""Entries of the ledger of consent that are shown."""


class _Misused(Exception):
    """The command was not given as it must be; the text says how."""


def user(
    config_path: Path, words: Sequence[str], *, period: str, again: bool, as_json: bool
) -> int:
    """Carry out what the words say, through the daemon where one runs; give the exit code."""
    try:
        config = load_config(config_path)
        asked = _asked(config, words, period=period, again=again)
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except _Misused as misused:
        refuse(str(misused))
        return WRONG
    log.mute()  # the command tells all itself
    try:
        told = _told(config, asked)
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except StoreError as error:
        told = {"error": str(error)}
    if "error" in told:
        refuse(told["error"])
        return FAILED
    _print(told, config, as_json=as_json)
    return DONE


# --- what is asked -------------------------------------------------------------------------------


def _asked(config: Config, words: Sequence[str], *, period: str, again: bool) -> dict[str, Any]:
    """Read the command's words. Raises `_Misused`."""
    verb, *rest = words if words[0] in VERBS else ("show", *words)
    whom = " ".join(rest)  # people dial with blanks
    if verb == "show" and not any(sign.isdigit() for sign in words[0]):
        raise _Misused(f"{words[0]!r} is neither a number nor one of {', '.join(VERBS)}")
    if period and verb != "take-over":
        raise _Misused("--for belongs to take-over alone")
    if again and verb != "free":
        raise _Misused("--again belongs to free alone")
    if verb == "stopped":
        if rest:
            raise _Misused("stopped lists every number; it takes none")
        return {"verb": verb}
    if verb == "again":
        return {"verb": verb, "id": _inbound_id(whom)}
    asked: dict[str, Any] = {"verb": verb, "number": _number(config, whom)}
    if again:
        asked["again"] = True
    if period:
        asked["seconds"] = _seconds(period)
    return asked


def _inbound_id(written: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,17}", written):
        raise _Misused("name the text that is to be decided anew by its id, like 12")
    return int(written)


def _number(config: Config, written: str) -> str:
    try:
        return phone_of(written, config)
    except Wrong as wrong:
        raise _Misused(f"{written!r}: {wrong.what}; {wrong.remedy}") from wrong


def _seconds(period: str) -> float:
    try:
        told = parse_duration(period)
    except Wrong as wrong:
        raise _Misused(f"--for {period!r}: {wrong.what}; {wrong.remedy}") from wrong
    if not SHORTEST_TAKEOVER <= told <= LONGEST_TAKEOVER:
        raise _Misused(f"--for {period!r}: give one from 1s to {LONGEST_TAKEOVER.days}d")
    return told.total_seconds()


# --- who does it ---------------------------------------------------------------------------------


def _told(config: Config, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ask the daemon, or where none runs do it ourselves. Raises `StoreError`, `Faults`."""

    async def doing(database: Database, line: bytes) -> bytes:
        desk = Desk(database, clock_of_environment(), config.gateways, policy(config))
        return await carry_out(desk, line)

    return reach(config, asked, doing, changing=asked["verb"] not in LOOKING)


# --- what is shown -------------------------------------------------------------------------------


def _print(told: Mapping[str, Any], config: Config, *, as_json: bool) -> None:
    if as_json:
        # Written in ASCII: a terminal obeys nothing of it.
        print(json.dumps(told.get("state", told)))  # noqa: T201 - the output itself
    elif "state" in told:
        _print_state(told["state"], config)
    elif "stopped" in told:
        _print_stopped(told["stopped"], config)
    else:
        for done in told["done"] or ["There was nothing to do."]:
            show(done)


def _print_state(state: Mapping[str, Any], config: Config) -> None:
    zone = config.timezone
    show(f"{state['number']}: {_standing(state, zone)}")
    for line in noted(state, config):
        show(f"  {line}")
    for one in state["agreed"][-AGREED:]:
        show(f"  {_agreed(one, zone)}")
    for name in ("language", "tags", "lists"):
        if kept := state[name]:
            show(f"  {name}: {kept if isinstance(kept, str) else ', '.join(kept)}")
    for name, value in state["values"].items():
        show(f"  {name} = {value}")
    for talk in state["talks"]:
        show("")
        for line in _talk(talk, zone):
            show(line)
        if talk["lines"]:
            heads = ("when", "who", "id", "text", "what became of it")
            lines = [_line(line, talk["gateway"], config) for line in talk["lines"]]
            table(heads, lines)


def _print_stopped(stopped: Sequence[Mapping[str, Any]], config: Config) -> None:
    if not stopped:
        show("No number is left alone: the networks reach all that they were asked to.")
        return
    rows = [
        (
            *(one["number"], one["gateway"], _at(one["noted_at"], config.timezone)),
            unreachable(one, config),
        )
        for one in stopped
    ]
    table(("number", "gateway", "since", "why"), rows)
    show("A text of theirs ends it, or `textobot user resume NUMBER`.")


def _standing(state: Mapping[str, Any], zone: tzinfo) -> str:
    told = {
        "opted out": state["opted_out"],
        "blocked by a rule or an operator": state["blocked"],
        "asked whether it wants no more messages, without an answer": state["unsure_at"],
    }
    said = " and ".join(what for what, holds in told.items() if holds)
    standing = said or "neither opted out nor blocked"
    if not state["changed_at"]:
        return standing
    word = f" ({state['word']})" if state["word"] else ""
    return f"{standing}; decided by {state['cause']}{word}, {_at(state['changed_at'], zone)}"


def _agreed(one: Mapping[str, Any], zone: tzinfo) -> str:
    """Give an entry of the ledger in a line; `textobot export` has all of it."""
    what = one["list"] or "everything"
    did = f"agreed to {what} ({one['kind']})" if one["given"] else f"withdrew from {what}"
    until = f", until {_at(one['expires_at'], zone)}" if one["expires_at"] else ""
    return f"{did} by {one['how']}, {one['cause']}, {_at(one['at'], zone)}{until}"


def _talk(talk: Mapping[str, Any], zone: tzinfo) -> Iterator[str]:
    yield f"{talk['gateway']}: {_open(talk['question'], zone)}"
    if until := talk["silent_until"]:
        yield f"  taken over by a person until {_at(until, zone)}"
    if talk["limited"]:
        yield "  it reached replies.per_number and is not answered for a while"
    if talk["robot"]:
        yield "  it was taken for a robot"
    for one in talk["waiting"]:
        what = f"  {one['kind']} of {one['rule']}, {one['status']}, {_at(one['due_at'], zone)}"
        yield what + (f" ({one['error']})" if one["error"] else "")


def _open(question: Mapping[str, Any] | None, zone: tzinfo) -> str:
    if question is None:
        return "no question is open"
    since = f"since {_at(question['since'], zone)}, " if question["since"] else ""
    ends = _at(question["times_out_at"], zone)
    return f"the question {question['rule']}/{question['step']} is open, {since}until {ends}"


def _line(line: Mapping[str, Any], gateway: str, config: Config) -> tuple[str, ...]:
    """Give the cells of what somebody said: one line, whatever stands in it."""
    ours, zone = line["ours"], config.timezone
    reason = line["reason"] if ours else REASONS.get(line["reason"], "")
    fate = f"{line['status']}{': ' if reason else ''}{reason}"
    if ours and line["status"] in NOT_ARRIVED and line["code"]:
        fate += f"; {in_words(gateway, line['code'], config)}"
    if ours and (counts := counts_differ(line["text"], line.get("segments"))):
        fate += f"; {counts}"
    rule = f" ({line['rule']})" if line["rule"] else ""
    text = " ".join(line["text"].split())
    return _at(line["at"], zone), "we" if ours else "they", str(line["id"]), text, fate + rule


def _at(instant: str, zone: tzinfo) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M:%S}"
