"""Who is in the shop, and who is at its door: kept in memory, found by a cookie."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

MOST = 1000
"""Visits that are kept; the oldest go first."""
DOOR_SECONDS = 600.0
"""How long somebody may take to come in by texting a word."""
STAY_SECONDS = 1800.0
SIGNS = "BCDFGHJKMPQRSTVWXZ"
"""Of the word: no vowel, so it says nothing; nothing that is taken for another sign."""
WORD_LENGTH = 6


class Way(StrEnum):
    """How a person shows that the phone is theirs."""

    CODE = "code"
    """We send a code; they type it here."""
    TEXT = "text"
    """We show a code; they text it."""
    KEYWORD = "keyword"
    """They text a word, are sent a code, and text it back."""


@dataclass(slots=True)
class Visit:
    """One browser's. A number is proved only where `signed_in` says so."""

    way: Way
    until: float
    number: str = ""
    verification: str = ""
    shown: str = ""
    """What the page lets the person text."""
    our_number: str = ""
    attempts_left: int = 0
    wrong: bool = False
    looked_at: float = 0.0
    over: str = ""
    """Why it came to nothing."""
    signed_in: bool = False
    renewed: bool = False
    """It has the cookie that it got with the sign-in."""

    @property
    def waits(self) -> bool:
        """Whether nothing came of it yet."""
        return not (self.signed_in or self.over)

    def may_be_looked_at(self, now: float, every: float) -> bool:
        """Whether Textobot is to be asked if the person has texted."""
        return self.waits and self.way is Way.TEXT and now - self.looked_at >= every


class Visits:
    """All of them. `now` counts seconds, like `time.monotonic`."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._visits: dict[str, Visit] = {}

    def open(self, visit: Visit) -> str:
        """Let somebody in; what their cookie says from now on."""
        while len(self._visits) >= MOST:
            del self._visits[next(iter(self._visits))]
        cookie = secrets.token_urlsafe(32)
        self._visits[cookie] = visit
        return cookie

    def find(self, cookie: str) -> Visit | None:
        """Give the visit of that cookie, if it is not over."""
        visit = self._visits.get(cookie)
        if visit is not None and self._now() >= visit.until:
            del self._visits[cookie]
            return None
        return visit

    def renew(self, cookie: str) -> str:
        """Give a visit another cookie: whoever knew it before the sign-in knows nothing."""
        return self.open(self._visits.pop(cookie))

    def close(self, cookie: str) -> Visit | None:
        """Forget a visit."""
        return self._visits.pop(cookie, None)

    def word(self) -> str:
        """Draw a word that no other visit shows."""
        return "".join(secrets.choice(SIGNS) for _ in range(WORD_LENGTH))

    def of_word(self, word: str) -> Visit | None:
        """Give the visit that shows that word, and lets nobody in yet."""
        for cookie, visit in [*self._visits.items()]:
            waiting = visit.way is Way.KEYWORD and visit.waits
            if waiting and secrets.compare_digest(visit.shown.encode(), word.upper().encode()):
                return self.find(cookie)
        return None
