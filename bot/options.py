"""Options that several commands have."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from bot.vendors.asked import Asked

CONFIG = click.option(
    "-c",
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    help="The configuration file.",
)


def _instead(context: click.Context, _option: click.Parameter, path: Path | None) -> None:
    if path is not None:
        context.obj = path


CONFIG_TOO = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    callback=_instead,
    expose_value=False,
    help="The configuration file, also given here.",
)
"""Of a command within a group whose own `CONFIG` is its object."""
CONSENT = click.option(
    "--consent",
    "kind",
    default="",
    type=click.Choice(["", "express", "implied", "inquiry", "transactional"]),
    metavar="KIND",
    help="On what ground: express (they said yes), implied (a purchase: two years), "
    "inquiry (a question: six months) or transactional (an order: for what it needs).",
)
WORDING = click.option("--wording", default="", help="What they agreed to, word for word.")


def asks(*, yes: bool) -> Callable[[str], bool]:
    """Give what asks whoever types the command; with `yes` all is agreed to.

    Where nobody is there to be asked, asking raises `Misused`.
    """

    def sure(question: str) -> bool:
        if yes:
            return True
        from bot.terminal import never_asked  # it is slow to import, and most never ask

        return click.confirm(question, err=True) if sys.stdin.isatty() else never_asked(question)

    return sure


# --- commands that ask a vendor ------------------------------------------------------------------

ACCOUNT = click.option(
    "--gateway", default="", help="Which account of the configuration, where it has several."
)
AS_JSON = click.option(
    "--json/--table",
    "as_json",
    default=None,
    help="For programs, or for people.  [default: a table on a terminal, JSON in a pipe]",
)
YES = click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")


def with_options(
    *options: Callable[[Any], Any],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command options that others have, too."""

    def give(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return give


def for_account(command: Callable[..., int]) -> Callable[..., None]:
    """Give a command the options that say which account is asked; it gets an `Asked` of them.

    What the command gives back is how it ends.
    """

    @CONFIG
    @ACCOUNT
    @AS_JSON
    @wraps(command)
    def called(
        config_path: Path,
        gateway: str,
        as_json: bool | None,  # noqa: FBT001 - by name, as click calls
        *,
        yes: bool = False,
        **given: object,
    ) -> None:
        json = not sys.stdout.isatty() if as_json is None else as_json
        asked = Asked(config_path, gateway, as_json=json, sure=asks(yes=yes))
        sys.exit(command(asked, **given))

    return called
