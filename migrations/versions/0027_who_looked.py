"""Migration: who looked at what; dossiers; the log is found by time and by action."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# As in models/access_log.py when this revision was written; a revision never follows later changes.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER access_record_no_update BEFORE UPDATE ON access_record "
        "BEGIN SELECT RAISE(ABORT, 'access_record is append-only'); END",
        "CREATE TRIGGER access_record_no_delete BEFORE DELETE ON access_record "
        "BEGIN SELECT RAISE(ABORT, 'access_record is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION access_record_guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'access_record is append-only'; END $$",
        "CREATE TRIGGER access_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_record "
        "FOR EACH STATEMENT EXECUTE FUNCTION access_record_guard()",
    ),
}
_INDEXES = {
    "ix_access_record_case": ["case_id", "id"],
    "ix_access_record_user": ["user_id", "id"],
    "ix_access_record_department": ["department_id", "id"],
    "ix_access_record_at": ["at"],
}


def upgrade() -> None:
    _records()
    _dossiers()
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.create_index("ix_audit_event_action", "audit_event", ["action", "id"])


def _records() -> None:
    op.create_table(
        "access_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("span", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(length=10), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_access_record_{column}_{table}")
            )
            for column, table in (
                ("user_id", "user_account"),
                ("department_id", "department"),
                ("case_id", "case_file"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_record")),
        sa.UniqueConstraint(
            "user_id", "case_id", "kind", "thing_id", "span",
            name=op.f("uq_access_record_user_id_case_id_kind_thing_id_span"),
        ),
    )  # fmt: skip
    for name, columns in _INDEXES.items():
        op.create_index(name, "access_record", columns)
    for statement in GUARDS.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def _dossiers() -> None:
    op.create_table(
        "dossier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_dossier_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_dossier_asked_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
    )
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossier_asked_by_id"), ["asked_by_id"], unique=False)


def downgrade() -> None:
    for name in ("ix_audit_event_action", "ix_audit_event_at"):
        op.drop_index(name, "audit_event")
    # Triggers and indexes go with their table.
    op.drop_table("dossier")
    op.drop_table("access_record")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION access_record_guard()")
