"""Migration: arrears, compensation, recovery."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.database import Money, UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    running = sa.text("ended_on IS NULL")
    op.create_table(
        "arrears_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_file.id"), nullable=False),
        sa.Column("loan_case_id", sa.Integer(), sa.ForeignKey("case_file.id"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("demand_day", sa.Integer(), nullable=False),
        sa.Column("first_principal", Money(), nullable=False),
        sa.Column("first_interest", Money(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("reported_on", sa.Date()),
        sa.Column("demanded_on", sa.Date()),
        sa.Column("demand_number", sa.String(40), nullable=False),
        sa.Column("applied_on", sa.Date()),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("consented_on", sa.Date()),
        sa.Column("is_risk_shared", sa.Boolean()),
        sa.Column("settled_on", sa.Date()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.UniqueConstraint("case_id"),
        sa.UniqueConstraint("loan_case_id", "due_on"),
    )
    op.create_index(
        "ix_arrears_file_running",
        "arrears_file",
        ["loan_case_id"],
        unique=True,
        postgresql_where=running,
        sqlite_where=running,
    )
    op.create_table(
        "compensation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("file_id", sa.Integer(), sa.ForeignKey("arrears_file.id"), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("principal", Money(), nullable=False),
        sa.Column("interest", Money(), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("voucher", sa.String(100), nullable=False),
        sa.Column("paid_by_id", sa.Integer(), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_on", sa.Date()),
        sa.Column("confirmed_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("closed_on", sa.Date()),
        sa.Column("closed_reason", sa.String(20), nullable=False),
        sa.Column("closed_text", sa.Text(), nullable=False),
        sa.UniqueConstraint("file_id"),
    )
    op.create_table(
        "recovery",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("compensation_id", sa.Integer(), sa.ForeignKey("compensation.id"), nullable=False),
        sa.Column("recovered_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("balance", Money(), nullable=False),
        sa.Column("voucher", sa.String(100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
    )
    op.create_index("ix_recovery_compensation", "recovery", ["compensation_id", "id"])


def downgrade() -> None:
    op.drop_table("recovery")
    op.drop_table("compensation")
    op.drop_table("arrears_file")
