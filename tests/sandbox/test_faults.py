"""How faults are drawn, and that every one on the menu has its story."""

from typing import Any

import pytest

from bot.sandbox import FAULTS, Sandbox
from bot.sandbox.faults import OPERATIONS
from tests.sandbox import (
    test_fault_answers as answers,
    test_fault_bodies as bodies,
    test_fault_evidence as evidence,
    test_fault_rows as rows,
)
from tests.sandbox.conftest import GSM, MOBILE, Client
from tests.sandbox.fault_stories import lost

ALL = [module.STORIES for module in (answers, bodies, rows, evidence)]


async def test_a_fault_happens_as_often_as_was_said(client: Client) -> None:
    client.sandbox.break_("vudumobile", "http_503", operation="send", times=2)
    statuses = []
    for _ in range(3):
        async with client.vudumobile("send", to=MOBILE, message="a") as answer:
            statuses.append(answer.status)
    assert statuses == [503, 503, 200]


async def test_a_fault_without_a_number_of_times_stays_until_mended(client: Client) -> None:
    client.sandbox.break_("vudumobile", "http_503", times=None)
    for _ in range(5):
        async with client.vudumobile("get_feed") as answer:
            assert answer.status == 503
    assert client.sandbox.mend() == 1
    await client.feed()


async def test_a_fault_for_one_number_leaves_the_others_alone(client: Client) -> None:
    client.sandbox.break_("both", "http_500", operation="send", number="+1 514 555-0009")
    client.sandbox.break_("clever", "http_502", number="+33600000009")
    await client.send()
    await client.push()
    async with client.vudumobile("send", to="15145550009", message="a") as answer:
        assert answer.status == 500
    async with client.pushs(numbers=f"{GSM};+33600000009") as answer:
        assert answer.status == 502


async def test_rows_of_one_number(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "A")
    client.sandbox.text("vudumobile", "+15145550002", "B")
    client.sandbox.break_("vudumobile", "rows_lost", number=MOBILE)
    assert [row["message"] for row in await client.feed()] == ["B"]


async def test_equal_seeds_fall_alike(client: Client) -> None:
    async def fall() -> list[int]:
        client.sandbox.reset(seed=3)
        client.sandbox.break_("vudumobile", "http_500", times=None, probability=0.5)
        statuses = []
        for _ in range(20):
            async with client.vudumobile("send", to=MOBILE, message="a") as answer:
                statuses.append(answer.status)
        return statuses

    first = await fall()
    assert first == await fall()
    assert set(first) == {200, 500}


async def test_faults_of_different_stages_work_together(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_lost", operation="send")
    client.sandbox.break_("vudumobile", "mt_hidden")
    await lost(client.vudumobile("send", to=MOBILE, message="a"))
    assert await client.feed("mt") == []
    assert len(client.sandbox.ledger) == 1
    assert client.sandbox.requests[0].faults == ["answer_lost"]


@pytest.mark.parametrize(
    ("gateway", "name", "options"),
    [
        ("vudumobile", "no_such", {}),
        ("orange", "slow", {}),
        ("clever", "firewall", {}),
        ("vudumobile", "slow", {"minutes": 1}),
        ("vudumobile", "slow", {"times": 0}),
        ("vudumobile", "slow", {"probability": 1.5}),
        ("vudumobile", "slow", {"operation": "mos"}),
        ("vudumobile", "row_late", {"operation": "send"}),
        ("vudumobile", "accepted_late", {"operation": "get_feed"}),
    ],
)
def test_a_wrong_order_says_so(gateway: str, name: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        Sandbox().break_(gateway, name, **options)


def test_the_menu_is_whole() -> None:
    """Every fault has its story, both languages, and somewhere to happen."""
    assert sorted(name for stories in ALL for name in stories.faults) == sorted(FAULTS)
    for stories in ALL:
        assert set(stories.told) == set(stories.faults)
    known = {name for names in OPERATIONS.values() for name in names} | {"text"}
    for kind in FAULTS.values():
        assert kind.en
        assert kind.fr
        assert kind.en != kind.fr
        assert set(kind.operations) <= known
