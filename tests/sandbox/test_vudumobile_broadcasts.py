"""VuduMobile's broadcasts as its document prints them: its samples and its errors."""

from typing import Any

import pytest

from tests.sandbox.broadcasts import ANNE, BOB, CHLOE, NEXT_DAY, TEST, everything, fill_book, shown
from tests.sandbox.conftest import Client

NOW = "2026-06-01 12:00:00"
DONE = {"status": True}
SAMPLE = {
    "name": "test",
    "fr_message": "message_text",
    "en_message": "message_text",
    "fr_subject": "email_subject_text",
    "en_subject": "email_subject_text",
    "fr_email": "email_text",
    "en_email": "email_text",
    "from_groups": "1,11",
    "launch_date": "2027-01-01 12:00:00",
}
CREATED = DONE | {"broadcast": {"id": 26}}


def failed(text: str) -> dict[str, object]:
    return {"status": False, "error": text}


@pytest.fixture(autouse=True)
def known(client: Client) -> None:
    fill_book(client)


# Samples


async def test_the_samples_of_adding_and_modifying(client: Client) -> None:
    assert await client.ask("post_broadcast", **SAMPLE) == (200, CREATED)
    change = SAMPLE | {"broadcast": "26", "rom_groups": "1,2"}
    assert await client.ask("post_broadcast", **change) == (200, CREATED)


async def test_the_samples_row_of_one_that_waits(client: Client) -> None:
    await client.ask("post_broadcast", **SAMPLE)
    status, answer = await client.ask("get_broadcasts")
    assert (status, answer["status"]) == (200, True)
    texts = {name: SAMPLE[name] for name in SAMPLE if name.startswith(("fr_", "en_"))}
    assert answer["broadcasts"] == [
        {
            "id": "26",
            "number_sent": "0",
            "number_failed": "0",
            "number_delivered": "0",
            "number_total": "0",
            "launch_date": "2027-01-01 12:00:00",
            "end_date": None,
            "name": "test",
            "message": "message_text",
            "broadcast_status": "pending",
            "from_groups": ["Tous", "Marketing"],
            "list": None,
            **texts,
        }
    ]


ROW = {
    "id": "1",
    "direction": "mt",
    "number": "15149541234",
    "user_id": "-1",
    "contact": ANNE,
    "message": "Bonjour",
    "dt": NOW,
    "delivered_at": None,
    "status_mt": "sent",
    "replied_at": None,
    "user_id_replied": "0",
    "deleted": "0",
    "is_kw": "0",
    "part_count": "1",
    "read": "1",
    "flag": "0",
}
HEAD = {
    "number_sent": "1",
    "number_failed": "0",
    "number_delivered": "0",
    "number_total": "1",
    "launch_date": NOW,
    "end_date": NOW,
    "name": "Test",
    "broadcast_status": "completed",
    "from_groups": ["Marketing"],
}
TEXTS = {"fr_message": "Bonjour", "en_message": "Hello"}


async def sent_to_anne(client: Client) -> None:
    client.sandbox.vudumobile_book.leave(BOB, "Marketing")
    await client.ask("post_broadcast", **TEST)
    assert await client.ask("start_broadcast", broadcast="26") == (200, DONE)
    client.later(0.5)


@pytest.mark.parametrize(
    ("shape", "answer"),
    [
        ("beside", DONE | {"broadcast": HEAD, "list": [ROW]} | TEXTS),
        ("inside", DONE | {"broadcast": HEAD | {"list": [ROW]} | TEXTS}),
    ],
)
async def test_the_sample_of_one_that_was_sent(
    client: Client, shape: str, answer: dict[str, Any]
) -> None:
    client.sandbox.vudumobile.broadcast_shape = shape
    await sent_to_anne(client)
    assert await shown(client) == answer
    (listed,) = (await client.ask("get_broadcasts"))[1]["broadcasts"]
    assert listed == HEAD | {"id": "26", "message": "Bonjour", "list": [ROW]} | TEXTS


async def test_deliveries_and_replies_of_a_broadcast(client: Client) -> None:
    await sent_to_anne(client)
    client.later(2)
    client.sandbox.text("vudumobile", ANNE, "Merci")
    answer = await shown(client)
    (row,) = answer["list"]
    assert row["status_mt"] == "DELIVRD_000"
    assert row["delivered_at"] in {"2026-06-01 12:00:01", "2026-06-01 12:00:02"}
    assert row["replied_at"] == "2026-06-01 12:00:02"
    assert answer["broadcast"]["number_delivered"] == "1"
    assert [m["msg_id"] for m in await client.feed("mt")] == [1], "it is a message like others"


