"""`textobot clever`: campaigns of messages, what became of them, and who answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.clients import Clever
from bot.clients.clever_limits import read_phone
from bot.clients.clever_models import Push
from bot.core.segments import segments, signs
from bot.sheets import cell, open_table, place, read_phone as dialled
from bot.terminal import Misused, count
from bot.validation import Wrong
from bot.vendors import clever_follow
from bot.vendors.asked import Asked
from bot.vendors.clever_campaigns import (
    KNOWN,
    SENDING,
    outcome,
    people,
    read_time,
    rows_of,
    said,
    shown,
    taken,
    when,
    zone_of,
)
from bot.vendors.clever_files import COLUMNS
from bot.vendors.doing import Told, beforehand, carry_out, clever, expect_yes
from bot.vendors.remedies import Function
from bot.vendors.showing import unread

HEADS = ("", "")
DELIVERY_HEADS = ("number", "kind", "sent", "received", "outcome", "text")
MO_HEADS = ("number", "received", "text")


def push(
    asked: Asked,
    text: str,
    numbers: Sequence[str],
    *,
    file: Path | None,
    **given: Any,  # noqa: ANN401 - as `Clever.push`
) -> int:
    """Send a message to some numbers, after saying what it costs."""

    async def act(account: Clever) -> Told:
        whom = list(dict.fromkeys([*map(read_phone, numbers), *(_listed(file) if file else ())]))
        if not whom:
            raise Misused("nobody is named to send it to; give numbers, or --file")
        options = _options(asked, given)
        what = f"Send {_cost(text, options)} to {count(len(whom), 'number')}"
        expect_yes(asked, f"{what}{when(options, zone_of(asked))}?")
        made = await account.push(whom, text, **options)
        return await _taken(asked, made, follow=given["follow"])

    return carry_out(asked, clever, SENDING, act)


def push_by_criteria(asked: Asked, criteria: str, text: str, **given: Any) -> int:  # noqa: ANN401 - as `Clever.push_by_criteria`
    """Send a message to the contacts that fit criteria."""

    async def act(account: Clever) -> Told:
        options = _options(asked, given)
        what = f"Send {_cost(text, options)} each to all contacts with {criteria}"
        expect_yes(asked, f"{what}{when(options, zone_of(asked))}?")
        made = await account.push_by_criteria(criteria, text, **options)
        return await _taken(asked, made, follow=given["follow"])

    return carry_out(asked, clever, SENDING, act)


def push_to_all(asked: Asked, text: str, **given: Any) -> int:  # noqa: ANN401 - as `Clever.push_to_all`
    """Send a message to all contacts, after saying how many they are."""

    async def act(account: Clever) -> Told:
        options = _options(asked, given)
        found = await beforehand(account.list_contacts())
        everybody = count(len(found.contacts) + len(found.unreadable), "contact")
        what = f"Send {_cost(text, options)} each to all, {everybody},"
        expect_yes(asked, f"{what}{when(options, zone_of(asked))}?")
        made = await account.push_to_all(text, **options)
        return await _taken(asked, made, follow=given["follow"])

    return carry_out(asked, clever, SENDING, act)


def find_push(asked: Asked, reference: str) -> int:
    """Show a campaign."""

    async def act(account: Clever) -> Told:
        found = await account.find_push(reference)
        return Told(found, heads=HEADS, rows=rows_of(found, zone_of(asked)))

    return carry_out(asked, clever, KNOWN, act)


def delete_push(asked: Asked, reference: str) -> int:
    """Delete a campaign that waits, after saying which."""

    async def act(account: Clever) -> Told:
        found = await beforehand(account.find_push(reference))
        at = shown(found.sends_at, zone_of(asked))
        whom = count(people(found) or 0, "number")
        expect_yes(asked, f"Delete the campaign of {at} to {whom}, {found.text[:40]!r}?")
        await account.delete_push(reference)
        return Told(sentence=f"The campaign {reference} was deleted; it will not be sent.")

    look = f"`textobot clever find-push {reference}`"
    return carry_out(asked, clever, Function(look=look, known="Clever's site"), act)


def deliveries(asked: Asked, reference: str) -> int:
    """Show what became of each message of a campaign."""

    async def act(account: Clever) -> Told:
        found, zone = await account.deliveries(reference), zone_of(asked)
        rows = [
            (
                one.number,
                one.kind,
                shown(one.sent_at, zone),
                shown(one.received_at, zone),
                outcome(one.status),
                one.text,
            )
            for one in found.deliveries
        ]
        return Told(
            found,
            f"{count(len(rows), 'message')}{unread(found.unreadable)}.",
            DELIVERY_HEADS,
            rows,
        )

    return carry_out(asked, clever, KNOWN, act)


def mos(asked: Asked, reference: str) -> int:
    """List the texts that answer a campaign."""

    async def act(account: Clever) -> Told:
        found, zone = await account.mos(reference), zone_of(asked)
        rows = [(one.number, shown(one.received_at, zone), one.text) for one in found.mos]
        return Told(
            found, f"{count(len(rows), 'text')}{unread(found.unreadable)}.", MO_HEADS, rows
        )

    return carry_out(asked, clever, KNOWN, act)


def _options(asked: Asked, given: dict[str, Any]) -> Any:  # noqa: ANN401 - as the client's methods
    options = {key: value for key, value in given.items() if key not in {"at", "follow"}}
    if options.get("encodage"):
        options["encodage"] = int(options["encodage"])
    return said(options) | read_time(asked, given["at"])


async def _taken(asked: Asked, made: Push, *, follow: bool) -> Told:
    sentence = taken(made, people(made))
    if not follow:
        return Told(made, sentence)
    # Beside this request: where no daemon runs, it is done here, in a loop of its own.
    lacking = await asyncio.to_thread(clever_follow.begin_new, asked, made.reference)
    if lacking:
        return Told(made, sentence, trouble=lacking)
    return Told(made, f"{sentence} Its answers are answered.")


def _cost(text: str, options: dict[str, Any]) -> str:
    """Say what a message is, and what makes it dear."""
    if options.get("kind", "sms") != "sms":
        return "a call"
    cost = segments(text)
    dear = ", ".join(map(str, signs(cost.dear)))
    return count(cost.count, "segment") + (f" (dear because of {dear})" if dear else "")


def _listed(file: Path) -> Sequence[str]:
    """Read the numbers of a file. Raises `Misused` where a row has none: it is not guessed."""
    try:
        table = open_table(file)
    except OSError as error:
        raise Misused(f"{file} cannot be read: {error.strerror}") from error
    where = place(table.named, COLUMNS["gsm_primary"])
    if where is None:
        raise Wrong("none of the columns is one of numbers", "name it number, or téléphone")
    numbers = []
    for line, cells in table.rows(skip=1):
        if cells is not None and not any(one.strip() for one in cells):
            continue
        number = dialled(cell(cells or (), where), read_phone)
        if not number:
            raise Misused(f"{file}, line {line}: there is no number; mend it, nothing was sent")
        numbers.append(number)
    return numbers
