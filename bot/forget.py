"""`textobot forget`: one person is forgotten, after it was shown what would go."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import exports, log
from bot.app import policy
from bot.clock import clock_of_environment
from bot.config import Config, installation_secret, load_config
from bot.control.forgetting import Forget, forget_offer
from bot.control.verbs import carry_out
from bot.core.pseudonyms import pseudonyms
from bot.reach import reach
from bot.services.desk import Desk
from bot.services.forgetting import Forgetting
from bot.storage.backup import ASIDE
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show
from bot.validation import Wrong
from bot.who import phone_of
from bot.yamlfile import Faults

WHAT = {
    "inbox": "texts of theirs",
    "outbox": "messages to them",
    "forwarded": "messages in which their texts were passed on",
    "conversations": "conversations",
    "subscribers": "what they chose",
    "members": "memberships of lists",
    "consents": "entries in the ledger of consent",
    "answers": "answers to rules",
    "errands": "things to do for them",
    "events": "events for your programs",
    "deliveries": "events on their way to your programs, or told",
    "mirrored": "contacts at a vendor",
    "stopped": "stops, because receipts say that nothing reaches them",
    "verifications": "verifications",
    "code_sends": "codes that were sent, counted",
    "wrong_codes": "wrong codes, counted",
}
UNDER_WAY = {"texts": "text", "messages": "message", "mails": "mail", "carried": "opt-out"}


def forget(config_path: Path, written: str, *, really: bool, as_json: bool) -> int:
    """Forget a number, or say what would go; give the exit code."""
    try:
        config = load_config(config_path)
        number = phone_of(written, config)
        if really:
            log.configure(config.secrets)  # it is to be told, also where no daemon tells it
        else:
            log.mute()
        told = _told(config, number, really=really)
        if "error" in told:
            refuse(told["error"])
            return FAILED
        receipt = told["receipt"]
        files = _exports(config, number, really=really)
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except (Wrong, StoreError, OSError) as error:
        refuse(str(error))
        return WRONG if isinstance(error, Wrong) else FAILED
    if as_json:
        print(json.dumps({**receipt, "exports": list(map(str, files))}))  # noqa: T201 - the output
    else:
        for line in _lines(config, number, receipt, files):
            show(line)
    return FAILED if really and not _is_whole(receipt) else DONE


def _told(config: Config, number: str, *, really: bool) -> Mapping[str, Any]:
    """Ask the daemon, or where none runs do it ourselves."""

    async def doing(database: Database, line: bytes) -> bytes:
        clock = clock_of_environment()
        desk = Desk(database, clock, config.gateways, policy(config))
        return await carry_out(desk, line, {"forget": forget_offer(Forgetting(database, clock))})

    asked = Forget(number=number, really=really).model_dump()
    return reach(config, asked, doing, changing=really)


def _exports(config: Config, number: str, *, really: bool) -> list[Path]:
    """Give the exports about a number; they are deleted with it."""
    who = pseudonyms(installation_secret(config))(number)
    return exports.delete(config, who) if really else exports.of(config, who)


def _is_whole(receipt: Mapping[str, Any]) -> bool:
    return not any(receipt["under_way"].values())


# --- what is shown -------------------------------------------------------------------------------


def _lines(
    config: Config, number: str, receipt: Mapping[str, Any], files: list[Path]
) -> Iterator[str]:
    rows, done = receipt["rows"], receipt["done"]
    if receipt["forgotten_at"]:
        before = datetime.fromisoformat(receipt["forgotten_at"]).astimezone(config.timezone)
        yield f"{number} was forgotten before, {before:%Y-%m-%d %H:%M}"
    if not rows and not files:
        yield f"{number}: there is nothing to forget"
    else:
        yield f"{number} {'is forgotten' if done else 'would be forgotten'}:"
    for name, how_many in rows.items():
        yield f"  {how_many:6}  {WHAT[name]}"
    for path in files:
        yield f"  {'deleted' if done else 'export'}  {path}"
    yield from _stays(config, receipt)
    if not done and (rows or files):
        yield f"Nothing was changed. `textobot forget {number} --yes` does it, for good."


def _stays(config: Config, receipt: Mapping[str, Any]) -> Iterator[str]:
    """Say what this cannot forget, or must not."""
    if receipt["rows"]:
        yield (
            "Under a pseudonym stay an opt-out or block, the ledger of consent without anybody's "
            "words, and that texts were read."
        )
    for name, how_many in receipt["under_way"].items():
        if how_many:
            yield (
                f"{count(how_many, UNDER_WAY[name])} still under way: that stays. Repeat the "
                "command in a minute or two, with the daemon running."
            )
    if receipt["mentions"]:
        yield f"The number is written in {count(receipt['mentions'], 'text')} of other people."
    if receipt["done"] and not receipt["clean"]:
        yield _unclean(config)
    if receipt["rows"]:
        yield (
            "The gateways keep copies of their own. A backup of before holds everything; when it "
            "is restored, this is forgotten again."
        )
    for path in sorted(config.journal_path.parent.glob(f"*{ASIDE}*")):
        yield f"A store that was put aside holds it still: {path}"


def _unclean(config: Config) -> str:
    if config.store_url.startswith("sqlite"):
        return (
            "Traces may be left in the store's files: the disk is too full, or somebody reads "
            "the store. Repeat the command."
        )
    return (
        "PostgreSQL keeps traces in its tables until `VACUUM FULL`, and in its write-ahead log, "
        "archives and replicas for as long as it is told to."
    )
