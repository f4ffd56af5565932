"""VuduMobile: groups, and who is in which."""

from __future__ import annotations

from bot.clients.checking import Name, checked
from bot.clients.vudumobile_limits import Id, WhichContact, WhichGroup
from bot.clients.vudumobile_models import Group
from bot.gateways.vudumobile_api import Api
from bot.gateways.vudumobile_contacts import Contacts as Functions


class Groups:
    """The functions about groups. A `group` of digits alone is an id, anything else a name."""

    _api: Api

    @checked
    async def get_groups(self) -> list[Group]:
        """List all groups, with the two of the system: Tous (everybody) and Blocked.

        Document: "API pour réception de la liste des groupes". Raises `GatewayError`.
        """
        return await Functions(self._api).get_groups()

    @checked
    async def post_group(self, group_name: Name, *, group_id: Id | None = None) -> Group:
        """Make a group, or, with its `group_id`, rename it.

        Document: "API pour l'ajout ou modification d'un groupe". Raises `GatewayError`: `Rejected`
        with the code `exists`, `unknown` or `system` (of the system: it cannot be renamed).
        """
        return await Functions(self._api).post_group(group_name, group=group_id or "")

    @checked
    async def add_group_contact(self, group: WhichGroup, contact: WhichContact) -> None:
        """Put a contact into a group; who is in it already stays, and that is a success, too.

        `contact`: a number, an e-mail address or an id.

        Document: "API pour l'ajout d'un groupe à un contact". Raises `GatewayError`: `Rejected`
        with the code `unknown` where there is no such group, or no such contact.
        """
        await Functions(self._api).add_group_contact(group, contact)

    @checked
    async def delete_group_contact(self, group: WhichGroup, contact: WhichContact) -> None:
        """Take a contact out of a group; who is not in it is out, and that is a success, too.

        `contact`: a number, an e-mail address or an id. The contact stays in the address book.

        Document: "API pour la suppression d'un groupe à un contact". Raises `GatewayError`, as
        `add_group_contact`.
        """
        await Functions(self._api).delete_group_contact(group, contact)

    @checked
    async def delete_group(self, group: WhichGroup) -> None:
        """Delete a group, for good. Its contacts stay in the address book.

        Document: "API pour suppression d'un groupe". Raises `GatewayError`: `Rejected` with the
        code `unknown` or `system`.
        """
        await Functions(self._api).delete_group(group)
