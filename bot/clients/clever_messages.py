"""Clever: campaigns of messages, what became of them, and who answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack
from urllib.parse import quote

from bot.clients.checking import checked, unfit
from bot.clients.clever_limits import (
    Criteria,
    Message,
    MessageOptions,
    Phones,
    Reference,
    SpreadOptions,
)
from bot.clients.clever_models import Deliveries, Delivery, Mos, Push
from bot.gateways import clever_forms as forms
from bot.gateways.clever_api import OF_CAMPAIGNS, Api
from bot.gateways.clever_contacts import nothing
from bot.gateways.clever_pushes import inner
from bot.gateways.clever_rows import read_mo, readable
from bot.gateways.clever_turns import Turns
from bot.gateways.clever_types import Seen


class SpreadMessageOptions(MessageOptions, SpreadOptions, total=False):
    """How a campaign may be sent to contacts that Clever chooses."""

    numbers: Phones
    """Mandatory in the table, and absent from the sample: written where it is given."""


class Messages:
    """The functions about campaigns of messages.

    Each is billed when it is made. After `Unconfirmed` it may have been made: look on the vendor's
    site before you make it again.
    """

    _api: Api
    _turns: Turns

    @checked
    async def push(
        self, numbers: Phones, text: Message, **options: Unpack[MessageOptions]
    ) -> Push:
        """Send a message of 1,000 characters at most to some numbers, as one campaign.

        Options: `kind` (`sms`, `tts`: a call that reads it out, `voice`: a call that plays
        `filename`), `encodage` (3 Latin, 4 UCS-2; left out, the one that fits), `sender` (11
        characters at most; letters cannot be answered), `at` (an instant: later), `filename` (.wav
        or .mp3, known to the vendor), `flash`, `duplicates` (a number that stands twice gets it
        twice).

        Document: 3.11, "Effectuer une campagne de messages (Push)". Raises `GatewayError`.
        """
        _expect_fitting(text, options)
        datas = forms.message(text, numbers=numbers, zone=self._api.zone, **options)
        async with self._turns.one():
            made, _ = await self._api.post("pushs", datas, self._api.created)
        return made

    @checked
    async def push_by_criteria(
        self, criteria: Criteria, text: Message, **options: Unpack[SpreadMessageOptions]
    ) -> Push:
        """Send a message to the contacts that have certain fields, as one campaign.

        `criteria` like `city='Paris' AND name='Ana'`, passed on as they are. Options are those of
        `push` and of `push_to_all`.

        Document: 3.13, "Effectuer une campagne de messages avec critères (Push)". Raises
        `GatewayError`.
        """
        _expect_fitting(text, options)
        datas = forms.message(text, criteria=criteria, zone=self._api.zone, **options)
        return await self._posted("pushscriterias", datas)

    @checked
    async def push_to_all(self, text: Message, **options: Unpack[SpreadMessageOptions]) -> Push:
        """Send a message to all contacts of the account, as one campaign.

        Options are those of `push`, and: `answers_to_number`, `answers_to_mail` (where answers go,
        too), `all_numbers` (to every number of a contact), `cascade` (to the next number of who
        cannot be reached by one), `cascade_minutes` (how long each is tried), `predefined` (`text`
        is the title of a message that the vendor keeps), `numbers` (in the table, though not in
        the sample).

        Document: 3.15, "Effectuer une campagne de messages à tous les contacts (Push)". Raises
        `GatewayError`.
        """
        _expect_fitting(text, options)
        datas = forms.message(text, zone=self._api.zone, **options)
        return await self._posted("pushsbroadcasts", datas)

    @checked
    async def delete_push(self, reference: Reference) -> None:
        """Delete a campaign of messages that has not been sent yet.

        Document: 3.17, "Supprimer une campagne de messages différée (Push)". Raises
        `GatewayError`: `Rejected` with the code `unknown` where there is none, `405` where it is
        too late.
        """
        await self._api.call("DELETE", _path(reference), nothing, codes=OF_CAMPAIGNS)

    @checked
    async def find_push(self, reference: Reference) -> Push:
        """Read what a campaign of messages is, and whether it has been sent.

        Document: 3.19, "Obtenir les informations d'une campagne de messages (Push)". Raises
        `GatewayError`: `Rejected` with the code `unknown` where there is none.
        """
        return await self._api.call("GET", _path(reference), _push, codes=OF_CAMPAIGNS)

    @checked
    async def deliveries(self, reference: Reference) -> Deliveries:
        """Read what became of each message of a campaign.

        Document: 3.21, "Obtenir les acquittements d'une campagne de messages (Push)". Raises
        `GatewayError`: `Rejected` with the code `unknown` where there is none.
        """
        rows, answer = await self._api.rows(_path(reference, "deliveries"), "deliveries")
        seen = self._api.seen(answer)
        read, rest = readable(rows, lambda row: Delivery.model_validate(row, context=seen))
        return Deliveries(deliveries=read, unreadable=rest)

    @checked
    async def mos(self, reference: Reference) -> Mos:
        """Read the texts that answer a campaign; the same each time, they have no ids.

        Document: 3.23, "Obtenir les MO's d'une campagne de messages (Push)". Raises
        `GatewayError`: `Rejected` with the code `unknown` where there is none.
        """
        rows, answer = await self._api.rows(_path(reference, "mos"), "mos")
        seen = self._api.seen(answer)
        read, rest = readable(rows, lambda row: read_mo(row, seen))
        return Mos(mos=read, unreadable=rest)

    async def _posted(self, path: str, datas: forms.Datas) -> Push:
        async with self._turns.one():
            return await self._api.post(path, datas, lambda answer: self._api.made(Push, answer))


def _expect_fitting(text: str, options: Mapping[str, object]) -> None:
    """Raise `Rejected` for what does not go together."""
    if options.get("encodage") == forms.LATIN and forms.encodage_of(text) != forms.LATIN:
        raise unfit("encodage 3 cannot write this text", "leave encodage out, or take 4")
    if options.get("cascade_minutes") and not options.get("cascade"):
        raise unfit("cascade_minutes is of a cascade", "give cascade=True, too")


def _path(reference: str, part: str = "") -> str:
    name = quote(reference, safe="")
    return f"pushs/{name}/{part}" if part else f"pushs/{name}"


def _push(said: object, seen: Seen) -> Push:
    return Push.model_validate(inner(said, "push"), context=seen)
