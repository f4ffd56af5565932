"""What `textobot doctor` makes of what it sees: each finding says what to do.

Nothing is asked here; whoever asks gives figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.alarms import HELD, Figures, Limits
from bot.core.skew import Skew

STEP = 5.0
"""Seconds that a clock may be off without anybody minding."""
WRONG = 300.0
"""Seconds beyond which texts are taken for old, or new, that are not."""


MANY = 1000
"""Days: more are years."""
SLOWED = 1.5
"""Readings that are slowed by more than this are felt."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTICE = "notice"
    """It works, and something should be known or done."""
    FAULT = "fault"
    """Something does not work, or will not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of what was found."""

    check: str
    level: Level
    told: str
    remedy: str = ""
    """What to do; empty: nothing."""
    gateway: str = ""
    """Empty: the installation."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of a listing are made of: how many have each of these."""

    rows: int = 0
    ids: int = 0
    directions: int = 0
    statuses: int = 0
    detailed: int = 0
    """Rows that tell the network's own word for how a message fared."""
    our_numbers: Mapping[str, int] = field(default_factory=dict)
    """Which of our numbers stand there, and how often."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at an account showed."""

    texts: Shape | None = None
    """None: there is no one listing of texts."""
    messages: Shape | None = None
    account: Mapping[str, float | str] = field(default_factory=dict)
    """What the account says of itself: credit, expiry."""
    nobody: str | None = None
    """How it is said that there is no such campaign; None: not in a way that we know, or there
    are no campaigns."""


def refused(gateway: str, reason: str, word: str, vendor: str) -> Finding:
    """Say why the account cannot be used; `reason` quotes the refusal, redacted."""
    asks = {
        "firewall": f"ask {vendor} to admit the address that the refusal names (this machine's "
        "public one) to the API, for this account; and check the key: a wrong one is refused in "
        "the same words",
        "key": "check the key, or login and password, in the environment: one sign too many is "
        f"enough; ask {vendor} for another where it is right",
    }
    remedy = asks.get(word) or (HELD[word][1] if word in HELD else "")
    check = word if word in {"firewall", "key"} else "account"
    return Finding(check, Level.FAULT, reason, remedy, gateway)


def unreached(gateway: str, reason: str) -> Finding:
    """Say that no answer could be had, or read."""
    remedy = "check `url`, the network and its proxy; the vendor may be down: try again"
    return Finding("https", Level.FAULT, reason, remedy, gateway)


def of_clock(gateway: str, skew: Skew) -> Finding:
    """Judge the difference between the gateway's clock and ours."""
    off = (skew.low + skew.high) / 2
    told = f"its clock is {abs(off):.1f} s {'ahead of' if off > 0 else 'behind'} ours"
    if abs(off) <= STEP + skew.width / 2:
        return Finding("clock", Level.OK, told, "", gateway)
    level = Level.FAULT if abs(off) > WRONG else Level.NOTICE
    remedy = "set this machine's clock by NTP (`timedatectl set-ntp true`)"
    return Finding("clock", level, told, remedy, gateway)


def of_shape(gateway: str, look: Look, our_number: str) -> Iterator[Finding]:
    """Judge what the listings are made of."""
    texts, messages = look.texts, look.messages
    if texts is None or messages is None:
        return
    rows = texts.rows + messages.rows
    if not rows:
        told = "nothing was texted or sent lately, so its shape cannot be told"
        yield Finding("feed", Level.OK, told, "", gateway)
        return
    yield from _of_rows(gateway, texts, messages)
    yield from _of_our_number(gateway, texts, our_number)


