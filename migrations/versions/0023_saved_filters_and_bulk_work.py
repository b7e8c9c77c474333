"""Migration: saved filters and bulk work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SHARED = sa.text("department_id IS NOT NULL")
# Name → first column and who has the task: lists in the order of arrival.
_ARRIVED = {
    "ix_user_task_mine_arrived": ("assignee_id", "IS NOT NULL"),
    "ix_user_task_pool_arrived": ("department_id", "IS NULL"),
    "ix_user_task_team_arrived": ("department_id", "IS NOT NULL"),
}


def upgrade() -> None:
    _create_filters()
    _create_runs()
    for name, (column, holder) in _ARRIVED.items():
        where = sa.text(f"status = 'open' AND assignee_id {holder} AND board = ''")
        op.create_index(
            name, "user_task", [column, "created_at", "id"], postgresql_where=where, sqlite_where=where
        )


def downgrade() -> None:
    for name in _ARRIVED:
        op.drop_index(name, table_name="user_task")
    op.drop_table("bulk_item")
    op.drop_table("bulk_run")
    op.drop_table("saved_filter")


def _create_filters() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_saved_filter_owner_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_saved_filter_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("owner_id", "scope", "name", name=op.f("uq_saved_filter_owner_id_scope_name")),
    )
    op.create_index(
        "ix_saved_filter_shared",
        "saved_filter",
        ["department_id", "name"],
        postgresql_where=_SHARED,
        sqlite_where=_SHARED,
    )


def _create_runs() -> None:
    op.create_table(
        "bulk_run",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=20), nullable=False),
        sa.Column("arguments", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_bulk_run_actor_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
        sa.UniqueConstraint("actor_id", "key", name=op.f("uq_bulk_run_actor_id_key")),
    )
    op.create_index("ix_bulk_run_actor", "bulk_run", ["actor_id", "id"])
    op.create_table(
        "bulk_item",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("run_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undo_message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_run.id"], name=op.f("fk_bulk_item_run_id_bulk_run")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_bulk_item_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
        sa.UniqueConstraint("run_id", "task_id", name=op.f("uq_bulk_item_run_id_task_id")),
    )
