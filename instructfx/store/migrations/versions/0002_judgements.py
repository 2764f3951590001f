"""What a judge said of a turn."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "judgement",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("turn_id", sa.String(), sa.ForeignKey("turn.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt_version", sa.String(), nullable=False),
        sa.Column("instruction_following", sa.Integer(), nullable=False),
        sa.Column("chain_of_thought", sa.Integer(), nullable=False),
        sa.Column("why_following", sa.String(), nullable=False),
        sa.Column("why_thought", sa.String(), nullable=False),
    )
    op.create_index("ix_judgement_turn_id", "judgement", ["turn_id"])
