"""What must hold at every moment of a run, and at its end. Reads the file, never the process."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.core.messages import OPEN, TRANSITIONS, Status
from bot.gateways.http import Request
from bot.sandbox import Accepted, Sandbox
from tests.outside.judge import Row, compare, replies
from tests.simulation.loop import Life
from tests.simulation.plan import QUIET, Plan
from tests.simulation.server import Server

APART = 0.8
"""Seconds between two pushes as the vendor sees them: we keep 1.2 apart, and neither travels as
long as the other."""
UNTOLD = "'charged': None"
"""In the verdict of a Clever message that was given up: its campaign was not found, and the credit
told nothing, as where two were unclear at once. That is undecidable, and the README says so."""
FINAL = {"handled", "ignored", "parked"}
TO_THE_OPTED_OUT = {"opt_out", "help"}
NEVER_LEAVES = {"suppressed", "cancelled", "lapsed", "failed"}
LEDGER = "SELECT id, gateway, conversation, number, text, status, message_class, fence FROM outbox"
FEEDS = "SELECT gateway, reference, cursor, read_at, due_at FROM feeds"
LISTED_WITHIN = 5.0
UNDER_WAY = {"sending", "unconfirmed"}


@dataclass
class Watcher:
    """Complaints, each beginning with the invariant that does not hold."""

    path: Path
    sandbox: Sandbox
    plan: Plan
    server: Server | None = None
    """Where several instances share the store."""
    complaints: list[str] = field(default_factory=list)
    _seen: dict[int, tuple[str, int]] = field(default_factory=dict)
    _life: str = ""
    _first_sent: dict[str, float] = field(default_factory=dict)
    _handled: dict[int, int] = field(default_factory=dict)
    _read: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)
    _begun_in: dict[int, str] = field(default_factory=dict)
    _posts: list[float] = field(default_factory=list)
    _judged: int = 0
    _reader: sqlite3.Connection | None = None

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """What is committed."""
        if self._reader is None:
            if not self.path.exists():
                return []
            self._reader = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
            self._reader.row_factory = sqlite3.Row
        return self._reader.execute(query, values).fetchall()

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def complain(self, what: str) -> None:
        if what not in self.complaints:
            self.complaints.append(what)

    def committed(self, life: Life) -> None:
        """A process has committed."""
        rows = self.rows(LEDGER)
        for row in rows:
            self._moved(row, life)
        if self.server is not None:
            self._moved_on(life)
            self._decided(life)
        flying = Counter(row["conversation"] for row in rows if row["status"] in UNDER_WAY)
        for conversation, count in flying.items():
            if count > 1:
                self.complain(f"INV-22: {count} unclear sends of {conversation}")

    def _moved(self, row: sqlite3.Row, life: Life) -> None:
        number, status = row["id"], row["status"]
        before, _ = self._seen.get(number, ("", 0))
        self._seen[number] = status, row["fence"]
        if status == "sending" and before != "sending":
            self._begun_in[number] = life.name
        if not before or before == status:
            return
        if UNDER_WAY & {before, status}:
            self._expect(row["gateway"], life, f"message {number} went to {status}")
        if Status(status) not in TRANSITIONS[Status(before)]:
            self.complain(f"TRANSITIONS: message {number} went from {before} to {status}")
        if (before, status) == ("sending", "queued") and self._begun_in[number] != life.name:
            self.complain(f"INV-5: message {number} was sending in another life, and is queued")

    def _decided(self, life: Life) -> None:
        for row in self.rows("SELECT id, handled_at FROM inbox WHERE handled_at IS NOT NULL"):
            if self._handled.setdefault(row["id"], row["handled_at"]) != row["handled_at"]:
                self.complain(f"INV-2: text {row['id']} was decided again, by {life.name}")

    def _moved_on(self, life: Life) -> None:
        """Look at how far feeds were read."""
        for row in self.rows(FEEDS):
            gateway, reference, *read = row
            before = self._read.get((gateway, reference), ())
            self._read[gateway, reference] = tuple(read)
            if before and before != tuple(read):
                self._expect(gateway, life, f"feed {reference or gateway} moved on")

    def _expect(self, gateway: str, life: Life, what: str) -> None:
        """Complain of what is done under a lease by who does not hold it."""
        if self.server is not None:
            holder = self.server.leases[gateway].holder
            if holder != life.machine:
                self.complain(f"INV-23: {what} by {life.name}, and {holder} has {gateway} in hand")

    def left(self, gateway: str, machine: str, now: float) -> None:
        """A request leaves a machine: nobody else may have the account by now."""
        lease = self.server.leases[gateway] if self.server is not None else None
        if lease is not None and (lease.holder != machine or lease.until <= now):
            self.complain(f"INV-23: {machine} asks {gateway} without its lease")

    def asked(self, gateway: str, operation: str, now: float) -> None:
        """A vendor has a request before it."""
        if operation in {"send", "pushs"}:
            self._first_sent.setdefault(gateway, now)
        if gateway == "clever" and operation == "pushs":
            if self._posts and now - self._posts[-1] < APART:
                self.complain(f"INV-24: two pushes within {now - self._posts[-1]:.2f} s")
            self._posts.append(now)

    def sent(self, gateway: str, request: Request) -> None:
        """A request that sends has left."""
        sending = self.rows(LEDGER + " WHERE gateway = ? AND status = 'sending'", gateway)
        if not sending:
            self.complain(f"INV-3: a message left {gateway} and no row says that it is sending")
        out = {
            row["number"] for row in self.rows("SELECT number FROM subscribers WHERE opted_out")
        }
        for row in sending:
            if row["number"] in out and row["message_class"] not in TO_THE_OPTED_OUT:
                self._after_stop(row)

    def _after_stop(self, row: sqlite3.Row) -> None:
        # What was on its way before the STOP was decided may arrive after it.
        decided = self.rows(
            "SELECT id FROM outbox WHERE number = ? AND message_class = 'opt_out'", row["number"]
        )
        if any(row["id"] > one["id"] for one in decided):
            self.complain(f"INV-12: message {row['id']} leaves after the opt-out of its number")

    def accepted(self) -> None:
        """Look at what the vendors took since the last look."""
        for line in self.sandbox.ledger[self._judged :]:
            self._judged += 1
            self._taken(line)

    def _taken(self, line: Accepted) -> None:
        same = [
            one
            for one in self.sandbox.ledger[: self._judged]
            if (one.gateway, one.number, one.text) == (line.gateway, line.number, line.text)
        ]
        wanted = self._wanted(line)
        if len(same) > wanted:
            self.complain(
                f"INV-4: {line.gateway} took {line.text!r} to {line.number} {len(same)} times"
            )
        if line.text == "Echo before":
            self.complain("INV-10: what was texted before the first start was answered")

    def _wanted(self, line: Accepted) -> int:
        return 1 if line.text.startswith("Echo") else 2

    def end(self) -> None:
        """Nothing fails any more, and everything had the time to come to rest."""
        self.accepted()
        self._texts()
        self._messages()
        self._phones()

    def _texts(self) -> None:
        found = self.rows("SELECT * FROM inbox WHERE NOT history")
        for row in found:
            if row["status"] not in FINAL:
                self.complain(f"INV-2: text {row['id']} is {row['status']}")
            if row["status"] == "parked":
                self.complain(f"INV-2: text {row['id']} was parked: {row['reason']}")
        known = Counter((row["gateway"], row["number"], row["text"].strip()) for row in found)
        wanted = Counter((one.gateway, one.number, one.text) for one in self.plan.texts)
        if missing := wanted - known:
            self.complain(f"INV-1: never read: {sorted(missing)}")
        if surplus := known - wanted:
            self.complain(f"INV-26: read twice: {sorted(surplus)}")

    def _messages(self) -> None:
        for row in self.rows("SELECT * FROM outbox"):
            if Status(row["status"]) in OPEN:
                self.complain(f"INV-14: message {row['id']} is still {row['status']}")
            if row["status"] == "abandoned" and not row["verdict"]:
                self.complain(f"INV-14: message {row['id']} was given up without a verdict")
            if row["status"] in NEVER_LEAVES and row["text"] in self._arrived(row):
                self.complain(f"INV-13: message {row['id']} is {row['status']}, and arrived")

    def _arrived(self, row: sqlite3.Row) -> list[str]:
        return replies(self.sandbox, row["gateway"], row["number"])

    def _phones(self) -> None:
        peers = list(self.plan.expected)
        received = {peer: replies(self.sandbox, *peer) for peer in peers}
        taken = [
            ((line.gateway, line.number), line.text)
            for line in self.sandbox.ledger
            if (line.gateway, line.number) in self.plan.expected
        ]
        report = compare(
            self.plan.expected, received, taken, self._kept(), evidence=self._is_warm()
        )
        for sentence in report.doubled:
            self.complain(f"INV-4: {sentence}")
        for sentence in report.lost:
            if UNTOLD not in sentence:
                self.complain(f"INV-2: lost: {sentence}")
        for sentence in report.disordered:
            # Clever's campaigns are read each at its own time.
            if self.plan.ordered and "clever" not in sentence:
                self.complain(f"INV-21: {sentence}")
        for number in self.plan.choosing if self.plan.ordered else ():
            self._stopped(number)

    def _is_warm(self) -> bool:
        """Say whether each gateway listed something of ours before anything failed."""
        quiet = self.plan.begins_at + QUIET - LISTED_WITHIN
        return self.plan.warm and all(
            self._first_sent.get(name, quiet) < quiet for name in self.plan.gateways
        )

    def _kept(self) -> list[Row]:
        return [
            Row(
                row["gateway"],
                row["number"],
                row["text"],
                row["status"],
                json.loads(row["verdict"] or "{}"),
                row["error"],
                row["id"],
            )
            for row in self.rows("SELECT * FROM outbox")
        ]

    def _stopped(self, number: str) -> None:
        started = any(one.text == "START" for one in self.plan.texts if one.number == number)
        found = self.rows("SELECT opted_out FROM subscribers WHERE number = ?", number)
        if not found or bool(found[0]["opted_out"]) is started:
            self.complain(f"INV-12: {number} texted {'START' if started else 'STOP'} last")
