"""Migration: credit loans, draws, instalments, ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


# As in models/credit_loan.py when this revision was written; a revision never follows later changes.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER credit_ledger_no_update BEFORE UPDATE ON credit_ledger "
        "BEGIN SELECT RAISE(ABORT, 'credit_ledger is append-only'); END",
        "CREATE TRIGGER credit_ledger_no_delete BEFORE DELETE ON credit_ledger "
        "BEGIN SELECT RAISE(ABORT, 'credit_ledger is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION credit_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'credit_ledger is append-only'; END $$",
        "CREATE TRIGGER credit_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION credit_ledger_guard()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "repayment_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["user_account.id"], name=op.f("fk_repayment_batch_applied_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["department.id"], name=op.f("fk_repayment_batch_bank_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"],
            ["user_account.id"],
            name=op.f("fk_repayment_batch_uploaded_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayment_batch")),
        sa.UniqueConstraint("bank_id", "digest", name=op.f("uq_repayment_batch_bank_id_digest")),
    )
    op.create_table(
        "credit_loan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("listing_number", sa.String(length=24), nullable=False),
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("guarantor_id", sa.Integer(), nullable=False),
        sa.Column("requested_amount", sa.BigInteger(), nullable=False),
        sa.Column("requested_months", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("purpose_text", sa.Text(), nullable=False),
        sa.Column("committed_by", sa.String(length=50), nullable=False),
        sa.Column("committed_on", sa.Date(), nullable=False),
        sa.Column("contract_number", sa.String(length=60), nullable=False),
        sa.Column("guarantee_number", sa.String(length=60), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("line_amount", sa.BigInteger(), nullable=True),
        sa.Column("line_until", sa.Date(), nullable=True),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("rate_mode", sa.String(length=20), nullable=False),
        sa.Column("base_rate", sa.Integer(), nullable=True),
        sa.Column("rate_cap", sa.Integer(), nullable=True),
        sa.Column("rate_exception", sa.Text(), nullable=False),
        sa.Column("fee_rate", sa.Integer(), nullable=True),
        sa.Column("due_date_roll", sa.String(length=20), nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        sa.Column("policy_set_id", sa.Integer(), nullable=True),
        sa.Column("account", sa.LargeBinary(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("compensated_on", sa.Date(), nullable=True),
        sa.Column("outstanding", sa.BigInteger(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["department.id"], name=op.f("fk_credit_loan_bank_id_department")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_credit_loan_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["guarantor_id"], ["department.id"], name=op.f("fk_credit_loan_guarantor_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["policy_set_id"], ["policy_set.id"], name=op.f("fk_credit_loan_policy_set_id_policy_set")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_credit_loan_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_loan")),
        sa.UniqueConstraint("case_id", name=op.f("uq_credit_loan_case_id")),
    )
    with op.batch_alter_table("credit_loan", schema=None) as batch_op:
        batch_op.create_index("ix_credit_loan_bank", ["bank_id", "id"], unique=False)
        batch_op.create_index("ix_credit_loan_guarantor", ["guarantor_id", "id"], unique=False)
        batch_op.create_index("ix_credit_loan_subject", ["subject_id"], unique=False)

    op.create_table(
        "credit_draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receipt_number", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        sa.Column("purpose_text", sa.Text(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["credit_loan.id"], name=op.f("fk_credit_draw_loan_id_credit_loan")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name=op.f("fk_credit_draw_recorded_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_draw")),
        sa.UniqueConstraint("loan_id", "number", name=op.f("uq_credit_draw_loan_id_number")),
    )
    with op.batch_alter_table("credit_draw", schema=None) as batch_op:
        batch_op.create_index("ix_credit_draw_receipt", ["receipt_number"], unique=False)

    op.create_table(
        "credit_use_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_credit_use_check_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["credit_loan.id"], name=op.f("fk_credit_use_check_loan_id_credit_loan")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_credit_use_check_recorded_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_use_check")),
    )
    with op.batch_alter_table("credit_use_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_use_check_loan_id"), ["loan_id"], unique=False)

    op.create_table(
        "credit_instalment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("principal_paid", sa.BigInteger(), nullable=False),
        sa.Column("interest_paid", sa.BigInteger(), nullable=False),
        sa.Column("missed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["credit_draw.id"], name=op.f("fk_credit_instalment_draw_id_credit_draw")
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["credit_loan.id"], name=op.f("fk_credit_instalment_loan_id_credit_loan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_instalment")),
        sa.UniqueConstraint("draw_id", "number", name=op.f("uq_credit_instalment_draw_id_number")),
    )
    with op.batch_alter_table("credit_instalment", schema=None) as batch_op:
        batch_op.create_index("ix_credit_instalment_loan", ["loan_id", "due_on"], unique=False)

    op.create_table(
        "credit_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payment", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=True),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["repayment_batch.id"], name=op.f("fk_credit_ledger_batch_id_repayment_batch")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_credit_ledger_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["credit_draw.id"], name=op.f("fk_credit_ledger_draw_id_credit_draw")
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["credit_loan.id"], name=op.f("fk_credit_ledger_loan_id_credit_loan")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name=op.f("fk_credit_ledger_recorded_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_ledger")),
        sa.UniqueConstraint("loan_id", "seq", name=op.f("uq_credit_ledger_loan_id_seq")),
    )
    with op.batch_alter_table("credit_ledger", schema=None) as batch_op:
        batch_op.create_index("ix_credit_ledger_draw", ["draw_id"], unique=False)

    for statement in GUARDS.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER credit_ledger_append_only ON credit_ledger")
        op.execute("DROP FUNCTION credit_ledger_guard()")
    else:
        op.execute("DROP TRIGGER credit_ledger_no_update")
        op.execute("DROP TRIGGER credit_ledger_no_delete")
    with op.batch_alter_table("credit_ledger", schema=None) as batch_op:
        batch_op.drop_index("ix_credit_ledger_draw")

    op.drop_table("credit_ledger")
    with op.batch_alter_table("credit_instalment", schema=None) as batch_op:
        batch_op.drop_index("ix_credit_instalment_loan")

    op.drop_table("credit_instalment")
    with op.batch_alter_table("credit_use_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_use_check_loan_id"))

    op.drop_table("credit_use_check")
    with op.batch_alter_table("credit_draw", schema=None) as batch_op:
        batch_op.drop_index("ix_credit_draw_receipt")

    op.drop_table("credit_draw")
    with op.batch_alter_table("credit_loan", schema=None) as batch_op:
        batch_op.drop_index("ix_credit_loan_subject")
        batch_op.drop_index("ix_credit_loan_guarantor")
        batch_op.drop_index("ix_credit_loan_bank")

    op.drop_table("credit_loan")
    op.drop_table("repayment_batch")
