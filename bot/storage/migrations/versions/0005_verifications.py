"""Verifications; whose code a message says, and the seal of a code that was texted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "verifications",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("our_number", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("length", sa.SmallInteger(), nullable=False),
        sa.Column("attempts_allowed", sa.SmallInteger(), nullable=False),
        sa.Column("sends_allowed", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_at", sa.BigInteger()),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("sends", sa.SmallInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("captured", sa.JSON(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    pending = sa.text("status = 'pending'")
    op.create_index(
        "uq_verifications_live",
        "verifications",
        ["number", "purpose", "caller"],
        unique=True,
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_index(
        "ix_verifications_expires",
        "verifications",
        ["expires_at"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    for name in ("number", "prefix", "country"):
        op.create_index(f"ix_verifications_{name}", "verifications", [name, "created_at"])
    op.create_index("ix_verifications_created", "verifications", ["created_at"])
    _create_counts()
    for table, names in (("outbox", ("verification", "way")), ("inbox", ("sealed",))):
        for name in names:
            column = sa.Column(name, sa.String(), nullable=False, server_default="")
            op.add_column(table, column)


def _create_counts() -> None:
    op.create_table(
        "code_sends",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verification", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_sends")),
        sqlite_autoincrement=True,
    )
    for name in ("number", "prefix", "client", "caller", "country"):
        op.create_index(f"ix_code_sends_{name}", "code_sends", [name, "at"])
    op.create_index("ix_code_sends_at", "code_sends", ["at"])
    op.create_table(
        "wrong_codes",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("recent", sa.JSON(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_wrong_codes")),
    )
