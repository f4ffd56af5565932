"""What a last word asks for is done with the writing down of that word: once, whole, for good."""

from __future__ import annotations

import pytest

from bot.core.deliveries import FAILED
from bot.core.errands import ErrandKind
from bot.core.messages import MessageClass, Sighting, Status
from bot.core.network import Action
from bot.gateways.vudumobile_tables import CODES, status_of
from bot.services.receipts import Receipts
from bot.storage import errands, events, stops
from tests.services.played import ANA, BEN, Scene, message
from tests.services.test_webhooks import wanting

DAY = 86_400


def sighting(scene: Scene, gateway_id: str, code: str, number: str = ANA) -> Sighting:
    """As the adapter gives it."""
    known = CODES.get(code.rpartition("_")[2])
    return Sighting(
        *(gateway_id, (number,), "Il fait beau.", scene.clock.now()),
        *(status_of(code, detailed=True), code),
        advice=known.advice if known else None,
    )


async def failed(
    scene: Scene, code: str, *, number: str = ANA, which: MessageClass = MessageClass.REPLY
) -> int:
    """A message is sent, and comes to this; gives its id."""
    known = len(await scene.outbox())
    now = scene.clock.now()
    await scene.enqueue(message(f"inbound {known}/0", now, number=number, message_class=which))
    await scene.send(scene.sender())
    scene.gateway.sightings = [sighting(scene, f"id{known + 1}", code, number)]
    scene.clock.advance(10)
    await Receipts(scene.account).tick()
    return known + 1


async def stopped(scene: Scene) -> list[tuple[str, str]]:
    async with scene.database.read() as connection:
        found = await stops.every(connection, scene.clock.now())
    return [(one.number, one.code) for one in found]


async def waiting(scene: Scene) -> list[str]:
    """To whom something is to go once more."""
    async with scene.database.read() as connection:
        due = await errands.due(connection, ErrandKind.AGAIN, scene.clock.now(), 10)
    return [one.number for one in due]


async def started(scene: Scene, which: MessageClass, number: str = ANA) -> str:
    """What becomes of something that is begun now."""
    known = len(await scene.outbox())
    begun = message(f"{which} {known}", scene.clock.now(), number=number, message_class=which)
    await scene.enqueue(begun)
    await scene.send(scene.sender())
    return (await scene.statuses())[-1]


ADVISED = sorted(code for code, row in CODES.items() if row.advice)


async def test_every_code_of_the_vendor_is_acted_on(scene: Scene) -> None:
    """Its action stands in the row, and its deed in the store: one number for each code."""
    numbers = {code: f"+15145550{code}" for code in ADVISED}
    await scene.write_to(*numbers.values())
    await scene.send(scene.sender())
    words = {Status.EXPIRED: "EXPIRED", Status.UNDELIVERED: "UNDELIV"}
    scene.gateway.sightings = [
        sighting(scene, f"id{place}", f"{words[CODES[code].status]}_{code}", number)
        for place, (code, number) in enumerate(numbers.items(), 1)
    ]
    await Receipts(scene.account).tick()

    advices = {code: advice for code in ADVISED if (advice := CODES[code].advice)}
    done = {code: one.action if one.times == 1 else Action.REPORT for code, one in advices.items()}
    rows = {row["number"]: (row["status"], row["action"]) for row in await scene.outbox()}
    assert rows == {
        numbers[code]: (CODES[code].status.value, action.value) for code, action in done.items()
    }
    left_alone = {code for code, one in done.items() if one in {Action.STOP, Action.PAUSE}}
    assert {number for number, _ in await stopped(scene)} == {numbers[one] for one in left_alone}
    scene.clock.advance(301)
    assert await waiting(scene) == [numbers[one] for one in done if done[one] is Action.AGAIN]


@pytest.mark.parametrize("code", ["UNDELIV_998", "failed", "UNDELIV", "EXPIRED", "6"])
async def test_what_the_document_does_not_have_is_kept_and_nothing_is_guessed(
    scene: Scene, code: str
) -> None:
    await failed(scene, code)

    (stored,) = await scene.outbox()
    assert stored["code"] == code
    assert stored["action"] in {"", "report"}
    assert await stopped(scene) == []


