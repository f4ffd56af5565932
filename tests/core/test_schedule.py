"""Which feed is read when: intervals that grow with age, within a budget (INV-25)."""

import heapq
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, strategies as st

from bot.core.messages import Feed, FeedState
from bot.core.schedule import (
    COLD,
    COLD_PLACE,
    DAILY,
    LARGEST_STRETCH,
    LONGEST,
    Demand,
    demand,
    next_due,
    order,
    stretch,
)

BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
POLL, FOLLOW = timedelta(seconds=5), timedelta(days=14)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
LIVE, SUPERSEDED, RETIRED = FeedState


def feed(reference: str = "Push20260302130000", **other) -> Feed:
    begun = Feed("clever", reference, {}, opened_at=BEGIN, due_at=BEGIN, hot_at=BEGIN)
    return replace(begun, **other)


def due(one: Feed, age: timedelta, *, newest: bool = True, factor: float = 1.0):
    """What follows a reading at this age: the state, and how long until the next."""
    now = BEGIN + age
    state, at = next_due(one, poll=POLL, follow=FOLLOW, stretch=factor, now=now, newest=newest)
    return state, at - now


@pytest.mark.parametrize(
    ("age", "interval"),
    [
        pytest.param(SECOND, POLL, id="fresh: never more often than `poll`"),
        pytest.param(25 * SECOND, POLL, id="25 s: a fifth of the age is `poll`"),
        pytest.param(MINUTE, 12 * SECOND, id="a minute"),
        pytest.param(HOUR, 12 * MINUTE, id="an hour"),
        pytest.param(10 * HOUR, 2 * HOUR, id="ten hours"),
        pytest.param(5 * DAY, 12 * HOUR, id="five days: twice a day"),
        pytest.param(FOLLOW, DAILY, id="beyond `follow`: once a day"),
        pytest.param(400 * DAY, DAILY, id="a year later: still once a day"),
        pytest.param(-MINUTE, POLL, id="our clock went back"),
    ],
)
def test_a_subscriber_s_newest_campaign_cools_but_is_never_retired(age, interval):
    assert due(feed(), age) == (LIVE, interval)


@pytest.mark.parametrize(
    ("before", "age", "expected"),
    [
        pytest.param(LIVE, SECOND, (SUPERSEDED, POLL), id="fresh"),
        pytest.param(LIVE, HOUR, (SUPERSEDED, HOUR), id="an hour: cools five times as fast"),
        pytest.param(SUPERSEDED, 20 * HOUR, (SUPERSEDED, LONGEST), id="twenty hours"),
        pytest.param(SUPERSEDED, 48 * HOUR - SECOND, (SUPERSEDED, LONGEST), id="not yet two days"),
        pytest.param(LIVE, 9 * DAY, (SUPERSEDED, LONGEST), id="just found superseded: once more"),
    ],
)
def test_a_superseded_campaign_cools_faster(before, age, expected):
    assert due(feed(state=before), age, newest=False) == expected


@pytest.mark.parametrize("age", [48 * HOUR, 9 * DAY], ids=["after two days", "long after"])
def test_a_superseded_campaign_is_retired(age):
    assert due(feed(state=SUPERSEDED), age, newest=False)[0] is RETIRED


def test_a_short_follow_also_shortens_the_life_of_the_superseded():
    state, _ = next_due(
        feed(state=SUPERSEDED),
        poll=POLL,
        follow=HOUR,
        stretch=1.0,
        now=BEGIN + HOUR,
        newest=False,
    )
    assert state is RETIRED


def test_a_text_that_is_found_makes_a_campaign_fresh_again():
    assert due(feed(hot_at=BEGIN + 9 * DAY), 9 * DAY + MINUTE) == (LIVE, 12 * SECOND)


def test_a_superseded_campaign_may_become_the_newest_again():
    assert due(feed(state=SUPERSEDED), HOUR) == (LIVE, 12 * MINUTE)


@pytest.mark.parametrize("age", [SECOND, 400 * DAY], ids=["new", "old"])
@pytest.mark.parametrize("newest", [True, False])
def test_the_only_feed_of_a_gateway_is_read_at_every_poll(age, newest):
    only = feed(reference="")
    assert due(only, age, newest=newest, factor=9.0) == (LIVE, POLL)


@pytest.mark.parametrize(
    ("age", "newest", "factor", "interval"),
    [
        pytest.param(SECOND, True, 3.0, 3 * POLL, id="fresh ones, too"),
        pytest.param(HOUR, True, 3.0, 36 * MINUTE, id="each interval grows alike"),
        pytest.param(5 * DAY, True, 3.0, DAILY, id="but the newest are read daily"),
        pytest.param(20 * HOUR, False, 3.0, 3 * LONGEST, id="the superseded are not"),
        pytest.param(HOUR, True, 0.5, 6 * MINUTE, id="with much to spare it shrinks"),
        pytest.param(SECOND, True, 0.1, POLL, id="but never below a poll"),
    ],
)
def test_beyond_the_budget_every_interval_is_stretched(age, newest, factor, interval):
    assert due(feed(), age, newest=newest, factor=factor)[1] == interval


