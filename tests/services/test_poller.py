"""From what a gateway lists to the inbox: each text once, and no feed at another's cost."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import metrics
from bot.core.messages import Listed, Page
from bot.gateways.base import (
    AccountHeld,
    Condition,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
    Unreachable,
)
from bot.services.poller import Poller
from bot.storage import feeds
from tests.services.played import ANA, BEN, Scene, listed


def page(scene: Scene, *texts: Listed, cursor: object = "here") -> Page:
    return Page(texts, {"at": cursor}, scene.clock.now())


async def read(scene: Scene, poller: Poller, *texts: Listed, later: float = 3.0) -> int:
    """The account's feed lists these, a poll later."""
    scene.clock.advance(later)
    scene.gateway.pages[""] = page(scene, *texts)
    return await poller.tick()


async def begun(scene: Scene, *texts: Listed) -> Poller:
    """A poller whose first reading, the history, listed these."""
    poller = scene.poller()
    await poller.begin()
    await read(scene, poller, *texts, later=0.0)
    return poller


async def keys(scene: Scene) -> list[str]:
    return [row["key"] for row in await scene.inbox()]


async def test_a_window_that_is_listed_again_has_nothing_new(scene: Scene) -> None:
    """INV-1, INV-26: overlapping windows, repeated rows, rows that appear late."""
    now = scene.clock.now()
    one, two, late = (listed(key, f"texte {key}", now) for key in ("1", "2", "3"))
    poller = await begun(scene)

    found = [
        await read(scene, poller, one),
        await read(scene, poller, one),
        await read(scene, poller, two, one),
        await read(scene, poller),
        await read(scene, poller, late, one, two, two),
    ]

    assert found == [1, 0, 1, 0, 1]
    assert await keys(scene) == ["1", "2", "3"]


async def test_what_is_known_is_known_after_a_start(scene: Scene) -> None:
    """INV-1: what is stored tells, not what a process remembers."""
    now = scene.clock.now()
    await read(scene, await begun(scene), listed("1", "a", now))

    again = scene.poller()
    await again.begin()

    assert await read(scene, again, listed("1", "a", now), listed("2", "b", now)) == 1
    assert await keys(scene) == ["1", "2"]


async def test_a_renumbered_text_is_no_new_one_and_an_equal_one_is(scene: Scene) -> None:
    """INV-26."""
    now = scene.clock.now()
    one = listed("1", "a", now, fingerprint="F")
    poller = await begun(scene)
    await read(scene, poller, one)

    renumbered = await read(scene, poller, listed("9", "a", now, fingerprint="F"))
    equal = await read(
        scene, poller, *(listed(key, "a", now, fingerprint="F") for key in ("9", "10"))
    )

    assert (renumbered, equal) == (0, 1)
    assert len(await scene.inbox()) == 2


async def test_an_id_that_is_used_again_hides_no_text(scene: Scene) -> None:
    """INV-1: a gateway that begins to count anew."""
    now = scene.clock.now()
    poller = await begun(scene)
    await read(scene, poller, listed("1", "a", now, fingerprint="A"))

    assert await read(scene, poller, listed("1", "b", now, fingerprint="B")) == 1
    assert [row["text"] for row in await scene.inbox()] == ["a", "b"]


async def test_what_the_first_good_reading_lists_is_history(scene: Scene) -> None:
    """INV-10: a reading that failed was none; what is listed later is new, whatever its date."""
    now = scene.clock.now()
    poller = scene.poller()
    await poller.begin()
    scene.gateway.pages[""] = Unconfirmed("no answer")
    await poller.tick()

    await read(scene, poller, listed("1", "stop", now), later=10)
    await read(scene, poller, listed("2", "météo", now - timedelta(days=2)))

    assert [row["history"] for row in await scene.inbox()] == [True, False]


async def test_an_empty_history_is_one_too(scene: Scene) -> None:
    """INV-10."""
    poller = await begun(scene)

    await read(scene, poller, listed("1", "météo", scene.clock.now()))

    assert [row["history"] for row in await scene.inbox()] == [False]


