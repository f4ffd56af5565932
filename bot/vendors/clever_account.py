"""`textobot clever`: the account, its users, and what else it lists."""

from __future__ import annotations

import json
from typing import Any

from bot.clients import Clever
from bot.clients.clever_models import Account, User
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, carry_out, clever, jsonable
from bot.vendors.remedies import Function
from bot.vendors.showing import units

HEADS = ("", "")
USERS = Function(look="the users on Clever's site", known="Clever's site")


def account(asked: Asked) -> int:
    """Show the account."""

    async def act(account: Clever) -> Told:
        found = await account.account()
        return Told(found, heads=HEADS, rows=_account(found))

    return carry_out(asked, clever, Function(), act)


def create_user(asked: Asked, **fields: Any) -> int:  # noqa: ANN401 - as `Clever.create_user`
    """Make a user."""

    async def act(account: Clever) -> Told:
        user = await account.create_user(**fields)
        return Told(user, f"The user {_named(user) or fields['username']} was made.")

    return carry_out(asked, clever, USERS, act)


def modify_user(asked: Asked, **fields: Any) -> int:  # noqa: ANN401 - as `Clever.modify_user`
    """Change a user."""

    async def act(account: Clever) -> Told:
        await account.modify_user(**fields)
        return Told(sentence=f"The user {fields['id']} was changed.")

    return carry_out(asked, clever, USERS, act)


def find_user(asked: Asked, id: str) -> int:  # noqa: A002 - the vendor's name
    """Show a user."""

    async def act(account: Clever) -> Told:
        user = await account.find_user(id)
        rows = [("id", user.id), ("user name", user.username), *_account(user.account)]
        return Told(user, heads=HEADS, rows=[row for row in rows if row[1]])

    return carry_out(asked, clever, Function(known="Clever's site"), act)


def field_list(asked: Asked) -> int:
    """Show the additional fields of contacts, as they come."""

    async def act(account: Clever) -> Told:
        return _as_it_comes(await account.field_list())

    return carry_out(asked, clever, Function(), act)


def predefined_messages(asked: Asked) -> int:
    """Show the messages that are kept at the vendor, as they come."""

    async def act(account: Clever) -> Told:
        return _as_it_comes(await account.predefined_messages())

    return carry_out(asked, clever, Function(), act)


def _as_it_comes(said: object) -> Told:
    return Told(said, json.dumps(jsonable(said), ensure_ascii=False, indent=2))


def _account(found: Account) -> list[tuple[str, str]]:
    company = found.company
    place = " ".join(one for one in (company.zip_code, company.city) if one)
    lines = (company.company_name, company.address, place, company.country)
    rows = [
        ("name", " ".join(one for one in (found.name, found.lastname) if one)),
        ("company", ", ".join(one for one in lines if one)),
        ("e-mail", found.email),
        ("telephone", found.telephone),
        ("units left", units(found.credit)),
        ("expires", found.date_expiration),
    ]
    return [row for row in rows if row[1]]


def _named(user: User) -> str:
    return f"{user.username} (id {user.id})" if user.id else user.username
