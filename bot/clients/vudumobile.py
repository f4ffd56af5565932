"""VuduMobile's whole API for Python, on its own: docs/clients.md.

"Description des APIs, Application Web VuduMobile", 14 January 2019: a method for each function,
under its name. Where the document is silent or contradicts itself, what we take is said there.
"""

from __future__ import annotations

from bot.clients.account import Account, expect_secret
from bot.clients.vudumobile_broadcasts import Broadcasts
from bot.clients.vudumobile_contacts import Contacts
from bot.clients.vudumobile_groups import Groups
from bot.clients.vudumobile_messages import Messages
from bot.clock import Clock
from bot.config.notation import Rate
from bot.gateways.vudumobile import URL
from bot.gateways.vudumobile_api import Api


class VuduMobile(Account, Messages, Contacts, Groups, Broadcasts):
    """One account: `async with VuduMobile(api_key=…) as vudumobile:`.

    VuduMobile admits only addresses that it knows: give it yours first. All methods raise
    `GatewayError`: `Rejected`, `AccountHeld`, `Throttled`, `Unreachable`, `Unconfirmed`. The words
    of an error are fit to be shown; the key is never in them. What cannot be opened is `Wrong`, a
    `ValueError`: no key, a rate that is none, an address without https.

    `rate`: requests of all kinds, `20/s` or `600/min`. `clock`: for tests.
    """

    def __init__(
        self,
        *,
        api_key: str,
        url: str = URL,
        rate: Rate | str = "20/s",
        clock: Clock | None = None,
    ) -> None:
        super().__init__("vudumobile", url, rate, clock)
        expect_secret("api_key", api_key)
        self._api = Api(self._line, self._address, api_key)
