"""Clever: the account, its users, and what else it lists."""

from __future__ import annotations

from typing import Any, NoReturn, Unpack

from bot.clients.checking import Line, checked
from bot.clients.clever_limits import Credit, Id, UserFields
from bot.clients.clever_models import Account, User
from bot.gateways import clever_forms as forms
from bot.gateways.base import Rejected
from bot.gateways.book import UNKNOWN
from bot.gateways.clever_account import Profile
from bot.gateways.clever_api import Api
from bot.gateways.clever_contacts import nothing
from bot.gateways.clever_pushes import inner
from bot.gateways.clever_types import Seen
from bot.gateways.payload import UnreadableError

NOT_YET = "not_yet"
"""The code of `Rejected` where the vendor has announced a function, and not opened it."""
_NOT_OPENED = {"501", UNKNOWN}


class Users:
    """The functions about the account itself and who may use it."""

    _api: Api
    _profile: Profile

    @checked
    async def account(self) -> Account:
        """Read the account: whose it is, its credit in units, when it expires.

        Document: 3.1, "Obtenir les informations du profil". Raises `GatewayError`.
        """
        account, _ = await self._profile.show()
        return account

    @checked
    async def create_user(
        self,
        *,
        company_name: Line = "",
        credit: Credit | None = None,
        **fields: Unpack[UserFields],
    ) -> User:
        """Let somebody use the vendor's application.

        `username`, `password` (six characters at least, among them a capital letter and a digit),
        `name` (the first), `lastname`, `telephone`, `email`, `address` (the street), `zip_code`,
        `city` and `country` must be given. `credit`: units; without any, nothing can be sent by
        this user.

        Document: 3.2, "Créer un utilisateur (à venir)". Raises `GatewayError`: `Rejected` with the
        code `exists` where the user name is taken, `not_yet` where the vendor has not opened this.
        """
        datas = _user(company_name, credit, **fields)
        hiding = self._api.hiding(fields["password"])
        try:
            return await self._api.call("POST", "users", _one_user, datas, failures=hiding)
        except Rejected as error:
            _tell_not_opened(error)

    @checked
    async def modify_user(
        self,
        id: Id,
        *,
        company_name: Line = "",
        credit: Credit | None = None,
        **fields: Unpack[UserFields],
    ) -> None:
        """Change the user of an id. All that `create_user` needs must be given again.

        Document: 3.3, "Modifier un utilisateur". Raises `GatewayError`: `Rejected` with the code
        `unknown` where there is no such user, `exists` where the user name is taken.
        """
        datas = _user(company_name, credit, **fields)
        hiding = self._api.hiding(fields["password"])
        await self._api.call("PUT", f"users/{id}", nothing, datas, failures=hiding)

    @checked
    async def find_user(self, id: Id) -> User:
        """Read the user of an id.

        Document: 3.4, "Rechercher un utilisateur". Raises `GatewayError`: `Rejected` with the code
        `unknown` where there is none.
        """
        return await self._api.call("GET", f"users/{id}", _one_user)

    @checked
    async def field_list(self) -> Any:  # noqa: ANN401 - JSON of any form
        """List the additional fields of contacts, as they come: their form is not documented.

        Document: 3.24, "Lister les champs additionnels (à venir)". Raises `GatewayError`:
        `Rejected` with the code `not_yet` where the vendor has not opened this.
        """
        try:
            return await self._api.call("GET", "fieldlist", _as_it_comes)
        except Rejected as error:
            _tell_not_opened(error)

    @checked
    async def predefined_messages(self) -> Any:  # noqa: ANN401 - JSON of any form
        """List the messages that the vendor keeps, as they come: their form is not documented.

        Document: 3.25, "Lister les messages prédéfinis (à venir)". Raises `GatewayError`:
        `Rejected` with the code `not_yet` where the vendor has not opened this.
        """
        try:
            return await self._api.call("GET", "predefinedmessage", _as_it_comes)
        except Rejected as error:
            _tell_not_opened(error)


def _user(company_name: str, credit: int | None, **fields: Unpack[UserFields]) -> forms.Datas:
    account = {name: fields[name] for name in ("name", "lastname", "email", "telephone")}
    company = {
        "address": fields["address"],
        "company_name": company_name,
        "zipCode": fields["zip_code"],
        "city": fields["city"],
        "country": fields["country"],
    }
    return forms.user(
        account,
        company,
        username=fields["username"],
        password=fields["password"],
        credit=credit,
    )


def _one_user(said: object, seen: Seen) -> User:
    del seen
    shown = inner(said, "user")
    if not isinstance(shown, dict) or not shown:
        raise UnreadableError("without a user")
    user = User.model_validate(shown)
    if not (user.id or user.username):
        raise UnreadableError("without a user")
    return user


def _as_it_comes(said: object, seen: Seen) -> object:
    del seen
    if not isinstance(said, dict | list):
        raise UnreadableError("with no list")
    return said


def _tell_not_opened(error: Rejected) -> NoReturn:
    """Raise what was raised, in better words where the vendor has not opened a function yet."""
    if error.code not in _NOT_OPENED:
        raise error
    what = f"{error.reason}: Clever has announced this function, and not opened it yet"
    raise Rejected(what, code=NOT_YET) from None
