"""`textobot clever`: the account, its users, and what else it lists."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from bot.options import for_account, with_options
from bot.vendors.asked import Asked

PASSWORD = "CLEVER_USER_PASSWORD"  # noqa: S105 - where one is


def _password(context: click.Context, _option: click.Parameter, given: str | None) -> str:
    """Ask for a password that the environment does not have: on the line others would see it."""
    if given or context.resilient_parsing:
        return given or ""
    if not sys.stdin.isatty():
        raise click.UsageError(f"put the user's password into {PASSWORD}", context)
    asked: str = click.prompt("The user's password", hide_input=True, confirmation_prompt=True)
    return asked


USER: tuple[Callable[[Any], Any], ...] = (
    click.option("--username", required=True, help="The name to log in with."),
    click.option("--name", required=True, help="The first name."),
    click.option("--lastname", required=True, help="The last name."),
    click.option("--telephone", required=True, help="The number, like +33160536053."),
    click.option("--email", required=True, help="The e-mail address."),
    click.option("--company", "company_name", default="", help="The company's name."),
    click.option("--address", required=True, help="Street and house number."),
    click.option("--zip-code", required=True, help="The zip code."),
    click.option("--city", required=True, help="The city."),
    click.option("--country", required=True, help="The country."),
    click.option("--credit", type=click.IntRange(0), help="Units to send with.  [default: none]"),
    click.option(
        "--password",
        envvar=PASSWORD,
        show_envvar=True,
        callback=_password,
        help="Better in the environment, or typed when it is asked for.",
    ),
)


@click.command("account")
@for_account
def account(asked: Asked) -> int:
    """Show the account: whose it is, how many units are left, when it expires."""
    from bot.vendors import clever_account

    return clever_account.account(asked)


@click.command("create-user")
@with_options(*USER)
@for_account
def create_user(asked: Asked, **fields: Any) -> int:  # noqa: ANN401 - strings, and a figure
    """Let somebody use Clever's application, under your account.

    The password has six characters at least, among them a capital letter and a digit. Clever has
    announced this function; where it has not opened it yet, the command says so.
    """
    from bot.vendors import clever_account

    return clever_account.create_user(asked, **fields)


@click.command("modify-user")
@click.argument("id")
@with_options(*USER)
@for_account
def modify_user(asked: Asked, **fields: Any) -> int:  # noqa: ANN401 - strings, and a figure
    """Change the user who has this ID. All of it must be given again, also the password."""
    from bot.vendors import clever_account

    return clever_account.modify_user(asked, **fields)


@click.command("find-user")
@click.argument("id")
@for_account
def find_user(asked: Asked, id: str) -> int:
    """Show the user who has this ID."""
    from bot.vendors import clever_account

    return clever_account.find_user(asked, id)


@click.command("field-list")
@for_account
def field_list(asked: Asked) -> int:
    """List the additional fields of contacts, as Clever writes them: JSON.

    Clever has announced this function; where it has not opened it yet, the command says so.
    """
    from bot.vendors import clever_account

    return clever_account.field_list(asked)


@click.command("predefined-messages")
@for_account
def predefined_messages(asked: Asked) -> int:
    """List the messages that are kept at Clever, as it writes them: JSON.

    Their titles are what --predefined sends. Clever has announced this function; where it has not
    opened it yet, the command says so.
    """
    from bot.vendors import clever_account

    return clever_account.predefined_messages(asked)


COMMANDS = (
    account,
    create_user,
    modify_user,
    find_user,
    field_list,
    predefined_messages,
)
