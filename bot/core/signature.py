"""Standard Webhooks 1.0: by what a program knows that an event is ours, whole, and fresh."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
"""Begins a secret whose bytes follow as base64; any other secret is its own bytes."""


def key_of(secret: str) -> bytes:
    """Read a secret. Raises `ValueError` where no base64 follows the prefix."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    written = secret.removeprefix(PREFIX)
    key = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    if not key:
        raise ValueError("the secret is empty")
    return key


def signed(secrets: Sequence[str], name: str, at: int, body: bytes) -> str:
    """Sign what leaves at this second (Unix time) by each secret, so that one can be replaced."""
    content = f"{name}.{at}.".encode() + body
    marks = (hmac.digest(key_of(secret), content, hashlib.sha256) for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks)
