"""`textobot verifications`: whose phones were verified, and what an operator does by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import log
from bot.alone import alone
from bot.app import policy
from bot.config import Config, load_config
from bot.control.verbs import carry_out
from bot.control.verifying import verifying_offers
from bot.explained import local
from bot.lists.doing import Refused, ending
from bot.reach import reach
from bot.services.desk import Desk
from bot.storage.database import Database
from bot.terminal import DONE, FAILED, Misused, show, table
from bot.validation import Wrong
from bot.who import language_of, phone_of

LONGEST_CODE = 64
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A verification as it is typed."""

    number: str
    purpose: str
    channel: str
    language: str


def overview(config_path: Path, number: str, *, pending: bool, as_json: bool) -> int:
    """List the newest."""

    def act() -> int:
        config = load_config(config_path)
        asked: dict[str, Any] = {"verb": "verifications", "pending": pending}
        if number:
            asked["number"] = _number(config, number)
        found = _told(config, asked, changing=False)["verifications"]
        if as_json:
            print(json.dumps(found))  # noqa: T201 - the output itself
        elif found:
            heads = ("begun", "number", "purpose", "whose", "channel", "status", "id")
            table(heads, [_cells(one, config) for one in found])
        else:
            show("There are none: docs/api.md says how programs begin them.")
        return DONE

    return ending(act)


def show_one(config_path: Path, which: str, *, as_json: bool) -> int:
    """Show how one stands."""

    def act() -> int:
        config = load_config(config_path)
        asked = {"verb": "verification-show", "id": _id(which)}
        one = _told(config, asked, changing=False)["verification"]
        _show(one, config, as_json=as_json)
        return DONE

    return ending(act)


def cancel(config_path: Path, which: str, *, as_json: bool) -> int:
    """Call one off."""

    def act() -> int:
        config = load_config(config_path)
        asked = {"verb": "verification-cancel", "id": _id(which)}
        _show(_told(config, asked)["verification"], config, as_json=as_json)
        return DONE

    return ending(act)


def start(config_path: Path, wanted: Wanted, *, as_json: bool) -> int:
    """Send a code, or have one texted to us."""

    def act() -> int:
        config = load_config(config_path)
        asked = {
            "verb": "verification-start",
            "number": _number(config, wanted.number),
            "purpose": _purpose(wanted.purpose),
            "channel": wanted.channel,
            "language": language_of(wanted.language),
        }
        told = _told(config, asked)
        one = told["verification"]
        if as_json:
            print(json.dumps(told))  # noqa: T201 - the output itself
            return DONE
        _show(one, config, as_json=False)
        if told["code"]:
            show(f"Let them text {told['code']} to {one['our_number']}.")
        else:
            show(f"Check what they read out: textobot verifications check {one['id']} CODE")
        return DONE

    return ending(act)


def check(config_path: Path, which: str, code: str, *, as_json: bool) -> int:
    """Compare a code; the exit code says whether it was right."""

    def act() -> int:
        config = load_config(config_path)
        if not 1 <= len(code) <= LONGEST_CODE:
            raise Misused("this is no code: type it as it was read out")
        asked = {"verb": "verification-check", "id": _id(which), "code": code}
        one = _told(config, asked)["verification"]
        if as_json:
            print(json.dumps(one))  # noqa: T201 - the output itself
        elif one["status"] == "approved":
            show("It is right.")
        elif one["status"] == "pending":
            show(f"It is not right; attempts left: {one['attempts_left']}.")
        else:
            show(f"It is not compared: the verification is {one['status']}.")
        return DONE if one["status"] == "approved" else FAILED

    return ending(act)


def unlock(config_path: Path, number: str) -> int:
    """Forget the wrong codes of a number."""

    def act() -> int:
        config = load_config(config_path)
        whose = _number(config, number)
        told = _told(config, {"verb": "verification-unlock", "number": whose})
        show(f"{whose} may try again." if told["done"] else f"{whose} sent no wrong codes.")
        return DONE

    return ending(act)


def _id(written: str) -> str:
    if not re.fullmatch("verification-[0-9a-f]{1,64}", written):
        raise Misused(f"{written!r} is no id: `textobot verifications` shows them")
    return written


def _purpose(written: str) -> str:
    if not re.fullmatch("[a-z0-9][a-z0-9_.-]{0,63}", written):
        raise Misused(f"--purpose {written!r}: use small letters, digits, `.`, `_` and `-`")
    return written


def _number(config: Config, written: str) -> str:
    try:
        return phone_of(written, config)
    except Wrong as wrong:
        raise Misused(f"{written!r}: {wrong.what}; {wrong.remedy}") from wrong


def _told(config: Config, asked: Mapping[str, Any], *, changing: bool = True) -> Told:
    """Ask the daemon, or where none runs do it ourselves: a daemon that starts later sends.

    Raises `Refused`, `StoreError`, `Faults`.
    """
    log.mute()  # the command tells all itself

    async def doing(database: Database, line: bytes) -> bytes:
        here = await alone(config, database)
        desk = Desk(database, here.clock, config.gateways, policy(config))
        return await carry_out(desk, line, verifying_offers(here.verifier, here.clock))

    told = reach(config, asked, doing, changing=changing)
    if "error" in told:
        raise Refused(told["error"])
    return told


# --- what is shown -------------------------------------------------------------------------------


def _cells(one: Told, config: Config) -> tuple[str, ...]:
    names = ("number", "purpose", "whose", "channel", "status", "id")
    return _at(one["created_at"], config), *(str(one[name]) for name in names)


def _show(one: Told, config: Config, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(one))  # noqa: T201 - the output itself
        return
    show(f"{one['id']}: {one['number']}, {one['purpose']}, of {one['whose']}: {one['status']}")
    show(f"  begun {_at(one['created_at'], config)}, good until {_at(one['expires_at'], config)}")
    show(f"  by {one['gateway']} ({one['channel']}), in {one['language']}")
    show(
        f"  sent {one['sends']} times, {one['sends_left']} left; "
        f"attempts left: {one['attempts_left']}"
    )
    if one["status_at"]:
        show(f"  {one['status']} since {_at(one['status_at'], config)}")


def _at(instant: str, config: Config) -> str:
    return local(datetime.fromisoformat(instant), config)
