"""From the outbox to the gateway: the intent first, each error as it is named, nothing twice."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from bot.core.conversation import Subscriber
from bot.core.messages import Acceptance, Batch, Delivery, MessageClass, Status
from bot.gateways.base import (
    AccountHeld,
    Condition,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
    Unreachable,
)
from bot.services.sender import gather
from bot.storage import outbox, subscribers
from bot.storage.errors import StoreBroken
from bot.storage.leaving import Due
from tests.clock import NOON, settle
from tests.services.played import ANA, BEN, LEA, Scene, message

HELD = AccountHeld("no credit", word="credit")


async def in_seconds(scene: Scene, row: int = 0) -> float:
    """When a message may go again."""
    rows = await scene.outbox()
    return float((rows[row]["not_before"] - scene.clock.now()).total_seconds())


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        pytest.param(Acceptance("17"), "sent", "", id="accepted"),
        pytest.param(Acceptance(""), "sent", "", id="accepted without a name"),
        pytest.param(Unreachable("no route"), "queued", "no route", id="never arrived"),
        pytest.param(Throttled("429", retry_after=7.0), "queued", "429", id="asked too often"),
        pytest.param(HELD, "queued", "no credit", id="the account is held"),
        pytest.param(Rejected("bad number"), "failed", "bad number", id="refused for good"),
        pytest.param(Unconfirmed("no answer"), "unconfirmed", "no answer", id="may have arrived"),
        pytest.param(GatewayError("new"), "unconfirmed", "new", id="an error of no kind"),
        pytest.param(KeyError("x"), "unconfirmed", "KeyError", id="an error of our own"),
    ],
)
async def test_what_comes_of_an_answer(
    scene: Scene, answer: Acceptance | Exception, status: str, told: str
) -> None:
    """INV-4, INV-14: what is not certainly refused may have been taken."""
    await scene.write_to(ANA)
    scene.gateway.answers.append(answer)
    sender = scene.sender()

    await sender.tick()
    await sender.drain()

    (row,) = await scene.outbox()
    assert (row["status"], row["error"]) == (status, told)
    assert len(scene.gateway.taken) == 1


async def test_the_intent_is_on_the_disk_before_a_byte_leaves(scene: Scene) -> None:
    """INV-3."""
    seen: list[tuple[str, int]] = []

    async def look(batch: Batch) -> None:
        (row,) = await scene.outbox()
        seen.append((row["status"], row["fence"]))
        assert batch.fence == row["fence"]

    scene.gateway.on_send = look
    await scene.write_to(ANA)

    await scene.send(scene.sender())

    assert seen == [("sending", 1)]


async def test_a_wait_that_was_asked_for_is_kept(scene: Scene) -> None:
    await scene.write_to(ANA)
    scene.gateway.answers.append(Throttled("429", retry_after=7.0))
    sender = scene.sender()
    await sender.tick()
    await sender.drain()

    assert await in_seconds(scene) == 7.0


async def test_waits_double_from_one_second_to_twenty_with_jitter(scene: Scene) -> None:
    """Promised for time-outs and 5xx."""
    await scene.write_to(ANA)
    scene.gateway.answers.extend(Unreachable("no route") for _ in range(10))
    sender, waits = scene.sender(), []
    for _ in range(10):
        await sender.tick()
        await sender.drain()
        waits.append(await in_seconds(scene))
        scene.clock.advance(waits[-1])

    longest = [min(2.0**attempt, 20.0) for attempt in range(10)]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True)), waits
    assert len({round(wait, 3) for wait in waits}) == 10


async def test_a_refused_batch_goes_again_each_number_alone(campaigns: Scene) -> None:
    """INV-28: one bad number does not cost the others their reply."""
    await campaigns.write_to(ANA, BEN, LEA)
    campaigns.gateway.answers.extend(
        [Rejected("a bad number"), Acceptance("P1"), Rejected("a bad number"), Acceptance("P3")]
    )

    await campaigns.send(campaigns.sender())

    assert [len(batch.ids) for batch in campaigns.gateway.taken] == [3, 1, 1, 1]
    assert await campaigns.statuses() == ["sent", "failed", "sent"]


async def test_each_campaign_of_ours_is_followed_as_the_newest_of_whom_it_went_to(
    campaigns: Scene,
) -> None:
    await campaigns.receive("météo", number=ANA)
    await campaigns.receive("météo", number=BEN)
    await campaigns.responder().tick()
    campaigns.gateway.answers.append(Acceptance("Push1"))

    await campaigns.send(campaigns.sender())

    (feed,) = (await campaigns.feeds()).values()
    assert (feed["reference"], feed["adopted"], feed["newest_for"]) == ("Push1", False, 2)


async def test_replies_of_one_person_leave_one_after_the_other(scene: Scene) -> None:
    """INV-21, INV-22: and nobody else waits for them."""
    await scene.write_to(ANA, ANA, BEN)
    scene.gateway.answers.append(Unconfirmed("no answer"))

    await scene.send(scene.sender())

    assert await scene.statuses() == ["unconfirmed", "queued", "sent"]


async def test_no_more_is_under_way_than_the_gateway_takes(scene: Scene) -> None:
    gate, most = asyncio.Event(), 0

    async def wait(batch: Batch) -> None:
        await gate.wait()

    scene.gateway.on_send = wait
    await scene.write_to(*(f"+1514555{number:04}" for number in range(20)))
    sender = scene.sender()
    ticking = asyncio.create_task(scene.clock.run(sender.tick()))
    await ticking
    for _ in range(3):
        await scene.clock.run(sender.tick())
        most = max(most, len(scene.gateway.taken))

    assert most == scene.gateway.traits.in_flight
    gate.set()
    await sender.drain()
    assert (await scene.statuses()).count("sent") == most


async def test_nothing_leaves_while_sending_is_left_alone(scene: Scene) -> None:
    scene.gateway.condition = Condition("credit", sends_from=NOON + timedelta(seconds=10))
    await scene.write_to(ANA)
    sender = scene.sender()

    assert await sender.tick() == 0
    assert await scene.statuses() == ["queued"]

    scene.clock.advance(10)
    await scene.send(sender)
    assert await scene.statuses() == ["sent"]


@pytest.mark.parametrize(
    ("message_class", "status"),
    [
        (MessageClass.REPLY, "suppressed"),
        (MessageClass.VERIFICATION, "suppressed"),
        (MessageClass.OPT_OUT, "sent"),
        (MessageClass.HELP, "sent"),
    ],
)
async def test_only_the_confirmation_and_help_leave_for_who_opted_out(
    scene: Scene, message_class: MessageClass, status: str
) -> None:
    """INV-12, INV-13."""
    await scene.enqueue(message("a", scene.clock.now(), message_class=message_class))
    async with scene.database.write() as connection:
        await subscribers.save_subscribers(connection, [Subscriber(ANA, opted_out=True)])

    await scene.send(scene.sender())

    assert await scene.statuses() == [status]


@pytest.mark.parametrize(
    ("waited", "undone", "status"),
    [
        pytest.param(5, "stop", "suppressed", id="opted out while it waited"),
        pytest.param(5, "", "sent", id="nothing happened"),
        pytest.param(5, "unsure", "sent", id="a reply to who may want no more"),
        pytest.param(0, "stop", "sent", id="it left at once"),
        pytest.param(5, "recovered", "unconfirmed", id="another took it for unclear"),
    ],
)
async def test_what_waited_for_its_turn_leaves_only_where_it_still_may(
    scene: Scene, waited: float, undone: str, status: str
) -> None:
    """INV-12: a STOP that is read while a message waits for the account's rate."""

    async def its_turn(batch: Batch) -> None:
        async with scene.database.write() as connection:
            if undone == "recovered":
                now = scene.clock.now()
                await outbox.recover(connection, "vudumobile", now, all_of_them=True)
            elif undone:
                since = scene.clock.now() if undone == "unsure" else None
                person = Subscriber(ANA, opted_out=undone == "stop", unsure_at=since)
                await subscribers.save_subscribers(connection, [person])
        scene.clock.advance(waited)
        assert batch.wanted is not None
        if not await batch.wanted():
            raise Throttled("it is not wanted any more")

    scene.gateway.on_send = its_turn
    await scene.enqueue(message("a", scene.clock.now()))
    sender = scene.sender()

    await scene.send(sender)
    scene.gateway.on_send = None
    scene.clock.advance(30)
    await scene.send(sender)

    assert await scene.statuses() == [status]


