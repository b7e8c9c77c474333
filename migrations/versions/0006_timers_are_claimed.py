"""Migration: the index of due timers leaves out the held ones; one for the stalled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_timer_due", table_name="timer")
    op.create_index(
        "ix_timer_due",
        "timer",
        ["due_at", "id"],
        postgresql_where=sa.text("status = 'armed' AND NOT is_held"),
        sqlite_where=sa.text("status = 'armed' AND is_held = 0"),
    )
    op.create_index(
        "ix_timer_stalled",
        "timer",
        ["due_at", "id"],
        postgresql_where=sa.text("status = 'stalled'"),
        sqlite_where=sa.text("status = 'stalled'"),
    )


def downgrade() -> None:
    op.drop_index("ix_timer_stalled", table_name="timer")
    op.drop_index("ix_timer_due", table_name="timer")
    op.create_index(
        "ix_timer_due",
        "timer",
        ["due_at", "id"],
        postgresql_where=sa.text("status = 'armed'"),
        sqlite_where=sa.text("status = 'armed'"),
    )
