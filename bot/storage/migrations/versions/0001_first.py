"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "accounts",
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("learned", sa.JSON(), nullable=False),
        sa.Column("calibration", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_accounts")),
    )
    op.create_table(
        "conversations",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("replied", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("loop_noticed", sa.Boolean(), nullable=False),
        sa.Column("newest_reference", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_conversations")),
    )
    op.create_table(
        "feeds",
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("hot_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("newest_for", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "reference", name=op.f("pk_feeds")),
    )
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.create_index(
            "ix_feeds_due",
            ["gateway", "due_at"],
            unique=False,
            sqlite_where=sa.text("state != 'retired'"),
            postgresql_where=sa.text("state != 'retired'"),
        )

    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("our_number", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("history", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("conversation", "key", name=op.f("uq_inbox_conversation_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_fingerprint",
            ["fingerprint"],
            unique=False,
            sqlite_where=sa.text("fingerprint != ''"),
            postgresql_where=sa.text("fingerprint != ''"),
        )
        batch_op.create_index(
            "ix_inbox_fresh",
            ["id"],
            unique=False,
            sqlite_where=sa.text("status = 'new' AND attempts = 0"),
            postgresql_where=sa.text("status = 'new' AND attempts = 0"),
        )
        batch_op.create_index(
            "ix_inbox_suspect",
            ["conversation", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'new' AND attempts > 0"),
            postgresql_where=sa.text("status = 'new' AND attempts > 0"),
        )

    op.create_table(
        "installation",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message_class", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("resends", sa.SmallInteger(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.Column("handed_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("segments", sa.SmallInteger(), nullable=True),
        sa.Column("units", sa.Float(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("unclear_at", sa.BigInteger(), nullable=True),
        sa.Column("negatives", sa.SmallInteger(), nullable=False),
        sa.Column("searched_at", sa.BigInteger(), nullable=True),
        sa.Column("progress", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("verdict", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("conversation", "cause", name=op.f("uq_outbox_conversation_cause")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_open",
            ["conversation", "id"],
            unique=False,
            sqlite_where=sa.text("status IN ('queued', 'sending', 'unconfirmed')"),
            postgresql_where=sa.text("status IN ('queued', 'sending', 'unconfirmed')"),
        )
        batch_op.create_index(
            "ix_outbox_queued",
            ["gateway", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.create_index(
            "ix_outbox_sent",
            ["gateway", "status_at"],
            unique=False,
            sqlite_where=sa.text("status = 'sent'"),
            postgresql_where=sa.text("status = 'sent'"),
        )
        batch_op.create_index(
            "ix_outbox_under_way",
            ["gateway", "status", "batch"],
            unique=False,
            sqlite_where=sa.text("status IN ('sending', 'unconfirmed')"),
            postgresql_where=sa.text("status IN ('sending', 'unconfirmed')"),
        )
        batch_op.create_index(
            "uq_outbox_gateway_id",
            ["gateway", "gateway_id", "number"],
            unique=True,
            sqlite_where=sa.text("gateway_id != ''"),
            postgresql_where=sa.text("gateway_id != ''"),
        )

    op.create_table(
        "subscribers",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_subscribers")),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("subscribers")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outbox_gateway_id",
            sqlite_where=sa.text("gateway_id != ''"),
            postgresql_where=sa.text("gateway_id != ''"),
        )
        batch_op.drop_index(
            "ix_outbox_under_way",
            sqlite_where=sa.text("status IN ('sending', 'unconfirmed')"),
            postgresql_where=sa.text("status IN ('sending', 'unconfirmed')"),
        )
        batch_op.drop_index(
            "ix_outbox_sent",
            sqlite_where=sa.text("status = 'sent'"),
            postgresql_where=sa.text("status = 'sent'"),
        )
        batch_op.drop_index(
            "ix_outbox_queued",
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.drop_index(
            "ix_outbox_open",
            sqlite_where=sa.text("status IN ('queued', 'sending', 'unconfirmed')"),
            postgresql_where=sa.text("status IN ('queued', 'sending', 'unconfirmed')"),
        )

    op.drop_table("outbox")
    op.drop_table("installation")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_suspect",
            sqlite_where=sa.text("status = 'new' AND attempts > 0"),
            postgresql_where=sa.text("status = 'new' AND attempts > 0"),
        )
        batch_op.drop_index(
            "ix_inbox_fresh",
            sqlite_where=sa.text("status = 'new' AND attempts = 0"),
            postgresql_where=sa.text("status = 'new' AND attempts = 0"),
        )
        batch_op.drop_index(
            "ix_inbox_fingerprint",
            sqlite_where=sa.text("fingerprint != ''"),
            postgresql_where=sa.text("fingerprint != ''"),
        )

    op.drop_table("inbox")
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_feeds_due",
            sqlite_where=sa.text("state != 'retired'"),
            postgresql_where=sa.text("state != 'retired'"),
        )

    op.drop_table("feeds")
    op.drop_table("conversations")
    op.drop_table("accounts")
