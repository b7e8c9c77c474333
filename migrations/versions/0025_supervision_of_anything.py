"""Migration: orders of supervision of any case, what the stalled board asks by, screens of halls, its workbooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# What no case moves by: models/audit_looks.py.
LOOKS = (
    "document.viewed", "personal_data.viewed", "dossier.asked", "dossier.finished", "dossier.failed", "case.copied",
    "copy.read", "comment.made", "comment.withdrawn", "task.urged", "receipt.urged", "supervision.issued",
    "supervision.reminded", "supervision.closed", "token.move_proposed", "token.move_refused",
    "fact.correction_proposed", "fact.correction_refused", "token.move_outdated", "fact.correction_outdated",
)  # fmt: skip


def upgrade() -> None:
    """Orders get a case, a step and reminders; cases the instant of their last act; the board its indexes and tables."""
    _orders()
    op.add_column("case_file", sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        sa.text(
            "UPDATE case_file SET acted_at = coalesce((SELECT max(at) FROM audit_event WHERE chain = case_file.id"
            " AND actor_id IS NOT NULL AND action NOT IN :looks), opened_at)"
        ).bindparams(sa.bindparam("looks", list(LOOKS), expanding=True))
    )
    op.add_column(
        "user_task", sa.Column("is_applicants", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    # Steps in the lane of the applicant: his own ones, and those that an office does on his behalf.
    op.execute(
        "UPDATE user_task SET is_applicants = true WHERE form_key IN ('supplement', 'blacklist_statement')"
        " OR assignee_id = (SELECT applicant_user_id FROM case_file WHERE id = user_task.case_id)"
    )
    _indexes()
    _screens()
    _exports()


def _orders() -> None:
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.alter_column("round_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
        batch_op.add_column(sa.Column("office_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("remind_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reminders", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("escalated_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE supervision SET case_id = (SELECT case_id FROM screening_round WHERE id = supervision.round_id),"
        " office_id = (SELECT department_id FROM user_account WHERE id = supervision.issued_by_id)"
    )
    # Open orders of before are reminded from now on; the job finds out what is due.
    op.execute("UPDATE supervision SET remind_on = due_on WHERE answered_on IS NULL AND closed_on IS NULL")
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.alter_column("case_id", existing_type=sa.Integer(), nullable=False)
        for column, table in (
            ("case_id", "case_file"),
            ("task_id", "user_task"),
            ("office_id", "department"),
        ):
            batch_op.create_foreign_key(
                batch_op.f(f"fk_supervision_{column}_{table}"), table, [column], ["id"]
            )
            batch_op.create_index(batch_op.f(f"ix_supervision_{column}"), [column], unique=False)
        batch_op.create_index(
            "ix_supervision_remind",
            ["remind_on", "id"],
            unique=False,
            postgresql_where=sa.text("remind_on IS NOT NULL"),
            sqlite_where=sa.text("remind_on IS NOT NULL"),
        )


def _indexes() -> None:
    _partial("ix_user_task_open", "user_task", ["due_at", "id"], "status = 'open'")
    _partial("ix_user_task_open_arrived", "user_task", ["created_at", "id"], "status = 'open'")
    _partial(
        "ix_user_task_office", "user_task", ["department_id", "due_at", "id"], "status = 'open' AND id > 0"
    )
    _partial("ix_case_file_quiet", "case_file", ["acted_at", "id"], "closed_at IS NULL")
    _partial("ix_process_instance_fault", "process_instance", ["case_id"], "fault <> ''")
    _partial(
        "ix_deadline_promise",
        "deadline",
        ["case_id"],
        "key = 'promise' AND done_on IS NULL AND cancelled_on IS NULL",
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def _screens() -> None:
    op.create_table(
        "hall_screen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_hall_screen_made_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_hall_screen_region_id_region")),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["user_account.id"], name=op.f("fk_hall_screen_revoked_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_screen")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_hall_screen_secret_digest")),
    )


def _exports() -> None:
    op.create_table(
        "board_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_board_export_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_export")),
    )
    op.create_index("ix_board_export_user", "board_export", ["user_id", "id"], unique=False)


def downgrade() -> None:
    """As before; orders that belong to no round are lost, for there was no place for them."""
    op.drop_table("board_export")
    op.drop_table("hall_screen")
    for name, table in (
        ("ix_deadline_promise", "deadline"),
        ("ix_process_instance_fault", "process_instance"),
        ("ix_case_file_quiet", "case_file"),
        ("ix_user_task_office", "user_task"),
        ("ix_user_task_open_arrived", "user_task"),
        ("ix_user_task_open", "user_task"),
    ):
        op.drop_index(name, table_name=table)
    op.drop_column("user_task", "is_applicants")
    op.drop_column("case_file", "acted_at")
    op.execute("DELETE FROM supervision WHERE round_id IS NULL")
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.drop_index("ix_supervision_remind")
        for column, table in (
            ("case_id", "case_file"),
            ("task_id", "user_task"),
            ("office_id", "department"),
        ):
            batch_op.drop_index(batch_op.f(f"ix_supervision_{column}"))
            batch_op.drop_constraint(batch_op.f(f"fk_supervision_{column}_{table}"), type_="foreignkey")
        for column in ("case_id", "task_id", "office_id", "remind_on", "reminders", "escalated_on"):
            batch_op.drop_column(column)
        batch_op.alter_column("round_id", existing_type=sa.Integer(), nullable=False)
