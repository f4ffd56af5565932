"""Clever: campaigns of mails, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack
from urllib.parse import quote

from bot.clients.checking import checked
from bot.clients.clever_limits import (
    Addresses,
    Criteria,
    MailOptions,
    MailText,
    Reference,
    Subject,
)
from bot.clients.clever_models import MailDeliveries, MailDelivery, MailPush
from bot.gateways import clever_forms as forms
from bot.gateways.clever_api import OF_CAMPAIGNS, Api, Spelling
from bot.gateways.clever_contacts import nothing
from bot.gateways.clever_mail import MAILS
from bot.gateways.clever_pushes import inner
from bot.gateways.clever_rows import readable
from bot.gateways.clever_turns import Turns
from bot.gateways.clever_types import Seen

SPELLINGS: Mapping[str, tuple[str, str]] = {
    "mails": MAILS,
    "criteria": ("pushsmailcriterias", "pushmailcriteria"),
    "broadcasts": ("pushsmailbroadcasts", "pushmailbroadcasts"),
    "mail": MAILS,
    "deliveries": ("pushmails", "pushsmails"),
}
"""What the text has, and what a picture has; of deliveries the text has the shorter one."""


class SpreadMailOptions(MailOptions, total=False):
    """How a campaign may be sent to contacts that Clever chooses."""

    addresses: Addresses
    """Mandatory in the table, and absent from the sample: written where it is given."""
    predefined: bool
    """`text` is the title of a message that the vendor keeps."""


class Mails:
    """The functions about campaigns of mails.

    Each is billed when it is made. After `Unconfirmed` it may have been made: look on the vendor's
    site before you make it again.
    """

    _api: Api
    _turns: Turns
    _spellings: dict[str, Spelling]

    def _spell_mails(self) -> None:
        self._spellings = {name: Spelling(*two) for name, two in SPELLINGS.items()}

    @checked
    async def push_mails(
        self,
        addresses: Addresses,
        subject: Subject,
        text: MailText,
        **options: Unpack[MailOptions],
    ) -> MailPush:
        """Send a mail to some addresses, as one campaign.

        Options: `format` (`brut`: the text as it is, `html`: a page), `at` (an instant: later),
        `filename` (a .pdf known to the vendor), `open_tag` (notice who opens it), `duplicates`
        (an address that stands twice gets it twice).

        Document: 3.12, "Effectuer une campagne de mails (Push)". Raises `GatewayError`.
        """
        datas = forms.mail(text, subject, addresses=addresses, zone=self._api.zone, **options)
        return await self._mailed("mails", datas)

    @checked
    async def push_mails_by_criteria(
        self,
        criteria: Criteria,
        subject: Subject,
        text: MailText,
        **options: Unpack[SpreadMailOptions],
    ) -> MailPush:
        """Send a mail to the contacts that have certain fields, as one campaign.

        `criteria` like `city='Paris' AND name='Ana'`, passed on as they are. Options are those of
        `push_mails` and of `push_mails_to_all`.

        Document: 3.14, "Effectuer une campagne de mails avec critères (Push)". Raises
        `GatewayError`.
        """
        datas = forms.mail(text, subject, criteria=criteria, zone=self._api.zone, **options)
        return await self._mailed("criteria", datas)

    @checked
    async def push_mails_to_all(
        self, subject: Subject, text: MailText, **options: Unpack[SpreadMailOptions]
    ) -> MailPush:
        """Send a mail to all contacts of the account, as one campaign.

        Options are those of `push_mails`, and `predefined` (`text` is the title of a message that
        the vendor keeps), `addresses` (in the table, though not in the sample).

        Document: 3.16, "Effectuer une campagne de mails à tous les contacts (Push)". Raises
        `GatewayError`.
        """
        datas = forms.mail(text, subject, zone=self._api.zone, **options)
        return await self._mailed("broadcasts", datas)

    @checked
    async def delete_mail_push(self, reference: Reference) -> None:
        """Delete a campaign of mails that has not been sent yet.

        Document: 3.18, "Supprimer une campagne de mails différée (Push)". Raises `GatewayError`:
        `Rejected` with the code `unknown` where there is none, `405` where it is too late.
        """
        await self._spellings["mail"].ask(
            lambda path: self._api.call(
                "DELETE", _of(path, reference), nothing, codes=OF_CAMPAIGNS
            )
        )

    @checked
    async def find_mail_push(self, reference: Reference) -> MailPush:
        """Read what a campaign of mails is, and whether it has been sent.

        Document: 3.20, "Obtenir les informations d'une campagne mails (Push)". Raises
        `GatewayError`: `Rejected` with the code `unknown` where there is none.
        """
        return await self._spellings["mail"].ask(
            lambda path: self._api.call("GET", _of(path, reference), _push, codes=OF_CAMPAIGNS)
        )

    @checked
    async def mail_deliveries(self, reference: Reference) -> MailDeliveries:
        """Read what became of each mail of a campaign.

        Document: 3.22, "Obtenir les acquittements d'une campagne mails (Push)". Raises
        `GatewayError`: `Rejected` with the code `unknown` where there is none.
        """
        rows, answer = await self._spellings["deliveries"].ask(
            lambda path: self._api.rows(f"{_of(path, reference)}/deliveries", "deliveries")
        )
        seen = self._api.seen(answer)
        read, rest = readable(rows, lambda row: MailDelivery.model_validate(row, context=seen))
        return MailDeliveries(deliveries=read, unreadable=rest)

    async def _mailed(self, function: str, datas: forms.Datas) -> MailPush:
        async with self._turns.one():
            return await self._spellings[function].ask(
                lambda path: self._api.post(
                    path, datas, lambda answer: self._api.made(MailPush, answer)
                )
            )


def _of(path: str, reference: str) -> str:
    return f"{path}/{quote(reference, safe='')}"


def _push(said: object, seen: Seen) -> MailPush:
    return MailPush.model_validate(inner(said, "push"), context=seen)
