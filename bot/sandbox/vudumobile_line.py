"""VuduMobile's line: every text and message that its feed lists, and how messages leave."""

from bisect import bisect_left, insort
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from bot.sandbox.faults import Fault
from bot.sandbox.phones import Accepted, Bubble, Phone
from bot.sandbox.rows import NEVER, Row, apply_births
from bot.sandbox.segments import measure
from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.world import Request, World

NAME = "vudumobile"
SIMPLE = {"delivered": "delivered", "failed": "failed", "sent": "sent", "queued": "queued"}
Send = Callable[[str, str, Request | None], Bubble]
"""Number, text and the request that asked for it (None: a person on the site) to its message."""


class Line:
    """Rows by their second; a message has the id of its row."""

    def __init__(self, world: World, account: VuduMobileAccount) -> None:
        self._world = world
        self._account = account
        self.restart()

    def restart(self) -> None:
        """Nothing was ever texted or sent."""
        self._rows: list[Row] = []
        self._ids = count(1)
        self._last_id = 0

    def text(self, phone: Phone, text: str, at: datetime) -> Bubble:
        """The owner of a phone texts our number."""
        births = self._world.faults.draw("birth", NAME, "text", (phone.number,))
        segments = measure(text)
        bubble = self._world.bubble("mo", text, segments, origin="phone", at=at)
        reused = any(fault.kind.name == "id_reused" for fault in births)
        row = self._new_row("mo", phone.number, text, at, reuse=reused)
        row.parts = segments.count
        self._list(row, bubble, births)
        self._world.show(phone, bubble)
        return bubble

    def accept(
        self,
        number: str,
        text: str,
        origin: str,
        births: list[Fault],
        *,
        listed: bool = True,
        kind: str = "sms",
    ) -> Bubble:
        """Take a message on and carry it; unless `listed` the feed never has it."""
        phone, segments = self._world.phones(NAME, number), measure(text)
        bubble = self._world.bubble("mt", text, segments, origin=origin)
        bubble.sender, bubble.kind = self._account.our_number, kind
        row = self._new_row("mt", phone.number, text, bubble.time)
        row.parts, row.bubble = segments.count, bubble
        self._list(row, bubble, births)
        if not listed:
            row.visible_from = NEVER
        self._world.carry(phone, bubble)
        return bubble

    def send(self, number: str, text: str, request: Request | None) -> Bubble:
        """A message of a broadcast: as accepted, and in the ledger where a request asked."""
        bubble = self.accept(number, text, "api" if request else "operator", [])
        if request is not None:
            self.note(number, text, bubble, request)
        return bubble

    def note(self, number: str, text: str, bubble: Bubble, request: Request) -> None:
        """Into the ledger."""
        self._world.ledger.append(Accepted(NAME, number, text, bubble.time, bubble.id, request.id))

    def listed(self, direction: str, since: datetime | None) -> list[Row]:
        """The rows that the feed has now, a row as often as it is repeated."""
        start, now = 0, self._world.clock.monotonic()
        if since is not None:
            if self._account.exclusive:
                since += timedelta(seconds=1)
            start = bisect_left(self._rows, since.timestamp(), key=_when)
        rows = [
            row
            for row in self._rows[start:]
            if row.visible_from <= now and direction in {row.direction, "both"}
        ]
        return rows + [row for row in rows if row.copies > 1]

    def status(self, bubble: Bubble) -> str:
        """What the account calls the state of a message."""
        detailed = self._account.detailed_statuses and bubble.code
        return bubble.code if detailed else SIMPLE[bubble.state]

    def _new_row(
        self, direction: str, number: str, text: str, at: datetime, *, reuse: bool = False
    ) -> Row:
        if not (reuse and self._last_id):
            self._last_id = next(self._ids)
        local = at + timedelta(seconds=self._account.skew)
        return Row(self._last_id, direction, number, text, local)

    def _list(self, row: Row, bubble: Bubble, births: list[Fault]) -> None:
        now = self._world.clock.monotonic()
        row.visible_from = now + self._account.feed_lag if self._account.feed_lag else 0.0
        if self._account.echo == "trimmed":
            row.text = row.text.strip()
        apply_births(row, births, now)
        bubble.id = str(row.id)
        insort(self._rows, row, key=_when)


def _when(row: Row) -> float:
    return row.stamp
