"""Migration: the credit register, shared credit information, exits and the blacklist."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("application_case_id", sa.Integer(), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_case_id"],
            ["case_file.id"],
            name=op.f("fk_credit_listing_application_case_id_case_file"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["public_notice.id"], name=op.f("fk_credit_listing_notice_id_public_notice")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_credit_listing_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_credit_listing_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_listing")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_listing_number")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_credit_listing_subject_id")),
    )
    with op.batch_alter_table("credit_listing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_credit_listing_application_case_id"), ["application_case_id"], unique=False
        )
        batch_op.create_index("ix_credit_listing_register", ["region_id", "kind", "status"], unique=False)

    op.create_table(
        "listing_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_listing_event_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_listing_event_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_listing_event_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_event")),
    )
    with op.batch_alter_table("listing_event", schema=None) as batch_op:
        batch_op.create_index("ix_listing_event_subject", ["subject_id", "id"], unique=False)

    op.create_table(
        "exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_hash", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("excluded_on", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_exclusion_case_id_case_file")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_exclusion_region_id_region")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_exclusion_subject_id_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
        sa.UniqueConstraint("subject_id", "cause", name=op.f("uq_exclusion_subject_id_cause")),
    )
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exclusion_code_hash"), ["code_hash"], unique=False)
        batch_op.create_index("ix_exclusion_operator", ["operator_hash"], unique=False)

    op.create_table(
        "exit_warning",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_exit_warning_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_exit_warning_department_id_department")
        ),
        sa.PrimaryKeyConstraint("case_id", "department_id", name=op.f("pk_exit_warning")),
    )
    op.create_table(
        "info_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["user_account.id"], name=op.f("fk_info_import_applied_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_info_import_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user_account.id"], name=op.f("fk_info_import_uploaded_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_info_import")),
    )
    with op.batch_alter_table("info_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_info_import_department_id"), ["department_id"], unique=False)

    op.create_table(
        "credit_info",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_credit_info_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["info_import.id"], name=op.f("fk_credit_info_import_id_info_import")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name=op.f("fk_credit_info_recorded_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_credit_info_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_info")),
    )
    with op.batch_alter_table("credit_info", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_info_import_id"), ["import_id"], unique=False)
        batch_op.create_index("ix_credit_info_subject", ["subject_id", "field", "as_of", "id"], unique=False)

    op.create_table(
        "evidence_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("queried_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_evidence_record_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_evidence_record_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_evidence_record_recorded_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_evidence_record_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_record")),
    )
    with op.batch_alter_table("evidence_record", schema=None) as batch_op:
        batch_op.create_index(
            "ix_evidence_record_subject", ["subject_id", "source", "queried_on", "id"], unique=False
        )

    op.create_table(
        "exit_file",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("is_cancelled_before", sa.Boolean(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("measure", sa.String(length=30), nullable=False),
        sa.Column("measure_note", sa.Text(), nullable=False),
        sa.Column("guarantor_measure", sa.String(length=30), nullable=False),
        sa.Column("guarantor_note", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_exit_file_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["public_notice.id"], name=op.f("fk_exit_file_notice_id_public_notice")
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["user_account.id"], name=op.f("fk_exit_file_reported_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["department.id"], name=op.f("fk_exit_file_reporter_id_department")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_exit_file_subject_id_subject")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_exit_file")),
    )
    with op.batch_alter_table("exit_file", schema=None) as batch_op:
        batch_op.create_index("ix_exit_file_subject", ["subject_id", "case_id"], unique=False)

    op.create_table(
        "blacklisting",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("debts", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("meeting_number", sa.String(length=60), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_blacklisting_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["public_notice.id"], name=op.f("fk_blacklisting_notice_id_public_notice")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_blacklisting_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user_account.id"], name=op.f("fk_blacklisting_proposed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_blacklisting_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_blacklisting")),
    )
    with op.batch_alter_table("blacklisting", schema=None) as batch_op:
        batch_op.create_index("ix_blacklisting_subject", ["subject_id", "case_id"], unique=False)

    op.create_table(
        "blacklist_receipt",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_blacklist_receipt_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_blacklist_receipt_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"],
            ["user_account.id"],
            name=op.f("fk_blacklist_receipt_received_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("case_id", "department_id", name=op.f("pk_blacklist_receipt")),
    )
    with op.batch_alter_table("blacklist_receipt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_blacklist_receipt_department_id"), ["department_id"], unique=False
        )

    op.create_table(
        "blacklist_objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_blacklist_objection_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_blacklist_objection_recorded_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blacklist_objection")),
    )
    with op.batch_alter_table("blacklist_objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blacklist_objection_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("blacklist_objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blacklist_objection_case_id"))

    op.drop_table("blacklist_objection")
    with op.batch_alter_table("blacklist_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blacklist_receipt_department_id"))

    op.drop_table("blacklist_receipt")
    with op.batch_alter_table("blacklisting", schema=None) as batch_op:
        batch_op.drop_index("ix_blacklisting_subject")

    op.drop_table("blacklisting")
    with op.batch_alter_table("exit_file", schema=None) as batch_op:
        batch_op.drop_index("ix_exit_file_subject")

    op.drop_table("exit_file")
    with op.batch_alter_table("evidence_record", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_record_subject")

    op.drop_table("evidence_record")
    with op.batch_alter_table("credit_info", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_info_import_id"))
        batch_op.drop_index("ix_credit_info_subject")

    op.drop_table("credit_info")
    with op.batch_alter_table("info_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_info_import_department_id"))

    op.drop_table("info_import")
    op.drop_table("exit_warning")
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exclusion_code_hash"))
        batch_op.drop_index("ix_exclusion_operator")

    op.drop_table("exclusion")
    with op.batch_alter_table("listing_event", schema=None) as batch_op:
        batch_op.drop_index("ix_listing_event_subject")

    op.drop_table("listing_event")
    with op.batch_alter_table("credit_listing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_listing_application_case_id"))
        batch_op.drop_index("ix_credit_listing_register")

    op.drop_table("credit_listing")
