"""The command line: thin; each command imports what it needs when it is called."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path
from traceback import extract_tb
from typing import Any

import click

from bot import __version__
from bot.cli_lists import alarms, doctor, lists, token, webhooks
from bot.cli_vendors.clever import clever
from bot.cli_vendors.vudumobile import vudumobile
from bot.cli_verifications import verifications
from bot.options import CONFIG

DONE, FAILED, WRONG, STORE_BROKEN = 0, 1, 2, 74


class _Commands(click.Group):
    """Commands that end with a sentence, whatever happens."""

    def invoke(self, ctx: click.Context) -> object:
        """Call the command. What nobody foresaw is told with its place, and no traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            # An error's own words may quote a text, or a secret.
            place = extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            what = f"textobot failed unforeseen ({type(error).__name__} at {where})"
            raise click.ClickException(f"{what}; please report it") from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="textobot")
def main() -> None:
    """Answer the texts that come in on your VuduMobile or Clever account."""
    # What is imported stays: looking through it for garbage as usual is a fifth of a start.
    gc.set_threshold(100_000, 20, 50)


main.add_command(alarms)
main.add_command(doctor)
main.add_command(lists)
main.add_command(token)
main.add_command(webhooks)
main.add_command(vudumobile)
main.add_command(clever)
main.add_command(verifications)


@main.command()
@CONFIG
@click.option("--sandbox", is_flag=True, help="Play both gateways here; a store of its own.")
@click.option("--observe", is_flag=True, help="Read, decide and show; send nothing.")
def run(config_path: Path, *, sandbox: bool, observe: bool) -> None:
    """Run the daemon until it is told to stop."""
    # Until the daemon listens to them itself, SIGINT and SIGTERM end us in one way: well. What
    # SIGHUP asks to be read again is being read.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        from bot.run import run as run_daemon

        code = run_daemon(config_path, sandbox=sandbox, observing=observe)
    except KeyboardInterrupt:
        code = DONE
    sys.exit(code)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
def init(folder: Path) -> None:
    """Write a configuration and first rules of your own into FOLDER."""
    from bot.init import init as write

    sys.exit(write(folder))


@main.command()
@CONFIG
@click.option("--schema", is_flag=True, help="Write the JSON Schema of rule files, for editors.")
def check(config_path: Path, *, schema: bool) -> None:
    """Say everything that is wrong in configuration, rules, templates and stories."""
    from bot.look import check as look, schema as write_schema

    sys.exit(write_schema() if schema else look(config_path))


FROM = click.option(
    "--from", "number", default="", help="Who texts: a number.  [default: +15145550001 or alike]"
)
GATEWAY = click.option("--gateway", default="", help="At which gateway.  [default: the first]")
LANGUAGE = click.option(
    "--lang", "language", default="", help="The language that the person chose: fr, en."
)
SANDBOX = click.option(
    "--sandbox", is_flag=True, help="With the examples that hold in the sandbox alone."
)


@main.command()
@CONFIG
@click.argument("text", required=False)
@click.option(
    "--id", "inbound_id", type=click.IntRange(1, 2**63 - 1), help="A stored text, by its id."
)
@FROM
@GATEWAY
@LANGUAGE
@click.option("--at", default="", help='When: "2026-12-24 23:00".  [default: now]')
@click.option("--set", "values", multiple=True, help="A value that was set: name=value.")
@click.option("--list", "lists", multiple=True, help="A list that the person is on.")
@click.option("--tag", "tags", multiple=True, help="A tag that the person has.")
@SANDBOX
def explain(
    config_path: Path,
    text: str | None,
    *,
    inbound_id: int | None,
    sandbox: bool,
    **person: Any,  # noqa: ANN401 - strings, and tuples of them: the fields of `Who`
) -> None:
    """Say which rule would answer TEXT, and what.

    Also which rules would not, and why. With --id: what was decided of a stored text, and all
    that came of it.
    """
    from bot.explained import explain as look, explain_stored
    from bot.who import Who

    if (text is None) == (inbound_id is None):
        raise click.UsageError("give a text, or --id")
    if inbound_id is not None:
        sys.exit(explain_stored(config_path, inbound_id))
    assert text is not None
    sys.exit(look(config_path, text, Who(**person), sandbox=sandbox))


@main.command()
@CONFIG
@click.argument("words", nargs=-1, required=True, metavar="[VERB] NUMBER")
@click.option("--for", "period", default="", help="With take-over: for how long, like 2h.")
@click.option("--again", is_flag=True, help="With free: decide its parked texts anew.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def user(
    config_path: Path, words: tuple[str, ...], *, period: str, again: bool, as_json: bool
) -> None:
    """Show how NUMBER stands, or act for it by hand.

    \b
    free NUMBER       close its open questions, cancel what waits, let rules answer it
    take-over NUMBER  keep rules silent, as a person answers
    hand-back NUMBER  let rules answer again
    block NUMBER      answer it no more
    unblock NUMBER    answer it again
    again ID          decide a parked text anew, whatever its age
    stopped           list whom the network cannot reach: nothing is started to them
    resume NUMBER     write to it again all the same

    Without + it is a number of the country of our_number. Opt-outs are never changed.
    """  # noqa: D301 - so click leaves lines as they are
    from bot.user import user as attend

    sys.exit(attend(config_path, words, period=period, again=again, as_json=as_json))


