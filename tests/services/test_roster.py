"""People on lists by an operator, a file or a program."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.consent import ConsentKind, How
from bot.core.enrolling import Basis, Candidate
from bot.services.roster import Roster, UnknownList
from bot.storage import consents, people_tables, schema, subscribers
from tests.core.talking import DEALS
from tests.services.played import ANA, BEN, LEA, Scene
from tests.services.process import Process, rows
from tests.services.test_memberships import BOOK

YEAR = replace(DEALS, lasts=timedelta(days=365))
FAIR = Basis(ConsentKind.IMPLIED, How.IMPORT, "bought at the fair")


@pytest.fixture
def roster(scene: Scene) -> Roster:
    return Roster(scene.database, scene.clock, lambda: {"deals": YEAR})


def people(*numbers: str) -> list[Candidate]:
    return [Candidate(number, f"import a.csv row {n}") for n, number in enumerate(numbers, 2)]


async def on_list(roster: Roster) -> list[str]:
    return [one.number for one in await roster.page("deals", limit=10)]


async def test_people_are_put_on_a_list_with_their_consent(scene: Scene, roster: Roster) -> None:
    added = await roster.add("deals", people(ANA, BEN), FAIR)
    again = await roster.add("deals", people(ANA, BEN, LEA), FAIR)

    assert (added, again) == (["added"] * 2, ["was a member", "was a member", "added"])
    assert await on_list(roster) == [ANA, BEN, LEA]
    async with scene.database.read() as connection:
        (entry,) = (await consents.of(connection, [ANA]))[ANA]
    assert (entry.kind, entry.how, entry.cause) == ("implied", "import", "import a.csv row 2")
    assert (entry.wording, entry.list) == ("bought at the fair", "deals")
    assert entry.expires_at == scene.clock.now() + timedelta(days=365)
    told = [(row["type"], row["body"]) for row in await rows(scene, schema.events)]
    body = {"number": ANA, "gateway": "", "list": "deals", "how": "import"}
    assert (told[0], len(told)) == (("list.joined", body), 3)


async def test_trying_does_nothing(scene: Scene, roster: Roster) -> None:
    assert await roster.add("deals", people(ANA), FAIR, dry=True) == ["added"]
    assert await on_list(roster) == []
    assert await rows(scene, people_tables.consents) == []


async def test_nobody_who_opted_out_is_put_on_a_list(scene: Scene, roster: Roster) -> None:
    """INV-12."""
    await Process(scene, BOOK).hears("rabais", "stop", number=ANA)

    fates = await roster.add("deals", people(ANA, BEN), FAIR)

    assert fates == ["opted out: refused", "added"]
    (counted,) = await roster.overview()
    assert (counted.tally.members, counted.tally.opted_out) == (2, 1)


async def test_who_texted_keeps_where_and_how(scene: Scene, roster: Roster) -> None:
    await Process(scene, BOOK).hears("rabais", "stop rabais", number=BEN)
    scene.clock.advance(60)
    await roster.add("deals", people(BEN), FAIR)

    one = await roster.member("deals", BEN)
    assert one is not None
    assert (one.gateway, one.language, one.cause) == ("vudumobile", "fr", "import a.csv row 2")


async def test_people_are_taken_off(scene: Scene, roster: Roster) -> None:
    await roster.add("deals", people(ANA), FAIR)
    scene.clock.advance(60)

    gone = await roster.remove(
        "deals", [ANA, BEN], how=How.OPERATOR, cause="operator eve", wording="asked by telephone"
    )

    assert gone == [True, False]
    assert await roster.member("deals", ANA) is None
    before = replace(people(ANA)[0], at=scene.clock.now() - timedelta(days=1))
    refused = await roster.add("deals", [before], FAIR)
    assert refused == ["left after the consent's date: refused"]
    assert (await rows(scene, schema.events))[-1]["body"]["status"] == "removed"
    async with scene.database.read() as connection:
        known = await subscribers.load_subscribers(connection, [ANA], scene.clock.now())
    assert known.get(ANA) is None or not known[ANA].lists


async def test_a_list_that_nobody_has_written_is_not_known(roster: Roster) -> None:
    with pytest.raises(UnknownList, match="did you mean deals"):
        await roster.add("deal", people(ANA), FAIR)
    with pytest.raises(UnknownList):
        await roster.page("deal", limit=1)


async def test_a_list_that_is_gone_from_the_rules_is_still_shown(
    scene: Scene, roster: Roster
) -> None:
    await roster.add("deals", people(ANA), FAIR)
    later = Roster(scene.database, scene.clock, dict)

    (one,) = await later.overview()
    assert (one.id, one.names, one.tally.members) == ("deals", (), 1)
    assert await on_list(later) == [ANA]
    with pytest.raises(UnknownList):
        await later.add("deals", people(BEN), FAIR)


async def test_pages_go_on_after_a_number(roster: Roster) -> None:
    numbers = sorted(f"+1514555{place:04}" for place in range(5))
    await roster.add("deals", people(*reversed(numbers)), FAIR)

    first = [one.number for one in await roster.page("deals", limit=3)]
    rest = [one.number for one in await roster.page("deals", after=first[-1], limit=3)]

    assert first + rest == numbers
