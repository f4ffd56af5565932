"""`textobot vudumobile`: what is shown, what is asked before, and how a command ends."""

from __future__ import annotations

import json
from typing import Any

import click.testing
import pytest

from bot.cli import main
from tests.clients.commanding import Commands
from tests.clients.functions import VUDUMOBILE

ANA, BEN = "+15145550001", "+15145550002"
EVERY = sorted({one.command for one in VUDUMOBILE.functions} | VUDUMOBILE.more_commands)


class VuduMobileCommands:
    """`textobot vudumobile` for the sandbox, in which Ana is a contact."""

    def __init__(self, textobot: Commands) -> None:
        self.textobot = textobot
        self.sandbox = textobot.sandbox
        self.book = self.sandbox.vudumobile_book
        self.ana = self.book.add(ANA, name="Ana", email="ana@example.com")

    async def __call__(self, *arguments: str, typed: str | None = None) -> click.testing.Result:
        return await self.textobot("vudumobile", *arguments, typed=typed)

    def asked(self) -> list[str]:
        return [one.operation for one in self.sandbox.requests]


@pytest.fixture
def vudumobile(textobot: Commands) -> VuduMobileCommands:
    return VuduMobileCommands(textobot)


@pytest.mark.parametrize("command", EVERY)
def test_each_command_explains_itself(command: str) -> None:
    result = click.testing.CliRunner().invoke(main, ["vudumobile", command, "--help"])
    assert result.exit_code == 0
    assert all(option in result.output for option in ("--gateway", "--json / --table", "--config"))


async def test_a_pipe_gets_json_and_a_terminal_a_table(vudumobile: VuduMobileCommands) -> None:
    piped = await vudumobile("get-contacts", "Tous")
    table = await vudumobile("get-contacts", "Tous", "--table")

    (contact,) = json.loads(piped.stdout)["contacts"]
    assert (contact["number"], contact["name"]) == (ANA, "Ana")
    head, row, sentence = table.stdout.splitlines()
    assert head.split()[:3] == ["id", "number", "name"]
    assert row.split()[:3] == ["1", ANA, "Ana"]
    assert sentence == "1 contact."


async def test_a_terminal_gets_a_table(vudumobile: VuduMobileCommands, terminal: None) -> None:
    assert (await vudumobile("get-groups")).stdout.splitlines()[-1] == "2 groups."
    assert json.loads((await vudumobile("get-groups", "--json")).stdout)[0]["group_name"]


async def test_texts_are_shown_by_time_and_harmless(vudumobile: VuduMobileCommands) -> None:
    sandbox = vudumobile.sandbox
    sandbox.text("vudumobile", ANA, "Second \x1b[31m", offset=-60)
    sandbox.text("vudumobile", ANA, "First [bold]", offset=-120)
    sandbox.send_by_hand(ANA, "Sent")
    sandbox.set_outcome("vudumobile", BEN, "UNDELIV_300", after=0)
    sandbox.send_by_hand(BEN, "Lost")

    texts = (await vudumobile("get-feed", "--table")).stdout
    sent = (await vudumobile("get-feed", "--direction", "mt", "--table")).stdout

    assert texts.index("First [bold]") < texts.index("Second")
    assert "\x1b" not in texts
    assert texts.splitlines()[-1] == "2 texts."
    assert "EST" in texts or "EDT" in texts, "times are of the configuration's zone"
    (lost,) = [line for line in sent.splitlines() if "Lost" in line]
    assert "UNDELIV_300" in lost
    assert "off, out of reach" in lost


@pytest.mark.parametrize(
    ("since", "code"),
    [("2h", 0), ("2026-01-01 00:00", 0), ("yesterday", 2), ("999999999d", 2)],
)
async def test_since_when_is_read_in_two_ways(
    vudumobile: VuduMobileCommands, since: str, code: int
) -> None:
    result = await vudumobile("get-feed", "--since", since)
    assert result.exit_code == code
    assert result.stderr.count("\n") == (1 if code else 0)


# --- questions -----------------------------------------------------------------------------------

BROADCAST = ("post-broadcast", "--name", "Concours", "--group", "Radio")


def _named(one: object) -> str | None:
    return " ".join(one[:2]) if isinstance(one, tuple) else ""


