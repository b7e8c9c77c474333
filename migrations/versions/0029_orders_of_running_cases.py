"""Migration: running cases in the orders of the stalled board."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_COLUMNS = ("opened_at", "amount", "number")
_RUNNING = sa.text("closed_at IS NULL")


def upgrade() -> None:
    for column in _COLUMNS:
        op.create_index(
            _named(column), "case_file", [column, "id"], postgresql_where=_RUNNING, sqlite_where=_RUNNING
        )


def _named(column: str) -> str:
    return f"ix_case_file_running_{column.removesuffix('_at')}"


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(_named(column), table_name="case_file")
