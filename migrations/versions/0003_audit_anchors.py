"""Migration: audit anchors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


# As in models/audit_anchor.py when this revision was written; a revision never follows later changes.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_anchor_no_update BEFORE UPDATE ON audit_anchor "
        "BEGIN SELECT RAISE(ABORT, 'audit_anchor is append-only'); END",
        "CREATE TRIGGER audit_anchor_no_delete BEFORE DELETE ON audit_anchor "
        "BEGIN SELECT RAISE(ABORT, 'audit_anchor is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_anchor_guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_anchor is append-only'; END $$",
        "CREATE TRIGGER audit_anchor_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_anchor "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_anchor_guard()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchor")),
        sa.UniqueConstraint("last_event_id", name=op.f("uq_audit_anchor_last_event_id")),
    )
    for statement in GUARDS.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    # The triggers go with their table.
    op.drop_table("audit_anchor")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_anchor_guard()")
