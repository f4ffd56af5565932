"""Instants as whole milliseconds: how the store and the conversation keep them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime.fromtimestamp(0, UTC)


def milliseconds(instant: datetime) -> int:
    """Give an aware instant as epoch milliseconds, as the store keeps it."""
    return round(instant.timestamp() * 1000)


def instant(epoch_milliseconds: int) -> datetime:
    """Undo `milliseconds`."""
    return EPOCH + timedelta(milliseconds=epoch_milliseconds)
