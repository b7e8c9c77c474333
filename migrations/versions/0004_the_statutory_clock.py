"""Migration: the statutory clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOTICE = sa.table(
    "calendar_notice",
    sa.column("year"),
    sa.column("is_full_year"),
    sa.column("region_code"),
    sa.column("title"),
    sa.column("source"),
    sa.column("days", sa.JSON()),
    sa.column("state"),
    sa.column("moved"),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("applied_version"),
    sa.column("applied_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("executor_id", sa.String(length=60), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_worker")),
    )
    op.create_table(
        "calendar_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("is_full_year", sa.Boolean(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_version", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_version", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["user_account.id"], name=op.f("fk_calendar_notice_applied_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_calendar_notice_created_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user_account.id"], name=op.f("fk_calendar_notice_undone_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_notice")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_outbox_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["not_before", "id"],
            unique=False,
            postgresql_where=sa.text("status = 'waiting'"),
            sqlite_where=sa.text("status = 'waiting'"),
        )

    op.create_table(
        "deadline_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_change_deadline_id_deadline")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_change")),
    )
    with op.batch_alter_table("deadline_change", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_change_deadline", ["deadline_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deadline_change_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "deadline_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("limit_days", sa.Integer(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_text", sa.Text(), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("limit_deadline_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_by_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_deadline_pause_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_pause_deadline_id_deadline")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_deadline_pause_decided_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_deadline_pause_letter_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["limit_deadline_id"], ["deadline.id"], name=op.f("fk_deadline_pause_limit_deadline_id_deadline")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["user_account.id"],
            name=op.f("fk_deadline_pause_requested_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["resumed_by_id"], ["user_account.id"], name=op.f("fk_deadline_pause_resumed_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_pause")),
    )
    with op.batch_alter_table("deadline_pause", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_pause_case", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deadline_pause_deadline_id"), ["deadline_id"], unique=False)

    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until_version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("notice_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_calendar_day_day_region_code"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_calendar_day_day_region_code_version"), ["day", "region_code", "version"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_calendar_day_notice_id_calendar_notice"), "calendar_notice", ["notice_id"], ["id"]
        )

    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region_code", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("paused_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ladder", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("remind_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reminded_on", sa.Date(), nullable=True))
        batch_op.create_index(
            "ix_deadline_remind",
            ["remind_on", "id"],
            unique=False,
            postgresql_where=sa.text("remind_on IS NOT NULL"),
            sqlite_where=sa.text("remind_on IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_deadline_running",
            ["due_on"],
            unique=False,
            postgresql_where=sa.text("done_on IS NULL AND cancelled_on IS NULL"),
            sqlite_where=sa.text("done_on IS NULL AND cancelled_on IS NULL"),
        )

    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("office_opens", sa.String(length=5), nullable=False, server_default="08:30")
        )

    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=20), nullable=False, server_default="drawn"))
        batch_op.add_column(sa.Column("leased_by", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("engine_task_id", existing_type=sa.VARCHAR(length=36), nullable=True)
        batch_op.create_index(batch_op.f("ix_timer_deadline_id"), ["deadline_id"], unique=False)

    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=120), nullable=False, server_default=""))

    _seed_notices()


def _seed_notices() -> None:
    """The years whose days version 1 has become notices in force."""
    bind = op.get_bind()
    rows = bind.execute(
        sa.text("SELECT day, kind, name, source FROM calendar_day WHERE region_code = '' ORDER BY day")
    ).all()
    years: dict[int, list[sa.Row[tuple[object, ...]]]] = {}
    for row in rows:
        # As in models/calendar.py: a December is named by the notice of the year after it.
        day = date.fromisoformat(str(row.day))
        years.setdefault(day.year + (day.month == 12), []).append(row)
    for year, days in years.items():
        content = [{"day": str(row.day), "kind": row.kind, "name": row.name} for row in days]
        bind.execute(
            sa.insert(NOTICE).values(
                year=year,
                is_full_year=True,
                region_code="",
                title=f"{year}年部分节假日安排",
                source=days[0].source,
                days=content,
                state="applied",
                moved=0,
                created_at=datetime.now(UTC),
                applied_version=1,
                applied_at=datetime.now(UTC),
            )
        )
        bind.execute(
            sa.text(
                "UPDATE calendar_day SET notice_id = (SELECT id FROM calendar_notice WHERE year = :year) "
                "WHERE region_code = '' AND day BETWEEN :first AND :last"
            ).bindparams(
                sa.bindparam("first", date(year - 1, 12, 1), type_=sa.Date()),
                sa.bindparam("last", date(year, 11, 30), type_=sa.Date()),
            ),
            {"year": year},
        )


def downgrade() -> None:
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_column("email")

    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timer_deadline_id"))
        batch_op.alter_column("engine_task_id", existing_type=sa.VARCHAR(length=36), nullable=False)
        batch_op.drop_column("lease_until")
        batch_op.drop_column("leased_by")
        batch_op.drop_column("kind")

    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.drop_column("office_opens")

    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_deadline_running",
            postgresql_where=sa.text("done_on IS NULL AND cancelled_on IS NULL"),
            sqlite_where=sa.text("done_on IS NULL AND cancelled_on IS NULL"),
        )
        batch_op.drop_index(
            "ix_deadline_remind",
            postgresql_where=sa.text("remind_on IS NOT NULL"),
            sqlite_where=sa.text("remind_on IS NOT NULL"),
        )
        batch_op.drop_column("reminded_on")
        batch_op.drop_column("remind_on")
        batch_op.drop_column("ladder")
        batch_op.drop_column("paused_on")
        batch_op.drop_column("region_code")

    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_calendar_day_notice_id_calendar_notice"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_calendar_day_day_region_code_version"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_calendar_day_day_region_code"), ["day", "region_code"]
        )
        batch_op.drop_column("notice_id")
        batch_op.drop_column("until_version")

    with op.batch_alter_table("deadline_pause", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadline_pause_deadline_id"))
        batch_op.drop_index("ix_deadline_pause_case")

    op.drop_table("deadline_pause")
    with op.batch_alter_table("deadline_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadline_change_notice_id"))
        batch_op.drop_index("ix_deadline_change_deadline")

    op.drop_table("deadline_change")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_waiting",
            postgresql_where=sa.text("status = 'waiting'"),
            sqlite_where=sa.text("status = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_outbox_user_id"))

    op.drop_table("outbox")
    op.drop_table("calendar_notice")
    op.drop_table("worker")
