"""Watch, janitor and follower: told once, forgotten in time, followed from the first answer."""

from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import metrics
from bot.core.alarms import HELD
from bot.core.messages import Page
from bot.gateways.base import Condition, Unreachable
from bot.services.follower import Follower
from bot.services.janitor import HORIZON, Janitor
from bot.services.watch import Watch
from tests.services.played import ANA, LEA, Scene, listed
from tests.services.test_poller import begun, read

DAY = timedelta(days=1)


# The watch


Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


def told(lines: Lines) -> list[tuple[str, str]]:
    """What the operator is told: the action, and the word."""
    return [(line["action"], line["word"]) for line in lines if "word" in line]


@pytest.mark.parametrize("word", HELD)
async def test_a_held_account_is_told_once_and_once_when_it_is_over(
    scene: Scene, lines: Lines, word: str
) -> None:
    """Promised: log line and metric."""
    watching = Watch(scene.account)
    for held in ("", word, word, word, "", ""):
        scene.gateway.condition = Condition(held)
        await watching.tick()
        gauge = f'textobot_gateway_held{{gateway="vudumobile",word="{word}"}} 1.0'
        assert (gauge in metrics.exposition().decode()) == bool(held)

    assert told(lines) == [("gateway.held", word), ("gateway.released", word)]


async def test_another_trouble_is_told_too(scene: Scene, lines: Lines) -> None:
    watching = Watch(scene.account)
    for held in ("credit", "firewall", "firewall"):
        scene.gateway.condition = Condition(held)
        await watching.tick()

    assert told(lines) == [("gateway.held", "credit"), ("gateway.held", "firewall")]


async def test_the_account_is_looked_at_each_minute(scene: Scene) -> None:
    scene.gateway.account = {"credit": 42.5, "expires": "2027-01-01"}
    watching = Watch(scene.account)
    for _ in range(121):
        await watching.tick()
        scene.clock.advance(1)

    assert scene.gateway.watched == 3
    assert (scene.account.reached, scene.account.seen["credit"]) == (True, 42.5)
    assert 'textobot_gateway_credit{gateway="vudumobile"} 42.5' in metrics.exposition().decode()


async def test_an_account_that_cannot_be_read_is_not_reached(scene: Scene) -> None:
    scene.gateway.account = Unreachable("no route")

    await Watch(scene.account).tick()

    assert (scene.account.reached, scene.account.seen) == (False, {})


# The janitor


def janitor(scene: Scene, texts: timedelta = 90 * DAY) -> Janitor:
    return Janitor(scene.database, scene.clock, texts=texts)


async def handled(scene: Scene) -> None:
    await scene.receive("météo")
    await scene.responder().tick()
    await scene.send(scene.sender())


async def test_words_go_after_their_time_and_rows_when_none_can_list_them(scene: Scene) -> None:
    await handled(scene)
    work, left = janitor(scene, texts=DAY), []
    for day in (0, 1, HORIZON.days):
        scene.clock.advance((DAY * day).total_seconds() + 1)
        while await work.tick():
            pass
        left.append([row["text"] for row in (*await scene.inbox(), *await scene.outbox())])

    assert left == [["météo", "Il fait beau."], ["", ""], []]


async def test_what_is_not_settled_is_not_forgotten(scene: Scene) -> None:
    await scene.receive("météo")
    await scene.write_to(ANA)
    scene.clock.advance((400 * DAY).total_seconds())

    assert await janitor(scene).tick() == 0
    assert len(await scene.inbox()) == len(await scene.outbox()) == 1


async def test_the_answers_to_a_campaign_stay_known_while_it_is_read(campaigns: Scene) -> None:
    """INV-27: the newest of each subscriber is read for ever, and lists them each time."""
    text = listed("1", "météo", campaigns.clock.now(), LEA)
    text = replace(text, reference="Push1")
    campaigns.gateway.pages["Push1"] = Page([text], {}, campaigns.clock.now())
    poller = campaigns.poller(adopted=["Push1"])
    await poller.begin()
    await poller.tick()
    await campaigns.responder().tick()
    campaigns.clock.advance((400 * DAY).total_seconds())
    while await janitor(campaigns).tick():
        pass

    assert await campaigns.poller(adopted=["Push1"]).tick() == 0

    assert [row["text"] for row in await campaigns.inbox()] == [""]


async def test_no_text_is_given_the_number_of_a_forgotten_one(scene: Scene) -> None:
    """INV-8: a reply that still waits would pass for the reply to the new text."""
    await scene.receive("météo")
    await scene.responder().tick()
    scene.clock.advance((400 * DAY).total_seconds())
    while await janitor(scene).tick():
        pass
    assert await scene.inbox() == []

    await scene.receive("météo")
    assert await scene.responder().tick() == 1

    assert await scene.statuses() == ["queued", "queued"]


async def test_a_forgotten_text_that_is_listed_again_is_not_answered_again(scene: Scene) -> None:
    """INV-27."""
    text = listed("1", "météo", scene.clock.now(), fingerprint="F")
    poller = await begun(scene)
    await read(scene, poller, text)
    await scene.responder().tick()
    scene.clock.advance(DAY.total_seconds() + 1)
    await janitor(scene, texts=DAY).tick()

    again = scene.poller()
    await again.begin()
    found = [
        await read(scene, again, text),
        await read(scene, again, listed("9", "météo", text.sent_at, fingerprint="F")),
    ]

    assert found == [0, 0]
    assert await scene.responder().tick() == 0
    assert [row["text"] for row in await scene.inbox()] == [""]


# The follower


async def test_campaigns_that_begin_elsewhere_are_followed_once(campaigns: Scene) -> None:
    begun_elsewhere: list[str] = []
    follower = Follower(campaigns.database, "clever", lambda: begun_elsewhere, campaigns.clock)

    assert await follower.tick() == 0
    begun_elsewhere += ["Push1", "Push2"]
    assert [await follower.tick(), await follower.tick()] == [2, 0]
    begun_elsewhere.append("Push3")
    assert await follower.tick() == 1

    feeds = await campaigns.feeds()
    assert {name: feed["adopted"] for name, feed in feeds.items()} == {
        "Push1": False,
        "Push2": False,
        "Push3": False,
    }