async def test_a_locked_number_is_left_alone_at_the_second_time(scene: Scene) -> None:
    await failed(scene, "UNDELIV_204")
    assert await stopped(scene) == []

    await failed(scene, "UNDELIV_204")

    assert await stopped(scene) == [(ANA, "UNDELIV_204")]


async def test_what_arrived_in_between_begins_the_count_anew(scene: Scene) -> None:
    for code in ("UNDELIV_204", "DELIVRD_000", "UNDELIV_204"):
        await failed(scene, code)

    assert await stopped(scene) == []


async def test_two_receipts_in_one_reading_are_two_times(scene: Scene) -> None:
    await scene.write_to(ANA, ANA)
    await scene.send(scene.sender())
    scene.gateway.sightings = [sighting(scene, f"id{one}", "UNDELIV_204") for one in (1, 2)]
    await Receipts(scene.account).tick()

    assert await stopped(scene) == [(ANA, "UNDELIV_204")]
    assert [row["action"] for row in await scene.outbox()] == ["report", "stop"]


@pytest.mark.parametrize(
    ("which", "status"),
    [
        (MessageClass.STARTED, "suppressed"),
        (MessageClass.FOLLOW_UP, "suppressed"),
        (MessageClass.FORWARD, "suppressed"),
        (MessageClass.REPLY, "sent"),
        (MessageClass.HELP, "sent"),
        (MessageClass.OPT_OUT, "sent"),
        (MessageClass.VERIFICATION, "sent"),
    ],
)
async def test_nothing_is_started_to_who_cannot_be_reached_and_who_asks_is_answered(
    scene: Scene, which: MessageClass, status: str
) -> None:
    await failed(scene, "UNDELIV_201")

    assert await started(scene, which) == status
    assert await started(scene, MessageClass.STARTED, BEN) == "sent"


async def test_a_pause_ends_by_itself(scene: Scene) -> None:
    await failed(scene, "UNDELIV_205")
    assert await started(scene, MessageClass.STARTED) == "suppressed"

    scene.clock.advance(31 * DAY)

    assert await started(scene, MessageClass.STARTED) == "sent"
    assert await stopped(scene) == []


async def test_a_pause_shortens_no_stop(scene: Scene) -> None:
    await failed(scene, "UNDELIV_201")
    await failed(scene, "UNDELIV_205")
    scene.clock.advance(32 * DAY)

    assert await stopped(scene) == [(ANA, "UNDELIV_205")]


async def test_a_text_of_theirs_ends_it(scene: Scene) -> None:
    """Who texts us can be reached."""
    await failed(scene, "UNDELIV_304")
    await scene.receive("météo")
    await scene.responder().tick()

    assert await stopped(scene) == []
    assert await started(scene, MessageClass.STARTED) == "sent"


async def test_a_text_from_before_the_message_ends_nothing(scene: Scene) -> None:
    await scene.receive("météo")  # it is read and decided late
    scene.clock.advance(1)
    await failed(scene, "UNDELIV_304")
    await scene.responder().tick()

    assert await stopped(scene) == [(ANA, "UNDELIV_304")]


async def test_a_receipt_that_comes_after_a_text_stops_nobody(scene: Scene) -> None:
    await scene.write_to(ANA)
    await scene.send(scene.sender())
    scene.clock.advance(5)
    await scene.receive("météo")
    scene.gateway.sightings = [sighting(scene, "id1", "UNDELIV_304")]
    await Receipts(scene.account).tick()

    assert await stopped(scene) == []
    assert "texted since" in (await scene.outbox())[0]["error"]


async def test_reading_a_receipt_again_does_nothing_twice(scene: Scene) -> None:
    """INV-8: also by a process that was begun anew."""
    await failed(scene, "UNDELIV_305")
    for _ in range(3):
        scene.clock.advance(60)
        await Receipts(scene.account).tick()
    scene.clock.advance(301)

    assert await waiting(scene) == [ANA]


async def test_programs_are_told_what_was_done(scene: Scene) -> None:
    await wanting(scene, {"shop": frozenset({FAILED})})
    await failed(scene, "UNDELIV_201")

    async with scene.database.read() as connection:
        (told,) = await events.of_types(connection, f"vudumobile:{ANA}", [FAILED])
    assert (told.body["code"], told.body["action"]) == ("UNDELIV_201", "stop")
    assert told.body["status"] == "undelivered"