ASKING: list[tuple[tuple[str, ...], str]] = [
    (("send", ANA, "Allo"), f"Send 1 segment to {ANA}?"),
    (("send", ANA, "ça va" * 20), "Send 2 segments (dear because of ç"),
    (("send-email", "ana@example.com", "Sujet", "Allo"), "Send this e-mail to ana@example.com?"),
    (("send-verification", ANA, "4839", "--language", "fr"), "Send a code to +15145550001"),
    (("delete-contact", "--number", ANA), f"Delete the contact Ana {ANA} (id 1), for good?"),
    (("import-contacts", "people.csv", "owner@example.com"), "Add the contacts of people.csv"),
    (("add-contacts", "people.csv"), "Add 1 contact (0 are there already, 0 cannot be read)?"),
    (("delete-group", "Radio"), "Delete the group Radio? It has 1 contact, who stay contacts."),
    (("delete-group-contact", "Radio", ANA), f"Take {ANA} out of the group Radio?"),
    (
        (*BROADCAST, "--fr", "Allo", "--launch", "2030-01-01 10:00"),
        "It goes out by itself at 2030",
    ),
    (("start-broadcast", "26"), "Send the broadcast Test to 1 contact of Radio, at about 1 seg"),
    (("test-broadcast", "26", ANA), f"Send the broadcast 26 to {ANA} alone?"),
    (("delete-broadcast", "26"), "Delete the broadcast Test (pending)?"),
]
CHANGING = {
    *("send", "send_email", "send_verification", "delete_contact", "import_contacts"),
    *("post_contact", "delete_group", "delete_group_contact", "post_broadcast"),
    *("start_broadcast", "test_broadcast", "delete_broadcast"),
}


@pytest.fixture
async def furnished(vudumobile: VuduMobileCommands) -> VuduMobileCommands:
    """A group with Ana in it, a broadcast to it, and a file with Ben."""
    vudumobile.book.add_group("Radio")
    vudumobile.book.join(ANA, "Radio")
    made = await vudumobile(
        "post-broadcast", "--name", "Test", "--group", "Radio", "--fr", "Bonjour _NAME_"
    )
    assert made.exit_code == 0
    people = vudumobile.textobot.folder / "people.csv"
    people.write_text(f"number,name\n{BEN},Ben\n")
    vudumobile.sandbox.world.requests.clear()
    return vudumobile


@pytest.mark.parametrize(("command", "question"), ASKING, ids=_named)
async def test_nothing_is_done_where_nobody_can_be_asked(
    furnished: VuduMobileCommands, command: tuple[str, ...], question: str
) -> None:
    result = await furnished(*command)

    assert result.exit_code == 2
    assert question in result.stderr
    assert "Nobody can be asked here: give --yes" in result.stderr
    assert not CHANGING & set(furnished.asked())


@pytest.mark.parametrize(("command", "question"), ASKING, ids=_named)
@pytest.mark.parametrize(("typed", "done"), [("n\n", False), ("y\n", True)], ids=["no", "yes"])
async def test_who_is_asked_decides(
    furnished: VuduMobileCommands,
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


@pytest.mark.parametrize(
    ("fault", "operation", "command", "said"),
    [
        (
            "firewall",
            "get_groups",
            ("get-groups",),
            "addresses that it knows: ask it to admit this machine's; nothing was done",
        ),
        ("wrong_key", "get_groups", ("get-groups",), "nothing was done"),
        ("http_402", "send", ("send", ANA, "Allo", "--yes"), "no credit left: buy some"),
        ("http_430", "send", ("send", ANA, "Allo", "--yes"), "has expired: renew it"),
        ("http_429", "send", ("send", ANA, "Allo", "--yes"), "nothing was done; try again"),
        (
            "html",
            "send",
            ("send", ANA, "Allo", "--yes"),
            "it may have been done all the same: look with `textobot vudumobile get-feed "
            "--direction mt --since 1h` before you try again",
        ),
        ("http_500", "get_groups", ("get-groups",), "nothing was changed; try again"),
        ("nested", "get_groups", ("get-groups",), "nothing was changed; try again"),
    ],
)
async def test_what_went_wrong_is_one_sentence_with_what_to_do(
    vudumobile: VuduMobileCommands,
    fault: str,
    operation: str,
    command: tuple[str, ...],
    said: str,
) -> None:
    vudumobile.sandbox.break_("vudumobile", fault, operation=operation)
    result = await vudumobile(*command)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
    assert vudumobile.sandbox.vudumobile.api_key not in result.stderr
    assert vudumobile.asked() == [operation], "nothing is tried twice"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("get-contacts", "Nobody"), 1, "`textobot vudumobile get-groups` lists what there is"),
        (("get-broadcast", "7"), 1, "`textobot vudumobile get-broadcasts` lists what there is"),
        (("delete-group", "Tous", "--yes"), 1, "system groups can't be deleted; nothing was done"),
        (("delete-contact", "--number", BEN, "--yes"), 1, "Contact not found; nothing was done"),
        (("post-contact", "--number", ANA), 1, "already exists with this number; nothing was"),
        (("send", "555", "Allo", "--yes"), 2, "to: this is no number that can be texted"),
        (("send", ANA, "a" * 1600, "--yes"), 2, "11 segments; VuduMobile takes 10"),
        (("get-contact",), 2, "give exactly one; nothing was sent"),
        (("post-broadcast", "--name", "a"), 2, "a new broadcast needs from_groups, fr_message"),
        (("get-groups", "--gateway", "elsewhere"), 2, "write one of vudumobile"),
        (("get-groups", "--gateway", "clever"), 2, "'clever' is no vudumobile account"),
        (("get-groups", "-c", "nowhere.yaml"), 2, "there is no configuration here"),
        (("get-feed", "--timezone", "Montreal"), 2, "did you mean America/Montreal?"),
        (("export-contacts", "config.yaml"), 2, "config.yaml cannot be written: File exists"),
    ],
    ids=_named,
)
async def test_what_cannot_be_done_is_a_sentence(
    vudumobile: VuduMobileCommands, command: tuple[str, ...], code: int, said: str
) -> None:
    result = await vudumobile(*command)

    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


