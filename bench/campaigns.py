"""How often Clever is asked for answers, and how late they are read: days of traffic in a loop.

The intervals, the stretch and the order are `bot.core.schedule`'s own; the traffic is invented.
Days before the first are not played, only what they left behind: campaigns of every age. A sample
of the people is played at the same part of the rate: only the ratio of the two stretches
intervals.
Requests take no time and never wait for each other, so what is said holds only while all of them
stay well below the rate; how much of it they use is told.
"""

from __future__ import annotations

import heapq
import random
import statistics
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta

from bot.app import READING_SHARE
from bot.core import schedule
from bot.core.messages import Feed, FeedState

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
POLL, FOLLOW = timedelta(seconds=5), timedelta(days=14)
"""As a new installation has them."""
DAY = 86_400.0
BEFORE, SETTLING = 14.0, 2.0
"""Days of which campaigns are left; days that are played and not looked at."""
ANSWERS = 240
"""Replies that are looked at, on from four and up to 14 days."""
ANSWERED = 0.5
"""Part of our messages that is answered (assumed)."""
SOONEST, LATEST = 15.0, 7 * DAY
"""Seconds until an answer: between these as often in each doubling (assumed: "about as 1/age")."""
TEN_DAYS = 10
"""Everybody who ever texts begins once in so many days, on average (assumed)."""
SAMPLE = 40
"""Replies a day that are played."""
MANY, PLAYS = 1_000, 4
"""From so many replies a day on, what is played is a small part: so often, with other people."""
SURVEY = timedelta(minutes=30)
"""Between two weighings of all feeds; the daemon's minute finds nothing else."""
A_DAY = 48
"""Surveys of a sample that are taken together: with all the people there each would be like it."""
NOBODY = -1
"""Texts when what is played ends."""
QUICK = 300.0
"""What is answered within so many seconds is a talk."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is asked: so many replies a day at so many requests a second."""

    replies: int
    rate: float


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it, for the whole traffic."""

    feeds: float
    """Campaigns that are followed."""
    wanted: float
    """Readings a second, were there no limit."""
    stretch: float
    readings: float
    """A second."""
    used: float
    """Part of the rate that readings and sends take together."""
    quick: float
    """Seconds until an answer of a talk is read, on average."""
    median: float
    """Of all answers."""
    mean: float
    unread: float
    """Part of the answers that was not read at the end."""


@dataclass(slots=True)
class _Answer:
    person: int
    after: float
    at: datetime


@dataclass(slots=True)
class _Played:
    """Some people, their campaigns and what they answer."""

    traffic: Traffic
    chance: random.Random
    feeds: dict[str, Feed] = field(default_factory=dict)
    newest: dict[int, str] = field(default_factory=dict)
    whose: dict[str, int] = field(default_factory=dict)
    unread: dict[str, list[_Answer]] = field(default_factory=dict)
    to_come: list[tuple[datetime, int, int, float]] = field(default_factory=list)
    """When what happens, to whom; the seconds that an answer took, 0 for a new talk."""
    delays: list[tuple[float, float]] = field(default_factory=list)
    """(seconds that the person took, seconds until it was read)"""
    serial: int = 0

    def expect(self, at: datetime, person: int, after: float) -> None:
        """Let somebody text then."""
        self.serial += 1
        heapq.heappush(self.to_come, (at, self.serial, person, after))

    def say(self, person: int, at: datetime) -> Feed:
        """A message of ours is a campaign, and the person's newest; perhaps they answer."""
        reference = str(len(self.whose))
        feed = Feed("clever", reference, {}, opened_at=at, due_at=at, hot_at=at)
        self.feeds[reference], self.whose[reference] = feed, person
        self.newest[person] = reference
        if self.chance.random() < ANSWERED:
            after = SOONEST * (LATEST / SOONEST) ** self.chance.random()
            self.expect(at + timedelta(seconds=after), person, after)
        return feed

    def is_newest(self, feed: Feed) -> bool:
        """Tell whether the person has no newer campaign."""
        return self.newest[self.whose[feed.reference]] == feed.reference

    def followed(self) -> Iterator[tuple[Feed, bool]]:
        """Yield all campaigns that are read, and whether they are somebody's newest."""
        return ((feed, self.is_newest(feed)) for feed in self.feeds.values())


def play(traffic: Traffic) -> Load:
    """Play the traffic with the schedule that the daemon has; gives the average of some plays."""
    loads = [_play(traffic, seed) for seed in range(PLAYS if traffic.replies >= MANY else 1)]
    names = [one.name for one in fields(Load)]
    return Load(*(statistics.fmean(getattr(load, name) for load in loads) for name in names))


def _play(traffic: Traffic, seed: int) -> Load:
    part = max(1.0, traffic.replies / SAMPLE)
    days = min(14.0, max(4.0, ANSWERS / (traffic.replies / part)))
    played = _Played(traffic, random.Random(seed))
    _remember(played, traffic.replies / part, SETTLING + days)
    budget = traffic.rate * READING_SHARE / part
    reader = _Reader(played, budget, steadied_by=A_DAY if part > 1 else 1)
    reader.until(BEGIN + timedelta(days=SETTLING))
    played.delays.clear()
    reader.readings, reader.stretches = 0, []
    end = BEGIN + timedelta(days=SETTLING + days)
    reader.until(end)
    return _summed(played, reader, part, days, end)