@pytest.mark.parametrize(
    ("wanted", "floor", "budget", "expected"),
    [
        pytest.param(0.0, 0.0, 2.0, 0.1, id="nothing to read"),
        pytest.param(0.225, 0.0, 2.0, 0.5, id="an eighth of the budget"),
        pytest.param(0.45, 0.0, 2.0, 1.0, id="a quarter of it"),
        pytest.param(1.8, 0.5, 2.0, 1.0, id="just enough, and a tenth to spare"),
        pytest.param(3.6, 0.0, 2.0, 2.0, id="twice too much"),
        pytest.param(3.3, 0.3, 2.0, 2.0, id="what is daily cannot be stretched"),
        pytest.param(4.8, 1.92, 2.0, 2.0, id="it leaves four fifths to the others"),
        pytest.param(9.0, 8.5, 2.0, 1.0, id="though it alone is too much"),
        pytest.param(4.0, 0.0, 0.0, LARGEST_STRETCH, id="no budget at all"),
    ],
)
def test_stretch(wanted, floor, budget, expected):
    assert stretch(Demand(wanted, floor), budget) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("one", "age", "newest", "wanted", "floor"),
    [
        pytest.param(feed(), HOUR, True, 1 / 720, 1 / 86400, id="a subscriber's newest"),
        pytest.param(feed(), HOUR, False, 1 / 3600, 0, id="a superseded one"),
        pytest.param(feed(), 400 * DAY, True, 1 / 86400, 1 / 86400, id="a newest, long ago"),
        pytest.param(feed(""), HOUR, True, 1 / 5, 1 / 86400, id="a gateway's only feed"),
    ],
)
def test_demand(one, age, newest, wanted, floor):
    for times in (1, 2):
        found = demand([(one, newest)] * times, poll=POLL, follow=FOLLOW, now=BEGIN + age)
        assert found.wanted == pytest.approx(times * wanted)
        assert found.floor == pytest.approx(times * floor)


AGES = st.timedeltas(timedelta(0), 20 * DAY)


@given(st.lists(st.tuples(AGES, st.booleans()), min_size=1, max_size=60), st.floats(1e-3, 2.0))
def test_stretched_intervals_keep_to_the_budget(feeds, budget):
    now = BEGIN + 20 * DAY
    followed = [(feed(hot_at=now - age), newest) for age, newest in feeds]
    wanted = demand(followed, poll=POLL, follow=FOLLOW, now=now)
    factor = stretch(wanted, budget)
    asked = 0.0
    for one, newest in followed:
        _, at = next_due(one, poll=POLL, follow=FOLLOW, stretch=factor, now=now, newest=newest)
        asked += 1 / (at - now).total_seconds()
    assert asked <= (budget + wanted.floor) * 1.001 + len(feeds) / LARGEST_STRETCH


def test_order_is_by_lateness_for_the_interval():
    now = BEGIN + HOUR
    late = {
        "5 s feed, 10 s late": (5, 10),
        "minute feed, 3 minutes late": (60, 180),
        "half-day feed, 2 days late": (43200, 172800),
        "half-day feed, an hour late": (43200, 3600),
    }
    feeds = [
        feed(
            name,
            due_at=now - timedelta(seconds=by),
            read_at=now - timedelta(seconds=by + interval),
        )
        for name, (interval, by) in late.items()
    ]
    assert [one.reference for one in order(feeds, now)] == [
        "half-day feed, 2 days late",
        "minute feed, 3 minutes late",
        "5 s feed, 10 s late",
        "half-day feed, an hour late",
    ]


def test_one_place_in_ten_is_a_cold_feed_s():
    now = BEGIN + DAY
    warm = [
        feed(f"warm {n}", due_at=now - MINUTE, read_at=now - MINUTE - POLL) for n in range(100)
    ]
    cold = [feed(f"cold {n}", due_at=now - MINUTE, read_at=now - MINUTE - COLD) for n in range(20)]
    ordered = [one.reference for one in order([*cold, *warm], now)]
    cold_places = [place for place, name in enumerate(ordered[:100], 1) if "cold" in name]
    assert cold_places == list(range(COLD_PLACE, 101, COLD_PLACE))
    assert sorted(ordered) == sorted(one.reference for one in [*warm, *cold])


def test_a_feed_that_was_never_read_is_read():
    assert order([feed(read_at=None)], BEGIN) == [feed(read_at=None)]
    assert order([], BEGIN) == []


# Fourteen days of it.


