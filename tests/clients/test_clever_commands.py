"""`textobot clever`: what is shown, what is asked before, and how a command ends."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click.testing
import pytest

from bot.cli import main
from tests.clients.commanding import Commands
from tests.clients.functions import CLEVER

ANA, BEN = "+33600000001", "+33600000002"
EVERY = sorted({one.command for one in CLEVER.functions} | CLEVER.more_commands)
LATER = ("--at", "2032-12-24 10:00", "--yes")


class CleverCommands:
    """`textobot clever` for the sandbox, in which Ana is a contact."""

    def __init__(self, textobot: Commands) -> None:
        self.textobot = textobot
        self.sandbox = textobot.sandbox
        self.book = self.sandbox.clever_book
        self.ana = self.book.add(ANA, "Ana", "Petit", email="ana@example.com", city="Torcy")

    async def __call__(self, *arguments: str, typed: str | None = None) -> click.testing.Result:
        return await self.textobot("clever", *arguments, typed=typed)

    async def told(self, *arguments: str) -> Any:
        result = await self(*arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)

    def asked(self) -> list[str]:
        return [one.operation for one in self.sandbox.requests]


@pytest.fixture
def speed() -> float:
    return 10.0


@pytest.fixture
def clever(textobot: Commands) -> CleverCommands:
    return CleverCommands(textobot)


@pytest.mark.parametrize("command", EVERY)
def test_each_command_explains_itself(command: str) -> None:
    result = click.testing.CliRunner().invoke(main, ["clever", command, "--help"])
    assert result.exit_code == 0
    assert all(option in result.output for option in ("--gateway", "--json / --table", "--config"))


async def test_a_pipe_gets_json_and_a_terminal_a_table(clever: CleverCommands) -> None:
    piped = await clever.told("list-contacts")
    table = await clever("list-contacts", "--table")

    (contact,) = piped["contact"]
    assert (contact["gsm_primary"], contact["name"]) == (ANA, "Ana")
    head, row, sentence = table.stdout.splitlines()
    assert head.split()[:3] == ["id", "number", "name"]
    assert row.split()[:3] == ["214905", ANA, "Ana"]
    assert sentence == "1 contact."


async def test_a_terminal_gets_a_table(clever: CleverCommands, terminal: None) -> None:
    account = (await clever("account")).stdout
    assert re.search(r"units left +999,733", account)
    assert "2033-02-10" in account
    assert json.loads((await clever("account", "--json")).stdout)["credit"] == 999_733


async def test_texts_are_shown_harmless_and_in_our_zone(clever: CleverCommands) -> None:
    reference = clever.sandbox.start_campaign([ANA], "Votez")
    clever.sandbox.text("clever", ANA, "Un \x1b[31m [bold]")
    answers = (await clever("mos", reference, "--table")).stdout
    sent = (await clever("deliveries", reference, "--table")).stdout

    assert "\x1b" not in answers
    assert "[bold]" in answers
    assert "EST" in answers or "EDT" in answers
    assert answers.splitlines()[-1] == "1 text."
    assert "sent (2)" in sent or "received (3)" in sent


async def test_a_campaign_is_described(clever: CleverCommands) -> None:
    made = await clever.told("push", "Bonjour", ANA, "06 00 00 00 02", "--sender", "RADIO", *LATER)
    shown = (await clever("find-push", made["reference"], "--table")).stdout

    assert made["number_list"] == [ANA, BEN]
    for line in (rf"reference +{made['reference']}", "state +not begun", "to +2", "from +RADIO"):
        assert re.search(line, shown), shown
    assert re.search(r"leaves +2032-12-24 10:00:00 EST", shown)
    assert f"{ANA}, {BEN}" in shown
    assert made["hd_send"] == "2032-12-24T15:00:00Z"


def file(name: str, content: str) -> None:
    Path(name).write_text(content, encoding="utf-8")


async def test_a_number_that_stands_twice_is_meant_once(clever: CleverCommands) -> None:
    file("people.csv", f"téléphone;nom\n06 00 00 00 01;Ana\n\n{BEN};Ben\n")
    made = await clever.told("push", "Bonjour", "0600000001", "--file", "people.csv", "--yes")
    assert made["number_list"] == [ANA, BEN]
    assert [one.text for one in clever.sandbox.ledger] == ["Bonjour"] * 2


# --- questions -----------------------------------------------------------------------------------


def _named(one: object) -> str | None:
    return " ".join(one[:2]) if isinstance(one, tuple) else ""


ASKING: list[tuple[tuple[str, ...], str]] = [
    (("push", "Allo", ANA), "Send 1 segment to 1 number now?"),
    (("push", "ça va" * 20, ANA, BEN), "Send 2 segments (dear because of ç"),
    (("push", "Allo", ANA, *LATER[:2]), "Send 1 segment to 1 number at 2032-12-24 10:00:00 EST?"),
    (("push", "Allo", ANA, "--kind", "tts"), "Send a call to 1 number now?"),
    (("push-by-criteria", "city='Torcy'", "Allo"), "each to all contacts with city='Torcy' now?"),
    (("push-to-all", "Allo"), "Send 1 segment each to all, 1 contact, now?"),
    (
        ("push-mails", "Sujet", "Allo", "ana@example.com"),
        "Send this e-mail to ana@example.com now",
    ),
    (
        ("push-mails", "a", "b", "a@b.example", "c@b.example"),
        "this e-mail to 2 addresses now?",
    ),
    (
        ("push-mails-by-criteria", "city='Torcy'", "a", "b"),
        "all contacts with city='Torcy' now?",
    ),
    (("push-mails-to-all", "a", "b"), "Send this e-mail to all, 1 contact, now?"),
    (("delete-contact", "214905"), f"Delete the contact Ana Petit {ANA} (id 214905), for good?"),
    (("add-contacts", "people.csv"), "Add 1 contact (0 are there already, 0 cannot be read)?"),
    (("delete-push", "PUSH"), "Delete the campaign of 2032-12-24 10:00:00 EST to 1 number, 'Plus"),
    (("delete-mail-push", "MAIL"), "Delete the campaign of 2032-12-24 10:00:00 EST, 'Rappel'?"),
]
CHANGING = {
    *("pushs", "pushscriterias", "pushsbroadcasts", "delete_push", "contacts", "delete_contact"),
    *("pushsmails", "pushsmailcriterias", "pushsmailbroadcasts", "delete_pushsmail"),
}


@pytest.fixture
async def furnished(clever: CleverCommands) -> CleverCommands:
    """Two campaigns that wait, and a file with Ben."""
    push = await clever.told("push", "Plus tard", ANA, *LATER)
    mail = await clever.told("push-mails", "Rappel", "Demain", "ana@example.com", *LATER)
    clever.textobot.names = {"PUSH": push["reference"], "MAIL": mail["reference"]}
    people = clever.textobot.folder / "people.csv"
    people.write_text(f"number,prénom,nom\n{BEN},Ben,Roux\n")
    clever.sandbox.world.requests.clear()
    return clever


@pytest.mark.parametrize(("command", "question"), ASKING, ids=_named)
async def test_nothing_is_done_where_nobody_can_be_asked(
    furnished: CleverCommands, command: tuple[str, ...], question: str
) -> None:
    result = await furnished(*command)

    assert result.exit_code == 2
    assert question in result.stderr
    assert "Nobody can be asked here: give --yes" in result.stderr
    assert not CHANGING & set(furnished.asked())


@pytest.mark.parametrize(("command", "question"), ASKING, ids=_named)
@pytest.mark.parametrize(("typed", "done"), [("n\n", False), ("y\n", True)], ids=["no", "yes"])
async def test_who_is_asked_decides(
    furnished: CleverCommands,
    terminal: None,
    command: tuple[str, ...],
    question: str,
    typed: str,
    done: bool,
) -> None:
    result = await furnished(*command, typed=typed)

    assert result.exit_code == 0, result.output
    assert question in result.output.replace("\n", " ")
    assert bool(CHANGING & set(furnished.asked())) is done
    assert ("Nothing was done." in result.output) is not done


# --- errors --------------------------------------------------------------------------------------

SEND = ("push", "Allo", ANA, "--yes")


@pytest.mark.parametrize(
    ("fault", "operation", "command", "said"),
    [
        ("http_402", "pushs", SEND, "no credit left: buy some; nothing was done"),
        ("http_430", "pushs", SEND, "has expired: renew it; nothing was done"),
        ("http_429", "pushs", SEND, "nothing was done; try again"),
        (
            "html",
            "pushs",
            SEND,
            "it may have been done all the same: look with the campaigns on Clever's site before "
            "you try again",
        ),
        ("http_500", "contactlists", ("list-contacts",), "nothing was changed; try again"),
        ("nested", "contactlists", ("list-contacts",), "nothing was changed; try again"),
        ("http_501", "fieldlist", ("field-list",), "announced this function, and not opened it"),
    ],
)
async def test_what_went_wrong_is_one_sentence_with_what_to_do(
    clever: CleverCommands, fault: str, operation: str, command: tuple[str, ...], said: str
) -> None:
    clever.sandbox.break_("clever", fault, operation=operation)
    result = await clever(*command)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
    assert clever.asked() == [operation], "nothing is tried twice"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("find-contact", "7"), 1, "`textobot clever list-contacts` lists what there is"),
        (("find-push", "Push20200101000000"), 1, "nothing was done; Clever's site lists"),
        (("delete-push", "Push20200101000000", "--yes"), 1, "nothing was done"),
        (("create-contact", ANA, "Une", "Autre"), 1, "le contact existe; nothing was done"),
        (("modify-contact", "214905"), 2, "nothing is to be changed; say what: --name"),
        (("push", "Allo", "555", "--yes"), 2, "this is no telephone number; write it like"),
        (("push", "Allo", "--yes"), 2, "nobody is named to send it to; give numbers, or --file"),
        (("push", "é" * 1001, ANA, "--yes"), 2, "1001 characters; Clever takes 1000"),
        (("push", "Allo", ANA, "--sender", "x" * 12, "--yes"), 2, "sender: this is no sender"),
        (("push", "Allo", ANA, "--at", "noon", "--yes"), 2, "is no time"),
        (("push", "Allo", "--file", "config.yaml", "--yes"), 2, "is one of numbers"),
        (("push", "Allo", "--file", "odd.csv", "--yes"), 2, "odd.csv, line 3: there is no number"),
        (("push-to-all", "Allo", "--cascade-minutes", "5", "--yes"), 2, "is of a cascade"),
        (("mos", "Push 1"), 2, "this is no reference; write it like Push20260131093000"),
        (("account", "--gateway", "vudumobile"), 2, "'vudumobile' is no clever account"),
        (("account", "-c", "nowhere.yaml"), 2, "there is no configuration here"),
        (("export-contacts", "config.yaml"), 2, "config.yaml cannot be written: File exists"),
        (("follow", "Push20200101000000"), 1, "clever knows no campaign Push20200101000000"),
        (("follow", "Push20200101000000", "--stop"), 1, "is not followed"),
        (("follow", "Push 1"), 2, "this is no reference"),
        (("follow", "Push1", "--gateway", "elsewhere"), 2, "write one of clever"),
    ],
    ids=_named,
)
async def test_what_cannot_be_done_is_a_sentence(
    clever: CleverCommands, command: tuple[str, ...], code: int, said: str
) -> None:
    file("odd.csv", f"number\n{ANA}\nabc\n")
    result = await clever(*command)

    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
    assert clever.sandbox.ledger == []


async def test_what_failed_before_anything_was_done_left_nothing(
    furnished: CleverCommands,
) -> None:
    furnished.sandbox.break_("clever", "html", operation="push")
    result = await furnished("delete-push", "PUSH", "--yes")
    assert result.exit_code == 1
    assert "nothing was done; try again" in result.stderr
    assert furnished.asked() == ["push"]


async def test_without_credentials_it_says_where_they_belong(
    clever: CleverCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGIN", "PASSWORD"):
        monkeypatch.delenv(name)
    result = await clever("account")
    assert result.exit_code == 2
    assert "CLEVER_LOGIN and CLEVER_PASSWORD" in result.stderr


async def test_wrong_credentials_are_told_and_not_quoted(
    clever: CleverCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD", "canary-password")
    result = await clever("account")
    assert result.exit_code == 1
    assert "check the account's credentials in the configuration" in result.stderr
    assert "canary" not in result.stderr


# --- contacts and users --------------------------------------------------------------------------


async def test_what_is_left_out_stays_and_what_is_given_empty_is_emptied(
    clever: CleverCommands,
) -> None:
    await clever.told("modify-contact", "214905", "--lastname", "Grand")
    one = clever.book.find(ANA)
    assert (one.name, one.lastname, one.email) == ("Ana", "Grand", "ana@example.com")
    await clever.told("modify-contact", "214905", "--email", "")
    assert clever.book.find(ANA).email == ""


@pytest.mark.parametrize("status", [404, 501])
async def test_what_is_announced_and_not_opened_is_said(
    clever: CleverCommands, status: int
) -> None:
    clever.sandbox.clever.coming = status
    for command in ("field-list", "predefined-messages"):
        result = await clever(command)
        assert result.exit_code == 1
        assert "Clever has announced this function, and not opened it yet" in result.stderr


USER = (
    *("--username", "zoe", "--name", "Zoe", "--lastname", "Blanc", "--country", "France"),
    *("--telephone", "+33160536053", "--email", "zoe@example.com", "--address", "rue de Paris"),
    *("--zip-code", "77183", "--city", "Croissy"),
)


async def test_a_users_password_is_never_shown(clever: CleverCommands) -> None:
    made = await clever("create-user", *USER)
    shown = await clever("create-user", *USER, "--table")

    assert json.loads(made.stdout)["password"] == "**********"
    assert clever.sandbox._clever.users.all[0].password == "Printemps26"
    assert (shown.exit_code, "Printemps26" in made.stdout + shown.stderr) == (1, False)


async def test_a_password_that_is_missing_is_asked_for(
    clever: CleverCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLEVER_USER_PASSWORD")
    result = await clever("create-user", *USER)
    assert result.exit_code == 2
    assert "put the user's password into CLEVER_USER_PASSWORD" in result.stderr


# --- follow --------------------------------------------------------------------------------------


async def test_campaigns_are_followed_where_no_daemon_runs(clever: CleverCommands) -> None:
    reference = clever.sandbox.start_campaign([ANA], "Votez")
    clever.sandbox.text("clever", ANA, "Un")

    begun = (await clever("follow", reference, "--table")).stdout
    again = (await clever("follow", reference, "--table")).stdout
    (listed,) = await clever.told("follow")
    table = (await clever("follow", "--table")).stdout
    ended = (await clever("follow", reference, "--stop", "--table")).stdout

    told = f"{reference} is followed from now on. 1 text came so far, and count as history."
    assert (begun, again) == (f"{told}\n", f"{reference} is followed already.\n")
    assert listed["reference"] == reference
    assert abs((datetime.fromisoformat(listed["since"]) - datetime.now(UTC)).days) <= 1
    assert table.splitlines()[-1] == "1 campaign begun elsewhere."
    assert "is followed no more" in ended
    assert await clever.told("follow") == []


async def test_what_cannot_be_followed_was_sent_all_the_same(clever: CleverCommands) -> None:
    (clever.textobot.folder / "data" / "textobot.db").unlink()
    result = await clever("push", "Votez", ANA, "--follow", "--yes")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["number_list"] == [ANA]
    assert "it was sent, and is not followed: there is no store" in result.stderr
    assert "--all-new` does it later" in result.stderr
