"""Migration: the process studio: drafts, proposals, migration of cases, rehearsal, replay, drawn fields."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from models.database import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "process_setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("is_four_eyes", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("off_asked_by_id", sa.Integer(), nullable=True),
        sa.Column("off_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user_account.id"], name=op.f("fk_process_setting_changed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["off_asked_by_id"],
            ["user_account.id"],
            name=op.f("fk_process_setting_off_asked_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_process_setting")),
    )
    op.create_table(
        "migration_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["user_account.id"], name=op.f("fk_migration_plan_applied_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_migration_plan_author_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["process_definition.id"], name=op.f("fk_migration_plan_to_id_process_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration_plan")),
    )
    with op.batch_alter_table("migration_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_migration_plan_key"), ["key"], unique=False)

    op.create_table(
        "process_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("bpmn", sa.Text(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("tests", sa.JSON(), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["based_on_id"],
            ["process_definition.id"],
            name=op.f("fk_process_draft_based_on_id_process_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_process_draft_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_draft")),
    )
    with op.batch_alter_table("process_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_draft_key"), ["key"], unique=False)
        batch_op.create_index("ix_process_draft_owner", ["owner_id", "saved_at"], unique=False)

    op.create_table(
        "draft_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("bpmn", sa.Text(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("tests", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["process_draft.id"], name=op.f("fk_draft_snapshot_draft_id_process_draft")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_snapshot")),
    )
    with op.batch_alter_table("draft_snapshot", schema=None) as batch_op:
        batch_op.create_index("ix_draft_snapshot_draft", ["draft_id", "id"], unique=False)

    op.create_table(
        "migration_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("token_revision", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_migration_line_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["process_definition.id"], name=op.f("fk_migration_line_from_id_process_definition")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["migration_plan.id"], name=op.f("fk_migration_line_plan_id_migration_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration_line")),
        sa.UniqueConstraint("plan_id", "case_id", name=op.f("uq_migration_line_plan_id_case_id")),
    )
    with op.batch_alter_table("migration_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_migration_line_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_migration_line_verdict", ["plan_id", "verdict", "id"], unique=False)

    op.create_table(
        "process_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("bpmn", sa.Text(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("tests", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_process_proposal_author_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["based_on_id"],
            ["process_definition.id"],
            name=op.f("fk_process_proposal_based_on_id_process_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definition.id"],
            name=op.f("fk_process_proposal_definition_id_process_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["process_draft.id"], name=op.f("fk_process_proposal_draft_id_process_draft")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["user_account.id"], name=op.f("fk_process_proposal_reviewer_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_proposal")),
    )
    with op.batch_alter_table("process_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_proposal_key"), ["key"], unique=False)
        batch_op.create_index("ix_process_proposal_status", ["status", "id"], unique=False)

    op.create_table(
        "rehearsal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("bpmn", sa.Text(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("spec_json", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("opening", sa.LargeBinary(), nullable=False),
        sa.Column("acts", sa.LargeBinary(), nullable=False),
        sa.Column("clocks", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_finished", sa.Boolean(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definition.id"],
            name=op.f("fk_rehearsal_definition_id_process_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["process_draft.id"], name=op.f("fk_rehearsal_draft_id_process_draft")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_rehearsal_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
    )
    with op.batch_alter_table("rehearsal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rehearsal_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rehearsal_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "replay_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("bpmn", sa.Text(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("spec_json", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definition.id"],
            name=op.f("fk_replay_run_definition_id_process_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["process_draft.id"], name=op.f("fk_replay_run_draft_id_process_draft")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_replay_run_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_run")),
    )
    with op.batch_alter_table("replay_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replay_run_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "drawn_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_drawn_answer_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_drawn_answer_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["user_task.id"], name=op.f("fk_drawn_answer_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn_answer")),
    )
    with op.batch_alter_table("drawn_answer", schema=None) as batch_op:
        batch_op.create_index("ix_drawn_answer_case", ["case_id", "field", "id"], unique=False)

    op.create_table(
        "replay_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_replay_line_case_id_case_file")),
        sa.ForeignKeyConstraint(["run_id"], ["replay_run.id"], name=op.f("fk_replay_line_run_id_replay_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_line")),
        sa.UniqueConstraint("run_id", "case_id", name=op.f("uq_replay_line_run_id_case_id")),
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("process_key", sa.String(length=60), nullable=False, server_default=""))

    with op.batch_alter_table("process_definition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tests", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("author_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("approved_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("based_on_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_shipped", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_process_definition_author_id_user_account"), "user_account", ["author_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_process_definition_based_on_id_process_definition"),
            "process_definition",
            ["based_on_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_process_definition_approved_by_id_user_account"),
            "user_account",
            ["approved_by_id"],
            ["id"],
        )

    # Until now drawings came with the program only into a new database; every later version was an owner's.
    op.execute(
        "UPDATE process_definition SET effective_at = published_at, "
        "is_shipped = (published_by_id IS NULL AND version = 1)"
    )
    # As in a new database: before the first version there was no other.
    table = sa.table(
        "process_definition", sa.column("version", sa.Integer()), sa.column("effective_at", UTCDateTime())
    )
    always = datetime(2000, 1, 1, tzinfo=UTC)
    op.execute(table.update().where(table.c.version == 1).values(effective_at=always))
    with op.batch_alter_table("process_definition", schema=None) as batch_op:
        batch_op.alter_column("effective_at", existing_type=sa.DateTime(timezone=True), nullable=False)

    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.drop_column("priority")

    with op.batch_alter_table("process_definition", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_process_definition_approved_by_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_process_definition_based_on_id_process_definition"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_process_definition_author_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("effective_at")
        batch_op.drop_column("is_shipped")
        batch_op.drop_column("based_on_id")
        batch_op.drop_column("approved_by_id")
        batch_op.drop_column("author_id")
        batch_op.drop_column("reason")
        batch_op.drop_column("tests")

    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_column("process_key")

    op.drop_table("replay_line")
    with op.batch_alter_table("drawn_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_drawn_answer_case")

    op.drop_table("drawn_answer")
    with op.batch_alter_table("replay_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replay_run_owner_id"))

    op.drop_table("replay_run")
    with op.batch_alter_table("rehearsal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rehearsal_owner_id"))
        batch_op.drop_index(batch_op.f("ix_rehearsal_draft_id"))

    op.drop_table("rehearsal")
    with op.batch_alter_table("process_proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_process_proposal_status")
        batch_op.drop_index(batch_op.f("ix_process_proposal_key"))

    op.drop_table("process_proposal")
    with op.batch_alter_table("migration_line", schema=None) as batch_op:
        batch_op.drop_index("ix_migration_line_verdict")
        batch_op.drop_index(batch_op.f("ix_migration_line_case_id"))

    op.drop_table("migration_line")
    with op.batch_alter_table("draft_snapshot", schema=None) as batch_op:
        batch_op.drop_index("ix_draft_snapshot_draft")

    op.drop_table("draft_snapshot")
    with op.batch_alter_table("process_draft", schema=None) as batch_op:
        batch_op.drop_index("ix_process_draft_owner")
        batch_op.drop_index(batch_op.f("ix_process_draft_key"))

    op.drop_table("process_draft")
    with op.batch_alter_table("migration_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_migration_plan_key"))

    op.drop_table("migration_plan")
    op.drop_table("process_setting")