async def test_adopted_campaigns_have_a_history_and_our_own_have_none(campaigns: Scene) -> None:
    """INV-10."""
    now = campaigns.clock.now()
    poller = campaigns.poller(adopted=["PushElsewhere"])
    await poller.begin()
    async with campaigns.database.write() as connection:
        await feeds.opened(connection, "clever", "PushOurs", [ANA], now)
    campaigns.gateway.pages = {
        "PushElsewhere": page(campaigns, listed("1", "météo", now, BEN)),
        "PushOurs": page(campaigns, listed("2", "météo", now, ANA)),
    }

    await poller.tick()

    assert {row["key"]: row["history"] for row in await campaigns.inbox()} == {
        "1": True,
        "2": False,
    }


async def test_the_cursor_moves_with_the_texts_or_not_at_all(scene: Scene) -> None:
    """INV-1, INV-11: one transaction."""
    poller = await begun(scene)
    scene.clock.advance(3)
    text = listed("1", "météo", scene.clock.now())
    scene.gateway.pages[""] = page(scene, text, cursor=object())  # cannot be written

    with pytest.raises(Exception, match="not JSON serializable"):
        await poller.tick()

    assert await keys(scene) == []
    assert (await scene.feeds())[""]["cursor"] == {"at": "here"}
    assert await read(scene, poller, text) == 1


@pytest.mark.parametrize("error", [Unconfirmed("garbled"), Rejected("404")])
async def test_a_campaign_that_fails_is_put_off_alone(
    campaigns: Scene, error: GatewayError
) -> None:
    """INV-28."""
    now = campaigns.clock.now()
    poller = campaigns.poller(adopted=["Bad", "Good"])
    await poller.begin()
    campaigns.gateway.pages = {
        "Bad": error,
        "Good": page(campaigns, listed("1", "météo", now)),
    }

    assert await poller.tick() == 1
    rows = await campaigns.feeds()

    assert rows["Bad"]["due_at"] > now
    assert (rows["Bad"]["cursor"], rows["Bad"]["read_at"]) == ({}, None)
    campaigns.gateway.read.clear()
    assert await poller.tick() == 0
    assert campaigns.gateway.read == []


@pytest.mark.parametrize(
    "error",
    [AccountHeld("unknown address", word="firewall"), Throttled("429"), Unreachable("no route")],
    ids=lambda error: type(error).__name__,
)
async def test_trouble_with_the_account_ends_the_round_and_moves_nothing(
    campaigns: Scene, error: GatewayError
) -> None:
    poller = campaigns.poller(adopted=["A", "B"])
    await poller.begin()
    campaigns.gateway.pages = {"A": error, "B": error}

    await poller.tick()

    assert len(campaigns.gateway.read) == 1
    assert {row["due_at"] for row in (await campaigns.feeds()).values()} == {campaigns.clock.now()}
    assert (campaigns.account.trouble, campaigns.account.reached) == (error.reason, False)


async def test_a_campaign_that_is_refused_is_no_trouble_of_the_account(campaigns: Scene) -> None:
    """INV-28: the account can be read, whichever of its campaigns was deleted."""
    poller = campaigns.poller(adopted=["Deleted"])
    await poller.begin()
    campaigns.gateway.pages["Deleted"] = Rejected("404")

    await poller.tick()

    assert (campaigns.account.trouble, campaigns.account.reached) == ("", True)


async def test_the_only_feed_that_is_refused_is_trouble(scene: Scene) -> None:
    poller = scene.poller()
    await poller.begin()
    scene.gateway.pages[""] = Rejected("400")

    await poller.tick()

    assert (scene.account.trouble, scene.account.reached) == ("400", False)


async def test_nothing_is_asked_while_reading_is_left_alone(scene: Scene) -> None:
    poller = scene.poller()
    await poller.begin()
    scene.gateway.condition = Condition(
        held="firewall", reads_from=scene.clock.now() + timedelta(seconds=10)
    )

    await poller.tick()
    assert scene.gateway.read == []

    scene.clock.advance(10)
    await poller.tick()
    assert scene.gateway.read == [""]


async def test_a_feed_is_read_at_its_interval_and_not_before(scene: Scene) -> None:
    poller = await begun(scene)
    for _ in range(60):
        scene.clock.advance(0.5)
        await poller.tick()

    assert 10 <= len(scene.gateway.read) <= 21


