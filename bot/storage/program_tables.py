"""The tables about programs: events on their way to them, and what they asked for once."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, SmallInteger, String, Table, Text

from bot.core.deliveries import DeliveryStatus
from bot.storage.columns import Instant, RowId, has_status, metadata, only

# An event on its way to one address.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("event", BigInteger, nullable=False),
    Column("conversation", String, nullable=False),
    # A digest of the address: it may hold a secret, and may change its place in the configuration.
    Column("webhook", String, nullable=False),
    Column("status", String, nullable=False),
    Column("status_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("error", String, nullable=False),
    sqlite_autoincrement=True,
)
Index(
    "ix_deliveries_due",
    deliveries.c.due_at,
    **only(has_status(deliveries, DeliveryStatus.WAITING)),
)
Index(
    "ix_deliveries_open",
    deliveries.c.webhook,
    deliveries.c.conversation,
    deliveries.c.id,
    **only(has_status(deliveries, DeliveryStatus.WAITING)),
)

# What a request with an `Idempotency-Key` was answered.
requests = Table(
    "requests",
    metadata,
    Column("caller", String, primary_key=True),
    Column("key", String, primary_key=True),
    # Of the method, the path and the body: another request may not have the same key.
    Column("digest", String, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
