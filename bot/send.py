"""`textobot send`: a message that an operator begins, after it was shown what it costs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import category

from pydantic import ValidationError

from bot import log
from bot.alone import alone
from bot.app import policy
from bot.clock import clock_of_environment
from bot.config import Config, load_config
from bot.content.templates import TEXT_LIMIT
from bot.control.sending import Send, send_offer
from bot.control.verbs import carry_out
from bot.core.consent import LONGEST_WORDING
from bot.reach import reach
from bot.services.desk import Desk
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show
from bot.validation import Wrong
from bot.who import instant_of, language_of, phone_of, values_of
from bot.yamlfile import Faults

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message as it is typed; what is empty is chosen."""

    number: str
    text: str = ""
    template: str = ""
    gateway: str = ""
    language: str = ""
    values: Sequence[str] = ()
    of_list: str = ""
    at: str = ""
    consent: str | None = None
    wording: str = ""


def send(
    config_path: Path,
    wanted: Wanted,
    *,
    yes: bool,
    as_json: bool,
    confirm: Callable[[str], bool] | None,
) -> int:
    """Show what a message would be, ask, and begin it; give the exit code.

    `confirm` is None where nobody can be asked.
    """
    try:
        config = load_config(config_path)
        asked = _asked(config, wanted)
        log.mute()  # the command tells all itself
        weighed = _told(config, asked, really=False)
        if _is_refused(weighed, as_json=as_json):
            return FAILED
        if not as_json:
            _show(weighed["sent"], asked["number"], config)
        if not yes and not _agreed(confirm):
            return FAILED
        begun = _told(config, asked, really=True)
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except (Wrong, StoreError) as error:
        refuse(str(error))
        return WRONG if isinstance(error, Wrong) else FAILED
    return FAILED if _is_refused(begun, as_json=as_json) else _done(begun["sent"], as_json=as_json)


def _agreed(confirm: Callable[[str], bool] | None) -> bool:
    """Ask. Raises `Wrong` where nobody can be asked."""
    if confirm is None:
        raise Wrong("nothing is sent without a yes", "give --yes, where nobody can be asked")
    return confirm("Send it?")


# --- what is asked -------------------------------------------------------------------------------


def _asked(config: Config, wanted: Wanted) -> dict[str, Any]:
    """Read what was typed. Raises `Wrong`."""
    if bool(wanted.text) == bool(wanted.template):
        raise Wrong("there is not one message", "give a text, or --template NAME")
    if len(wanted.text) > TEXT_LIMIT or not _is_visible(wanted.text):
        raise Wrong("this text cannot be sent", f"write {TEXT_LIMIT} visible characters at most")
    if bool(wanted.consent) != bool(wanted.wording):
        raise Wrong(
            "a consent is its kind and its words",
            'write --consent express --wording "what the person agreed to, and where"',
        )
    if len(wanted.wording) > LONGEST_WORDING:
        raise Wrong("these words are too long", f"write {LONGEST_WORDING} characters at most")
    at = instant_of(wanted.at, config) if wanted.at else None
    if at is not None and at < clock_of_environment().now():
        raise Wrong(f"{wanted.at!r} is over", "write a time that comes, or leave it out")
    consent = {"kind": wanted.consent, "wording": wanted.wording} if wanted.consent else None
    return {
        "verb": "send",
        "number": phone_of(wanted.number, config),
        "text": wanted.text,
        "template": wanted.template,
        "cause": f"operator {secrets.token_hex(4)}/0",
        "gateway": wanted.gateway,
        "language": language_of(wanted.language),
        "values": dict(values_of(wanted.values)),
        "of_list": wanted.of_list,
        "not_before": at.isoformat() if at else None,
        "consent": consent,
    }


def _is_visible(text: str) -> bool:
    """Tell whether no control sign is in it; joiners of emoji and line breaks are none."""
    return all(sign == "\n" or category(sign) not in {"Cc", "Cs"} for sign in text)


# --- who does it ---------------------------------------------------------------------------------


def _told(config: Config, asked: Mapping[str, Any], *, really: bool) -> Told:
    """Ask the daemon, or where none runs do it ourselves.

    Raises `StoreError`, `Faults`, and `Wrong` for what no daemon would understand.
    """
    asked = {**asked, "really": really}
    try:
        Send.model_validate_json(json.dumps(asked))
    except ValidationError as error:
        what = ".".join(map(str, error.errors()[0]["loc"]))
        raise Wrong(f"{what} is too long, or no text", "write it shorter") from error

    async def doing(database: Database, line: bytes) -> bytes:
        here = await alone(config, database)
        desk = Desk(database, here.clock, config.gateways, policy(config))
        sending = send_offer(database, here.library, here.starter)
        return await carry_out(desk, line, {"send": sending})

    return reach(config, asked, doing, changing=really)


# --- what is shown -------------------------------------------------------------------------------


def _is_refused(told: Told, *, as_json: bool) -> bool:
    """Say why nothing is sent, if it is not."""
    if "error" in told:
        refuse(told["error"])
        return True
    sent = told["sent"]
    if "refused" not in sent:
        return False
    if as_json:
        print(json.dumps(sent))  # noqa: T201 - the output itself
    helps = CONSENT if sent["refused"] in CONSENT_HELPS else ""
    refuse(f"nothing is sent: {sent['because']}{helps}")
    return True


CONSENT = (
    "; about a list that they are on: --list LIST; where it was given elsewhere: "
    '--consent express --wording "to what, when, how"'
)
CONSENT_HELPS = frozenset({"no_consent", "expired", "withdrawn"})


def _done(sent: Told, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(sent))  # noqa: T201 - the output itself
    else:
        show("It waits in the outbox." if sent["because"] else "It is in the outbox.")
    return DONE


def _show(sent: Told, number: str, config: Config) -> None:
    leaves = datetime.fromisoformat(sent["leaves_at"]).astimezone(config.timezone)
    dear = f" because of {' '.join(sent['dear'])}" if sent["dear"] else ""
    show(f"To {number} by {sent['gateway']}, in {sent['language']}:")
    show(sent["text"])
    show(f"{count(sent['segments'], 'segment')}, {sent['encoding']}{dear}.")
    if sent["because"]:
        show(f"{sent['because']} ({leaves:%Y-%m-%d %H:%M} here).")
    else:
        show(f"It leaves from {leaves:%Y-%m-%d %H:%M} on.")
