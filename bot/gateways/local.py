"""A gateway that leads nowhere: it takes everything, and whoever made it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.core.messages import Acceptance, Batch, Feed, Mail, Page, Search, Sent, Sighting, Unclear
from bot.core.skew import Skew
from bot.gateways import REFUSES
from bot.gateways.base import Condition, Traits
from bot.gateways.book import Book, NoBook
from bot.gateways.examiner import Examiner, NoExaminer


@dataclass(slots=True)
class Local:
    """Satisfies `Gateway`. Nothing leaves, nothing is listed."""

    name: str
    kind: str
    """Whose limits a text must keep."""
    clock: Clock
    taken: Callable[[str, str], None]
    """Told of each message: its number and text."""
    mailed: Callable[[Mail], None]
    traits: Traits = field(
        default=Traits(numbers_per_batch=1, pace=0.0, in_flight=1, campaigns=False, longest=1600)
    )
    skew: Skew = field(default_factory=Skew)
    condition: Condition = field(default_factory=Condition)
    learned: Mapping[str, Any] = field(default_factory=dict)
    book: Book = field(default_factory=NoBook)
    examiner: Examiner = field(default_factory=NoExaminer)

    def refuses(self, text: str) -> str:
        """Say what the vendor's gateway says."""
        return REFUSES[self.kind](text)

    async def fetch(self, feed: Feed) -> Page:
        """List nothing."""
        return Page((), feed.cursor, self.clock.now())

    async def send(self, batch: Batch) -> Acceptance:
        """Take everything."""
        for number in batch.numbers:
            self.taken(number, batch.text)
        return Acceptance(f"local{batch.id}")

    async def mail(self, mail: Mail) -> str:
        """Take everything."""
        self.mailed(mail)
        return ""

    async def receipts(self, sent: Sequence[Sent]) -> Sequence[Sighting]:
        """Know of no receipt."""
        del sent
        return ()

    async def messages(self, since: datetime) -> Sequence[Sighting]:
        """List nothing."""
        del since
        return ()

    async def search(self, unclear: Sequence[Unclear], since: datetime | None = None) -> Search:
        """Find nothing: nothing was ever unclear."""
        del unclear, since
        return Search(self.clock.now(), (), {}, {}, self.skew)

    async def watch(self) -> Mapping[str, float | str]:
        """Have no account to look at."""
        return {}
