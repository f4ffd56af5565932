"""VuduMobile: broadcasts, which are messages to everybody in some groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.clients.checking import Name, Visible, checked, unfit
from bot.clients.vudumobile_limits import (
    Id,
    Instant,
    Message,
    WhichContact,
    WhichGroups,
    written,
)
from bot.clients.vudumobile_models import Broadcast
from bot.gateways.limiter import Kind
from bot.gateways.payload import UnreadableError, rows_of
from bot.gateways.vudumobile_api import Api, form_of
from bot.gateways.vudumobile_contacts import is_done


class Broadcasts:
    """The functions about broadcasts.

    Each contact gets the text of its language. In texts and subjects `_NAME_`, `_EMAIL_`,
    `_NUMBER_` and `_NOTES_` (the description) are filled in from the address book: what is filled
    in counts for the length, and nobody but the vendor knows it before.
    """

    _api: Api

    @checked
    async def get_broadcasts(self) -> list[Broadcast]:
        """List all broadcasts, with the messages of those that went out.

        Document: "API pour réception de la liste des envois massifs". Raises `GatewayError`.
        """
        request = self._api.request("get_broadcasts", b"")
        return await self._api.call(Kind.BOOK, request, _broadcasts)

    @checked
    async def get_broadcast(self, broadcast: Id) -> Broadcast:
        """Read one broadcast, with its messages.

        Document: "API pour réception d'un envoi massif". Raises `GatewayError`: `Rejected` with
        the code `unknown` where there is none.
        """
        request = self._api.request("get_broadcast", form_of({"broadcast": broadcast}))
        return await self._api.call(Kind.BOOK, request, lambda said: _broadcast(said, broadcast))

    @checked
    async def post_broadcast(
        self,
        *,
        broadcast: Id | None = None,
        name: Name | None = None,
        fr_message: Message | None = None,
        en_message: Message | None = None,
        fr_subject: Name | None = None,
        en_subject: Name | None = None,
        fr_email: Visible | None = None,
        en_email: Visible | None = None,
        from_groups: WhichGroups | None = None,
        launch_date: Instant | None = None,
    ) -> str:
        """Make a broadcast, or, with its id in `broadcast`, change it; give its id.

        A new one needs `name`, `from_groups` and `fr_message` or `en_message`; what is None in a
        changed one stays. **With a `launch_date` it goes out by itself then**; without one it
        waits for `start_broadcast`. Subject and e-mail of a language go together.

        Documents: "API pour l'ajout d'un envoi massif", "API pour la modification d'un envoi
        massif". Raises `GatewayError`: `Rejected` with the code `unfit`, `unknown` or `started`
        (it went out, or is going out: it cannot be changed). After `Unconfirmed` look into
        `get_broadcasts` before you make it again: it may be there, and go out twice.
        """
        given = {
            "broadcast": broadcast,
            "name": name,
            "fr_message": fr_message,
            "en_message": en_message,
            "fr_subject": fr_subject,
            "en_subject": en_subject,
            "fr_email": fr_email,
            "en_email": en_email,
            "from_groups": ",".join(from_groups) if from_groups else None,
            "launch_date": written(launch_date, None) if launch_date else None,
        }
        fields = {key: value for key, value in given.items() if value is not None}
        _expect_whole(fields)
        request = self._api.request("post_broadcast", form_of(fields))
        return await self._api.call(Kind.SEND, request, _made)

    @checked
    async def delete_broadcast(self, broadcast: Id) -> None:
        """Delete a broadcast, for good. Messages that went out stay out.

        Document: "API pour suppression d'un envoi massif". Raises `GatewayError`: `Rejected` with
        the code `unknown`.
        """
        request = self._api.request("delete_broadcast", form_of({"broadcast": broadcast}))
        await self._api.call(Kind.BOOK, request, is_done)

    @checked
    async def start_broadcast(self, broadcast: Id) -> None:
        """Send a broadcast now, to everybody in its groups: it costs a segment each, at least.

        It cannot be taken back. After `Unconfirmed` look into `get_broadcast`.

        Document: "API pour le démarrage d'un envoi massif". Raises `GatewayError`: `Rejected` with
        the code `unknown`, `started` (it was begun before) or `nobody` (its groups are empty).
        """
        request = self._api.request("start_broadcast", form_of({"broadcast": broadcast}))
        await self._api.call(Kind.SEND, request, is_done)

    @checked
    async def test_broadcast(self, broadcast: Id, contact: WhichContact) -> None:
        """Send a broadcast to one contact alone, to see what is filled in. It costs a message.

        `contact`: a number, an e-mail address or an id.

        Document: "API pour tester un envoi massif". Raises `GatewayError`: `Rejected` with the
        code `unknown`.
        """
        fields = {"broadcast": broadcast, "contact": contact}
        request = self._api.request("test_broadcast", form_of(fields))
        await self._api.call(Kind.SEND, request, is_done)


def _expect_whole(fields: Mapping[str, str]) -> None:
    """Expect of a new broadcast what the document requires, and of any what belongs together."""
    if "broadcast" not in fields:
        missing = [name for name in ("name", "from_groups") if name not in fields]
        if not {"fr_message", "en_message"} & set(fields):
            missing.append("fr_message or en_message")
        if missing:
            raise unfit(f"a new broadcast needs {', '.join(missing)}", "give them")
    elif len(fields) == 1:
        raise unfit("nothing is changed", "give what is to be another, or get_broadcast it")


def _broadcasts(said: object) -> list[Broadcast]:
    rows = rows_of(said.get("broadcasts") if isinstance(said, dict) else said)
    return [Broadcast.model_validate(row) for row in rows]


def _broadcast(said: object, broadcast: str) -> Broadcast:
    """Read one, whose messages and texts stand beside it or in it, and whose id is not told."""
    if not isinstance(said, dict) or not isinstance(said.get("broadcast"), dict):
        raise UnreadableError("without a broadcast")
    beside: dict[str, Any] = {
        key: value for key, value in said.items() if key not in {"status", "broadcast"}
    }
    return Broadcast.model_validate({"id": broadcast, **beside, **said["broadcast"]})


def _made(said: object) -> str:
    inner = said.get("broadcast") if isinstance(said, dict) else None
    if not isinstance(inner, dict):
        raise UnreadableError("without a broadcast")
    return Broadcast.model_validate(inner).id
