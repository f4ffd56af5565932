"""Codes whose sending is unclear: who waits for one is better served by the same code twice.

A code is dead in minutes, and sent again it says nothing new: what would take a message minutes
to find out is not waited for. It goes again once, on a guess, and the row says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.messages import Delivery, Unclear, Way
from bot.core.reconcile import Verdict, VerdictKind

SOON = timedelta(seconds=20)
"""After so long somebody who waits for a code asks for another."""
NOT_LISTED = "The gateway lists no codes that it words itself."


def is_listed(one: Unclear) -> bool:
    """Tell whether it can be looked for: what a vendor words itself is in no list."""
    return not one.verification or one.way is not Way.VENDOR


def unlisted(one: Unclear, now: datetime) -> Verdict:
    """Judge a code that nobody lists."""
    kind = VerdictKind.ABANDONED if now >= one.unclear_at + SOON else VerdictKind.WAIT
    evidence = {"looked": "nowhere", "reason": f"It may have been taken. {NOT_LISTED}"}
    return Verdict(one.batch, kind, evidence, one.negatives, one.searched_at)


def hurried(unclear: Sequence[Unclear], found: Sequence[Verdict], now: datetime) -> list[Verdict]:
    """Let codes that would be waited for, or given up, go again instead, once and in time."""
    of = {one.batch: one for one in unclear if one.verification}
    return [_hurried(of.get(verdict.batch), verdict, now) for verdict in found]


def _hurried(one: Unclear | None, verdict: Verdict, now: datetime) -> Verdict:
    undecided = verdict.kind in {VerdictKind.WAIT, VerdictKind.ABANDONED}
    if one is None or not undecided or one.delivery is Delivery.AT_MOST_ONCE:
        return verdict
    if one.resends <= 0 or not one.unclear_at + SOON <= now < one.expires_at:
        return verdict
    reason = f"A code goes again on a guess, the same one. {verdict.evidence['reason']}"
    told = {**verdict.evidence, "reason": reason}
    return replace(verdict, kind=VerdictKind.GUESSED_AGAIN, evidence=told)
