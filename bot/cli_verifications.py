"""`textobot verifications` on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.options import CONFIG, CONFIG_TOO

JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group(invoke_without_command=True)
@CONFIG
@click.option("--number", default="", help="Only those of this number.")
@click.option("--pending", is_flag=True, help="Only those that are not settled.")
@JSON
@click.pass_context
def verifications(
    context: click.Context, config_path: Path, *, number: str, pending: bool, as_json: bool
) -> None:
    """Show whose phones were verified lately; no code is ever shown.

    Without a command: the newest, whoever began them.
    """
    context.obj = config_path
    if context.invoked_subcommand is None:
        from bot.verifications import overview

        sys.exit(overview(config_path, number, pending=pending, as_json=as_json))


@verifications.command()
@click.argument("which", metavar="ID")
@JSON
@CONFIG_TOO
@click.pass_obj
def show(config_path: Path, /, which: str, *, as_json: bool) -> None:
    """Show how one stands."""
    from bot.verifications import show_one

    sys.exit(show_one(config_path, which, as_json=as_json))


@verifications.command()
@click.argument("which", metavar="ID")
@JSON
@CONFIG_TOO
@click.pass_obj
def cancel(config_path: Path, /, which: str, *, as_json: bool) -> None:
    """Call one off: its code is none any more."""
    from bot.verifications import cancel as call_off

    sys.exit(call_off(config_path, which, as_json=as_json))


@verifications.command()
@click.argument("number", nargs=-1, required=True)
@click.option("--purpose", default="by-hand", show_default=True, help="What the code is good for.")
@click.option(
    "--channel",
    type=click.Choice(["auto", "sms", "voice", "inbound"]),
    default="auto",
    show_default=True,
    help="How it is sent; inbound: they text it to us.",
)
@click.option("--lang", "language", default="", help="In which language: fr, en.")
@JSON
@CONFIG_TOO
@click.pass_obj
def start(
    config_path: Path,
    /,
    number: tuple[str, ...],
    *,
    purpose: str,
    channel: str,
    language: str,
    as_json: bool,
) -> None:
    """Send a code to NUMBER, as to somebody who is on the phone; the same once more, if it lives.

    They read it to you, and you `check` it. The caps hold for you too.
    """
    from bot.verifications import Wanted, start as begin

    wanted = Wanted(" ".join(number), purpose, channel, language)
    sys.exit(begin(config_path, wanted, as_json=as_json))


@verifications.command()
@click.argument("which", metavar="ID")
@click.argument("code", nargs=-1, required=True)
@JSON
@CONFIG_TOO
@click.pass_obj
def check(config_path: Path, /, which: str, code: tuple[str, ...], *, as_json: bool) -> None:
    """Compare CODE with that of a verification that you began; exit 0 if it is right."""
    from bot.verifications import check as compare

    sys.exit(compare(config_path, which, "".join(code), as_json=as_json))


@verifications.command()
@click.argument("number", nargs=-1, required=True)
@CONFIG_TOO
@click.pass_obj
def unlock(config_path: Path, /, number: tuple[str, ...]) -> None:
    """Forget the wrong codes of NUMBER, so that its codes are compared again."""
    from bot.verifications import unlock as let_try

    sys.exit(let_try(config_path, " ".join(number)))
