"""Migration: cases of 信保贷: the firm and the parent of a case, tasks answered on a board."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("operator_hash", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_subject_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint("uscc", name=op.f("uq_subject_uscc")),
    )
    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.create_index("ix_subject_name", ["name"], unique=False)
        batch_op.create_index("ix_subject_operator", ["operator_hash"], unique=False)

    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.alter_column("created_by_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_index(batch_op.f("ix_case_file_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_subject_id"), ["subject_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_case_file_subject_id_subject"), "subject", ["subject_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_case_file_parent_id_case_file"), "case_file", ["parent_id"], ["id"]
        )

    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("board", sa.String(length=20), nullable=False, server_default=""))
    _inbox("board = ''")


def _inbox(and_listed: str) -> None:
    """The indexes of the inbox, over what is listed there one by one."""
    for name, owner, whose in (
        ("ix_user_task_mine", "assignee_id", "IS NOT NULL"),
        ("ix_user_task_pool", "department_id", "IS NULL"),
        ("ix_user_task_team", "department_id", "IS NOT NULL"),
    ):
        where = sa.text(" AND ".join(filter(None, (f"status = 'open' AND assignee_id {whose}", and_listed))))
        op.drop_index(name, table_name="user_task")
        op.create_index(
            name, "user_task", [owner, "due_at", "id"], postgresql_where=where, sqlite_where=where
        )


def downgrade() -> None:
    _inbox("")
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.drop_column("board")

    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_case_file_parent_id_case_file"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_case_file_subject_id_subject"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_case_file_subject_id"))
        batch_op.drop_index(batch_op.f("ix_case_file_parent_id"))
        batch_op.alter_column("created_by_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("parent_id")
        batch_op.drop_column("subject_id")

    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.drop_index("ix_subject_operator")
        batch_op.drop_index("ix_subject_name")

    op.drop_table("subject")
