"""The table of engagements."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "engagements",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("created", sa.DateTime, nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("consent", sa.String(2000), nullable=False),
        sa.Column("index", sa.Float),
        sa.Column("report", sa.JSON, nullable=False),
        sa.Column("moments", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("engagements")
