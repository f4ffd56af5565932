"""Contacts out to CSV and in from it: each row is told, and what breaks off goes on."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.sandbox.vudumobile_contacts import VuduMobileContacts
from bot.sheets import SHORTENED
from bot.vendors import rows
from tests.clients.commanding import Commands
from tests.clients.test_vudumobile_commands import VuduMobileCommands

ANA, BEN, ZOE = "+15145550001", "+15145550002", "+15145550003"


@pytest.fixture
def vudumobile(textobot: Commands) -> VuduMobileCommands:
    return VuduMobileCommands(textobot)


def file(content: str | bytes) -> str:
    raw = content if isinstance(content, bytes) else content.encode()
    Path("people.csv").write_bytes(raw)
    return "people.csv"


def in_the_way() -> None:
    Path("people.report.csv").mkdir()


def exported() -> tuple[str, int]:
    written = Path("people.csv")
    return written.read_text("utf-8"), written.stat().st_mode & 0o777


def report() -> dict[str, str]:
    """What came of whom."""
    with Path("people.report.csv").open(encoding="utf-8", newline="") as written:
        return {who: fate for _, who, fate in list(csv.reader(written))[1:]}


async def test_what_is_written_out_is_read_back(vudumobile: VuduMobileCommands) -> None:
    """Formulas are made harmless on the way out, and are what they were on the way in."""
    vudumobile.book.add(BEN, name="=HYPERLINK(1)", description="@notes", language="en")
    vudumobile.book.add("", name="Zoé, la mère", email="zoe@example.com")
    before = [(one.number, one.name, one.description, one.email) for one in theirs(vudumobile)]

    out = await vudumobile("export-contacts", "people.csv")
    assert json.loads(out.stdout) == {"contacts": 3, "unreadable": 0, "file": "people.csv"}
    written, mode = exported()
    assert "'=HYPERLINK" in written
    assert mode == 0o600, "it is for its owner alone"
    for one in theirs(vudumobile):
        vudumobile.book.remove(one.id)
    back = await vudumobile("add-contacts", "people.csv", "--yes")

    assert (back.exit_code, json.loads(back.stdout)["added"]) == (0, 3)
    after = [(one.number, one.name, one.description, one.email) for one in theirs(vudumobile)]
    assert after == before


def theirs(vudumobile: VuduMobileCommands) -> list[Any]:
    return vudumobile.book.contacts


async def test_without_a_file_contacts_go_to_standard_output(
    vudumobile: VuduMobileCommands,
) -> None:
    result = await vudumobile("export-contacts", "--group", "Tous")
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert (row["number"], row["name"], row["is_blocked"]) == (ANA, "Ana", "no")


@pytest.mark.parametrize("arguments", [(), ("contacts.csv",)], ids=["standard output", "a file"])
async def test_who_could_not_be_read_is_not_missed_in_silence(
    vudumobile: VuduMobileCommands,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.setattr(VuduMobileContacts, "_listed", lambda self, contact: {"id": None})
    result = await vudumobile("export-contacts", *arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "1 row could not be read: not in it" in result.stderr


async def test_each_row_is_told(vudumobile: VuduMobileCommands) -> None:
    vudumobile.book.add(BEN, name="Ben", language="fr")
    people = file(
        "Téléphone;Nom;Courriel;Langue\n"
        "514 555-0001;Ana;;\n"
        "514 555-0002;Benoît;;anglais\n"
        "514 555-0003;Zoé;zoe@example.com;fr\n"
        "(514) 555-0003;Zoé encore;;\n"
        "abc;Personne;;\n"
        "1,51456E+10;Perdu;;\n"
        ";Sans rien;;\n"
        "514 555-0004;Luis;;es\n"
        "514 555-0005;Eve;not an address;\n"
        ";Courriel seul;seul@example.com;\n"
        "\n"
    )
    result = await vudumobile("add-contacts", people, "--yes", "--table")

    assert result.exit_code == 1, "one row was refused"
    fates = report()
    assert fates.pop("+15145550005").startswith("refused: email: this is not one plain e-mail")
    assert fates == {
        ANA: "there already",
        BEN: "there already, kept although name and language differ",
        ZOE: "twice in the file",
        "abc": "not read: not a number",
        "1,51456E+10": f"not read: {SHORTENED}",
        "": "not read: neither a number nor an e-mail address",
        "+15145550004": "not read: the language is neither fr nor en",
        "seul@example.com": "added",
    }
    assert "2 added, 2 there already" in result.stdout.replace("\n", " ")
    assert vudumobile.book.find(ZOE).name == "Zoé"
    assert vudumobile.book.find(BEN).name == "Ben"


async def test_who_differs_is_changed_where_that_is_wanted(vudumobile: VuduMobileCommands) -> None:
    """What the file says nothing of stays as it is."""
    people = file(f"number,name,email,description\n{ANA},Ana Roy,,VIP\n")
    result = await vudumobile("add-contacts", people, "--overwrite", "--yes")
    again = await vudumobile("add-contacts", people, "--overwrite", "--yes")

    assert json.loads(result.stdout)["changed"] == 1
    assert json.loads(again.stdout)["there already"] == 1
    ana = vudumobile.book.find(ANA)
    assert (ana.name, ana.email, ana.description) == ("Ana Roy", "ana@example.com", "VIP")


async def test_all_of_them_are_put_into_a_group(vudumobile: VuduMobileCommands) -> None:
    vudumobile.book.add_group("2026")
    people = file(f"number\n{ANA}\n{BEN}\n")
    result = await vudumobile("add-contacts", people, "--group", "2026", "--yes")
    asked = len(vudumobile.asked())
    again = await vudumobile("add-contacts", people, "--group", "2026", "--yes")

    assert result.exit_code == again.exit_code == 0
    id_of_2026 = vudumobile.book.groups[-1].id
    assert [one.number for one in vudumobile.book.members(id_of_2026)] == [ANA, BEN]
    assert report() == {ANA: "there already", BEN: "there already"}
    assert vudumobile.asked()[asked:] == ["get_contacts", "get_groups", "get_contacts"]


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        ("", (), "nothing stands in this file"),
        ("a;b\n1;2\n", (), "none of the columns ('a', 'b') is one of numbers or e-mail"),
        (f"number\n{BEN}\n", ("--group", "Nobody"), "there is no group 'Nobody'"),
        (f"number\n{BEN}\n".encode("utf-16"), ("--group", "9"), "there is no group '9'"),
    ],
)
async def test_what_cannot_be_begun_changes_nothing(
    vudumobile: VuduMobileCommands, content: str | bytes, arguments: tuple[str, ...], said: str
) -> None:
    result = await vudumobile("add-contacts", file(content), *arguments, "--yes")

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(theirs(vudumobile)) == 1


async def test_what_cannot_be_reported_is_not_begun(vudumobile: VuduMobileCommands) -> None:
    people = file(f"number\n{BEN}\n")
    in_the_way()
    result = await vudumobile("add-contacts", people, "--yes")

    assert result.exit_code == 2
    assert "nothing was begun" in result.stderr
    assert len(theirs(vudumobile)) == 1


# --- what breaks off -----------------------------------------------------------------------------

MANY = [f"+1514555{number:04}" for number in range(10, 22)]


async def test_what_breaks_off_goes_on_with_the_same_command(
    vudumobile: VuduMobileCommands,
) -> None:
    people = file("number\n" + "\n".join(MANY))
    vudumobile.sandbox.break_(
        "vudumobile", "firewall", operation="post_contact", number=MANY[4], times=1
    )
    first = await vudumobile("add-contacts", people, "--yes")
    halfway = report()
    second = await vudumobile("add-contacts", people, "--yes")

    assert (first.exit_code, second.exit_code) == (1, 0)
    told = json.loads(first.stdout)
    assert (told["added"], told["not begun"]) == (4, 8)
    assert "nothing was done; 8 rows left: the same command goes on" in first.stderr
    assert first.stderr.count("\n") == 1
    assert halfway[MANY[3]] == "added"
    assert halfway[MANY[4]] == "not begun"
    assert sorted(one.number for one in theirs(vudumobile)) == [ANA, *MANY]
    posted = [one for one in vudumobile.asked() if one == "post_contact"]
    assert len(posted) == len(MANY) + 1, "what was done is not done again"


async def test_an_answer_that_was_lost_is_looked_for(vudumobile: VuduMobileCommands) -> None:
    """The contact was added, and nobody said so; and the other way round."""
    vudumobile.sandbox.break_("vudumobile", "html", operation="post_contact", number=BEN)
    people = file(f"number\n{BEN}\n{ZOE}\n")
    result = await vudumobile("add-contacts", people, "--yes")
    assert (result.exit_code, report()) == (0, {BEN: "added, its answer was lost", ZOE: "added"})

    vudumobile.sandbox.break_("vudumobile", "http_500", operation="post_contact", number=MANY[0])
    result = await vudumobile("add-contacts", file(f"number\n{MANY[0]}\n{MANY[1]}\n"), "--yes")
    assert result.exit_code == 1
    assert report() == {MANY[0]: "unclear: it may have been done", MANY[1]: "not begun"}


async def test_who_is_asked_too_often_is_given_time(vudumobile: VuduMobileCommands) -> None:
    vudumobile.sandbox.break_("vudumobile", "http_429", operation="post_contact", number=BEN)
    result = await vudumobile("add-contacts", file(f"number\n{BEN}\n"), "--yes")
    assert (result.exit_code, report()) == (0, {BEN: "added"})


async def test_somebody_else_may_have_added_them_meanwhile(
    vudumobile: VuduMobileCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin: Callable[..., None] = rows.Report.begin

    def meanwhile(self: rows.Report, lines: Any) -> None:
        vudumobile.book.add(BEN, name="Ben")
        begin(self, lines)

    monkeypatch.setattr(rows.Report, "begin", meanwhile)
    result = await vudumobile("add-contacts", file(f"number\n{BEN}\n"), "--yes")
    assert (result.exit_code, report()) == (0, {BEN: "there already"})


async def test_a_contact_that_could_not_join_was_added_all_the_same(
    vudumobile: VuduMobileCommands,
) -> None:
    vudumobile.book.add_group("Radio")
    vudumobile.sandbox.break_("vudumobile", "http_400", operation="add_group_contact")
    people = file(f"number\n{BEN}\n")
    result = await vudumobile("add-contacts", people, "--group", "Radio", "--yes")
    assert result.exit_code == 1
    assert report()[BEN].startswith("refused: added, but not put into the group: VuduMobile")

    again = await vudumobile("add-contacts", people, "--group", "Radio", "--yes")
    assert (again.exit_code, report()) == (0, {BEN: "there already, put into the group"})


async def test_whoever_stops_it_is_told_what_was_done(tmp_path: Path) -> None:
    """Ctrl-C in the middle of the second row."""
    report = rows.Report(tmp_path / "people.csv")
    report.begin([(2, ANA, "there already")])

    async def settle(row: rows.Row) -> str:
        if row.who == ZOE:
            raise asyncio.CancelledError
        return "added"

    todo = [rows.Row(line, who, {}) for line, who in enumerate([BEN, ZOE, MANY[0]], start=3)]
    with pytest.raises(asyncio.CancelledError):
        await rows.each(todo, settle, report, clock=SystemClock(), what="Adding")

    with report.path.open(encoding="utf-8", newline="") as written:
        assert list(csv.reader(written))[1:] == [
            ["2", ANA, "there already"],
            ["3", BEN, "added"],
            ["4", ZOE, "unclear: it may have been done"],
            ["5", MANY[0], "not begun"],
        ]
