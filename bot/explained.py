"""`textobot explain`: why a text is, or was, answered as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app import load_content
from bot.config import Config, load_config
from bot.content.asked import Asked
from bot.content.explain import Explanation, Said, explain as explain_turn
from bot.core.decision import REASONS
from bot.core.segments import Segments, segments, signs
from bot.noted import in_words
from bot.storage import answers, errands, inbox, outbox
from bot.storage.beside import open_beside
from bot.storage.errors import StoreError
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show, table
from bot.validation import Wrong
from bot.who import Who, turn_of
from bot.yamlfile import Faults


def explain(config_path: Path, text: str, who: Who, *, sandbox: bool) -> int:
    """Print who would be asked about a text, who answers, what is done and said."""
    try:
        config = load_config(config_path)
        rulebook, templates = load_content(config, sandbox=sandbox)
        turn = turn_of(text, who, config, rulebook)
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except Wrong as wrong:
        refuse(str(wrong))
        return WRONG
    found = explain_turn(turn, templates)
    print_explanation(found)
    if found.decision.why.reason == "nobody" and not sandbox:
        show("(The examples for the sandbox are left out; --sandbox asks them too.)")
    return DONE


def print_explanation(found: Explanation) -> None:
    """Print all that is known of it."""
    show(f"Read as: {' '.join(found.words) or '(no word)'}")
    if found.silent is not None:
        show(f"It is not answered: {found.silent}. Otherwise:")
    if found.answering is None:
        show(_nobody(found))
    if found.asked:
        table(("rule", "asked by", "answers?"), map(_row, found.asked))
    if found.captured:
        show("Understood: " + ", ".join(f"{k} = {v}" for k, v in found.captured.items()))
    for line in found.does:
        show(f"Does: {line}")
    if found.error:
        show(f"It cannot be answered, and is parked: {found.error}")
    for reply in found.replies:
        _print_reply(reply)
    silent = not found.replies and not found.error and found.decision.asking is None
    if silent and found.answering is not None:
        show("It says nothing.")


def _nobody(found: Explanation) -> str:
    """Say why no rule answers."""
    why = found.decision.why
    if why.words:
        return f"It is the built-in word {why.words.upper()}: {found.reason}."
    return "Nobody answers it." if why.reason == "nobody" else f"No rule answers: {found.reason}."


def _row(one: Asked) -> tuple[str, str, str]:
    why = str(one.why)
    answers_so = f"yes: {why}" if why else "yes"
    return f"{one.rule.id} ({one.rule.source})", str(one.by), answers_so if one.answers else why


def _print_reply(said: Said) -> None:
    show(f"Reply ({', '.join(said.languages)}), {cost(said.cost)}:")
    show(said.text)
    if said.cost.dear:
        show(f"Dear signs: {', '.join(map(str, signs(said.cost.dear)))}")
    if said.cheaper:
        show(f"The same for less: {said.cheaper}")


def cost(of: Segments) -> str:
    """Say what a text costs."""
    return f"{count(of.count, 'segment')}, {of.encoding}"


# --- a stored text -------------------------------------------------------------------------------

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Stored:
    """Everything that is stored of a text."""

    text: Row
    messages: Sequence[Row]
    answers: Sequence[Row]
    errands: Sequence[Row]


def explain_stored(config_path: Path, inbound_id: int) -> int:
    """Print what was decided of a stored text, why, and all that came of it."""
    try:
        config = load_config(config_path)
        found = asyncio.run(_stored(config, inbound_id))
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except StoreError as error:
        refuse(str(error))
        return FAILED
    if found is None:
        refuse(f"there is no text {inbound_id} in the store")
        return FAILED
    _print_stored(found, config)
    return DONE


async def _stored(config: Config, inbound_id: int) -> _Stored | None:
    async with open_beside(config.store_url) as database, database.read() as connection:
        text = await inbox.stored(connection, inbound_id)
        if text is None:
            return None
        return _Stored(
            text,
            await outbox.replies_to(connection, text["conversation"], inbound_id),
            await answers.of_text(connection, text["number"], inbound_id),
            await errands.of_text(connection, text["conversation"], inbound_id),
        )


def _print_stored(found: _Stored, config: Config) -> None:
    text = found.text
    sent = local(text["sent_at"], config)
    show(f"{text['number']} on {text['gateway']}, sent {sent}: {text['text']}")
    reason = REASONS.get(text["reason"] or "", "not decided yet")
    show(f"{text['status']}: {reason}" + (f" ({text['rule']})" if text["rule"] else ""))
    _print_details(text["detail"])
    for one in found.answers:
        captured = ", ".join(f"{name} = {value}" for name, value in one["captured"].items())
        kept = "kept" if one["counts"] else "kept, and replaced by a newer one"
        show(f"answer to {one['rule']}, {kept}: {captured or '(nothing captured)'}")
    for errand in found.errands:
        _print_errand(errand, config)
    for message in found.messages:
        show(f"{_kind(message)} {message['id']}, {message['status']}: {message['text']}")
        if message["error"]:
            show(f"  {message['error']}")
        if message["action"]:
            show(f"  {in_words(message['gateway'], message['code'], config)}")
        if counts := counts_differ(message["text"], message["segments"]):
            show(f"  {counts}")
        _print_details(message["verdict"])


def counts_differ(text: str, counted: int | None) -> str:
    """Say where the gateway counts other segments than we do; no text, no word."""
    ours = segments(text).count
    if counted is None or not text or counted == ours:
        return ""
    return f"the gateway counts {count(counted, 'segment')}, and we count {ours}"


def _print_details(details: Mapping[str, Any] | None) -> None:
    for name, value in (details or {}).items():
        show(f"  {name}: {value}")


def _print_errand(errand: Row, config: Config) -> None:
    body, about = errand["body"], str(errand["kind"])
    match errand["kind"]:
        case "lookup":
            about = f"lookup of {body.get('url') or '(no address)'}"
        case "later":
            about = f"follow-up for {local(errand['due_at'], config)}: {body.get('text')}"
        case "mail":
            about = f"mail to {body.get('to')}: {body.get('text')}"
    status = str(errand["status"]).replace("_", " ")
    show(f"{about} ({status})")
    if errand["error"]:
        show(f"  {errand['error']}")


def _kind(message: Row) -> str:
    """Say what a message is by its cause: `inbound 7/0`, `inbound 7/timeout/0`."""
    parts = str(message["cause"]).split("/")[1:]
    if "forward" in parts:
        return f"passed on to {message['number']}, message"
    if "later" in parts:
        return "follow-up"
    return "reply, as no answer came," if "timeout" in parts else "reply"


def local(instant: datetime, config: Config) -> str:
    """Write an instant by the installation's zone."""
    return f"{instant.astimezone(config.timezone):%Y-%m-%d %H:%M:%S}"
