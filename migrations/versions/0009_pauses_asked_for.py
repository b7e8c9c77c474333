"""Migration: an index over the few pauses that may wait for the head of a department."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    asked = sa.text("decision = '' AND paused_on IS NULL")
    op.create_index(
        "ix_deadline_pause_asked",
        "deadline_pause",
        ["case_id"],
        postgresql_where=asked,
        sqlite_where=asked,
    )


def downgrade() -> None:
    op.drop_index("ix_deadline_pause_asked", table_name="deadline_pause")
