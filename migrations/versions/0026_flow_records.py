"""Migration: what is recorded for statistics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# As in models/flow_record.py when this revision was written; a revision never follows later changes.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER flow_record_no_update BEFORE UPDATE ON flow_record "
        "BEGIN SELECT RAISE(ABORT, 'flow_record is append-only'); END",
        "CREATE TRIGGER flow_record_no_delete BEFORE DELETE ON flow_record "
        "BEGIN SELECT RAISE(ABORT, 'flow_record is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION flow_record_guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'flow_record is append-only'; END $$",
        "CREATE TRIGGER flow_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON flow_record "
        "FOR EACH STATEMENT EXECUTE FUNCTION flow_record_guard()",
    ),
}
_BACK = sa.text("kind IN ('task.returned', 'task.unopened', 'clock.lifted', 'clock.reopened')")
_CLOSED = sa.text("kind = 'case.closed'")


def upgrade() -> None:
    _records()
    _months()
    op.create_table(
        "weekly_digest",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "week", name=op.f("pk_weekly_digest")),
    )


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _records() -> None:
    op.create_table(
        "flow_record",
        sa.Column("id", _big(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=30), nullable=False),
        sa.Column("process_key", sa.String(length=60), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=100), nullable=False),
        sa.Column("deadline_key", sa.String(length=40), nullable=False),
        sa.Column("task_id", _big(), nullable=True),
        sa.Column("deadline_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("allowed_days", sa.Integer(), nullable=True),
        sa.Column("used_days", sa.Integer(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("is_taken_over", sa.Boolean(), nullable=False),
        sa.Column("applicant_type", sa.String(length=20), nullable=False),
        sa.Column("group_code", sa.String(length=40), nullable=False),
        sa.Column("bank_id", sa.Integer(), nullable=True),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("guarantee_type", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_record")),
    )
    _record_indexes()
    for statement in GUARDS.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def _record_indexes() -> None:
    op.create_index("ix_flow_record_day", "flow_record", ["kind", "on_day", "department_id"])
    op.create_index("ix_flow_record_case", "flow_record", ["case_id"])
    for name, columns, rows in (
        ("ix_flow_record_back", ["on_day"], _BACK),
        ("ix_flow_record_closed", ["on_day", "scheme"], _CLOSED),
    ):
        op.create_index(name, "flow_record", columns, postgresql_where=rows, sqlite_where=rows)


def _months() -> None:
    op.create_table(
        "flow_month",
        sa.Column("id", _big(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("scheme", sa.String(length=30), nullable=False),
        sa.Column("process_key", sa.String(length=60), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=100), nullable=False),
        sa.Column("deadline_key", sa.String(length=40), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("allowed_days", sa.Integer(), nullable=True),
        sa.Column("used_days", sa.Integer(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_month")),
    )
    op.create_index("ix_flow_month_month", "flow_month", ["month", "kind"])
    op.create_table(
        "flow_month_close",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_flow_month_close")),
    )


def downgrade() -> None:
    for table in ("weekly_digest", "flow_month_close", "flow_month"):
        op.drop_table(table)
    # Triggers and indexes go with their table.
    op.drop_table("flow_record")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION flow_record_guard()")
