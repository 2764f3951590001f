"""Names that persons give to turns, and the excerpt of a session that was chosen by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "name",
        sa.Column("turn_id", sa.String(), sa.ForeignKey("turn.id"), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
    )
    op.add_column("session", sa.Column("excerpt_start", sa.Integer(), nullable=True))