def _summed(played: _Played, reader: _Reader, part: float, days: float, end: datetime) -> Load:
    traffic = played.traffic
    waiting = [
        (one.after, (end - one.at).total_seconds())
        for all_ in played.unread.values()
        for one in all_
    ]
    readings = reader.readings / (days * DAY) * part
    delays = played.delays + waiting  # who waits yet has waited as long, at least
    return Load(
        feeds=len(played.feeds) * part,
        wanted=reader.demand.wanted * part,
        stretch=statistics.median(reader.stretches),
        readings=readings,
        used=(readings + traffic.replies / DAY) / traffic.rate,
        quick=statistics.fmean(took for after, took in delays if after <= QUICK),
        median=statistics.median(took for _, took in delays),
        mean=statistics.fmean(took for _, took in delays),
        unread=len(waiting) / len(delays),
    )


def _remember(played: _Played, replies: float, ahead: float) -> None:
    """Put everybody's last campaign there, and two weeks of talks, each read as it came."""
    beginnings = replies * (1 - ANSWERED)
    people = range(round(beginnings * TEN_DAYS))
    for person in people:
        played.say(person, BEGIN - timedelta(days=BEFORE + TEN_DAYS * played.chance.random()))
    played.to_come.clear()
    length = BEFORE + ahead
    for _ in range(round(beginnings * length)):
        at = BEGIN + timedelta(days=length * played.chance.random() - BEFORE)
        played.expect(at, played.chance.choice(people), 0.0)
    while played.to_come and played.to_come[0][0] < BEGIN:
        at, _, person, _ = heapq.heappop(played.to_come)
        played.say(person, at)
    for feed in list(played.feeds.values()):
        _cool(played, feed)


def _cool(played: _Played, feed: Feed) -> None:
    """Leave a campaign as it would be by now: somewhere between two readings, or retired."""
    newest = played.is_newest(feed)
    if not newest and BEGIN - feed.hot_at > schedule.SUPERSEDED_LIFE:
        del played.feeds[feed.reference]
        return
    state, due_at = _due(feed, 1.0, BEGIN, newest=newest)
    due_at = BEGIN + (due_at - BEGIN) * played.chance.random()
    played.feeds[feed.reference] = replace(feed, state=state, due_at=due_at)


def _due(feed: Feed, stretch: float, now: datetime, *, newest: bool) -> tuple[FeedState, datetime]:
    return schedule.next_due(
        feed, poll=POLL, follow=FOLLOW, stretch=stretch, now=now, newest=newest
    )


class _Reader:
    """Reads each campaign when it is due."""

    def __init__(self, played: _Played, budget: float, *, steadied_by: int) -> None:
        self._played = played
        self._budget = budget
        self._demands: deque[schedule.Demand] = deque(maxlen=steadied_by)
        self._due = [(feed.due_at, name) for name, feed in played.feeds.items()]
        heapq.heapify(self._due)
        self._surveyed: datetime | None = None
        self.demand = schedule.Demand(0.0, 0.0)
        self.stretch = 1.0
        self.stretches: list[float] = []
        self.readings = 0

    def until(self, end: datetime) -> None:
        """Let time pass: whoever is next texts, or is asked about."""
        to_come = self._played.to_come
        self._played.expect(end, NOBODY, 0.0)
        while (now := min(self._due[0][0], to_come[0][0])) < end:
            self._survey(now)
            if to_come[0][0] == now:
                self._happen(*heapq.heappop(to_come))
            else:
                self._read(self._played.feeds[heapq.heappop(self._due)[1]], now)

    def _survey(self, now: datetime) -> None:
        if self._surveyed is not None and now - self._surveyed < SURVEY:
            return
        self._surveyed = now
        followed = self._played.followed()
        found = schedule.demand(followed, poll=POLL, follow=FOLLOW, now=now)
        self._demands.append(found)
        wanted = statistics.fmean(one.wanted for one in self._demands)
        self.demand = schedule.Demand(wanted, found.floor)
        self.stretch = schedule.stretch(self.demand, self._budget)
        self.stretches.append(self.stretch)

    def _happen(self, at: datetime, _: int, person: int, after: float) -> None:
        """Let somebody text: an answer is listed by their newest campaign."""
        if person == NOBODY:
            return
        if after:
            unread = self._played.unread.setdefault(self._played.newest[person], [])
            unread.append(_Answer(person, after, at))
        else:
            self._say(person, at)

    def _say(self, person: int, now: datetime) -> None:
        feed = self._played.say(person, now)
        heapq.heappush(self._due, (feed.due_at, feed.reference))

    def _read(self, feed: Feed, now: datetime) -> None:
        self.readings += 1
        found = self._played.unread.pop(feed.reference, [])
        if found:
            feed = replace(feed, hot_at=now)
        state, due_at = _due(feed, self.stretch, now, newest=self._played.is_newest(feed))
        if state is FeedState.RETIRED:
            del self._played.feeds[feed.reference]
        else:
            self._played.feeds[feed.reference] = replace(feed, state=state, due_at=due_at)
            heapq.heappush(self._due, (due_at, feed.reference))
        for answer in found:
            took = (now - answer.at).total_seconds()
            self._played.delays.append((answer.after, took))
            self._say(answer.person, now)
