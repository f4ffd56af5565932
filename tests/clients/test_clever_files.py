"""Contacts out to CSV and in from it: each row is told, and what breaks off goes on."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.clients.commanding import Commands
from tests.clients.test_clever_commands import CleverCommands, file

ANA, BEN, ZOE = "+33600000001", "+33600000002", "+33600000003"


@pytest.fixture
def clever(textobot: Commands) -> CleverCommands:
    return CleverCommands(textobot)


def report() -> dict[str, str]:
    """What came of whom."""
    with Path("people.report.csv").open(encoding="utf-8", newline="") as written:
        return {who: fate for _, who, fate in list(csv.reader(written))[1:]}


def mode() -> int:
    return Path("people.csv").stat().st_mode & 0o777


async def test_what_is_written_out_is_read_back(clever: CleverCommands) -> None:
    """Formulas are made harmless on the way out, and are what they were on the way in."""
    more = {"street": "=HYPERLINK(1)", "street_number": "4", "zip_code": "01000", "city": "Torcy"}
    clever.book.add(BEN, "Zoé-Anne", "L'Été", landline_primary="+33160536053")
    clever.book.edit(BEN, duplicates=True, **more)
    shown = ("gsm_primary", "name", "lastname", "email", "landline_primary", *more)
    before = [tuple(getattr(one, name) for name in shown) for one in clever.book.contacts]

    out = await clever.told("export-contacts", "people.csv")
    assert out == {"contacts": 2, "unreadable": 0, "file": "people.csv"}
    assert mode() == 0o600, "it is for its owner alone"
    for number in (ANA, BEN):
        clever.book.remove(number)
    back = await clever.told("add-contacts", "people.csv", "--yes")

    assert back["added"] == 2
    after = [tuple(getattr(one, name) for name in shown) for one in clever.book.contacts]
    assert after == before


async def test_without_a_file_contacts_go_to_standard_output(clever: CleverCommands) -> None:
    for given in ((), ("--login", "sandbox")):
        result = await clever("export-contacts", *given)
        (row,) = csv.DictReader(io.StringIO(result.stdout))
        assert (row["gsm_primary"], row["name"], row["city"]) == (ANA, "Ana", "Torcy")


async def test_each_row_is_told(clever: CleverCommands) -> None:
    clever.book.add(BEN, "Ben", "Roux")
    file(
        "people.csv",
        "Téléphone;Prénom;Nom;Courriel;Fixe\n"
        "06 00 00 00 01;Ana;Petit;;\n"
        "06 00 00 00 02;Benoît;Roux;;\n"
        "06 00 00 00 03;Zoé;Blanc;zoe@example.com;01 60 53 60 53\n"
        "0600000003;Zoé;encore;;\n"
        "abc;Personne;;;\n"
        "06 00 00 00 04;Luis;;;abc\n"
        "06 00 00 00 05;Eve;Noir;not an address;\n"
        "06 00 00 00 06;;;;\n"
        "\n",
    )
    result = await clever("add-contacts", "people.csv", "--yes", "--table")

    assert result.exit_code == 1, "one row was refused"
    fates = report()
    assert fates.pop("+33600000005").startswith("refused: email: this is not one plain e-mail")
    assert fates == {
        ANA: "there already",
        BEN: "there already, kept although name differs",
        ZOE: "twice in the file",
        "abc": "not read: not a number",
        "+33600000004": "not read: landline_primary is not a number",
        "+33600000006": "added",
    }
    assert "2 added, 2 not read, 2 there already, 1 refused" in result.stdout.replace("\n", " ")
    zoe = clever.book.find(ZOE)
    assert (zoe.name, zoe.email, zoe.landline_primary) == (
        "Zoé",
        "zoe@example.com",
        "+33160536053",
    )
    unnamed = clever.book.find("+33600000006")
    assert (unnamed.name, unnamed.lastname) == ("Contact", "33600000006")


async def test_who_differs_is_changed_where_that_is_wanted(clever: CleverCommands) -> None:
    """What the file says nothing of stays as it is."""
    file("people.csv", f"number,name,email,zip code\n{ANA},Anna,,77200\n")
    first = await clever.told("add-contacts", "people.csv", "--overwrite", "--yes")
    again = await clever.told("add-contacts", "people.csv", "--overwrite", "--yes")

    assert (first["changed"], again["there already"]) == (1, 1)
    one = clever.book.find(ANA)
    assert (one.name, one.lastname, one.email) == ("Anna", "Petit", "ana@example.com")
    assert (one.zip_code, one.city) == ("77200", "Torcy")


@pytest.mark.parametrize("fault", ["http_500", "html", "answer_lost", "http_402"])
async def test_what_breaks_off_goes_on_and_adds_nobody_twice(
    clever: CleverCommands, fault: str
) -> None:
    clever.sandbox.clever.duplicates_mean = "history"
    people = "".join(f"+3360000001{n},P,N\n" for n in range(5))
    file("people.csv", f"number,name,lastname\n{people}")
    clever.sandbox.break_("clever", fault, operation="contacts", number="+33600000012")

    first = await clever("add-contacts", "people.csv", "--yes")
    told = report()
    second = await clever("add-contacts", "people.csv", "--yes")

    assert second.exit_code == 0
    assert list(report().values()) == [
        one if one == "there already" else "added" for one in report().values()
    ]
    numbers = [one.gsm_primary for one in clever.book.contacts]
    assert sorted(numbers) == [ANA, *(f"+3360000001{n}" for n in range(5))]
    if first.exit_code:
        assert "the same command goes on" in first.stderr
        assert told["+33600000014"] == "not begun"
    else:
        assert told["+33600000012"] == "added, its answer was lost"


async def test_a_row_that_is_refused_for_haste_is_tried_again(clever: CleverCommands) -> None:
    """Nothing was done of it."""
    file("people.csv", f"number,name,lastname\n{BEN},Ben,Roux\n")
    clever.sandbox.break_("clever", "http_429", operation="contacts", times=2)
    result = await clever("add-contacts", "people.csv", "--yes")
    assert (result.exit_code, json.loads(result.stdout)["added"]) == (0, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "nothing stands in this file"),
        ("name,lastname\nAna,Petit\n", "none of the columns ('name', 'lastname') is one of"),
    ],
)
async def test_a_file_that_cannot_be_used_is_a_sentence(
    clever: CleverCommands, content: str, said: str
) -> None:
    file("people.csv", content)
    result = await clever("add-contacts", "people.csv", "--yes")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert said in result.stderr