async def test_what_is_too_late_to_be_sent_lapses(scene: Scene) -> None:
    """INV-13."""
    await scene.enqueue(message("a", scene.clock.now(), life=timedelta(minutes=5)))
    scene.clock.advance(300)

    await scene.send(scene.sender())

    assert await scene.statuses() == ["lapsed"]
    assert scene.gateway.taken == []


async def test_a_start_takes_for_unclear_what_was_being_sent(scene: Scene) -> None:
    """INV-5: never queued, whatever the gateway would say."""
    await scene.write_to(ANA)
    died = scene.sender()
    gate = asyncio.Event()

    async def hang(batch: Batch) -> None:
        await gate.wait()

    scene.gateway.on_send = hang
    await died.tick()

    again = scene.sender()
    await again.begin()
    await again.tick()

    assert await scene.statuses() == ["unconfirmed"]
    gate.set()
    await died.drain()
    assert len(scene.gateway.taken) == 1


async def test_an_outcome_that_cannot_be_written_is_written_later(scene: Scene) -> None:
    """INV-23, INV-37: nothing more leaves meanwhile, and what came back is not forgotten."""
    await scene.write_to(ANA, BEN)
    sender = scene.sender()
    scene.gateway.answers.extend([Acceptance("1"), Acceptance("2")])
    await sender.tick()
    await settle()
    await forbid_writing(scene, forbidden=True)

    with pytest.raises(StoreBroken):
        await sender.tick()
    assert await scene.statuses() == ["sending", "sending"]

    await forbid_writing(scene, forbidden=False)
    await sender.tick()
    assert [row["gateway_id"] for row in await scene.outbox()] == ["1", "2"]
    assert await sender.tick() == 0


