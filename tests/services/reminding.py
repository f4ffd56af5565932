"""A rule that says something more after an hour."""

from __future__ import annotations

from datetime import timedelta

from bot.core.actions import Later
from bot.core.rules import Rule
from bot.core.sayings import Message
from tests.core.talking import BOOK, book, rule, say

HOUR = 3600.0


def reminding(
    text: str | Message = "Toujours là?", after: float = HOUR, name: str = "rappel"
) -> Rule:
    later = Later(timedelta(seconds=after), say(text) if isinstance(text, str) else text)
    return rule(name, name, reply="Ok.", actions=(later,))


REMINDING = reminding()
RULES = book(REMINDING, *BOOK.rules)
TOLD = ["Ok.", "Toujours là?"]
