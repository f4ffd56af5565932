"""Which feed is read when.

Clever lists answers by campaign and every reply of ours is a campaign, so there are far more feeds
than requests. A reply becomes less likely about as 1/age: asking at intervals that grow with age
finds each answer with the same delay relative to its age, for about 80 requests in two weeks
instead of 800.

What `follow` ends: the reading of campaigns that nobody needs. The newest campaign of a subscriber
is the only place where a text of theirs can appear, a STOP included; it is never retired, but
asked once a day when `follow` is over, for as long as it is the newest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.messages import Feed, FeedState

SHARE_OF_AGE = 0.2
"""An answer is found after at most this part of the time that the person took to write it."""
SHARE_SUPERSEDED = 1.0
"""The same where every recipient has a newer campaign, which their answers nearly always join."""
LONGEST = timedelta(hours=12)
DAILY = timedelta(days=1)
"""What a subscriber's newest campaign waits at most, however many there are."""
SUPERSEDED_LIFE = timedelta(hours=48)
"""Phones that were off send what was written before the newer campaign; two days of it."""
FILLED = 0.9
"""Part of the budget that is planned with: a queue that is always full never becomes empty."""
SMALLEST_STRETCH = 0.1
"""With requests to spare campaigns are asked up to ten times as often: who begins with one
should not wait for an answer because it is a quarter of an hour old."""
SPARE = 0.25
"""Part of the budget up to which readings may become more frequent than they would be."""
LARGEST_STRETCH = 1000.0
KEPT = 0.8
"""Part of what is planned that the daily readings leave to the others, however many people were
ever written to. What more they need comes from what sends leave over."""
COLD = timedelta(hours=1)
"""From this interval on a feed is cold: an answer in it may wait, but not for ever."""
COLD_PLACE = 10
"""One place in so many belongs to the cold feeds, however late the others are."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Readings a second that feeds would like."""

    wanted: float
    floor: float
    """What of it cannot be stretched: the daily readings of the newest campaigns."""


def next_due(
    feed: Feed,
    *,
    poll: timedelta,
    follow: timedelta,
    stretch: float,
    now: datetime,
    newest: bool,
) -> tuple[FeedState, datetime]:
    """Say, after a reading, how warm a feed is kept and when it is read next.

    `newest`: some subscriber has no newer campaign than this one. A feed is read at least once
    after it was first found superseded: what came in until then is listed there. A retired one
    keeps its due instant, which means nothing.
    """
    interval = _interval(feed, poll=poll, follow=follow, now=now, newest=newest)
    if not feed.reference:
        return FeedState.LIVE, now + interval
    interval = max(interval * stretch, poll)
    if newest:
        return FeedState.LIVE, now + min(interval, DAILY)
    if feed.state is not FeedState.LIVE and _age(feed, now) >= min(follow, SUPERSEDED_LIFE):
        return FeedState.RETIRED, feed.due_at
    return FeedState.SUPERSEDED, now + interval


def demand(
    feeds: Iterable[tuple[Feed, bool]], *, poll: timedelta, follow: timedelta, now: datetime
) -> Demand:
    """Add up how often feeds would be read if there were no limit. With each: is it newest?"""
    wanted = floor = 0.0
    for feed, newest in feeds:
        interval = _interval(feed, poll=poll, follow=follow, now=now, newest=newest)
        wanted += 1 / interval.total_seconds()
        floor += newest / DAILY.total_seconds()
    return Demand(wanted, floor)


def stretch(demand: Demand, budget: float) -> float:
    """Give the factor for all intervals that keeps readings within `budget` a second.

    Above 1 every answer is found proportionally later, instead of some never. Below, where much
    of the budget is to spare, it is found sooner. Only the daily readings may exceed it.
    """
    room = budget * FILLED
    if demand.wanted <= room:
        spare = room * SPARE
        return min(1.0, max(SMALLEST_STRETCH, demand.wanted / spare)) if spare > 0 else 1.0
    left = max(room - demand.floor, room * KEPT)
    if left <= 0:
        return LARGEST_STRETCH
    return min(LARGEST_STRETCH, max(1.0, (demand.wanted - demand.floor) / left))


def order(feeds: Iterable[Feed], now: datetime) -> Sequence[Feed]:
    """Put due feeds into the order in which they are read: the latest for its interval first.

    Each tenth place is a cold feed's, so that none starves however many fresh ones there are
    (INV-25).
    """
    ranked = sorted(
        ((_lateness(feed, now), feed) for feed in feeds),
        key=lambda pair: (-pair[0], pair[1].due_at),
    )
    cold = deque(pair for pair in ranked if _waited(pair[1]) >= COLD)
    warm = deque(pair for pair in ranked if _waited(pair[1]) < COLD)
    ordered: list[Feed] = []
    while cold and warm:
        theirs = (len(ordered) + 1) % COLD_PLACE == 0
        first = cold if theirs or cold[0][0] > warm[0][0] else warm
        ordered.append(first.popleft()[1])
    return ordered + [feed for _, feed in (*cold, *warm)]


def _interval(
    feed: Feed, *, poll: timedelta, follow: timedelta, now: datetime, newest: bool
) -> timedelta:
    """Give how long a feed would wait if there were no limit."""
    if not feed.reference:
        return poll
    age = _age(feed, now)
    if newest and age >= follow:
        return DAILY
    return min(max(age * (SHARE_OF_AGE if newest else SHARE_SUPERSEDED), poll), LONGEST)


def _age(feed: Feed, now: datetime) -> timedelta:
    return max(now - feed.hot_at, timedelta(0))


def _waited(feed: Feed) -> timedelta:
    """Give the interval at whose end a feed is due, at least a second."""
    return max(feed.due_at - (feed.read_at or feed.opened_at), timedelta(seconds=1))


def _lateness(feed: Feed, now: datetime) -> float:
    return (now - feed.due_at) / _waited(feed)