async def test_the_samples_of_trying_and_deleting(client: Client) -> None:
    await client.ask("post_broadcast", **TEST)
    assert await client.ask("test_broadcast", broadcast="26", contact=CHLOE) == (200, DONE)
    assert await client.ask("delete_broadcast", broadcast="26") == (200, DONE)
    assert await client.ask("get_broadcasts") == (200, DONE | {"broadcasts": []})
    assert everything(client) == [[], [], ["Bonjour"]]


# Errors

NO_ID = "broadcast identifier parameter is missing"
NOT_FOUND = "broadcast not found"
INVALID = "Invalid broadcast information"
BOTH = "Contact and broadcast required"


@pytest.mark.parametrize(
    ("operation", "form", "text"),
    [
        *((name, {"broadcast": "9"}, NOT_FOUND) for name in ("get_broadcast", "post_broadcast")),
        *(
            (name, {"broadcast": "9"}, NOT_FOUND)
            for name in ("delete_broadcast", "start_broadcast")
        ),
        ("test_broadcast", {"broadcast": "9", "contact": "1"}, NOT_FOUND),
        ("get_broadcast", {"broadcast": "Test"}, NOT_FOUND),
        *((name, {}, NO_ID) for name in ("get_broadcast", "delete_broadcast", "start_broadcast")),
        *(("test_broadcast", form, BOTH) for form in ({}, {"broadcast": "26"}, {"contact": "1"})),
        ("test_broadcast", {"broadcast": "26", "contact": "99"}, "contact not found"),
        *(("post_broadcast", TEST | {name: ""}, INVALID) for name in ("name", "from_groups")),
        ("post_broadcast", TEST | {"fr_message": "", "en_message": ""}, INVALID),
        ("post_broadcast", TEST | {"fr_message": "a" * 1531}, INVALID),
        ("post_broadcast", TEST | {"from_groups": "Marketing,Ventes"}, INVALID),
        ("post_broadcast", TEST | {"from_groups": "1,99"}, INVALID),
        ("post_broadcast", TEST | {"launch_date": "demain"}, INVALID),
        ("post_broadcast", TEST | {"launch_date": "2027-01-01"}, INVALID),
        ("post_broadcast", {"broadcast": "26", "name": ""}, INVALID),
        ("post_broadcast", {"broadcast": "26", "from_groups": "Ventes"}, INVALID),
    ],
)
async def test_errors_change_nothing(
    client: Client, operation: str, form: dict[str, str], text: str
) -> None:
    await client.ask("post_broadcast", **TEST)
    before = await shown(client)
    assert await client.ask(operation, **form) == (400, failed(text))
    assert await shown(client) == before
    assert len((await client.ask("get_broadcasts"))[1]["broadcasts"]) == 1
    assert everything(client) == [[], [], []]


@pytest.mark.parametrize("step", [0, 2], ids=["while it runs", "when it is over"])
async def test_what_has_begun_is_neither_started_nor_modified(client: Client, step: int) -> None:
    await client.ask("post_broadcast", **TEST)
    await client.ask("start_broadcast", broadcast="26")
    client.later(step)
    assert (await shown(client))["broadcast"]["broadcast_status"] == (
        "completed" if step else "in_progress"
    )
    assert await client.ask("start_broadcast", broadcast="26") == (
        400,
        failed("broadcast has already been sent or started"),
    )
    assert await client.ask("post_broadcast", broadcast="26", name="x") == (
        400,
        failed("broadcast has already been sent or is currently being processed"),
    )


async def test_without_recipients_it_cannot_begin(client: Client) -> None:
    """Started by hand that is an error; planned, it has failed."""
    client.sandbox.vudumobile_book.add_group("Vide")
    await client.ask("post_broadcast", **TEST | {"from_groups": "Vide"})
    await client.ask(
        "post_broadcast", **TEST | {"from_groups": "Blocked", "launch_date": NEXT_DAY}
    )
    answer = (400, failed("broadcast has no valid recipients"))
    assert await client.ask("start_broadcast", broadcast="26") == answer
    assert (await shown(client))["broadcast"]["broadcast_status"] == "pending"
    client.later(86_400)
    assert (await shown(client, "27"))["broadcast"]["broadcast_status"] == "failed"
    assert (await shown(client, "27"))["list"] is None
