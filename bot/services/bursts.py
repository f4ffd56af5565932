"""Texts of one person that come right after each other: which of them are read as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.messages import Inbound

MOST = 6
"""Texts that are read as one, at most: whoever sends many more sends no sentence in parts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is read that others may belong to."""

    with_it: Sequence[Inbound] = ()
    """Those that are read as one with it."""
    beginning: bool = False
    """It is but the beginning of a later one, and not answered by itself."""
    waits: bool = False
    """More may come that belongs to it."""


def followers(text: Inbound, others: Iterable[Inbound], within: timedelta) -> list[Inbound]:
    """Give the texts of the same conversation that came right after this one."""
    found: list[Inbound] = []
    last = text
    for one in others:
        if one.conversation == text.conversation:
            if one.received_at - last.received_at > within or len(found) == MOST - 1:
                break
            found.append(one)
            last = one
    return found


def joined(texts: Sequence[Inbound]) -> Inbound:
    """Give several texts as one, in the place of the first."""
    return replace(texts[0], text=" ".join(one.text for one in texts))


def read_first(
    texts: Sequence[Inbound],
    understood: Callable[[Inbound], bool],
    *,
    quiet: datetime,
    overdue: datetime,
) -> Reading:
    """Say how the first of some texts is read, which came right after each other.

    What is understood alone stays alone. Else the shortest run of texts that are understood
    together is one; else, where one begins later, this is but a beginning. What nobody
    understands is one text, once nothing more may come that belongs to it: nothing came after
    `quiet`, or it is `overdue`.
    """
    for start in range(len(texts)):
        end = _understood_from(texts, start, understood)
        if end and start == 0:
            return Reading(texts[1:end])
        if end:
            return Reading(beginning=True)
    if texts[-1].received_at <= quiet:
        return Reading(texts[1:])
    if texts[0].received_at > overdue:
        return Reading(waits=True)
    return Reading([one for one in texts[1:] if one.received_at <= quiet])


def _understood_from(
    texts: Sequence[Inbound], start: int, understood: Callable[[Inbound], bool]
) -> int:
    """Give the end of the shortest run from there that is understood as one; 0: there is none.

    It has no text in it that is understood by itself, but for a first that is the whole run.
    """
    for end in range(start + 1, len(texts) + 1):
        if end > start + 1 and understood(texts[end - 1]):
            return 0
        if understood(joined(texts[start:end])):
            return end
    return 0
