"""Who may use the HTTP API: tokens, of which only a keyed hash is kept.

A token is 256 bits of chance: one round of SHA-256 hides it, no slow hash is needed. Keyed by the
installation's secret, a stolen store is no help in finding out whose token somebody found.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PREFIX = "textobot_"
"""By which scanners for leaked secrets, and people, know what it is."""
CHANCE = 32
"""Bytes of chance in a token."""
_PURPOSE = b"textobot token "


class Scope(StrEnum):
    """What a token opens."""

    MESSAGES = "messages"
    VERIFICATIONS = "verifications"
    ANSWERS = "answers"
    LISTS = "lists"
    RULES = "rules"
    SUBSCRIBERS = "subscribers"


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token."""

    name: str
    digest: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None = None
    """None: it is good."""


def digest_of(token: str, secret: bytes) -> str:
    """Give what is kept of a token."""
    return hmac.new(secret, _PURPOSE + token.encode(), hashlib.sha256).hexdigest()
