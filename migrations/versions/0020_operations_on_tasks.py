"""Migration: delegation, opinions asked for, tasks set aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DELEGATED = sa.text("status = 'open' AND owner_id IS NOT NULL")
_ASKED = sa.text("state = 'asked'")
_OWNER = "fk_user_task_owner_id_user_account"


def upgrade() -> None:
    _add_owner()
    op.add_column("user_task", sa.Column("set_aside_until", sa.Date(), nullable=True))
    op.add_column("user_task", sa.Column("open_reviews", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "user_task", sa.Column("is_sealed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "ix_user_task_owned",
        "user_task",
        ["owner_id", "due_at", "id"],
        postgresql_where=_DELEGATED,
        sqlite_where=_DELEGATED,
    )
    _create_reviews()
    op.create_table(
        "task_submission",
        sa.Column("task_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["user_task.id"], name=op.f("fk_task_submission_task_id_user_task")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_task_submission_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task_submission")),
    )


def _add_owner() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("user_task", sa.Column("owner_id", sa.Integer(), nullable=True))
        op.create_foreign_key(_OWNER, "user_task", "user_account", ["owner_id"], ["id"])
    else:
        # In place: the batch mode of alembic would copy every task there ever was.
        op.execute(
            f"ALTER TABLE user_task ADD COLUMN owner_id INTEGER CONSTRAINT {_OWNER} REFERENCES user_account (id)"
        )


def _create_reviews() -> None:
    op.create_table(
        "task_review",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_task_review_asked_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_task_review_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["user_account.id"], name=op.f("fk_task_review_reviewer_id_user_account")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_task_review_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_review")),
    )
    op.create_index("ix_task_review_task", "task_review", ["task_id", "id"])
    op.create_index("ix_task_review_case", "task_review", ["case_id", "id"])
    op.create_index(
        "ix_task_review_waiting",
        "task_review",
        ["reviewer_id", "asked_at", "id"],
        postgresql_where=_ASKED,
        sqlite_where=_ASKED,
    )


def downgrade() -> None:
    op.drop_table("task_submission")
    op.drop_table("task_review")
    op.drop_index("ix_user_task_owned", table_name="user_task")
    # The foreign key goes with its column, on both databases.
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        for name in ("is_sealed", "open_reviews", "set_aside_until", "owner_id"):
            batch_op.drop_column(name)