async def test_what_failed_before_anything_was_done_left_nothing(
    furnished: VuduMobileCommands,
) -> None:
    furnished.sandbox.break_("vudumobile", "html", operation="get_broadcast")
    result = await furnished("start-broadcast", "26", "--yes")
    assert result.exit_code == 1
    assert "nothing was done; try again" in result.stderr
    assert furnished.asked() == ["get_broadcast"]


async def test_what_is_given_empty_is_emptied(vudumobile: VuduMobileCommands) -> None:
    emptied = ("--name", "", "--email", "")
    result = await vudumobile("post-contact", "--id", "1", "--number", ANA, *emptied)
    assert result.exit_code == 0
    assert (vudumobile.book.find(ANA).name, vudumobile.book.find(ANA).email) == ("", "")


async def test_without_a_key_it_says_where_it_belongs(
    vudumobile: VuduMobileCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEY")
    result = await vudumobile("get-groups")
    assert result.exit_code == 2
    assert "VUDUMOBILE_API_KEY" in result.stderr


async def test_of_several_accounts_one_is_named(vudumobile: VuduMobileCommands) -> None:
    config = vudumobile.textobot.folder / "config.yaml"
    url = vudumobile.sandbox.vudumobile_url
    more = f"  vudumobile-2: {{url: {url}, api_key: '${{KEY:-}}'}}\n"
    config.write_text(config.read_text() + more)

    unnamed = await vudumobile("get-groups")
    named = await vudumobile("get-groups", "--gateway", "vudumobile-2")

    assert (unnamed.exit_code, named.exit_code) == (2, 0)
    assert "name one: --gateway vudumobile or vudumobile-2" in unnamed.stderr


async def test_who_shares_an_address_is_deleted_by_id(vudumobile: VuduMobileCommands) -> None:
    vudumobile.book.add(BEN, email="ana@example.com")
    result = await vudumobile("delete-contact", "--email", "ana@example.com", "--yes")

    assert result.exit_code == 2
    assert "name one of them: --id 1, 2" in result.stderr
    assert len(vudumobile.book.contacts) == 2


async def test_a_broadcast_is_described_with_its_messages(furnished: VuduMobileCommands) -> None:
    started = await furnished("start-broadcast", "26", "--yes")
    shown = (await furnished("get-broadcast", "26", "--table")).stdout
    listed: list[dict[str, Any]] = json.loads((await furnished("get-broadcasts")).stdout)

    assert started.exit_code == 0
    assert "Bonjour Ana" in shown
    assert "fr: Bonjour _NAME_" in shown
    assert ANA in shown
    assert [(one["id"], one["name"]) for one in listed] == [("26", "Test")]


async def test_when_a_broadcast_goes_out_is_of_the_configurations_zone(
    furnished: VuduMobileCommands,
) -> None:
    launch = ("--fr", "Allo", "--launch", "2030-01-01 10:00", "--yes")
    made = await furnished(*BROADCAST, *launch)
    broadcast = json.loads(made.stdout)["broadcast"]["id"]
    shown = json.loads((await furnished("get-broadcast", broadcast)).stdout)
    assert shown["launch_date"] == "2030-01-01T15:00:00Z"
