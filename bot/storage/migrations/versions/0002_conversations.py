"""Conversations with questions, answers that are kept, lists, errands and events."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("inbound", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.JSON(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index("ix_answers_number", ["number", "rule"], unique=False)
        batch_op.create_index("ix_answers_rule", ["rule", "id"], unique=False)

    op.create_table(
        "errands",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("inbound", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errands")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("errands", schema=None) as batch_op:
        batch_op.create_index(
            "ix_errands_due",
            ["kind", "due_at"],
            unique=False,
            sqlite_where=sa.text("status IN ('waiting', 'under_way')"),
            postgresql_where=sa.text("status IN ('waiting', 'under_way')"),
        )
        batch_op.create_index(
            "ix_errands_open",
            ["conversation", "kind"],
            unique=False,
            sqlite_where=sa.text("status IN ('waiting', 'under_way')"),
            postgresql_where=sa.text("status IN ('waiting', 'under_way')"),
        )

    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "members",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", "list", name=op.f("pk_members")),
    )
    # Each by a statement of its own: a table that is made anew for its columns would forget that
    # it never gives a row's number again.
    for column in (
        sa.Column("said", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("heard", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("robot_noticed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("position", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("times_out_at", sa.BigInteger(), nullable=True),
        sa.Column("silent_until", sa.BigInteger(), nullable=True),
    ):
        op.add_column("conversations", column)
    op.create_index(
        "ix_conversations_times_out",
        "conversations",
        ["times_out_at"],
        unique=False,
        sqlite_where=sa.text("times_out_at IS NOT NULL"),
        postgresql_where=sa.text("times_out_at IS NOT NULL"),
    )

    for column in (
        sa.Column("remembered", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("subscribers", column)

    op.add_column(
        "inbox", sa.Column("again", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
