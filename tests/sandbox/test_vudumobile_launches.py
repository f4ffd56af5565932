"""What becomes of VuduMobile's broadcasts: who gets which text, when, and how they end."""

from datetime import timedelta

import pytest

from bot.sandbox.vudumobile_launches import Plan, Texts
from tests.sandbox.broadcasts import (
    ANNE,
    BOB,
    CHLOE,
    NEXT_DAY,
    TEST,
    everything,
    fill_book,
    received,
    shown,
)
from tests.sandbox.conftest import MOBILE, START, Client


@pytest.fixture(autouse=True)
def known(client: Client) -> None:
    fill_book(client)


async def test_each_reads_their_language_once_however_many_groups(client: Client) -> None:
    await client.ask("post_broadcast", **TEST | {"from_groups": "Tous,11"})
    await client.ask("start_broadcast", broadcast="26")
    assert everything(client) == [["Bonjour"], [], []], "one after the other"
    client.later(1)
    assert everything(client) == [["Bonjour"], ["Hello"], ["Bonjour"]]
    assert [line.text for line in client.sandbox.ledger] == ["Bonjour", "Hello", "Bonjour"]
    assert (await shown(client))["broadcast"]["number_total"] == "3"


async def test_the_four_variables_come_from_the_book(client: Client) -> None:
    text = "_NAME_ _EMAIL_ _NUMBER_ _NOTES_"
    await client.ask("post_broadcast", **TEST | {"fr_message": text, "en_message": text})
    await client.ask("test_broadcast", broadcast="26", contact="anne@some.com")
    await client.ask("test_broadcast", broadcast="26", contact="2")
    assert received(client, ANNE) == [f"Anne anne@some.com {ANNE} Dev"]
    assert received(client, BOB) == [f"Bob  {BOB} "]
    assert (await shown(client))["broadcast"]["broadcast_status"] == "pending"


async def test_mails_go_to_whom_they_can(client: Client) -> None:
    mails = {"fr_subject": "Sujet", "fr_email": "Cher _NAME_", "en_email": "Dear _NAME_"}
    client.sandbox.vudumobile_book.add(email="dora@some.com", name="Dora", groups=["Marketing"])
    await client.ask("post_broadcast", **TEST | mails)
    await client.ask("start_broadcast", broadcast="26")
    client.later(1)
    assert [(m.to, m.subject, m.text) for m in client.sandbox.mails("vudumobile")] == [
        ("anne@some.com", "Sujet", "Cher Anne"),
        ("dora@some.com", "Sujet", "Cher Dora"),
    ]
    answer = await shown(client)
    assert answer["en_email"] == "Dear _NAME_"
    assert answer["broadcast"]["number_total"] == "2", "of texts"


@pytest.mark.parametrize(
    ("setting", "texts"),
    [
        ({}, [["Bonjour"], ["Bonjour"], []]),
        ({"missing_language": "skip"}, [["Bonjour"], [], []]),
    ],
)
async def test_whose_language_has_no_text(
    client: Client, setting: dict[str, object], texts: list[list[str]]
) -> None:
    await client.control("settings", vudumobile=setting)
    await client.ask("post_broadcast", **TEST | {"en_message": ""})
    await client.ask("start_broadcast", broadcast="26")
    client.later(1)
    assert everything(client) == texts


@pytest.mark.parametrize("blocked_too", [False, True])
async def test_who_is_in_blocked_is_left_out(client: Client, blocked_too: bool) -> None:
    client.sandbox.vudumobile.blocked_get_broadcasts = blocked_too
    client.sandbox.vudumobile_book.join(ANNE, "Blocked")
    await client.ask("post_broadcast", **TEST | {"from_groups": "Tous"})
    await client.ask("start_broadcast", broadcast="26")
    client.later(1)
    assert everything(client) == [["Bonjour"] if blocked_too else [], ["Hello"], ["Bonjour"]]


async def test_a_launch_date_is_utc_and_by_the_worlds_clock(client: Client) -> None:
    await client.ask("post_broadcast", **TEST | {"launch_date": NEXT_DAY})
    client.later(86_399)
    assert everything(client) == [[], [], []]
    client.later(1)
    assert received(client, ANNE) == ["Bonjour"]
    client.later(1)
    answer = await shown(client)
    assert answer["broadcast"]["broadcast_status"] == "completed"
    assert answer["broadcast"]["launch_date"] == NEXT_DAY


async def test_what_is_planned_can_be_planned_anew_modified_and_started(client: Client) -> None:
    await client.ask("post_broadcast", **TEST | {"launch_date": NEXT_DAY})
    await client.ask("post_broadcast", broadcast="26", launch_date="2026-06-03 12:00:00")
    await client.ask("post_broadcast", broadcast="26", fr_message="Bonsoir")
    client.later(86_400)
    assert everything(client) == [[], [], []]
    await client.ask("start_broadcast", broadcast="26")
    client.later(1)
    assert everything(client) == [["Bonsoir"], ["Hello"], []]
    client.later(86_400)
    assert everything(client) == [["Bonsoir"], ["Hello"], []], "it goes out once"


