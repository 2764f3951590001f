"""What a turn asked, beside its plan in its record; what a person chose for it is called `turn_options` there."""

import json

import sqlalchemy as sa
from alembic import op

from instructfx.sessions.older import turn_of_0004

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    turn = sa.table("turn", sa.column("id"), sa.column("record"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(turn)).mappings().all():
        record = json.dumps(turn_of_0004(json.loads(row["record"])), ensure_ascii=False, separators=(",", ":"))
        connection.execute(sa.update(turn).where(turn.c.id == row["id"]).values(record=record))
