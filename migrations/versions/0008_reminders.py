"""Migration: digests of reminders; running clocks are looked at once to find their next warning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_digest_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_digest")),
    )
    op.create_table(
        "digest_line",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_digest_line_deadline_id_deadline")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_digest_line_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "deadline_id", name=op.f("pk_digest_line")),
    )
    op.execute(
        "UPDATE deadline SET remind_on = start_on"
        " WHERE done_on IS NULL AND cancelled_on IS NULL AND paused_on IS NULL"
    )


def downgrade() -> None:
    op.drop_table("digest_line")
    op.drop_table("digest")
