"""Clever's account: chapter 3.1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.gateways.clever_api import Api, Spelling
from bot.gateways.clever_types import Figure, Said, Units, Words
from bot.gateways.http import Answer

LONGEST = 40
"""Characters kept of when an account expires."""


class Company(Said):
    """Whom an account belongs to."""

    company_name: Words = ""
    address: Words = ""
    zip_code: Words = ""
    city: Words = ""
    country: Words = ""


class Account(Said):
    """What an account has, and whose it is."""

    name: Words = ""
    lastname: Words = ""
    email: Words = ""
    telephone: Words = ""
    credit: Units = None
    """Units that are left."""
    date_expiration: Words = ""
    """As the vendor prints it: which zone it is of is never said."""
    tocontrol: Figure = None
    """Only a picture has it, and nothing says what it means."""
    company: Company = Company()


class Profile:
    """Reads the account, by whichever of its two addresses there is: `path` is the first tried."""

    def __init__(self, api: Api, path: object = None) -> None:
        self._spelling = Spelling("account/me", "accounts/me", path)
        self._api = api

    @property
    def path(self) -> str:
        """The address that there was last."""
        return self._spelling.path

    async def show(self) -> tuple[Account, datetime]:
        """Read all of it, and say when. Raises `GatewayError`."""
        return await self._spelling.ask(lambda path: self._api.get(path, self._understood))

    async def read(self) -> tuple[Mapping[str, float | str], datetime]:
        """Read credit and expiry, and say when: names and addresses are none of our business.

        Raises `GatewayError`.
        """
        account, at = await self.show()
        seen: dict[str, float | str] = {}
        if account.credit is not None:
            seen["credit"] = account.credit
        if account.date_expiration:
            seen["expiry"] = account.date_expiration[:LONGEST]
        return seen, at

    def _understood(self, answer: Answer) -> tuple[Account, datetime]:
        failure = self._api.failures.of(answer, one_of_many=True)
        if failure is not None:
            raise failure
        account = read_account(self._api.object(answer))
        if account.credit is None and not (account.name or account.date_expiration):
            raise self._api.failures.unreadable(answer, "without an account")
        return account, answer.ended_at


def read_account(said: Mapping[str, object]) -> Account:
    """Read `{"account": {…}}`; what makes no sense is empty.

    A picture has the company beside the account.
    """
    account = said.get("account", said)
    known = dict(account) if isinstance(account, dict) else {}
    company = known.pop("company", said.get("company"))
    shown = company if isinstance(company, dict) else {}
    return Account.model_validate({**known, "company": shown})
