"""Nothing that a gateway says leaves its adapter before it went through here.

VuduMobile's refusals quote our address and our API key; a proxy's error page quotes whatever it
likes. Logs, errors and pages must not (INV-33).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

LONGEST = 300
"""Characters that are kept of what a gateway says."""
HIDDEN = "[hidden]"

_CUT_OFF = 8
"""Characters of a secret that give it away when the rest was cut off."""

# What follows these words is a secret, ours or another's, unless it is an ordinary word.
_ECHOED = re.compile(
    r"""(?ix) \b ( api[\s_-]*key | authorization | password | mot\ de\ passe | token )
        ( [\s:=\[\]"'()]{1,6} )
        (?: (?:basic|bearer) \s+ )?
        (?= [^\s"'<>,;&]* [\d*+/=] | [^\s"'<>,;&]{16} )
        [^\s"'<>,;&]{4,}"""
)
_SCHEME = re.compile(r"(?i)\b(basic|bearer)\s+[a-z0-9+/=._~-]{8,}")
_TAGS = re.compile(r"<[^>]{0,200}>")


class Redactor:
    """Makes what a gateway said fit to be shown. Call it."""

    def __init__(self, *secrets: str) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(longest_first) or r"(?!)", re.IGNORECASE)

    def __call__(self, said: object) -> str:
        """Hide secrets, drop markup and control characters, and keep the beginning."""
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
        text = text[: 20 * LONGEST]
        text = self._secrets.sub(HIDDEN, text)
        text = _ECHOED.sub(rf"\1\2{HIDDEN}", text)
        text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
        words = _TAGS.sub(" ", "".join(map(_visible, text))).split()
        shown = " ".join(words)
        return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _forms(secret: str) -> Iterator[str]:
    """Give the patterns of every way in which an answer may quote a secret."""
    quoted = json.dumps(secret)[1:-1]
    for form in {secret, quote(secret, safe=""), quote_plus(secret), html.escape(secret), quoted}:
        yield re.escape(form)
    if len(secret) >= 2 * _CUT_OFF:
        yield re.escape(secret[:_CUT_OFF]) + r"[^\s\"'<>,;&]*"


def _visible(character: str) -> str:
    return character if character.isprintable() else " "
