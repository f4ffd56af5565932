"""`textobot lists`, `token`, `webhooks` and `alarms` on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.options import CONFIG, CONFIG_TOO, CONSENT, WORDING, asks

LANGUAGE = click.option("--language", default="", help="That they read: fr, en.")
WELCOME = click.option("--welcome", is_flag=True, help="Say the list's welcome to who is new.")


@click.group(invoke_without_command=True)
@CONFIG
@click.pass_context
def lists(context: click.Context, config_path: Path) -> None:
    """Show the lists that people join by a word, and see to who is on them."""
    context.obj = config_path
    if context.invoked_subcommand is None:
        from bot.lists.commands import overview

        sys.exit(overview(config_path))


@lists.command()
@click.argument("of_list", metavar="LIST")
@CONFIG_TOO
@click.pass_obj
def show(config_path: Path, /, of_list: str) -> None:
    """Show LIST, and the first who are on it."""
    from bot.lists.commands import show_list

    sys.exit(show_list(config_path, of_list))


@lists.command()
@click.argument("of_list", metavar="LIST")
@click.argument("number")
@CONSENT
@WORDING
@LANGUAGE
@WELCOME
@CONFIG_TOO
@click.pass_obj
def add(config_path: Path, /, of_list: str, number: str, *, welcome: bool, **given: str) -> None:
    """Put NUMBER on LIST, by a consent that you can prove."""
    from bot.lists.commands import add as put

    sys.exit(put(config_path, of_list, number, welcome=welcome, **given))


@lists.command()
@click.argument("of_list", metavar="LIST")
@click.argument("number")
@click.option("--wording", default="", help="Why; it goes into the ledger.")
@CONFIG_TOO
@click.pass_obj
def remove(config_path: Path, /, of_list: str, number: str, *, wording: str) -> None:
    """Take NUMBER off LIST; --wording says why."""
    from bot.lists.commands import remove as take

    sys.exit(take(config_path, of_list, number, wording=wording))


@lists.command("import")
@click.argument("of_list", metavar="LIST")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@CONSENT
@WORDING
@click.option("--how", "note", default="", help="How it was collected: a form, a fair.")
@LANGUAGE
@WELCOME
@click.option("--yes", is_flag=True, help="Do not ask.")
@CONFIG_TOO
@click.pass_obj
def import_(
    config_path: Path,
    /,
    of_list: str,
    file: Path,
    *,
    kind: str,
    wording: str,
    note: str,
    language: str,
    welcome: bool,
    yes: bool,
) -> None:
    """Put the people of FILE (CSV) on LIST, after showing what that would do.

    Columns are found by their heads: number (mobile, phone, tel, téléphone …), language, and the
    date of the consent. Nobody who opted out is added. The file may be imported again: who is on
    the list stays there. What came of each row stands in FILE's folder, as NAME.report.csv.
    """
    from bot.lists.importing import Wanted, import_file

    wanted = Wanted(of_list, file, language, welcome, asks(yes=yes))
    sys.exit(import_file(config_path, wanted, kind=kind, wording=wording, note=note))


@lists.command()
@click.argument("of_list", metavar="LIST")
@click.option("--csv", "as_csv", is_flag=True, help="For spreadsheets: CSV on standard output.")
@CONFIG_TOO
@click.pass_obj
def export(config_path: Path, /, of_list: str, *, as_csv: bool) -> None:
    """Write out who is on LIST, and by which consent: the proof."""
    from bot.lists.commands import export as write

    sys.exit(write(config_path, of_list, as_csv=as_csv))


@lists.command()
@click.argument("of_list", metavar="LIST")
@click.option("--yes", is_flag=True, help="Settle what waits for your word.")
@CONFIG_TOO
@click.pass_obj
def mirror(config_path: Path, /, of_list: str, *, yes: bool) -> None:
    """Show how LIST differs from the groups at the gateways that it is kept equal to.

    Most is made equal by itself, every few minutes. What waits for --yes: who is in the group
    though they opted out or left the list here is taken out of it; and whoever is gone on one
    side with many others is taken away on the other. Contacts are never deleted.
    """
    from bot.lists.mirroring import mirror as compare

    sys.exit(compare(config_path, of_list, yes=yes))


@click.group()
@CONFIG
@click.pass_context
def token(context: click.Context, config_path: Path) -> None:
    """Say which programs may use the HTTP API."""
    context.obj = config_path


@token.command("add")
@click.argument("name")
@click.option("--scope", "scopes", required=True, help="What it opens: lists,messages,…")
@CONFIG_TOO
@click.pass_obj
def add_token(config_path: Path, /, name: str, *, scopes: str) -> None:
    """Make a token called NAME, and print it: it is shown this once."""
    from bot.tokens import add as make

    sys.exit(make(config_path, name, scopes))


@token.command("list")
@CONFIG_TOO
@click.pass_obj
def list_tokens(config_path: Path, /) -> None:
    """Show which tokens there are, and what they open."""
    from bot.tokens import show_all

    sys.exit(show_all(config_path))


@token.command("revoke")
@click.argument("name")
@CONFIG_TOO
@click.pass_obj
def revoke_token(config_path: Path, /, name: str) -> None:
    """Make the token called NAME good for nothing."""
    from bot.tokens import revoke

    sys.exit(revoke(config_path, name))


@click.group(invoke_without_command=True)
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def webhooks(context: click.Context, config_path: Path, *, as_json: bool) -> None:
    """Show the programs that are told what happens, and what did not reach them."""
    context.obj = config_path
    if context.invoked_subcommand is None:
        from bot.webhooks import overview

        sys.exit(overview(config_path, as_json=as_json))


@webhooks.command("show")
@click.argument("delivery", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.pass_obj
def show_delivery(config_path: Path, /, delivery: int) -> None:
    """Show what was to be told, and what came of it."""
    from bot.webhooks import show_one

    sys.exit(show_one(config_path, delivery))


@webhooks.command("again")
@click.argument("delivery", metavar="[ID]", type=click.IntRange(1, 2**63 - 1), required=False)
@click.option("--failed", is_flag=True, help="All that were given up.")
@click.pass_obj
def tell_again(config_path: Path, /, delivery: int | None, *, failed: bool) -> None:
    """Send ID once more, whatever came of it; its webhook-id stays the same."""
    from bot.webhooks import again

    sys.exit(again(config_path, delivery, failed=failed))


@click.group(invoke_without_command=True)
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def alarms(context: click.Context, config_path: Path, *, as_json: bool) -> None:
    """Show what needs you now, and what to do."""
    context.obj = config_path
    if context.invoked_subcommand is None:
        from bot.alarms import overview

        sys.exit(overview(config_path, as_json=as_json))


@alarms.command()
@click.argument("gateway")
@CONFIG_TOO
@click.pass_obj
def release(config_path: Path, /, gateway: str) -> None:
    """Say that the fault at GATEWAY is settled: what we start leaves there again."""
    from bot.alarms import release as let_go

    sys.exit(let_go(config_path, gateway))


@click.command()
@CONFIG
@click.option("--calibrate", is_flag=True, help="First try out, by some texts to --to.")
@click.option("--to", default="", help="With --calibrate: a phone of yours.")
@click.option("--gateway", default="", help="With --calibrate: only there.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(
    config_path: Path, *, calibrate: bool, to: str, gateway: str, yes: bool, as_json: bool
) -> None:
    """Look at everything that may go wrong, and say what to do.

    Credentials, the vendor's firewall, encryption, clocks, what the feeds list, credit, expiry,
    rules, store, disk, the daemon. Works beside it and without. Ends with 1 if there is a fault.

    --calibrate sends a few texts to your own phone, and finds out what the vendors' documents
    leave open: how late and how faithfully messages are listed, how campaigns are named. What is
    found lets unclear messages be judged from the first day on.
    """
    from bot.doctor.command import Trying, doctor as look

    if not calibrate and (to or gateway or yes):
        raise click.UsageError("--to, --gateway and --yes belong to --calibrate")
    if calibrate and not yes and not sys.stdin.isatty():
        raise click.UsageError("give --yes where nobody can be asked")
    trying = Trying(to, gateway, None if yes else click.confirm) if calibrate else None
    sys.exit(look(config_path, trying, as_json=as_json))
