"""Which traces there are of what was sent."""

import json

import pytest

from tests.sandbox.conftest import GSM, MOBILE, Client
from tests.sandbox.fault_stories import Stories, one_row

STORIES = Stories("evidence")
story = STORIES.story


@pytest.mark.parametrize("name", STORIES.faults)
async def test_fault(client: Client, name: str) -> None:
    await STORIES.tell(client, name)


@story
async def tell_status_backwards(client: Client) -> None:
    (row,) = json.loads(await one_row(client, "status_backwards", "mt"))
    assert row["status_mt"] == "sent"
    assert (await client.feed("mt"))[0]["status_mt"] == "DELIVRD_000"
    reference = await client.push()
    client.later(2)
    client.sandbox.break_("clever", "status_backwards")
    rows = [
        (await client.read(f"pushs/{reference}/deliveries"))["deliveries"][0] for _ in range(2)
    ]
    assert [row["status"] for row in rows] == ["2", "3"]
    assert "date_receive" not in rows[0]


@story
async def tell_mt_late(client: Client) -> None:
    client.sandbox.break_("both", "mt_late", seconds=50)
    await client.send()
    reference = await client.push()
    assert await client.feed("mt") == []
    async with client.clever(f"pushs/{reference}") as answer:
        assert answer.status == 404
    client.later(50)
    assert len(await client.feed("mt")) == 1
    assert await client.read(f"pushs/{reference}")


@story
async def tell_mt_hidden(client: Client) -> None:
    client.sandbox.break_("both", "mt_hidden", operation="send")
    await client.send()
    reference = await client.push()
    client.later(86_400)
    assert await client.feed("mt") == []
    async with client.clever(f"pushs/{reference}") as answer:
        assert answer.status == 404
    assert len(client.sandbox.ledger) == 2
    assert client.sandbox.phone("vudumobile", MOBILE).received


@story
async def tell_foreign_mt(client: Client) -> None:
    client.sandbox.break_("both", "foreign_mt")
    await client.send("Bonjour")
    await client.push("Bonjour")
    assert [row["message"] for row in await client.feed("mt")] == ["Bonjour"] * 2
    assert len(client.sandbox.phone("clever", GSM).campaigns) == 2
    assert len(client.sandbox.ledger) == 2


@story
async def tell_duplicate_reference(client: Client) -> None:
    first = await client.push("un")
    client.later(60)
    client.sandbox.break_("clever", "duplicate_reference")
    assert await client.push("deux") == first


@story
async def tell_suffixed_reference(client: Client) -> None:
    client.sandbox.break_("clever", "suffixed_reference")
    reference = await client.push()
    assert reference.startswith("Push20260601140000")
    assert len(reference) == len("Push201710121707081059df851c0e82a0484665235b4cd228f")
    assert await client.read(f"pushs/{reference}/mos") == {"mos": []}


@story
async def tell_foreign_push(client: Client) -> None:
    client.sandbox.break_("clever", "foreign_push")
    push = (await client.read("pushs/Push20260601135900"))["push"]
    assert push["reference"] == "Push20260601135900"
    assert push["number_list"] == "+33699999999"


@story
async def tell_numbers_reordered(client: Client) -> None:
    reference = await client.push(numbers=f"{GSM};+33600000002")
    client.sandbox.break_("clever", "numbers_reordered")
    assert (await client.read(f"pushs/{reference}"))["push"]["number_list"] == (
        f"+33600000002;{GSM}"
    )