async def forbid_writing(scene: Scene, *, forbidden: bool) -> None:
    """As a disk that was made read-only, or a server: each store says the same of both."""
    assert scene.database._writer is not None
    raw = await scene.database._writer.get_raw_connection()
    assert raw.driver_connection is not None
    await raw.driver_connection.execute(
        f"PRAGMA query_only={int(forbidden)}"
        if scene.database.path is not None
        else f"SET default_transaction_read_only = {forbidden}"
    )


async def test_drain_settles_what_is_under_way_and_begins_nothing(scene: Scene) -> None:
    await scene.write_to(ANA, ANA)
    sender = scene.sender()
    await sender.tick()

    await sender.drain()

    assert await scene.statuses() == ["sent", "queued"]


async def test_one_that_hangs_keeps_no_other_from_being_settled(scene: Scene) -> None:
    """INV-28: what came back before the end is written down, whatever did not."""

    async def hang(batch: Batch) -> None:
        if batch.numbers == (BEN,):
            await asyncio.get_running_loop().create_future()

    scene.gateway.on_send = hang
    await scene.write_to(ANA, BEN, LEA)
    sender = scene.sender()
    await sender.tick()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sender.drain(), 0.1)

    assert await scene.statuses() == ["sent", "sending", "sent"]


# Which messages share a request

DUE = st.builds(
    Due,
    id=st.integers(1, 10_000),
    number=st.sampled_from([f"+3360000{n:04}" for n in range(12)]),
    text=st.sampled_from(["a", "b"]),
    message_class=st.sampled_from([one.value for one in MessageClass]),
    delivery=st.sampled_from([one.value for one in Delivery]),
    fence=st.integers(0, 3),
    alone=st.booleans(),
)
ROWS = st.lists(DUE, max_size=60, unique_by=lambda row: row.id).map(
    lambda rows: sorted(rows, key=lambda row: row.id)
)


@given(ROWS, st.sampled_from([1, 3, 100]))
def test_equal_texts_share_a_request_and_nothing_else_does(rows: Sequence[Due], most: int) -> None:
    """INV-4, INV-21: no number twice in one; codes, and what was refused together, never."""
    by_id = {row.id: row for row in rows}

    batches = gather(rows, "clever", most)

    assert sorted(one for batch in batches for one in batch.ids) == sorted(by_id)
    for batch in batches:
        members = [by_id[one] for one in batch.ids]
        assert len(members) <= most
        assert [row.number for row in members] == list(batch.numbers)
        assert len(set(batch.numbers)) == len(members)
        assert {row.text for row in members} == {batch.text}
        assert len({row.delivery for row in members}) == 1
        assert batch.fence > max(row.fence for row in members)
        assert batch.id == min(batch.ids)
        lonely = any(
            row.alone or row.message_class == MessageClass.VERIFICATION for row in members
        )
        assert not lonely or len(members) == 1


def test_a_hundred_and_one_equal_replies_are_two_requests() -> None:
    rows = [
        Due(number, f"+336{number:08}", "a", "reply", "at_most_once", fence=0, alone=False)
        for number in range(1, 102)
    ]

    assert [len(batch.ids) for batch in gather(rows, "clever", 100)] == [100, 1]


def test_every_status_that_sending_leads_to_is_told() -> None:
    from bot.services.sender import TOLD

    assert set(TOLD) == {
        *(Status.QUEUED, Status.FAILED, Status.UNCONFIRMED),
        *(Status.LAPSED, Status.SUPPRESSED),
    }
