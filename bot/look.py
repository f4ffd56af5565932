"""`textobot check` and `textobot explain`: what the files say, before anybody texts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app import load_content, load_templates, near
from bot.config import Config, load_config
from bot.content.entries import json_schema
from bot.content.explain import Explanation, explain as explain_text
from bot.content.rulebook import check as check_content
from bot.core.decision import REASONS
from bot.storage import inbox, outbox
from bot.storage.database import Database, StoreError
from bot.storage.migrate import expect_our_schema
from bot.yamlfile import Faults

DONE, FAILED, WRONG = 0, 1, 2


def check(config_path: Path) -> int:
    """Print every fault of configuration, rules and templates; 1 if there is any."""
    try:
        config = load_config(config_path)
    except Faults as wrong:
        return _print_faults(wrong)
    templates = load_templates(config)
    if faults := check_content(near(config.rules_folder), templates):
        return _print_faults(Faults(faults))
    own, played = (len(load_content(config, sandbox=each)[0].rules) for each in (False, True))
    _print(
        f"All is well: {_count(own, 'rule')} of your own, {played - own} for the sandbox alone."
    )
    if not own:
        _print("Without a rule of your own, only STOP, START and HELP are answered.")
    return DONE


def schema() -> int:
    """Print the JSON Schema of rule files."""
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))  # noqa: T201 - the output itself
    return DONE


def explain(
    config_path: Path, text: str, *, number: str, gateway: str, language: str, sandbox: bool
) -> int:
    """Print which rule answers a text, which ones do not, and what is said."""
    try:
        config = load_config(config_path)
        rulebook, templates = load_content(config, sandbox=sandbox)
    except Faults as wrong:
        _print_faults(wrong)
        return WRONG
    if gateway and gateway not in config.gateways:
        sys.stderr.write(f"textobot: there is no gateway {gateway!r} in {config_path}\n")
        return WRONG
    names = {
        "number": number,
        "our_number": "",
        "gateway": gateway or next(iter(config.gateways), ""),
        "now": datetime.now(UTC),
        "subscriber": {"number": number, "opted_out": False},
    }
    found = explain_text(
        text, rulebook, templates, language=config.language, chosen=language, data=names
    )
    _print_explanation(found, sandbox=sandbox)
    return DONE


def _print_explanation(found: Explanation, *, sandbox: bool) -> None:
    _print(f"Read as: {' '.join(found.words) or '(no word)'}")
    if found.built_in:
        _print(f"It is the built-in word {found.built_in.word.upper()}.")
    table = Table("rule", "asked for", "answers?", box=None, pad_edge=False)
    for one in found.candidates:
        asked = one.phrase.written if one.phrase else one.rule.trigger.value
        table.add_row(
            *map(escape, (f"{one.rule.id} ({one.rule.source})", asked, one.lost or "yes"))
        )
    if found.candidates:
        _console().print(table)
    if found.error:
        _print(f"Its reply cannot be made: {found.error}")
    elif found.segments is not None:
        cost = found.segments
        languages = ", ".join(found.languages)
        _print(f"Reply ({languages}), {_count(cost.count, 'segment')}, {cost.encoding}:")
        _print(found.reply)
        if found.cheaper:
            _print(f"The same for less: {found.cheaper}")
    else:
        _print("Nobody answers it." if not found.candidates else "It is answered with silence.")
        if not sandbox:
            _print("(The examples for the sandbox are left out; --sandbox asks them too.)")


def explain_stored(config_path: Path, inbound_id: int) -> int:
    """Print what was decided of a stored text, why, and what became of the replies."""
    try:
        config = load_config(config_path)
    except Faults as wrong:
        _print_faults(wrong)
        return WRONG
    try:
        found = asyncio.run(_stored(config, inbound_id))
    except StoreError as error:
        sys.stderr.write(f"textobot: {error}\n")
        return FAILED
    if found is None:
        sys.stderr.write(f"textobot: there is no text {inbound_id} in the store\n")
        return FAILED
    _print_stored(*found)
    return DONE


async def _stored(
    config: Config, inbound_id: int
) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]] | None:
    database = Database(config.store_url)
    if database.path is not None and not database.path.exists():
        raise StoreError(f"there is no store {database.path} yet; `textobot run` makes it")
    await database.open(alone=False)
    try:
        await expect_our_schema(database)
        async with database.read() as connection:
            text = await inbox.stored(connection, inbound_id)
            if text is None:
                return None
            return text, await outbox.replies_to(connection, text["conversation"], inbound_id)
    finally:
        await database.close()


def _print_stored(text: Mapping[str, Any], replies: list[Mapping[str, Any]]) -> None:
    _print(f"{text['number']} on {text['gateway']}, sent {text['sent_at']}: {text['text']}")
    reason = REASONS.get(text["reason"] or "", "not decided yet")
    _print(f"{text['status']}: {reason}" + (f" ({text['rule']})" if text["rule"] else ""))
    for name, value in (text["detail"] or {}).items():
        _print(f"  {name}: {value}")
    for reply in replies:
        _print(f"reply {reply['id']}, {reply['status']}: {reply['text']}")
        if reply["error"]:
            _print(f"  {reply['error']}")
        for name, value in (reply["verdict"] or {}).items():
            _print(f"  {name}: {value}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _print_faults(wrong: Faults) -> int:
    for fault in wrong.faults:
        sys.stderr.write(f"{fault}\n")
    return FAILED


def _print(line: str) -> None:
    # What people texted is shown, never obeyed: no markup, and no control characters.
    shown = "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in line
    )
    _console().print(shown, markup=False, highlight=False, soft_wrap=True)


def _console() -> Console:
    return Console()
