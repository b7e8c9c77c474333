"""Migration: screening rounds, candidates, opinions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("attendees", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name=op.f("fk_meeting_recorded_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_meeting_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("region_id", "kind", "number", name=op.f("uq_meeting_region_id_kind_number")),
    )
    op.create_table(
        "screening_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("window_month", sa.String(length=7), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("prepared", sa.Integer(), nullable=False),
        sa.Column("is_ready", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_screening_round_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user_account.id"], name=op.f("fk_screening_round_opened_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_screening_round_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_round")),
        sa.UniqueConstraint("case_id", name=op.f("uq_screening_round_case_id")),
        sa.UniqueConstraint("number", name=op.f("uq_screening_round_number")),
        sa.UniqueConstraint(
            "region_id", "window_month", name=op.f("uq_screening_round_region_id_window_month")
        ),
    )
    op.create_table(
        "answer_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("proposal", sa.JSON(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_answer_batch_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_answer_batch_made_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["screening_round.id"], name=op.f("fk_answer_batch_round_id_screening_round")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user_account.id"], name=op.f("fk_answer_batch_undone_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_batch")),
        sa.UniqueConstraint(
            "round_id", "department_id", "key", name=op.f("uq_answer_batch_round_id_department_id_key")
        ),
    )
    with op.batch_alter_table("answer_batch", schema=None) as batch_op:
        batch_op.create_index("ix_answer_batch_department", ["round_id", "department_id", "id"], unique=False)

    op.create_table(
        "screening_candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("application_case_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("at_group_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_case_id"],
            ["case_file.id"],
            name=op.f("fk_screening_candidate_application_case_id_case_file"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_screening_candidate_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_screening_candidate_decided_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_screening_candidate_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["screening_round.id"], name=op.f("fk_screening_candidate_round_id_screening_round")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_screening_candidate_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_candidate")),
        sa.UniqueConstraint("application_case_id", name=op.f("uq_screening_candidate_application_case_id")),
        sa.UniqueConstraint("case_id", name=op.f("uq_screening_candidate_case_id")),
        sa.UniqueConstraint("round_id", "seq", name=op.f("uq_screening_candidate_round_id_seq")),
    )
    with op.batch_alter_table("screening_candidate", schema=None) as batch_op:
        batch_op.create_index(
            "ix_screening_candidate_decided",
            ["id"],
            unique=False,
            postgresql_where=sa.text("decided_on IS NOT NULL AND completed_at IS NULL"),
            sqlite_where=sa.text("decided_on IS NOT NULL AND completed_at IS NULL"),
        )
        batch_op.create_index("ix_screening_candidate_name", ["round_id", "name"], unique=False)
        batch_op.create_index(batch_op.f("ix_screening_candidate_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "supervision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user_account.id"], name=op.f("fk_supervision_answered_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name=op.f("fk_supervision_closed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_supervision_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["user_account.id"], name=op.f("fk_supervision_issued_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["screening_round.id"], name=op.f("fk_supervision_round_id_screening_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_number")),
    )
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_round_id"), ["round_id"], unique=False)

    op.create_table(
        "screening_opinion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("queried_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_by_id", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["user_account.id"],
            name=op.f("fk_screening_opinion_answered_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["screening_candidate.id"],
            name=op.f("fk_screening_opinion_candidate_id_screening_candidate"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_screening_opinion_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["handed_in_by_id"],
            ["user_account.id"],
            name=op.f("fk_screening_opinion_handed_in_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["screening_round.id"], name=op.f("fk_screening_opinion_round_id_screening_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_opinion")),
        sa.UniqueConstraint(
            "candidate_id", "department_id", name=op.f("uq_screening_opinion_candidate_id_department_id")
        ),
    )
    with op.batch_alter_table("screening_opinion", schema=None) as batch_op:
        batch_op.create_index(
            "ix_screening_opinion_board", ["round_id", "department_id", "candidate_id"], unique=False
        )
        batch_op.create_index(
            "ix_screening_opinion_pending",
            ["candidate_id"],
            unique=False,
            postgresql_where=sa.text("handed_in_at IS NOT NULL AND completed_at IS NULL"),
            sqlite_where=sa.text("handed_in_at IS NOT NULL AND completed_at IS NULL"),
        )

    op.create_table(
        "opinion_version",
        sa.Column("opinion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("queried_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["answer_batch.id"], name=op.f("fk_opinion_version_batch_id_answer_batch")
        ),
        sa.ForeignKeyConstraint(
            ["opinion_id"],
            ["screening_opinion.id"],
            name=op.f("fk_opinion_version_opinion_id_screening_opinion"),
        ),
        sa.PrimaryKeyConstraint("opinion_id", "version", name=op.f("pk_opinion_version")),
    )
    with op.batch_alter_table("opinion_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opinion_version_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "screening_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opinion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["opinion_id"],
            ["screening_opinion.id"],
            name=op.f("fk_screening_evidence_opinion_id_screening_opinion"),
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"],
            ["user_account.id"],
            name=op.f("fk_screening_evidence_uploaded_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_evidence")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_screening_evidence_storage_key")),
    )
    with op.batch_alter_table("screening_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_screening_evidence_opinion_id"), ["opinion_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("screening_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_screening_evidence_opinion_id"))

    op.drop_table("screening_evidence")
    with op.batch_alter_table("opinion_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinion_version_batch_id"))

    op.drop_table("opinion_version")
    with op.batch_alter_table("screening_opinion", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_screening_opinion_pending",
            postgresql_where=sa.text("handed_in_at IS NOT NULL AND completed_at IS NULL"),
            sqlite_where=sa.text("handed_in_at IS NOT NULL AND completed_at IS NULL"),
        )
        batch_op.drop_index("ix_screening_opinion_board")

    op.drop_table("screening_opinion")
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervision_round_id"))
        batch_op.drop_index(batch_op.f("ix_supervision_department_id"))

    op.drop_table("supervision")
    with op.batch_alter_table("screening_candidate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_screening_candidate_subject_id"))
        batch_op.drop_index("ix_screening_candidate_name")
        batch_op.drop_index(
            "ix_screening_candidate_decided",
            postgresql_where=sa.text("decided_on IS NOT NULL AND completed_at IS NULL"),
            sqlite_where=sa.text("decided_on IS NOT NULL AND completed_at IS NULL"),
        )

    op.drop_table("screening_candidate")
    with op.batch_alter_table("answer_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_batch_department")

    op.drop_table("answer_batch")
    op.drop_table("screening_round")
    op.drop_table("meeting")
