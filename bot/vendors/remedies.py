"""What is told where a vendor did not do what was asked: what it was, what it left, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clients import (
    LIMIT,
    AccountHeld,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
)
from bot.gateways.book import UNKNOWN


@dataclass(frozen=True, slots=True)
class Function:
    """What a command needs to know of the function that it asks, for its last sentence."""

    look: str = ""
    """Shows whether it was done; empty: asking changes nothing."""
    known: str = ""
    """Lists what there is, for who named what is unknown."""


HELD: Mapping[str, str] = {
    "firewall": "VuduMobile admits only addresses that it knows: ask it to admit this machine's",
    "key": "check the account's credentials in the configuration",
    "credit": "the account has no credit left: buy some",
    "expired": "the account has expired: renew it",
    "address": "check `url` of the account in the configuration; the vendor may not offer this",
}
"""What to do, by the word for what holds an account."""


def told(error: GatewayError, function: Function) -> str:
    """Say in one sentence what went wrong, whether anything was done, and what to do."""
    return f"{error.reason.rstrip('. ')}; {_remedy(error, function)}"


def _remedy(error: GatewayError, function: Function) -> str:
    match error:
        case Rejected():
            return _rejected(error.code, function)
        case AccountHeld():
            return f"{HELD.get(error.word, 'ask the vendor')}; nothing was done"
        case Throttled():
            wait = error.retry_after
            later = f"in {wait:.0f} seconds" if wait else "a little later"
            return f"nothing was done; try again {later}"
        case Unconfirmed():
            return _unconfirmed(function)
    return "nothing was done; try again when the network or the vendor is back"


def _rejected(code: str, function: Function) -> str:
    if code == LIMIT:
        return "nothing was sent"
    known = f"; {function.known} lists what there is" if function.known else ""
    return f"nothing was done{known if code == UNKNOWN else ''}"


def _unconfirmed(function: Function) -> str:
    if not function.look:
        return "nothing was changed; try again"
    look = f"look with {function.look} before you try again"
    return f"it may have been done all the same: {look}"
