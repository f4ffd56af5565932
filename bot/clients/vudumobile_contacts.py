"""VuduMobile: the address book, contact by contact and as a file."""

from __future__ import annotations

from bot.clients.checking import Address, Line, MaybeAddress, checked, unfit
from bot.clients.vudumobile_limits import (
    Content,
    FileName,
    Id,
    Language,
    Phone,
    UserId,
    WhichGroup,
)
from bot.clients.vudumobile_models import Contact, Members
from bot.gateways.vudumobile_api import Api
from bot.gateways.vudumobile_contacts import Contacts as Functions
from bot.gateways.vudumobile_forms import digits


class Contacts:
    """The functions about contacts."""

    _api: Api

    @checked
    async def get_contacts(self, group: WhichGroup) -> Members:
        """List who is in a group; everybody is in `Tous`.

        Document: "API pour réception des contacts d'un groupe". Raises `GatewayError`: `Rejected`
        with the code `unknown` where there is no such group.
        """
        return await Functions(self._api).get_contacts(group)

    @checked
    async def get_contact(
        self, *, number: Phone | None = None, email: Address | None = None, id: Id | None = None
    ) -> list[Contact]:
        """Find a contact by one of the three. Several may share an e-mail address.

        Empty where there is none. This alone tells the groups that a contact is in.

        Document: "API pour recherche d'un contact". Raises `GatewayError`.
        """
        return await Functions(self._api).get_contact(*_one_of(number, email, id))

    @checked
    async def post_contact(
        self,
        *,
        id: Id | None = None,
        number: Phone | None = None,
        name: Line | None = None,
        description: Line | None = None,
        email: MaybeAddress | None = None,
        language: Language | None = None,
        user_id: UserId | None = None,
    ) -> Contact:
        """Add a contact, or, with its `id`, change it.

        Either way `number` or `email` must be given. What is None is not sent: in a new contact it
        is the account's default (`language`) or empty, in a changed one it stays as it is. What is
        empty is sent so.

        Documents: "API pour ajout d'un contact", "API pour la modification d'un contact". Raises
        `GatewayError`: `Rejected` with the code `exists` where another contact has that number.
        """
        if not (number or email):
            raise unfit("number or email is missing", "give one of them, also to change a contact")
        given = {
            "id": id,
            "number": digits(number) if number else None,
            "name": name,
            "description": description,
            "email": email,
            "language": language,
            "user_id": user_id,
        }
        fields = {key: value for key, value in given.items() if value is not None}
        return await Functions(self._api).post_contact(fields)

    @checked
    async def delete_contact(
        self, *, number: Phone | None = None, email: Address | None = None, id: Id | None = None
    ) -> None:
        """Delete a contact by one of the three, for good, and with it that it was blocked.

        Where several share an e-mail address, which of them goes is not documented: use the id.

        Document: "API pour suppression d'un contact". Raises `GatewayError`: `Rejected` with the
        code `unknown` where there is none.
        """
        await Functions(self._api).delete_contact(*_one_of(number, email, id))

    @checked
    async def import_contacts(
        self,
        file: Content,
        email: Address,
        *,
        overwrite: bool = False,
        name: FileName = "contacts.csv",
    ) -> str:
        """Hand over a CSV file of contacts; the result is written to `email`, and only there.

        The answer says that it began, and gives that address, which must belong to a user of the
        account. `overwrite`: contacts that are there already are written over. The columns are
        not documented; heads like the parameters of `post_contact`, commas and UTF-8 are our
        choice. To learn what became of each row, add them one by one with `post_contact`.

        Document: "API pour l'importation d'une liste contact (.CSV)". Raises `GatewayError`:
        `Rejected` with the code `unfit` for a file or an address that it does not take.
        """
        fields = {"overwrite": str(int(overwrite)), "email": email}
        return await Functions(self._api).import_contacts(name, file, fields)


def _one_of(number: str | None, email: str | None, id: str | None) -> tuple[str, str]:
    """Give by what a contact is named, and how it is sent."""
    given = {"number": digits(number) if number else None, "email": email, "id": id}
    named = [(key, value) for key, value in given.items() if value is not None]
    if len(named) != 1:
        raise unfit("one of number, email and id names a contact", "give exactly one")
    return named[0]
