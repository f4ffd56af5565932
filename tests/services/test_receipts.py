"""How messages went: asked for as their age deserves; and what ordinary traffic teaches."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from bot.core.calibration import Echo
from bot.core.messages import Acceptance, Sent, Sighting, Status
from bot.gateways.base import Throttled
from bot.services.receipts import CAMPAIGNS_AT_ONCE, Receipts
from bot.storage import accounts, schema
from bot.storage.receipts import Awaited
from tests.clock import NOON
from tests.services.played import ANA, BEN, Scene

FAIR = "Il fait beau."


async def sent(scene: Scene, *numbers: str) -> None:
    await scene.write_to(*numbers)
    await scene.send(scene.sender())


def seen(
    scene: Scene,
    gateway_id: str,
    status: Status = Status.SENT,
    *,
    code: str = "",
    text: str = FAIR,
) -> Sighting:
    return Sighting(gateway_id, (ANA,), text, scene.clock.now(), status, code)


@pytest.mark.parametrize(
    ("age", "every"),
    [
        pytest.param(timedelta(0), 10, id="under ten minutes: each ten seconds"),
        pytest.param(timedelta(minutes=12), 60, id="under an hour: each minute"),
        pytest.param(timedelta(hours=2), 3600, id="under three days: each hour"),
    ],
)
async def test_receipts_are_read_as_often_as_their_age_deserves(
    scene: Scene, age: timedelta, every: int
) -> None:
    """Promised: the younger a message, the more often."""
    await sent(scene, ANA)
    scene.clock.advance(age.total_seconds())
    receipts, asked_at = Receipts(scene.account), []
    for _ in range(3 * every // 5 + 1):
        before = len(scene.gateway.asked)
        await receipts.tick()
        if len(scene.gateway.asked) > before:
            asked_at.append(scene.clock.monotonic())
        scene.clock.advance(5)

    gaps = {later - earlier for earlier, later in pairwise(asked_at)}
    assert gaps == {float(every)}


async def test_after_three_days_nobody_asks(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.clock.advance(timedelta(days=3, seconds=1).total_seconds())

    await Receipts(scene.account).tick()

    assert scene.gateway.asked == []


async def test_a_clock_that_is_set_back_stops_no_asking(scene: Scene) -> None:
    """INV-39."""
    await sent(scene, ANA)
    receipts = Receipts(scene.account)
    await receipts.tick()

    scene.clock.jump(-86_400)
    scene.clock.advance(10)
    await receipts.tick()

    assert len(scene.gateway.asked) == 2


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ((Status.DELIVERED, "DELIV"), "delivered", "DELIV"),
        ((Status.UNDELIVERED, "UNDELIV_300"), "undelivered", "UNDELIV_300"),
        ((Status.EXPIRED, "EXPIRED"), "expired", "EXPIRED"),
        ((Status.SENT, "queued"), "sent", "queued"),
    ],
)
async def test_the_networks_word_is_kept(
    scene: Scene, said: tuple[Status, str], status: str, code: str
) -> None:
    await sent(scene, ANA)
    scene.gateway.sightings = [seen(scene, "id1", said[0], code=said[1])]

    last = await Receipts(scene.account).tick()

    (row,) = await scene.outbox()
    assert (row["status"], row["code"]) == (status, code)
    assert last == (said[0] is not Status.SENT)


async def test_words_that_were_forgotten_teach_nothing(scene: Scene) -> None:
    """INV-6: they would seem to have been changed on their way."""
    await sent(scene, ANA)
    async with scene.database.write() as connection:
        await connection.execute(update(schema.outbox).values(text=""))
    scene.gateway.sightings = [seen(scene, "id1", Status.SENT)]

    await Receipts(scene.account).tick()

    assert scene.account.calibration.echoes == ()


async def test_a_last_word_is_asked_for_no_more(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.gateway.sightings = [seen(scene, "id1", Status.DELIVERED)]
    receipts = Receipts(scene.account)
    await receipts.tick()
    scene.clock.advance(10)

    await receipts.tick()

    assert len(scene.gateway.asked) == 1


async def test_an_id_alone_is_not_enough_where_many_share_it(campaigns: Scene) -> None:
    """INV-9."""
    campaigns.gateway.answers.append(Acceptance("Push1"))
    await sent(campaigns, ANA, BEN)
    campaigns.gateway.sightings = [
        Sighting("Push1", (BEN,), FAIR, campaigns.clock.now(), Status.DELIVERED)
    ]

    await Receipts(campaigns.account).tick()

    assert await campaigns.statuses() == ["sent", "delivered"]


async def test_a_reading_that_fails_is_made_again(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.gateway.sightings = Throttled("429")
    receipts = Receipts(scene.account)
    assert await receipts.tick() == 0

    scene.gateway.sightings = [seen(scene, "id1", Status.DELIVERED)]
    scene.clock.advance(10)
    assert await receipts.tick() == 1


async def test_few_campaigns_are_asked_about_at_once(campaigns: Scene) -> None:
    """INV-25: each is a request."""
    numbers = [f"+3360000{number:04}" for number in range(30)]
    for number in numbers:
        await sent(campaigns, number)

    await Receipts(campaigns.account).tick()

    assert [len(asked) for asked in campaigns.gateway.asked] == [CAMPAIGNS_AT_ONCE]


# What is learned


async def test_a_message_that_is_listed_at_once_teaches_lag_and_faithfulness(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.clock.advance(4)
    scene.gateway.sightings = [seen(scene, "id1")]

    await Receipts(scene.account).tick()

    assert scene.account.calibration.echoes == (Echo(4.0, 0),)
    assert scene.account.calibration.exact


async def test_a_message_that_is_listed_late_teaches_how_late(scene: Scene) -> None:
    await sent(scene, ANA)
    receipts = Receipts(scene.account)
    for _ in range(5):
        scene.clock.advance(10)
        await receipts.tick()
    scene.clock.advance(10)
    scene.gateway.sightings = [seen(scene, "id1")]

    await receipts.tick()

    assert scene.account.calibration.lag == 60.0


async def test_our_own_pause_is_not_taken_for_the_gateways(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.clock.advance(7200)
    scene.gateway.sightings = [seen(scene, "id1")]

    await Receipts(scene.account).tick()

    assert scene.account.calibration.echoes == (Echo(0.0, 0),)


async def test_a_text_that_is_listed_otherwise_is_noticed(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.gateway.sightings = [seen(scene, "id1", text="Bonjour")]

    await Receipts(scene.account).tick()

    assert not scene.account.calibration.exact


async def test_a_message_teaches_once(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.gateway.sightings = [seen(scene, "id1")]
    receipts = Receipts(scene.account)
    for _ in range(3):
        await receipts.tick()
        scene.clock.advance(10)

    assert len(scene.account.calibration.echoes) == 1


async def test_campaigns_teach_nothing_of_a_listing(campaigns: Scene) -> None:
    campaigns.gateway.answers.append(Acceptance("Push1"))
    await sent(campaigns, ANA)
    campaigns.gateway.sightings = [seen(campaigns, "Push1")]

    await Receipts(campaigns.account).tick()

    assert campaigns.account.calibration.echoes == ()


async def test_what_was_learned_outlives_the_process(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.gateway.sightings = [seen(scene, "id1")]

    await Receipts(scene.account).tick()

    async with scene.database.read() as connection:
        _, calibration = await accounts.recall(connection, "vudumobile")
    assert calibration == scene.account.calibration.to_json()


def test_every_campaign_has_its_turn(scene: Scene) -> None:
    """However many newer ones still lack their last word."""
    receipts = Receipts(scene.account)
    awaited = [
        Awaited(Sent(number, f"Push{number}", ANA, NOON), "Bonjour", "") for number in range(50)
    ]

    asked = [
        {one.sent.gateway_id for one in receipts._in_turn(awaited, float(tick))}
        for tick in range(3)
    ]

    assert set().union(*asked) == {one.sent.gateway_id for one in awaited}
    assert [len(one) for one in asked] == [20, 20, 20]


# What is not listed


def others(scene: Scene, *ages: float) -> list[Sighting]:
    """Messages of other people, so many seconds old."""
    now = scene.clock.now()
    return [
        Sighting(f"x{age}", (BEN,), "Promo", now - timedelta(seconds=age), Status.SENT)
        for age in ages
    ]


@pytest.mark.parametrize(
    ("ages", "missing"),
    [
        pytest.param((200, 1), 1, id="a listing that reaches back, and shows newer ones"),
        pytest.param((), 0, id="nothing is listed at all"),
        pytest.param((1,), 0, id="it does not reach back so far"),
        pytest.param((200,), 0, id="it shows nothing newer"),
    ],
)
async def test_what_should_be_listed_and_is_not_is_learned_once(
    scene: Scene, ages: tuple[float, ...], missing: int
) -> None:
    """INV-6: then nothing counts as not taken because it is not listed."""
    await sent(scene, ANA)
    receipts = Receipts(scene.account)
    for _ in range(12):
        scene.gateway.sightings = others(scene, *ages)
        await receipts.tick()
        scene.clock.advance(10)

    assert scene.account.calibration.missing == missing


async def test_what_is_listed_after_all_ends_that(scene: Scene) -> None:
    await sent(scene, ANA)
    receipts = Receipts(scene.account)
    scene.clock.advance(100)
    scene.gateway.sightings = others(scene, 200, 1)
    await receipts.tick()
    assert scene.account.calibration.missing == 1

    scene.clock.advance(10)
    scene.gateway.sightings = [seen(scene, "id1"), *others(scene, 200, 1)]
    await receipts.tick()
    assert scene.account.calibration.missing == 0


async def test_what_is_too_young_is_not_missed(scene: Scene) -> None:
    await sent(scene, ANA)
    scene.clock.advance(40)
    scene.gateway.sightings = others(scene, 200, 1)
    await Receipts(scene.account).tick()
    assert scene.account.calibration.missing == 0
