"""What was said and answered without a turn."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "exchange",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("session_id", sa.String(), sa.ForeignKey("session.id"), nullable=False),
        sa.Column("after_id", sa.String(), sa.ForeignKey("turn.id"), nullable=True),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("instruction", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.UniqueConstraint("session_id", "index", name="exchange_index_of_session"),
    )
    op.create_index("ix_exchange_session_id", "exchange", ["session_id"])
