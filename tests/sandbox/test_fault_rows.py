"""Which texts are listed, and in which form."""

import html
import json
from typing import Any

import pytest

from tests.sandbox.conftest import GSM, MOBILE, Client
from tests.sandbox.fault_stories import Stories, is_json, one_row

STORIES = Stories("rows", "feed")
story = STORIES.story


@pytest.mark.parametrize("name", STORIES.faults)
async def test_fault(client: Client, name: str) -> None:
    await STORIES.tell(client, name)


async def texts(client: Client) -> tuple[list[str], list[str]]:
    """What VuduMobile lists, and what Clever lists under its newest campaign."""
    reference = client.sandbox.phone("clever", GSM).campaigns[-1]
    mos = (await client.read(f"pushs/{reference}/mos"))["mos"]
    return [row["message"] for row in await client.feed()], [mo["message"] for mo in mos]


async def texted(client: Client, name: str, text: str, **options: Any):
    """One text at each gateway, with the fault."""
    client.sandbox.start_campaign([GSM], "Bonjour")
    client.sandbox.break_("both", name, **options)
    client.sandbox.text("vudumobile", MOBILE, text)
    client.sandbox.text("clever", GSM, text)
    return await texts(client)


@story
async def tell_row_late(client: Client) -> None:
    assert await texted(client, "row_late", "METEO", seconds=60) == ([], [])
    client.later(60)
    assert await texts(client) == (["METEO"], ["METEO"])
    assert (await client.feed())[0]["datetime"] == "2026-06-01 12:00:00"


@story
async def tell_row_future(client: Client) -> None:
    assert await texted(client, "row_future", "METEO", seconds=90) == (["METEO"], ["METEO"])
    assert (await client.feed())[0]["datetime"] == "2026-06-01 12:01:30"
    reference = client.sandbox.phone("clever", GSM).campaigns[-1]
    (mo,) = (await client.read(f"pushs/{reference}/mos"))["mos"]
    assert mo["date_receive"] == "2026-06-01 14:01:30"


@story
async def tell_row_repeated(client: Client) -> None:
    assert await texted(client, "row_repeated", "A") == (["A", "A"], ["A", "A"])
    assert len({row["msg_id"] for row in await client.feed()}) == 1


@story
async def tell_text_trimmed(client: Client) -> None:
    assert await texted(client, "text_trimmed", " A  b ") == (["A  b"], ["A  b"])


@story
async def tell_text_entities(client: Client) -> None:
    feed, mos = await texted(client, "text_entities", "<é & 'ê'>")
    assert feed == mos != ["<é & 'ê'>"]
    assert html.unescape(feed[0]) == "<é & 'ê'>"


@story
async def tell_text_not_gsm(client: Client) -> None:
    assert await texted(client, "text_not_gsm", "cœur é") == (["c?ur é"], ["c?ur é"])


@story
async def tell_id_reused(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "A")
    client.sandbox.break_("vudumobile", "id_reused")
    for text in "BC":
        client.sandbox.text("vudumobile", MOBILE, text)
    rows = await client.feed()
    assert sorted((row["msg_id"], row["message"]) for row in rows) == [
        (1, "A"),
        (1, "B"),
        (2, "C"),
    ]


@story
async def tell_mo_in_two(client: Client) -> None:
    old, new = await client.push("un"), await client.push("deux")
    client.sandbox.break_("clever", "mo_in_two")
    client.sandbox.text("clever", GSM, "A")
    client.sandbox.text("clever", GSM, "B")
    found = [
        [mo["message"] for mo in (await client.read(f"pushs/{reference}/mos"))["mos"]]
        for reference in (old, new)
    ]
    assert found == [["A"], ["A", "B"]]


@story
async def tell_rows_lost(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "A")
    client.sandbox.start_campaign([GSM], "Bonjour")
    client.sandbox.text("clever", GSM, "A")
    client.sandbox.break_("vudumobile", "rows_lost", operation="get_feed")
    client.sandbox.break_("clever", "rows_lost", operation="mos")
    assert await texts(client) == ([], [])
    assert await texts(client) == (["A"], ["A"])


@story
async def tell_rows_shuffled(client: Client) -> None:
    client.sandbox.start_campaign([GSM], "Bonjour")
    for text in range(30):
        client.sandbox.text("clever", GSM, str(text))
    client.sandbox.break_("clever", "rows_shuffled")
    _, mos = await texts(client)
    assert mos != sorted(mos, key=int)
    client.sandbox.vudumobile.unordered = False
    client.sandbox.break_("vudumobile", "rows_shuffled")
    assert await client.feed() == []


@story
async def tell_renumbered(client: Client) -> None:
    assert json.loads(await one_row(client, "renumbered", by=500))[0]["msg_id"] == 501
    assert (await client.feed())[0]["msg_id"] == 1


@story
async def tell_ids_as_strings(client: Client) -> None:
    (row,) = json.loads(await one_row(client, "ids_as_strings"))
    assert (row["msg_id"], row["part_count"]) == ("1", "1")


@story
async def tell_bare_rows(client: Client) -> None:
    (row,) = json.loads(await one_row(client, "bare_rows", "mt"))
    assert set(row) == {"from", "to", "message", "datetime", "part_count"}


@story
async def tell_wrapped_list(client: Client) -> None:
    value = json.loads(await one_row(client, "wrapped_list"))
    assert [len(part) for part in value.values() if isinstance(part, list)] == [1]


@story
async def tell_braces_damaged(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "Dj")
    text = await one_row(client, "braces_damaged")
    assert text.startswith('{{"msg_id":')
    assert text.endswith("}}")
    assert not is_json(text.encode())


@story
async def tell_mobile_in_from(client: Client) -> None:
    (row,) = json.loads(await one_row(client, "mobile_in_from", "mt"))
    assert (row["from"], row["to"]) == ("15145550001", "15149541234")
