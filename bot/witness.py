"""Remembers how the last texts were met, so that each is explained as it was really decided."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Any

from bot.content.asked import Asked
from bot.content.explain import Explanation, Said, explain
from bot.content.templates import Templates
from bot.content.wording import Told
from bot.core.turn import Turn

MOST = 500
"""Texts that are remembered. A turn is a few values that the decision had anyway."""
SAME = timedelta(seconds=2)
Json = dict[str, Any]


class Witness:
    """Sees each turn before it is decided."""

    def __init__(self) -> None:
        self._seen: deque[tuple[Turn, Templates]] = deque(maxlen=MOST)

    def see(self, turn: Turn, templates: Templates) -> None:
        """Remember a turn, and the templates in force."""
        self._seen.append((turn, templates))

    def explain(self, gateway: str, number: str, text: str, at: datetime) -> Json | None:
        """Explain a text of a phone's, sent at about that time; None: it was not decided yet.

        Every sentence is there in English and French.
        """
        alike = [
            (turn, templates)
            for turn, templates in self._seen
            if (turn.text.gateway, turn.text.number) == (gateway, number)
            and text.strip() in turn.text.text  # texts of a burst are read as one
        ]
        if not alike:
            return None
        turn, templates = min(alike, key=lambda one: _distance(one[0], text, at))
        return as_json(explain(turn, templates))


def _distance(turn: Turn, text: str, at: datetime) -> tuple[int, bool, timedelta]:
    """Say how unlike they are. By clocks of whole seconds, texts may share an instant."""
    apart = abs(turn.text.sent_at - at)
    return apart // SAME, turn.text.text.strip() != text.strip(), apart


def as_json(found: Explanation) -> Json:
    """Give an explanation to a page."""
    return {
        "words": list(found.words),
        "reason": _told(found.reason),
        "built_in": found.decision.why.words if found.answering is None else "",
        "silent": _told(found.silent) if found.silent is not None else None,
        "asked": [_asked(one) for one in found.asked],
        "captured": dict(found.captured),
        "does": [_told(one) for one in found.does],
        "replies": [_said(one) for one in found.replies],
        "error": found.error,
    }


def _told(told: Told) -> Json:
    return {"en": told.en, "fr": told.fr}


def _asked(one: Asked) -> Json:
    return {
        "rule": one.rule.id,
        "source": str(one.rule.source),
        "by": _told(one.by),
        "answers": one.answers,
        "why": _told(one.why),
    }


def _said(one: Said) -> Json:
    return {
        "text": one.text,
        "languages": list(one.languages),
        "segments": one.cost.count,
        "encoding": one.cost.encoding,
        "dear": list(one.cost.dear),
        "cheaper": one.cheaper,
    }
