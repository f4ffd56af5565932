"""Clever: the address book."""

from __future__ import annotations

from typing import Unpack

from bot.clients.checking import Name, checked
from bot.clients.clever_limits import ContactOptions, Id, Phone
from bot.clients.clever_models import AllContacts, Contact
from bot.gateways import clever_forms as forms
from bot.gateways.clever_api import Api
from bot.gateways.clever_contacts import Contacts as Functions


class Contacts:
    """The functions about contacts."""

    _api: Api

    @checked
    async def create_contact(
        self, number: Phone, name: Name, lastname: Name, **options: Unpack[ContactOptions]
    ) -> Contact:
        """Make a contact, of a mobile number, a first and a last name.

        Neither name may have special signs; which those are, the document does not say. Options:
        `email gsm_secondary landline_primary landline_secondary fax_primary fax_secondary zip_code
        city street street_number`; with `duplicates` another contact may have the number.

        Document: 3.5, "Créer un contact". Raises `GatewayError`: `Rejected` with the code `exists`
        where another contact has that number.
        """
        datas = forms.contact(number, name, lastname, **options)
        return await Functions(self._api).create_contact(datas)

    @checked
    async def modify_contact(
        self, id: Id, number: Phone, name: Name, lastname: Name, **options: Unpack[ContactOptions]
    ) -> None:
        """Change the contact of an id. Number and names must be given again.

        Options are those of `create_contact`; what is left out should stay as it is, which the
        document does not say.

        Document: 3.6, "Modifier un contact". Raises `GatewayError`: `Rejected` with the code
        `unknown` where there is none, `exists` where another contact has that number.
        """
        datas = forms.contact(number, name, lastname, **options)
        await Functions(self._api).modify_contact(id, datas)

    @checked
    async def find_contact(self, id: Id) -> Contact:
        """Read the contact of an id.

        Document: 3.7, "Rechercher un contact". Raises `GatewayError`: `Rejected` with the code
        `unknown` where there is none.
        """
        return await Functions(self._api).find_contact(id)

    @checked
    async def delete_contact(self, id: Id) -> None:
        """Delete the contact of an id, for good.

        Document: 3.8, "Supprimer un contact". Raises `GatewayError`: `Rejected` with the code
        `unknown` where there is none.
        """
        await Functions(self._api).delete_contact(id)

    @checked
    async def list_contacts(self) -> AllContacts:
        """List all contacts of the account.

        Document: 3.9, "Lister tous les contacts". Raises `GatewayError`.
        """
        return await Functions(self._api).list_contacts()

    @checked
    async def list_user_contacts(self, login: Name) -> AllContacts:
        """List the contacts of a user of the account; managers alone may.

        Document: 3.10, "Lister les contacts d'un utilisateur (Manager uniquement)". Raises
        `GatewayError`: `Rejected` with the code `403` for who is no manager.
        """
        return await Functions(self._api).list_contacts(login)