async def test_a_date_that_is_taken_back_launches_nothing(client: Client) -> None:
    await client.ask("post_broadcast", **TEST | {"launch_date": NEXT_DAY})
    await client.ask("post_broadcast", broadcast="26", launch_date="")
    client.later(86_400)
    assert everything(client) == [[], [], []]
    assert (await shown(client))["broadcast"]["launch_date"] is None


@pytest.mark.parametrize(
    ("setting", "status", "texts"),
    [
        ("now", 200, [["Bonjour"], ["Hello"], []]),
        ("wait", 200, [[], [], []]),
        ("refuse", 400, [[], [], []]),
    ],
)
async def test_three_readings_of_a_date_that_is_over(
    client: Client, setting: str, status: int, texts: list[list[str]]
) -> None:
    client.sandbox.vudumobile.past_launch = setting
    form = TEST | {"launch_date": "2018-01-01 12:00:00"}
    assert (await client.ask("post_broadcast", **form))[0] == status
    for _ in range(2):
        client.later(1)
        client.sandbox.phone("vudumobile", ANNE)
    assert everything(client) == texts


async def test_what_could_not_begin_gets_another_chance(client: Client) -> None:
    await client.ask(
        "post_broadcast", **TEST | {"from_groups": "Blocked", "launch_date": NEXT_DAY}
    )
    client.later(86_400)
    assert (await shown(client))["broadcast"]["broadcast_status"] == "failed"
    await client.ask("post_broadcast", broadcast="26", from_groups="Marketing")
    assert (await shown(client))["broadcast"]["broadcast_status"] == "pending"
    await client.ask("start_broadcast", broadcast="26")
    assert received(client, ANNE) == ["Bonjour"]


async def test_what_is_deleted_stops_and_what_was_sent_stays(client: Client) -> None:
    await client.ask("post_broadcast", **TEST)
    await client.ask("start_broadcast", broadcast="26")
    await client.ask("delete_broadcast", broadcast="26")
    client.later(10)
    assert everything(client) == [["Bonjour"], [], []]


async def test_groups_are_known_by_their_id_and_seen_by_their_name(client: Client) -> None:
    book = client.sandbox.vudumobile_book
    await client.ask("post_broadcast", **TEST | {"from_groups": "11,Tous"})
    book.rename_group("Marketing", "Ventes")
    assert (await shown(client))["broadcast"]["from_groups"] == ["Ventes", "Tous"]
    book.remove_group("Ventes")
    assert (await shown(client))["broadcast"]["from_groups"] == ["Tous"]


async def test_what_does_not_reach_has_failed(client: Client) -> None:
    """A carrier that refuses, and a text that is too long once it is filled in."""
    client.sandbox.set_outcome("vudumobile", BOB, "300")
    client.sandbox.vudumobile_book.edit(ANNE, name="A" * 200)
    texts = {"fr_message": "_NAME_" + "a" * 1500, "en_message": "Hello"}
    await client.ask("post_broadcast", **TEST | texts)
    await client.ask("start_broadcast", broadcast="26")
    client.later(1)
    assert (await shown(client))["broadcast"]["number_total"] == "2"
    client.later(5)
    answer = (await shown(client))["broadcast"]
    assert [answer[f"number_{name}"] for name in ("total", "sent", "failed", "delivered")] == [
        *("2", "1", "2", "0")
    ]
    assert answer["broadcast_status"] == "completed"


async def test_a_fault_of_one_number_befalls_the_broadcast_to_it(client: Client) -> None:
    await client.ask("post_broadcast", **TEST)
    client.sandbox.break_("vudumobile", "http_500", operation="start_broadcast", number=CHLOE)
    client.sandbox.break_("vudumobile", "http_503", operation="start_broadcast", number=BOB)
    assert (await client.ask("start_broadcast", broadcast="26"))[0] == 503
    assert (await client.ask("start_broadcast", broadcast="26"))[0] == 200


async def test_the_newest_is_listed_first_and_faults_befall_the_list(client: Client) -> None:
    for name in ("a", "b"):
        await client.ask("post_broadcast", **TEST | {"name": name})
    client.sandbox.break_("vudumobile", "rows_lost", operation="get_broadcasts")
    names = [
        [row["name"] for row in (await client.ask("get_broadcasts"))[1]["broadcasts"]]
        for _ in range(2)
    ]
    assert names == [[], ["b", "a"]]


async def test_a_person_begins_one_on_the_site(client: Client) -> None:
    launches = client.sandbox.vudumobile_launches
    plan = Plan("Web", (11,), Texts(fr_message="Bonjour"), START + timedelta(hours=1))
    launches.add(plan, None)
    client.later(3600)
    assert received(client, MOBILE) == ["Bonjour"]
    client.later(1)
    assert client.sandbox.phone("vudumobile", BOB).received[0].origin == "operator"
    assert client.sandbox.ledger == []
