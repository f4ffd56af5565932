"""In which language a gateway's contacts are written to: read now and then, for all at once.

It is kept in memory alone, where the account is in hand: who is a contact somewhere and never
texted us is nobody of ours, and stands in no store. A text that is read is given the language of
its contact along, until it is decided, by whichever instance; it needs no request of its own.
"""

from __future__ import annotations

from datetime import timedelta

from bot.gateways.base import GatewayError
from bot.log import logger
from bot.services.account import Account
from bot.services.speaking import Languages

LOG = logger(__name__)
EVERY = timedelta(hours=1)
FIRST_LOOK = timedelta(seconds=20)
"""After a start: texts come first."""


class ContactLanguages:
    """Reads them at one gateway, into `known`."""

    def __init__(self, account: Account, known: Languages, usual: str) -> None:
        """`usual`: contacts with this language are left out, as those with none."""
        self._account = account
        self._known = known
        self._usual = usual
        self._due = account.clock.now() + FIRST_LOOK

    async def tick(self) -> int:
        """Read all contacts where that is due; nothing is ever left to do."""
        account, now = self._account, self._account.clock.now()
        everybody = account.gateway.book.everybody
        if not everybody or now < self._due:
            return 0
        self._due = now + EVERY
        try:
            found = await account.gateway.book.members(everybody)
        except GatewayError as error:
            LOG.debug(
                "The contacts' languages could not be read",
                action="contacts.failed",
                gateway=account.name,
                why=error.reason,
            )
            return 0  # what was known stays so
        self._known[account.name] = {
            number: person.language
            for number, person in found.people.items()
            if person.language not in {"", self._usual}
        }
        return 0
