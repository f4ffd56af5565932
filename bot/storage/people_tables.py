"""The tables about people: how they stand, what they agreed to, are on, and answered."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    String,
    Table,
    Text,
    false,
)

from bot.storage.columns import Instant, RowId, metadata, only

subscribers = Table(
    "subscribers",
    metadata,
    Column("number", String, primary_key=True),
    Column("opted_out", Boolean, nullable=False),
    Column("changed_at", Instant),
    Column("cause", String, nullable=False),
    Column("language", String, nullable=False),
    # What rules have `set`, and their tags.
    Column("remembered", JSON(none_as_null=True)),
    Column("tags", JSON(none_as_null=True)),
    Column("blocked", Boolean, nullable=False, server_default=false()),
    # Asked whether they want no more messages, and not answered yet: nothing is started.
    Column("unsure_at", Instant),
)

members = Table(
    "members",
    metadata,
    Column("number", String, primary_key=True),
    Column("list", String, primary_key=True),
    Column("gateway", String, nullable=False),
    Column("language", String, nullable=False),
    # The text that joined, as `inbound ID`, and when; the one that left.
    Column("cause", String, nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("left_at", Instant),
    # When the membership ends by itself.
    Column("ends_at", Instant),
)
# Who is on a list; and whose membership ends.
Index("ix_members_list", members.c.list, members.c.number)
Index("ix_members_ends", members.c.ends_at, **only(members.c.ends_at.is_not(None)))

# The ledger of who agreed to what: written once, never changed but for the number, which a keyed
# hash replaces when the person is forgotten.
consents = Table(
    "consents",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("number", String, nullable=False),
    # Empty: to everything that we send.
    Column("list", String, nullable=False),
    # `given` or `withdrawn`; and `express`, `implied`, `inquiry`, `transactional`.
    Column("event", String, nullable=False),
    Column("kind", String, nullable=False),
    # By what way: `text`, `import`, `api`, `operator`; who or what exactly; to which words.
    Column("how", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("wording", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant),
    sqlite_autoincrement=True,
)
Index("ix_consents_number", consents.c.number, consents.c.list, consents.c.id)

# Whose number was forgotten, under its keyed hash: what a gateway lists of before is not read.
forgotten = Table(
    "forgotten",
    metadata,
    Column("number", String, primary_key=True),
    Column("forgotten_at", Instant, nullable=False),
)

# Whom a list and its mirror at a gateway had in common when they were last compared: what is gone
# on one side since then was taken away there.
mirrored = Table(
    "mirrored",
    metadata,
    Column("list", String, primary_key=True),
    Column("gateway", String, primary_key=True),
    Column("number", String, primary_key=True),
    # The vendor's id of the contact.
    Column("contact", String, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

# Whom the network says that it cannot reach, or not for a while: nothing is started to them there.
stopped = Table(
    "stopped",
    metadata,
    Column("conversation", String, primary_key=True),
    Column("gateway", String, nullable=False),
    Column("number", String, nullable=False),
    # The vendor's word for it, the message that did not arrive, and when that was handed over: a
    # text that the number sent later shows that it can be reached.
    Column("code", String, nullable=False),
    Column("outbound", BigInteger, nullable=False),
    Column("handed_at", Instant, nullable=False),
    Column("noted_at", Instant, nullable=False),
    # Empty: until it texts, or an operator undoes it.
    Column("until", Instant),
)

answers = Table(
    "answers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("conversation", String, nullable=False),
    Column("gateway", String, nullable=False),
    Column("number", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("inbound", BigInteger, nullable=False),
    Column("answered_at", Instant, nullable=False),
    Column("captured", JSON, nullable=False),
    # False: a newer answer of the number took its place (`once: number`).
    Column("counts", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
# What a rule was answered, in order; and a number's answer that is to be replaced.
Index("ix_answers_rule", answers.c.rule, answers.c.id)
Index("ix_answers_number", answers.c.number, answers.c.rule)