@dataclass
class Fortnight:
    """Conversations of four replies, a minute apart: of four campaigns three are superseded."""

    budget: float
    a_day: int = 1000
    days: int = 14
    survey: timedelta = DAY
    """How often all feeds are weighed against the budget."""
    reads: dict[str, int] = field(default_factory=dict)
    longest: timedelta = timedelta(0)
    """Between two readings of a subscriber's newest campaign."""
    latest: timedelta = timedelta(0)
    """Past its due instant that a campaign was read."""
    factor: float = 1.0
    largest_factor: float = 1.0

    def __post_init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.newest: set[str] = set()
        self.queue: list[tuple[datetime, int, str]] = []
        self.turn = count()

    def play(self) -> None:
        every = DAY * 4 / self.a_day
        opening = sorted(
            (BEGIN + n * every + reply * MINUTE, n, reply)
            for n in range(self.days * self.a_day // 4)
            for reply in range(4)
        )
        opening.reverse()
        now, credit, weighed = BEGIN, 0.0, BEGIN
        while now < BEGIN + self.days * DAY:
            while opening and opening[-1][0] <= now:
                self.open(*opening.pop())
            if now >= weighed:
                weighed = now + self.survey
                self.weigh(now)
            credit = min(credit + self.budget * POLL.total_seconds(), 10.0)
            credit -= self.read(now, int(credit))
            now += POLL

    def open(self, at: datetime, conversation: int, reply: int) -> None:
        name = f"{conversation}/{reply}"
        self.newest.discard(f"{conversation}/{reply - 1}")
        self.newest.add(name)
        self.feeds[name] = feed(name, opened_at=at, hot_at=at, due_at=at + POLL)
        self.await_(name)

    def await_(self, name: str) -> None:
        heapq.heappush(self.queue, (self.feeds[name].due_at, next(self.turn), name))

    def weigh(self, now: datetime) -> None:
        followed = [(one, one.reference in self.newest) for one in self.feeds.values()]
        wanted = demand(followed, poll=POLL, follow=FOLLOW, now=now)
        self.factor = stretch(wanted, self.budget)
        self.largest_factor = max(self.largest_factor, self.factor)

    def read(self, now: datetime, most: int) -> int:
        """Read what is due, as much as the budget has room for."""
        waiting = []
        while self.queue and self.queue[0][0] <= now:
            waiting.append(self.feeds[heapq.heappop(self.queue)[2]])
        ordered = order(waiting, now) if len(waiting) > 1 else waiting
        for one in ordered[:most]:
            self.read_one(one, now)
        for one in ordered[most:]:
            self.await_(one.reference)
        return min(most, len(waiting))

    def read_one(self, one: Feed, now: datetime) -> None:
        name, newest = one.reference, one.reference in self.newest
        self.reads[name] = self.reads.get(name, 0) + 1
        self.latest = max(self.latest, now - one.due_at)
        if newest:
            self.longest = max(self.longest, now - (one.read_at or one.opened_at))
        state, at = next_due(
            one, poll=POLL, follow=FOLLOW, stretch=self.factor, now=now, newest=newest
        )
        if state is RETIRED:
            del self.feeds[name]
        else:
            self.feeds[name] = replace(one, state=state, due_at=at, read_at=now)
            self.await_(name)

    @property
    def rate(self) -> float:
        return sum(self.reads.values()) / (self.days * DAY).total_seconds()


def test_a_thousand_replies_a_day_need_a_quarter_of_two_requests_a_second():
    fortnight = Fortnight(budget=2.0)
    fortnight.play()
    assert len(fortnight.reads) == 14_000
    assert fortnight.rate < 0.5
    assert fortnight.largest_factor == 1.0
    assert fortnight.latest <= POLL
    assert fortnight.longest <= LONGEST + POLL


def test_too_small_a_budget_makes_all_later_and_starves_none():
    crowded = Fortnight(budget=0.015, a_day=100, days=4, survey=MINUTE)
    crowded.play()
    assert crowded.largest_factor > 2
    assert crowded.rate <= 0.015
    assert len(crowded.reads) == 400
    assert crowded.latest < 3 * HOUR
    assert crowded.longest < DAILY * 1.1


@pytest.mark.parametrize(
    ("superseded_at", "reads"),
    [
        pytest.param(None, 78, id="the study's 78 for the newest"),
        pytest.param(MINUTE, 24, id="the study's 26 for the superseded"),
    ],
)
def test_readings_of_one_campaign_in_fourteen_days(superseded_at, reads):
    one, now, done = feed(), BEGIN, 0
    while now < BEGIN + FOLLOW:
        newest = superseded_at is None or now < BEGIN + superseded_at
        state, at = next_due(one, poll=POLL, follow=FOLLOW, stretch=1.0, now=now, newest=newest)
        done += 1
        if state is RETIRED:
            break
        one, now = replace(one, state=state), at
    assert done == pytest.approx(reads, abs=3)