def _of_rows(gateway: str, texts: Shape, messages: Shape) -> Iterator[Finding]:
    rows = texts.rows + messages.rows
    lacks = []
    if texts.ids + messages.ids < rows:
        lacks.append("ids: equal texts are told apart, and unclear messages found, by count alone")
    if texts.directions + messages.directions < rows:
        lacks.append("directions: the listing that was asked for is believed")
    if messages.rows and messages.statuses < messages.rows:
        lacks.append("statuses: nobody learns what arrived")
    for lack in lacks:
        remedy = "ask the vendor for a listing as its document shows it"
        yield Finding("feed", Level.NOTICE, f"rows without {lack}", remedy, gateway)
    if not lacks:
        told = f"{rows} rows as the document shows them"
        yield Finding("feed", Level.OK, told, "", gateway)
    if messages.statuses and not messages.detailed:
        told = "only coarse statuses: no reason is told why something did not arrive"
        remedy = "ask the vendor for detailed delivery statuses (UNDELIV_300)"
        yield Finding("receipts", Level.NOTICE, told, remedy, gateway)
    elif messages.detailed:
        yield Finding("receipts", Level.OK, "the networks' own words are shown", "", gateway)


def _of_our_number(gateway: str, texts: Shape, our_number: str) -> Iterator[Finding]:
    if not texts.our_numbers:
        return
    seen = ", ".join(f"{number} ({rows})" for number, rows in sorted(texts.our_numbers.items()))
    told = f"people text {seen}"
    if our_number and our_number not in texts.our_numbers:
        remedy = f"our_number is {our_number}: correct it in config.yaml, if that is wrong"
        yield Finding("our_number", Level.NOTICE, told, remedy, gateway)
    else:
        yield Finding("our_number", Level.OK, told, "", gateway)


def of_nobody(gateway: str, look: Look) -> Finding:
    """Judge how it is said that there is no such campaign."""
    if look.nobody is None:
        told = "it does not say plainly that there is no such campaign"
        remedy = "nothing to do: what is unclear is then given up, or goes by a rule's `delivery`"
        return Finding("campaigns", Level.NOTICE, told, remedy, gateway)
    told = f"a campaign that there is not is answered with {look.nobody}"
    return Finding("campaigns", Level.OK, told, "", gateway)


def of_credit(figures: Figures, limits: Limits, now: datetime) -> Iterator[Finding]:
    """Judge credit and expiry."""
    name, lasts = figures.gateway, figures.lasts
    if figures.credit is not None:
        told = f"{figures.credit:g} units of credit"
        if lasts is not None:
            days = lasts / timedelta(days=1)
            told += f", {days:.1f} days" if days < MANY else ", years"
            told += " at the pace of the last week"
        short = lasts is not None and lasts < limits.credit
        low = short or figures.credit < limits.units or figures.credit <= 0
        level = Level.FAULT if figures.credit <= 0 else Level.NOTICE if low else Level.OK
        yield Finding("credit", level, told, "buy some" if low else "", name)
    if figures.expires_at is not None:
        left = figures.expires_at - now
        told = f"the account expires on {figures.expires_at:%Y-%m-%d}"
        soon = left < limits.expiry
        level = Level.FAULT if left <= timedelta(0) else Level.NOTICE if soon else Level.OK
        yield Finding("expiry", level, told, "renew it with the vendor" if soon else "", name)


def of_reading(
    gateway: str, read_at: datetime | None, now: datetime, limits: Limits, *, running: bool
) -> Finding:
    """Judge when the gateway was read last."""
    if read_at is None:
        told = "it was never read"
        remedy = "" if running else "start Textobot: `textobot run`"
        return Finding("reading", Level.NOTICE, told, remedy, gateway)
    since = now - read_at
    told = f"it was read {_ago(since)} ago"
    if not running:
        remedy = "no daemon runs: start it with `textobot run`"
        return Finding("reading", Level.NOTICE, told, remedy, gateway)
    if since >= limits.silence:
        return Finding("reading", Level.FAULT, told, "see the log for `poll.failed`", gateway)
    return Finding("reading", Level.OK, told, "", gateway)


def of_load(gateway: str, followed: int, stretch: float) -> Finding:
    """Judge how many campaigns are read, against the rate."""
    told = "1 listing is read" if followed == 1 else f"{followed} listings are read"
    if stretch <= SLOWED:
        return Finding("references", Level.OK, told, "", gateway)
    told += f", each {stretch:.1f} times as seldom as wanted so that `rate` holds"
    remedy = "raise `rate` if the vendor allows it, or shorten `follow`"
    return Finding("references", Level.NOTICE, told, remedy, gateway)


def _ago(since: timedelta) -> str:
    seconds = max(0, int(since.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
