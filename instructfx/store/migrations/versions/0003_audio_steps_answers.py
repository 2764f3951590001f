"""Tables for audio, trajectories, answers and renders; when a session was last used, and what it was made from."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MEASURES = ("sample_rate", "channels", "frames", "loudness_lufs", "excerpt_start")


def upgrade() -> None:
    op.create_table(
        "audio",
        sa.Column("sha256", sa.String(), primary_key=True),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("sample_rate", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("loudness_lufs", sa.Float(), nullable=False),
        sa.Column("excerpt_start", sa.Integer(), nullable=False),
    )
    op.create_table(
        "step",
        sa.Column("turn_id", sa.String(), sa.ForeignKey("turn.id"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("iteration", sa.Integer(), nullable=False),
        sa.Column("loss", sa.Float(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("turn_id", sa.String(), sa.ForeignKey("turn.id"), nullable=False),
        sa.Column("against_id", sa.String(), sa.ForeignKey("turn.id"), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("better", sa.String(), nullable=False),
    )
    op.create_index("ix_answer_turn_id", "answer", ["turn_id"])
    op.create_table(
        "render",
        sa.Column("turn_id", sa.String(), sa.ForeignKey("turn.id"), primary_key=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("levels_db", sa.String(), nullable=False),
    )
    _move_audio()
    _move_steps()
    with op.batch_alter_table("session") as session:
        session.add_column(sa.Column("used_at", sa.DateTime(), nullable=True))
        session.add_column(sa.Column("origin", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE session SET used_at = created_at")
    with op.batch_alter_table("session") as session:
        session.alter_column("used_at", existing_type=sa.DateTime(), nullable=False)
        session.alter_column("origin", existing_type=sa.String(), server_default=None)
        session.create_foreign_key("session_dry_sha256_fkey", "audio", ["dry_sha256"], ["sha256"])
        for column in ("dry_extension", *MEASURES):
            session.drop_column(column)
        session.create_index("ix_session_used_at", ["used_at"])
    with op.batch_alter_table("turn") as turn:
        turn.create_unique_constraint("turn_index_of_session", ["session_id", "index"])


def _move_audio() -> None:
    """The measures of a file, and its extension, from the first session on it."""
    session = sa.table("session", *map(sa.column, ("created_at", "dry_sha256", "dry_extension", *MEASURES)))
    audio = sa.table("audio", *map(sa.column, ("sha256", "extension", *MEASURES)))
    rows = op.get_bind().execute(sa.select(session).order_by(session.c.created_at.desc())).mappings()
    files = {
        row["dry_sha256"]: {
            "sha256": row["dry_sha256"],
            "extension": row["dry_extension"],
            **{name: row[name] for name in MEASURES},
        }
        for row in rows
    }
    op.bulk_insert(audio, list(files.values()))


def _move_steps() -> None:
    turn = sa.table("turn", sa.column("id"), sa.column("record"))
    names = ("turn_id", "place", "iteration", "loss", "chain")
    step = sa.table("step", *(sa.column(name) for name in names))
    for row in op.get_bind().execute(sa.select(turn)).mappings().all():
        record = json.loads(row["record"])
        steps = [
            {
                "turn_id": row["id"],
                "place": place,
                "iteration": found["iteration"],
                "loss": found["loss"],
                "chain": json.dumps(found["chain"]),
            }
            for place, found in enumerate(record["refined"].pop("steps", ()))
        ]
        op.bulk_insert(step, steps)
        changed = sa.update(turn).where(turn.c.id == row["id"]).values(record=json.dumps(record))
        op.get_bind().execute(changed)
