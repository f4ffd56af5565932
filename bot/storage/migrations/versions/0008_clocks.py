"""How the gateway's clock went beside ours when a message was handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("outbox", sa.Column("skew_low", sa.Float(), nullable=True))
    op.add_column("outbox", sa.Column("skew_high", sa.Float(), nullable=True))
