"""Puts what people text us into the inbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import metrics
from bot.core import schedule
from bot.core.messages import Feed, Listed, Page
from bot.gateways.base import AccountHeld, GatewayError, Rejected, Throttled, Unreachable
from bot.log import logger
from bot.services.account import Account
from bot.storage import feeds, inbox
from bot.storage.feeds import Followed

LOG = logger(__name__)
AT_ONCE = 20
"""Feeds looked at in one tick; the rest stays due. At two requests a second they are read within
ten seconds: no campaign that begins meanwhile waits longer to be thought of."""
SURVEY_SECONDS = 60.0
"""How often the whole load of a gateway's feeds is weighed against its rate."""
NO_LANGUAGES: Mapping[str, Mapping[str, str]] = {}
SET_BACK = timedelta(seconds=2)
"""A feed that was read further in the future tells of a clock that was set; less is no harm."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a gateway's feeds are to be read."""

    poll: timedelta
    """Of the only feed; of a fresh campaign."""
    follow: timedelta
    """How long a campaign's answers are read."""
    budget: float
    """Requests a second that reading may use, on the whole."""
    every: timedelta
    """How often `tick` is called. What falls due before the next call is read now."""
    adopted: Collection[str] = ("",)
    """Feeds that are not ours from the start: the account's own, campaigns begun elsewhere."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """What a feed listed last, all of which is in the inbox."""

    texts: Sequence[Listed]
    marks: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, page: Page) -> _Stored:
        return cls(page.texts, frozenset((text.key, text.fingerprint) for text in page.texts))


NOTHING = _Stored((), frozenset())


class Poller:
    """Reads the feeds of one gateway that are due. `wake` is called when new texts are stored."""

    def __init__(
        self,
        account: Account,
        reading: Reading,
        wake: Callable[[], None],
        languages: Mapping[str, Mapping[str, str]] = NO_LANGUAGES,
    ) -> None:
        """`languages` of contacts, by gateway: another instance may decide, and knows none."""
        self._languages = languages
        self._account = account
        self._reading = reading
        self._wake = wake
        self._stored: dict[str, _Stored] = {}
        self._stretch = 1.0
        self._surveyed_at: float | None = None

    async def begin(self) -> None:
        """Know the feeds that were there before us."""
        async with self._account.database.write() as connection:
            await feeds.ensure(
                connection,
                self._account.name,
                self._reading.adopted,
                self._account.clock.now(),
                adopted=True,
            )

    async def tick(self) -> int:
        """Read the feeds that are due; say how many new texts were stored."""
        await self._survey()
        now = self._account.clock.now()
        reads_from = self._account.gateway.condition.reads_from
        if reads_from is not None and reads_from > now:
            return 0
        nearly = now + self._reading.every / 2
        async with self._account.database.read() as connection:
            due = await feeds.due(connection, self._account.name, nearly, AT_ONCE)
        new = 0
        newest = {one.feed.reference: one.newest for one in due}
        for feed in schedule.order([one.feed for one in due], now):
            followed = Followed(feed, newest[feed.reference])
            try:
                page = await self._account.gateway.fetch(feed)
            except (AccountHeld, Throttled, Unreachable) as error:
                self._report(error)  # it concerns the account: the other feeds would fare alike
                return new
            except GatewayError as error:
                # What refuses one campaign says nothing of the account.
                self._report(error, trouble=not (feed.reference and isinstance(error, Rejected)))
                await self._put_off(followed)
            else:
                new += await self._store(followed, page)
                self._account.trouble = ""
                self._account.heard_at = self._account.clock.monotonic()
        self._account.reached |= bool(due) and not self._account.trouble
        return new

    async def _put_off(self, followed: Followed) -> None:
        """Ask a feed that fails again when a reading of it would be due, and no other later."""
        async with self._account.database.write() as connection:
            await feeds.move(connection, self._due_again(followed.feed, newest=followed.newest))

    async def _store(self, followed: Followed, page: Page) -> int:
        """Write a page down: texts, cursor and coverage in one transaction."""
        feed, database = followed.feed, self._account.database
        before = self._stored.get(feed.reference, NOTHING)
        known = before if page.texts is before.texts else _Stored.of(page)
        unknown = [
            text
            for text in (page.texts if known is not before else ())
            if (text.key, text.fingerprint) not in before.marks
        ]
        now = self._account.clock.now()
        # Nobody else reads this feed; what it lists is new to all.
        async with database.write_beside() as connection:
            received = inbox.Received()
            if unknown:
                received = await inbox.receive(
                    connection,
                    feed.gateway,
                    self._known(unknown),
                    listed=frozenset(text.key for text in page.texts),
                    history=feed.adopted and feed.read_at is None,
                    now=now,
                )
            await feeds.move(connection, self._moved(followed, page, found=received.new > 0))
        # A renumbered row is not stored: it is looked at again for as long as it is listed.
        self._stored[feed.reference] = NOTHING if received.renumbered else known
        self._tell(feed, page, received)
        return received.new

    def _known(self, texts: Sequence[Listed]) -> Sequence[Listed]:
        """Give them the languages of their contacts along."""
        known = self._languages.get(self._account.name)
        if not known:
            return texts
        return [replace(text, contact=known.get(text.number, "")) for text in texts]

    def _moved(self, followed: Followed, page: Page, *, found: bool) -> Feed:
        hot_at = self._account.clock.now() if found else followed.feed.hot_at
        read = replace(followed.feed, cursor=page.cursor, read_at=page.read_at, hot_at=hot_at)
        return self._due_again(read, newest=followed.newest)

    def _due_again(self, feed: Feed, *, newest: bool) -> Feed:
        state, due_at = schedule.next_due(
            feed,
            poll=self._reading.poll,
            follow=self._reading.follow,
            stretch=self._stretch,
            now=self._account.clock.now(),
            newest=newest,
        )
        return replace(feed, state=state, due_at=due_at)

    async def _survey(self) -> None:
        """Weigh all feeds against the rate: beyond it every interval grows alike (INV-25)."""
        moment = self._account.clock.monotonic()
        if self._surveyed_at is not None and moment - self._surveyed_at < SURVEY_SECONDS:
            return
        self._surveyed_at = moment
        async with self._account.database.read() as connection:
            followed = await feeds.followed(connection, self._account.name)
        await self._set_back(followed)
        self._stretch = schedule.stretch(
            schedule.demand(
                [(one.feed, one.newest) for one in followed],
                poll=self._reading.poll,
                follow=self._reading.follow,
                now=self._account.clock.now(),
            ),
            self._reading.budget,
        )
        metrics.FEEDS.labels(self._account.name).set(len(followed))
        metrics.FEEDS_STRETCH.labels(self._account.name).set(self._stretch)
        alive = {one.feed.reference for one in followed}
        self._stored = {name: was for name, was in self._stored.items() if name in alive}

    async def _set_back(self, followed: Sequence[Followed]) -> None:
        """Go on at once when the machine's clock was set back: what was read will be read again.

        Until it had come round, nothing would be due (INV-39).
        """
        now = self._account.clock.now()
        ahead = max((one.feed.read_at or now for one in followed), default=now) - now
        if ahead <= SET_BACK:
            return
        LOG.warning(
            "This machine's clock was set back",
            action="poll.clock_set_back",
            gateway=self._account.name,
            seconds=ahead.total_seconds(),
        )
        async with self._account.database.write() as connection:
            await feeds.set_back(connection, self._account.name, ahead)

    def _report(self, error: GatewayError, *, trouble: bool = True) -> None:
        """Tell once what is wrong; the figures count every failure."""
        metrics.GATEWAY_ERRORS.labels(self._account.name, type(error).__name__).inc()
        if self._account.trouble:
            return
        if trouble:
            self._account.trouble = error.reason
        LOG.warning(
            "A feed could not be read; it is tried again",
            action="poll.failed",
            gateway=self._account.name,
            error=type(error).__name__,
            reason=error.reason,
        )

    def _tell(self, feed: Feed, page: Page, received: inbox.Received) -> None:
        if received.new:
            metrics.TEXTS_RECEIVED.labels(feed.gateway).inc(received.new)
            LOG.info(
                "Texts came in",
                action="poll.received",
                gateway=feed.gateway,
                reference=feed.reference,
                texts=received.new,
                history=feed.adopted and feed.read_at is None,
            )
            self._wake()
        if page.gap or page.unreadable or received.renumbered or received.reused:
            LOG.warning(
                "A feed lists what it should not",
                action="poll.odd",
                gateway=feed.gateway,
                gap=[moment.isoformat() for moment in page.gap] if page.gap else None,
                unreadable=page.unreadable,
                renumbered=received.renumbered,
                reused=received.reused,
            )
