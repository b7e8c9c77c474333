"""Migration: the rows of a checked sheet lie in parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposed_part",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["answer_batch.id"], name=op.f("fk_proposed_part_batch_id_answer_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_part")),
    )
    with op.batch_alter_table("proposed_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposed_part_batch_id"), ["batch_id"], unique=False)
    # A sheet that was checked before has to be checked anew: its rows lay in the batch.
    op.execute("UPDATE answer_batch SET proposal = '[]' WHERE state = 'proposed'")


def downgrade() -> None:
    op.drop_table("proposed_part")
