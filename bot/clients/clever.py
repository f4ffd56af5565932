"""Clever Multimedias' whole API for Python, on its own: docs/clients.md.

"API REST CLEVERMULTIMEDIAS, spécifications techniques": a method for each function, in its words.
Where the document is silent or contradicts itself, what we take is said there.
"""

from __future__ import annotations

from datetime import tzinfo

from bot.clients.account import Account, expect_secret
from bot.clients.clever_contacts import Contacts
from bot.clients.clever_mails import Mails
from bot.clients.clever_messages import Messages
from bot.clients.clever_users import Users
from bot.clock import Clock
from bot.config.notation import Rate
from bot.gateways.clever import URL
from bot.gateways.clever_account import Profile
from bot.gateways.clever_api import Api
from bot.gateways.clever_turns import PACE, Turns
from bot.gateways.clever_types import ZONE


class Clever(Account, Users, Contacts, Messages, Mails):
    """One account: `async with Clever(login=…, password=…) as clever:`.

    All methods raise `GatewayError`: `Rejected`, `AccountHeld`, `Throttled`, `Unreachable`,
    `Unconfirmed`. The words of an error are fit to be shown; credentials are never in them. What
    cannot be opened is `Wrong`, a `ValueError`: no password, an address without https.

    `rate`: requests of all kinds, `2/s` or `60/min`. `pace`: seconds between two campaigns, the
    first of which waits, too: each is named for the second of its creation. `zone`: of the times
    that Clever writes without one. `clock`: for tests.
    """

    def __init__(
        self,
        *,
        login: str,
        password: str,
        url: str = URL,
        rate: Rate | str = "2/s",
        pace: float = PACE,
        zone: tzinfo = ZONE,
        clock: Clock | None = None,
    ) -> None:
        super().__init__("clever", url, rate, clock)
        expect_secret("login", login)
        expect_secret("password", password)
        self._api = Api(self._line, self._address, login, password, zone)
        self._profile = Profile(self._api)
        self._turns = Turns(self.clock, pace)
        self._spell_mails()
