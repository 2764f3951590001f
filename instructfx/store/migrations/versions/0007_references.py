"""Tracks of a person's own that sessions are held against."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("session") as session:
        session.add_column(sa.Column("reference_sha256", sa.String(), nullable=True))
        session.add_column(sa.Column("reference_name", sa.String(), nullable=True))
        session.create_foreign_key("session_reference_sha256_fkey", "audio", ["reference_sha256"], ["sha256"])
        session.create_index("ix_session_reference_sha256", ["reference_sha256"])
