"""The vendors' APIs for Python programs, without the daemon: docs/clients.md."""

from __future__ import annotations

from bot.clients.checking import LIMIT
from bot.clients.clever import Clever
from bot.clients.vudumobile import VuduMobile
from bot.gateways.base import (
    AccountHeld,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
    Unreachable,
)

__all__ = [
    "LIMIT",
    "AccountHeld",
    "Clever",
    "GatewayError",
    "Rejected",
    "Throttled",
    "Unconfirmed",
    "Unreachable",
    "VuduMobile",
]
