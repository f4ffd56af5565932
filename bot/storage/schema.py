"""Every table and every index, with its reason.

A row is the only hand-over between the parts of Textobot. Every table that grows carries the
conversation's key, so that no look-up is needed to find it; what it takes to distribute them is in
docs/scaling.md.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
)

from bot.core.errands import TO_DO
from bot.core.messages import FeedState, InboundStatus, Status
from bot.storage.columns import (
    STILL_OPEN,
    UNDER_WAY,
    Instant,
    RowId,
    has_status,
    is_told,
    metadata,
    only,
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("conversation", String, nullable=False),
    Column("gateway", String, nullable=False),
    Column("key", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("number", String, nullable=False),
    Column("our_number", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("reference", String, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("history", Boolean, nullable=False),
    Column("status", String, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("handled_at", Instant),
    Column("reason", String),
    Column("rule", String),
    Column("words", String),
    # Of the decision; before it, in which language its contact is written to.
    Column("detail", JSON(none_as_null=True)),
    # It was parked, and an operator has it decided anew.
    Column("again", Boolean, nullable=False, server_default=false()),
    # The seal of the code that it was: then `text` hides it.
    Column("sealed", String, nullable=False, server_default=""),
    UniqueConstraint("conversation", "key"),
    sqlite_autoincrement=True,
)


def is_fresh(table: FromClause) -> ColumnElement[bool]:
    """Ask for texts that nobody began to decide, in the very words of their index."""
    return has_status(table, InboundStatus.NEW) & (table.c.attempts == literal_column("0"))


def is_suspect(table: FromClause) -> ColumnElement[bool]:
    """Ask for texts on which a process died, in the very words of their index."""
    return has_status(table, InboundStatus.NEW) & (table.c.attempts > literal_column("0"))


# What is to be answered, oldest first; what a process died on apart.
Index("ix_inbox_fresh", inbox.c.id, **only(is_fresh(inbox)))
Index("ix_inbox_suspect", inbox.c.conversation, inbox.c.id, **only(is_suspect(inbox)))
# A row that a gateway lists again under another id is the same text.
Index(
    "ix_inbox_fingerprint",
    inbox.c.fingerprint,
    **only(is_told(inbox.c.fingerprint)),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("conversation", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("gateway", String, nullable=False),
    Column("number", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("message_class", String, nullable=False),
    Column("delivery", String, nullable=False),
    Column("language", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("status", String, nullable=False),
    Column("status_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("resends", SmallInteger, nullable=False),
    # The attempt: who sends, which rows leave together, since when.
    Column("fence", Integer, nullable=False),
    Column("batch", BigInteger),
    Column("handed_at", Instant),
    Column("lease_until", Instant),
    # By how many seconds the gateway's clock was ahead of ours then, at least and at most.
    Column("skew_low", Float),
    Column("skew_high", Float),
    # What the gateway said.
    Column("gateway_id", String, nullable=False),
    Column("segments", SmallInteger),
    Column("units", Float),
    Column("code", String, nullable=False),
    Column("error", String, nullable=False),
    # What was done about a receipt that says that it did not arrive; empty: nothing was to be.
    Column("action", String, nullable=False, server_default=""),
    # What was unclear, and what was found out.
    Column("unclear_at", Instant),
    Column("negatives", SmallInteger, nullable=False),
    Column("searched_at", Instant),
    Column("progress", JSON(none_as_null=True)),
    Column("verdict", JSON(none_as_null=True)),
    # Whose code it says (then `text` hides it), and how that is sent.
    Column("verification", String, nullable=False, server_default=""),
    Column("way", String, nullable=False, server_default=""),
    UniqueConstraint("conversation", "cause"),
    sqlite_autoincrement=True,
)
# What is due at a gateway, oldest first.
Index(
    "ix_outbox_queued",
    outbox.c.gateway,
    outbox.c.id,
    **only(has_status(outbox, Status.QUEUED)),
)
# Is anything of this conversation before me?
Index(
    "ix_outbox_open",
    outbox.c.conversation,
    outbox.c.id,
    **only(has_status(outbox, *STILL_OPEN)),
)
# What is under way or unclear: a handful of rows, asked for at every tick.
Index(
    "ix_outbox_under_way",
    outbox.c.gateway,
    outbox.c.status,
    outbox.c.batch,
    **only(has_status(outbox, *UNDER_WAY)),
)
# Whose receipts are awaited.
Index(
    "ix_outbox_sent",
    outbox.c.gateway,
    outbox.c.status_at,
    **only(has_status(outbox, Status.SENT)),
)
# One gateway id belongs to one message; a campaign's reference to one message a number.
Index(
    "uq_outbox_gateway_id",
    outbox.c.gateway,
    outbox.c.gateway_id,
    outbox.c.number,
    unique=True,
    **only(is_told(outbox.c.gateway_id)),
)

conversations = Table(
    "conversations",
    metadata,
    Column("key", String, primary_key=True),
    Column("gateway", String, nullable=False),
    Column("number", String, nullable=False),
    Column("replied", JSON(none_as_null=True)),
    Column("loop_noticed", Boolean, nullable=False),
    Column("said", JSON(none_as_null=True)),
    Column("heard", JSON(none_as_null=True)),
    Column("robot_noticed", Boolean, nullable=False, server_default=false()),
    # The question that is open, and until when its answer is waited for.
    Column("position", JSON(none_as_null=True)),
    Column("times_out_at", Instant),
    Column("silent_until", Instant),
    # The newest campaign that the number was sent: its feed is where an answer will be listed.
    Column("newest_reference", String, nullable=False, server_default=""),
)
# Whose answer does not come.
Index(
    "ix_conversations_times_out",
    conversations.c.times_out_at,
    **only(conversations.c.times_out_at.is_not(None)),
)


# What was sent on a day of the installation's zone, for the ceilings.
spent = Table(
    "spent",
    metadata,
    Column("day", String, primary_key=True),
    Column("gateway", String, primary_key=True),
    # `started` by us, or a `reply`.
    Column("purpose", String, primary_key=True),
    Column("messages", Integer, nullable=False),
    Column("units", Float, nullable=False),
)

# Who may use the API: the token itself is nowhere.
tokens = Table(
    "tokens",
    metadata,
    Column("name", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

errands = Table(
    "errands",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("conversation", String, nullable=False),
    Column("gateway", String, nullable=False),
    Column("number", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("status_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    # The text that asked for it, and the rule.
    Column("inbound", BigInteger, nullable=False),
    Column("rule", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("error", String, nullable=False),
    sqlite_autoincrement=True,
)
# What is due, of a kind.
Index(
    "ix_errands_due",
    errands.c.kind,
    errands.c.due_at,
    **only(has_status(errands, *TO_DO)),
)
# What holds back a conversation, or is cancelled by its next text.
Index(
    "ix_errands_open",
    errands.c.conversation,
    errands.c.kind,
    **only(has_status(errands, *TO_DO)),
)

events = Table(
    "events",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("conversation", String, nullable=False),
    Column("type", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("body", JSON, nullable=False),
    sqlite_autoincrement=True,
)

feeds = Table(
    "feeds",
    metadata,
    Column("gateway", String, primary_key=True),
    Column("reference", String, primary_key=True),
    Column("cursor", JSON, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("hot_at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("adopted", Boolean, nullable=False),
    Column("read_at", Instant),
    # Of how many numbers this is the newest campaign.
    Column("newest_for", Integer, nullable=False),
)


def is_followed() -> ColumnElement[bool]:
    """Ask for feeds that are still read, in the very words of their index."""
    return feeds.c.state != literal_column(f"'{FeedState.RETIRED.value}'")


Index(
    "ix_feeds_due",
    feeds.c.gateway,
    feeds.c.due_at,
    **only(is_followed()),
)

accounts = Table(
    "accounts",
    metadata,
    Column("gateway", String, primary_key=True),
    # What the adapter has found out, and what ordinary traffic has taught.
    Column("learned", JSON, nullable=False),
    Column("calibration", JSON, nullable=False),
)

# What the operator is to know and is not over: told once, also after a restart.
alarms = Table(
    "alarms",
    metadata,
    Column("kind", String, primary_key=True),
    # Empty: it concerns no gateway.
    Column("gateway", String, primary_key=True),
    Column("raised_at", Instant, nullable=False),
    # It was told that it begins; since when it is over, until that is told.
    Column("announced", Boolean, nullable=False),
    Column("over_at", Instant),
    # What it says, by language; and what else its kind needs to know.
    Column("told", JSON, nullable=False),
    Column("detail", JSON, nullable=False),
)

installation = Table(
    "installation",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