@main.command()
@CONFIG
@FROM
@GATEWAY
@LANGUAGE
@click.option("--at", default="", help='When: "2026-12-24 23:00".  [default: now]')
@SANDBOX
@click.option("--offline", is_flag=True, help="Ask no address: lookups get no answer.")
def chat(config_path: Path, *, sandbox: bool, offline: bool, **person: str) -> None:
    """Text the rules here, with no gateway and no account.

    Nothing leaves and nothing is kept. /help lists what else can be typed: let time pass, change
    the phone, see why, read the rules again, save the talk as a story.
    """
    from bot.chat import chat as talk
    from bot.who import Who

    sys.exit(talk(config_path, Who(**person), sandbox=sandbox, offline=offline))


@main.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def cost(config_path: Path, *, as_json: bool) -> None:
    """Show what was sent today and this month, and how that stands to the ceilings."""
    from bot.cost import cost as look

    sys.exit(look(config_path, as_json=as_json))


@main.command()
@CONFIG
@click.argument("rule", default="")
@click.option("--since", default="", help="Only the newest: 7d.  [default: all]")
@click.option("--counts", is_flag=True, help="How often each value was answered.")
@click.option("--all", "every", is_flag=True, help="Also answers that a newer one replaced.")
@click.option("--csv", "as_csv", is_flag=True, help="For spreadsheets: CSV on standard output.")
def answers(
    config_path: Path, rule: str, *, since: str, counts: bool, every: bool, as_csv: bool
) -> None:
    """Show what people answered to RULE; without it, the rules that have answers.

    In CSV a cell that a spreadsheet would take for a formula gets an apostrophe in front; figures
    and telephone numbers stay as they are.
    """
    from bot.answers import answers as look

    if counts and every:
        raise click.UsageError("give --counts or --all: what was replaced is not counted")
    sys.exit(look(config_path, rule, since=since, as_csv=as_csv, counts=counts, every=every))


@main.command()
@CONFIG
@click.option("--direction", type=click.Choice(["in", "out"]), help="Only theirs, only ours.")
@click.option("--number", default="", help="Only those of this number.")
@click.option("--since", default="1d", show_default=True, help="The newest: 12h, 7d.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def messages(
    config_path: Path, *, direction: str | None, number: str, since: str, as_json: bool
) -> None:
    """Show what was said lately, either way, and what became of it."""
    from bot.messages import messages as look

    sys.exit(
        look(config_path, direction=direction or "", number=number, since=since, as_json=as_json)
    )


@main.command()
@CONFIG
@click.argument("number")
@click.argument("text", default="")
@click.option("--template", default="", help="Instead of TEXT: a template of yours, by its name.")
@click.option("--gateway", default="", help="By which.  [default: where the number texted last]")
@LANGUAGE
@click.option("--set", "values", multiple=True, help="What the message sees: name=value.")
@click.option("--list", "of_list", default="", help="The list that it is about.")
@click.option("--at", default="", help='Not before: "2026-12-24 23:00".  [default: now]')
@click.option(
    "--consent",
    type=click.Choice(["express", "implied", "inquiry", "transactional"]),
    help="A consent that was given elsewhere; noted in the ledger.",
)
@click.option("--wording", default="", help="With --consent: to what, when and how.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def send(config_path: Path, *, yes: bool, as_json: bool, **wanted: Any) -> None:  # noqa: ANN401 - the fields of `Wanted`
    """Write to NUMBER, who has not just texted, after showing what it costs.

    Only where they agreed, or texted within six months; never to who opted out. At a quiet hour
    it waits for a better one, and says until when.
    """
    from bot.send import Wanted, send as begin

    asked = click.confirm if sys.stdin.isatty() and not as_json else None
    sys.exit(begin(config_path, Wanted(**wanted), yes=yes, as_json=as_json, confirm=asked))


@main.command()
@CONFIG
@click.argument("number", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A new file .json or .zip, or a new folder (JSON and CSV).",
)
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def export(
    config_path: Path, number: tuple[str, ...], *, output: Path | None, as_json: bool
) -> None:
    """Give everything that is kept of NUMBER: for the person who asks for it.

    Without --json and --output it only says how much. Files are for your user alone, replace
    nothing, and are deleted when the person is forgotten.
    """
    from bot.export import export as write

    sys.exit(write(config_path, " ".join(number), output, as_json=as_json))


@main.command()
@CONFIG
@click.argument("number", nargs=-1, required=True)
@click.option("--yes", "really", is_flag=True, help="Do it. Without: only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def forget(config_path: Path, number: tuple[str, ...], *, really: bool, as_json: bool) -> None:
    """Forget NUMBER: whatever is kept of that person is deleted for good.

    An opt-out is obeyed all the same, and what the gateways still list of them is not read again.
    Without --yes nothing is changed.
    """
    from bot.forget import forget as let_go

    sys.exit(let_go(config_path, " ".join(number), really=really, as_json=as_json))


@main.command()
@CONFIG
@click.argument("file", type=click.Path(path_type=Path))
def backup(config_path: Path, file: Path) -> None:
    """Copy the store into FILE, whole and consistent, also beside a running daemon."""
    from bot.backups import backup as copy

    sys.exit(copy(config_path, file))


@main.command()
@CONFIG
@click.argument("file", type=click.Path(path_type=Path))
def restore(config_path: Path, file: Path) -> None:
    """Put the copy FILE in the store's place; the daemon must not run.

    The store of before is kept beside it. Opt-outs that are newer than the copy hold all the same.
    """
    from bot.backups import restore as put_back

    sys.exit(put_back(config_path, file))


@main.command(name="move-store")
@CONFIG
@click.argument("file", type=click.Path(path_type=Path))
def move_store(config_path: Path, file: Path) -> None:
    """Move the SQLite store FILE into the PostgreSQL that config.yaml names; no daemon may run."""
    from bot.move import move_store as move

    sys.exit(move(config_path, file))