async def test_only_new_texts_wake_the_responder(scene: Scene) -> None:
    text = listed("1", "météo", scene.clock.now())
    poller = await begun(scene)
    await read(scene, poller)
    assert scene.woken == []

    await read(scene, poller, text)
    await read(scene, poller, text)

    assert scene.woken == ["responder"]


async def test_trouble_is_over_with_the_next_good_reading(scene: Scene) -> None:
    poller = await begun(scene)
    scene.clock.advance(3)
    scene.gateway.pages[""] = Unconfirmed("garbled")
    await poller.tick()
    assert scene.account.trouble == "garbled"

    await read(scene, poller)

    assert (scene.account.trouble, scene.account.reached) == ("", True)


async def test_a_text_keeps_a_campaign_fresh_and_silence_lets_it_cool(campaigns: Scene) -> None:
    """INV-25: the older the last answer, the longer the wait."""
    poller = campaigns.poller(adopted=["A"], poll=timedelta(seconds=5), every=timedelta(seconds=1))
    await poller.begin()
    campaigns.clock.advance(3600)
    campaigns.gateway.pages["A"] = page(campaigns)
    await poller.tick()
    cool = (await campaigns.feeds())["A"]["due_at"] - campaigns.clock.now()

    campaigns.clock.advance(cool.total_seconds())
    text = listed("1", "météo", campaigns.clock.now())
    campaigns.gateway.pages["A"] = page(campaigns, text)
    await poller.tick()
    fresh = (await campaigns.feeds())["A"]["due_at"] - campaigns.clock.now()

    # A fifth of an hour, and a tenth of that where there are requests to spare.
    assert (cool, fresh) == (timedelta(seconds=72), timedelta(seconds=5))


async def test_more_campaigns_than_the_rate_allows_are_all_read_more_rarely(
    campaigns: Scene,
) -> None:
    """INV-25: the figures say how many feeds there are, and how much slower they are read."""
    poller = campaigns.poller(
        adopted=[f"Push{number}" for number in range(20)], poll=timedelta(seconds=5), budget=0.4
    )
    await poller.begin()

    await poller.tick()

    waits = {row["due_at"] - campaigns.clock.now() for row in (await campaigns.feeds()).values()}
    assert min(waits) > timedelta(seconds=50)
    told = metrics.exposition().decode()
    assert 'textobot_feeds{gateway="clever"} 20.0' in told
    assert 'textobot_feeds_stretch{gateway="clever"} 11.' in told


async def test_times_are_instants_whatever_the_zone_they_are_given_in(scene: Scene) -> None:
    """INV-39."""
    at = datetime.fromisoformat("2026-10-25T02:30:00+02:00")
    poller = await begun(scene)

    await read(scene, poller, listed("1", "météo", at))

    assert (await scene.inbox())[0]["sent_at"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("restarted", [False, True], ids=["while it runs", "while it was down"])
async def test_a_clock_that_is_set_back_stops_no_reading(scene: Scene, restarted: bool) -> None:
    """INV-39: by an hour, which is longer than a text may wait for its answer."""
    poller = await begun(scene)
    scene.clock.jump(-3600)
    if restarted:
        poller = scene.poller()

    for _ in range(25):
        await read(scene, poller, listed("1", "météo", scene.clock.now()))

    assert await keys(scene) == ["1"]
    assert len(scene.gateway.read) >= (25 if restarted else 5)


async def test_campaigns_keep_their_distances_when_the_clock_is_set_back(campaigns: Scene) -> None:
    """INV-39: they do not all become due at once."""
    poller = campaigns.poller(adopted=["Fresh", "Old"], poll=timedelta(seconds=5))
    await poller.begin()
    campaigns.gateway.pages = {name: page(campaigns) for name in ("Fresh", "Old")}
    await poller.tick()
    before = {name: row["due_at"] for name, row in (await campaigns.feeds()).items()}

    campaigns.clock.jump(-7200)
    again = campaigns.poller(adopted=["Fresh", "Old"], poll=timedelta(seconds=5))
    await again.tick()

    after = {name: row["due_at"] for name, row in (await campaigns.feeds()).items()}
    assert {before[name] - after[name] for name in before} == {timedelta(seconds=7200)}
