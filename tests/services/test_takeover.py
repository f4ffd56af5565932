"""A person answers in the vendor's pages: rules fall silent there, and never because of us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import metrics
from bot.core.conversation import Conversation
from bot.core.messages import Batch, Search, Sighting
from bot.gateways.base import Throttled, Unconfirmed
from bot.services.desk import Desk
from bot.services.reconciler import Reconciler
from bot.services.takeover import Takeover
from bot.storage import subscribers
from tests.services.played import ANA, BEN, Scene, message

HALF_HOUR = timedelta(minutes=30)
SETTLED = 6.0
FAIR, CALL = "Il fait beau.", "Bonjour Ana, je vous appelle."
Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


async def looking(scene: Scene, silent_for: timedelta = HALF_HOUR, every: float = 5.0) -> Takeover:
    looking = Takeover(scene.account, silent_for, timedelta(seconds=every))
    await looking.begin()
    return looking


def listed(scene: Scene, gateway_id: str, text: str = CALL, number: str = ANA) -> None:
    """It leaves the account now."""
    assert isinstance(scene.gateway.left, list)
    scene.gateway.left.append(Sighting(gateway_id, (number,), text, scene.clock.now()))


async def conversation(scene: Scene, number: str = ANA) -> Conversation:
    async with scene.database.read() as connection:
        known = await subscribers.load_conversations(connection, [f"vudumobile:{number}"])
    return known.get(f"vudumobile:{number}") or Conversation("", "", number)


async def silent(scene: Scene, number: str = ANA) -> bool:
    until = (await conversation(scene, number)).silent_until
    return until is not None and until > scene.clock.now()


async def texted(scene: Scene, seconds: float = 10.0) -> None:
    """Both texted, and some seconds have passed."""
    await scene.receive("bonjour")
    await scene.receive("bonjour", number=BEN)
    await scene.responder().tick()
    scene.clock.advance(seconds)


def told(lines: Lines) -> Lines:
    return [line for line in lines if line["action"] == "conversation.taken_over"]


def counted() -> float:
    figure = metrics.TAKEOVERS.labels("vudumobile")
    return float(figure._value.get())


# Silence


async def test_rules_are_silent_where_a_person_answers_and_nowhere_else(scene: Scene) -> None:
    look = await looking(scene)
    await texted(scene)
    listed(scene, "900")
    scene.clock.advance(SETTLED)

    assert await look.tick() == 1

    assert (await silent(scene), await silent(scene, BEN)) == (True, False)
    for number in (ANA, BEN):
        await scene.receive("météo", number=number)
    await scene.responder().tick()
    assert [row["number"] for row in await scene.outbox()] == [BEN]
    assert [row["reason"] for row in await scene.inbox()][-2:] == ["taken_over", "rule"]


async def test_rules_answer_again_when_nobody_has_answered_for_long_enough(scene: Scene) -> None:
    """It counts from the answer, not from when we saw it."""
    look = await looking(scene)
    await texted(scene)
    listed(scene, "900")
    answered_at = scene.clock.now()
    scene.clock.advance(60)
    await look.tick()

    assert (await conversation(scene)).silent_until == answered_at + HALF_HOUR
    scene.clock.advance(HALF_HOUR.total_seconds() - 60)
    await scene.receive("météo")
    await scene.responder().tick()
    assert len(await scene.outbox()) == 1


async def test_each_further_answer_renews_the_silence_and_is_told_no_more(
    scene: Scene, lines: Lines
) -> None:
    look, before = await looking(scene), counted()
    await texted(scene)
    begun = []
    for answer in range(4):
        listed(scene, f"90{answer}", f"Et {answer}?")
        answered_at = scene.clock.now()
        for _ in range(5):
            scene.clock.advance(120)
            begun.append(await look.tick())

    assert sum(begun) == 1
    assert (await conversation(scene)).silent_until == answered_at + HALF_HOUR
    (line,) = told(lines)
    assert line["gateway"] == "vudumobile"
    assert not any(part in str(line) for part in ("5145550001", CALL))
    assert counted() - before == 1


async def test_a_silence_that_is_over_begins_with_the_next_answer(
    scene: Scene, lines: Lines
) -> None:
    look = await looking(scene)
    await texted(scene)
    begun = []
    for answer in ("Oui.", "Non."):
        listed(scene, answer, answer)
        for _ in range(20):
            scene.clock.advance(120)
            begun.append(await look.tick())

    assert begun == [1, *[0] * 19] * 2
    assert len(told(lines)) == 2


@pytest.mark.parametrize("act", [Desk.hand_back, Desk.free])
async def test_what_an_operator_ended_is_not_begun_again_by_the_same_answer(
    scene: Scene, desk: Desk, act: Callable[[Desk, str], Awaitable[list[str]]]
) -> None:
    """Neither by this process nor by the next."""
    await texted(scene)
    look = await looking(scene)
    listed(scene, "900")
    scene.clock.advance(SETTLED)
    await look.tick()
    before = await silent(scene)

    assert await act(desk, ANA)

    again = []
    for number in range(3):
        scene.clock.advance(SETTLED)
        again.append(await look.tick())
        if number == 0:
            look = await looking(scene)
        if number == 1:
            listed(scene, "901", "Encore moi.")
    assert (before, again) == (True, [0, 0, 1])


# Ours


async def test_what_we_send_silences_nobody(scene: Scene) -> None:
    look = await looking(scene)
    await texted(scene)
    await scene.write_to(ANA, ANA, BEN)
    await scene.send(scene.sender())
    for row in await scene.outbox():
        listed(scene, row["gateway_id"], row["text"], row["number"])
    scene.clock.advance(SETTLED)

    assert await look.tick() == 0
    assert not await silent(scene)


async def test_what_became_of_our_words_makes_them_nobody_elses(scene: Scene) -> None:
    """It has our id, at each look."""
    look = await looking(scene)
    await texted(scene)
    await scene.write_to(ANA)
    await scene.send(scene.sender())
    (row,) = await scene.outbox()
    listed(scene, row["gateway_id"], "Le message est trop ancien.")
    looks = []
    for _ in range(4):
        scene.clock.advance(SETTLED)
        looks.append(await look.tick())

    assert looks == [0] * 4


async def handed_over_and_killed(scene: Scene) -> Batch:
    """The gateway took it; the process died before it could write that down."""
    await scene.write_to(ANA)
    async with scene.database.write() as connection:
        (batch,) = await scene.sender()._claim(connection, scene.clock.now())
    await scene.gateway.send(batch)
    listed(scene, "77", batch.text)
    return batch


@pytest.mark.parametrize("text", [FAIR, "?????"])
async def test_a_death_between_sending_and_settling_silences_nobody(
    scene: Scene, text: str
) -> None:
    """INV-5: neither while it is `sending`, nor `unconfirmed`, nor when it was found."""
    await texted(scene)
    await (await looking(scene)).tick()
    batch = await handed_over_and_killed(scene)
    listed(scene, "78", text)  # and whatever else is listed then
    looks: list[int] = []
    statuses: list[str] = []

    async def look_twice() -> None:
        statuses.extend(await scene.statuses())
        for look in (await looking(scene), begun):
            scene.clock.advance(SETTLED)
            looks.append(await look.tick())

    begun = await looking(scene)
    await look_twice()
    await scene.sender().begin()
    await look_twice()
    now = scene.clock.now()
    seen = Sighting("77", (ANA,), FAIR, now)
    scene.gateway.found = Search(
        now, (seen,), complete={batch.id: True}, progress={}, skew=scene.gateway.skew
    )
    await Reconciler(scene.account, lambda: None).tick()
    scene.gateway.left = [seen]
    await look_twice()

    assert statuses == ["sending", "unconfirmed", "sent"]
    assert looks == [0] * 6
    assert (await conversation(scene)).silent_until is None


async def test_a_person_who_answers_meanwhile_is_noticed_when_ours_is_found(scene: Scene) -> None:
    """Also when finding out takes longer than a listing is looked at."""
    look = await looking(scene)
    await texted(scene)
    batch = await handed_over_and_killed(scene)
    scene.clock.advance(60)
    listed(scene, "900")
    answered_at = scene.clock.now()
    looks = []
    for _ in range(60):
        scene.clock.advance(10)
        looks.append(await look.tick())
    await scene.sender().begin()
    now = scene.clock.now()
    assert isinstance(scene.gateway.left, list)
    seen = [scene.gateway.left[0]]
    scene.gateway.found = Search(
        now, seen, complete={batch.id: True}, progress={}, skew=scene.gateway.skew
    )
    await Reconciler(scene.account, lambda: None).tick()
    scene.clock.advance(5)

    assert (looks, await look.tick()) == ([0] * 60, 1)
    assert (await conversation(scene)).silent_until == answered_at + HALF_HOUR


async def test_what_leaves_while_we_look_is_ours(scene: Scene) -> None:
    """INV-3: what is listed was written down before it left, so that is read afterwards."""
    look = await looking(scene)
    await texted(scene)
    listed(scene, "id1", FAIR)  # by a clock that is behind
    scene.clock.advance(SETTLED)
    await scene.write_to(ANA)

    async def send_first() -> None:
        await scene.send(scene.sender())

    scene.gateway.on_list = send_first

    assert await look.tick() == 0
    assert await scene.statuses() == ["sent"]
    assert (await conversation(scene)).silent_until is None


@pytest.mark.parametrize(
    "stopped",
    [Unconfirmed("no answer"), Throttled("429", retry_after=600)],
    ids=["unclear", "refused"],
)
async def test_a_reply_that_cannot_leave_is_no_reason_to_conclude(
    scene: Scene, stopped: Exception
) -> None:
    """What it says may be listed all the same."""
    look = await looking(scene)
    await texted(scene)
    await scene.write_to(ANA)
    scene.gateway.answers.append(stopped)
    await scene.send(scene.sender())
    listed(scene, "77", FAIR)
    scene.clock.advance(SETTLED)

    assert await look.tick() == 0


async def test_a_mail_takes_nobody_over(scene: Scene) -> None:
    look = await looking(scene)
    await texted(scene)
    listed(scene, "900", "Texto", "rdv@clinique.example")
    scene.clock.advance(SETTLED)

    assert await look.tick() == 0


async def test_a_forgotten_number_is_not_remembered_by_an_answer(scene: Scene) -> None:
    """Nothing of it is left, so there is no text that could have been answered."""
    look = await looking(scene)
    await scene.receive("bonjour", number=BEN)
    await scene.responder().tick()
    listed(scene, "900")
    scene.clock.advance(SETTLED)

    assert await look.tick() == 0
    assert (await conversation(scene)).key == ""


async def test_an_outbox_of_many_is_looked_up_in_parts(scene: Scene) -> None:
    look = await looking(scene)
    await texted(scene)
    now = scene.clock.now()
    numbers = [f"+1514556{place:04}" for place in range(1200)]
    await scene.enqueue(
        *(
            message(f"{place}", now, number=number, text=f"Bonjour {place}")
            for place, number in enumerate(numbers)
        )
    )
    await scene.send(scene.sender())
    for row in await scene.outbox():
        listed(scene, row["gateway_id"], row["text"], row["number"])
    listed(scene, "900")
    scene.clock.advance(SETTLED)

    assert await look.tick() == 1
    assert await silent(scene)
