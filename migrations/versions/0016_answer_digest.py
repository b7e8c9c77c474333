"""Migration: what a batch of answers with a key was made of, so that other answers under it are no repetition."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("answer_batch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(length=64), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("answer_batch", schema=None) as batch_op:
        batch_op.drop_column("digest")
