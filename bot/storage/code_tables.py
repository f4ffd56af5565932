"""The tables about verifications: no code stands in any of them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, SmallInteger, String, Table

from bot.core.verification import State
from bot.storage.columns import Instant, RowId, has_status, metadata, only

verifications = Table(
    "verifications",
    metadata,
    # Of chance: whoever is shown one cannot guess another.
    Column("id", String, primary_key=True),
    Column("conversation", String, nullable=False),
    # `token NAME`, `rule ID` or `operator`.
    Column("caller", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("number", String, nullable=False),
    Column("gateway", String, nullable=False),
    Column("our_number", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    # What makes the code, together with the id and the installation's key.
    Column("nonce", String, nullable=False),
    Column("length", SmallInteger, nullable=False),
    Column("attempts_allowed", SmallInteger, nullable=False),
    Column("sends_allowed", SmallInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("status", String, nullable=False),
    Column("status_at", Instant),
    Column("attempts", SmallInteger, nullable=False),
    Column("sends", SmallInteger, nullable=False),
    Column("sent_at", Instant),
    # The rule that goes on when the code is texted back, and what it had captured.
    Column("rule", String, nullable=False),
    Column("captured", JSON, nullable=False),
    Column("prefix", String, nullable=False),
    Column("country", String, nullable=False),
)
# One live code for a number and a purpose of a caller's (INV-17): the store has the last word.
Index(
    "uq_verifications_live",
    verifications.c.number,
    verifications.c.purpose,
    verifications.c.caller,
    unique=True,
    **only(has_status(verifications, State.PENDING)),
)
# What is over.
Index(
    "ix_verifications_expires",
    verifications.c.expires_at,
    **only(has_status(verifications, State.PENDING)),
)
# What a number was sent lately; how many come back of a place; what is old.
Index("ix_verifications_number", verifications.c.number, verifications.c.created_at)
Index("ix_verifications_prefix", verifications.c.prefix, verifications.c.created_at)
Index("ix_verifications_country", verifications.c.country, verifications.c.created_at)
Index("ix_verifications_created", verifications.c.created_at)

# Each time that a code was given out: what the caps count.
code_sends = Table(
    "code_sends",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("verification", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("number", String, nullable=False),
    Column("prefix", String, nullable=False),
    # A keyed hash of the end user's address; empty: it was not told.
    Column("client", String, nullable=False),
    Column("caller", String, nullable=False),
    Column("country", String, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)
# The newest of each.
Index("ix_code_sends_number", code_sends.c.number, code_sends.c.at)
Index("ix_code_sends_prefix", code_sends.c.prefix, code_sends.c.at)
Index("ix_code_sends_client", code_sends.c.client, code_sends.c.at)
Index("ix_code_sends_caller", code_sends.c.caller, code_sends.c.at)
Index("ix_code_sends_country", code_sends.c.country, code_sends.c.at)
Index("ix_code_sends_at", code_sends.c.at)

# The wrong codes of a number, over all its codes.
wrong_codes = Table(
    "wrong_codes",
    metadata,
    Column("number", String, primary_key=True),
    Column("in_a_row", Integer, nullable=False),
    Column("recent", JSON, nullable=False),
    Column("last_at", Instant, nullable=False),
)
