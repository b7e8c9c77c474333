"""Migration: comments, copies, urging, substitutes, follow-up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_UNREAD = sa.text("read_at IS NULL")
_TAKEN = sa.text("status = 'open' AND on_behalf_of_id IS NOT NULL")
_BEHALF = "fk_user_task_on_behalf_of_id_user_account"


def upgrade() -> None:
    _add_behalf()
    op.create_index(
        "ix_user_task_behalf", "user_task", ["on_behalf_of_id"], postgresql_where=_TAKEN, sqlite_where=_TAKEN
    )
    _create_comments()
    _create_copies()
    _create_urgings()
    _create_follow_ups()
    _create_substitutes()


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _add_behalf() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("user_task", sa.Column("on_behalf_of_id", sa.Integer(), nullable=True))
        op.create_foreign_key(_BEHALF, "user_task", "user_account", ["on_behalf_of_id"], ["id"])
    else:
        # In place: the batch mode of alembic would copy every task there ever was.
        op.execute(
            f"ALTER TABLE user_task ADD COLUMN on_behalf_of_id INTEGER CONSTRAINT {_BEHALF} REFERENCES user_account (id)"
        )


def _create_comments() -> None:
    op.create_table(
        "case_comment",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", _AT, nullable=False),
        sa.Column("withdrawn_at", _AT, nullable=True),
        _to("case_comment", "case_id", "case_file"),
        _to("case_comment", "author_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_comment")),
    )
    op.create_index("ix_case_comment_case", "case_comment", ["case_id", "id"])
    op.create_table(
        "comment_mention",
        sa.Column("comment_id", _BIG, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _to("comment_mention", "comment_id", "case_comment"),
        _to("comment_mention", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("comment_id", "user_id", name=op.f("pk_comment_mention")),
    )


def _create_copies() -> None:
    op.create_table(
        "case_copy",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sent_at", _AT, nullable=False),
        sa.Column("read_at", _AT, nullable=True),
        _to("case_copy", "case_id", "case_file"),
        _to("case_copy", "user_id", "user_account"),
        _to("case_copy", "sent_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_copy")),
        sa.UniqueConstraint("case_id", "user_id", name=op.f("uq_case_copy_case_id_user_id")),
    )
    op.create_index("ix_case_copy_mine", "case_copy", ["user_id", "sent_at", "id"])
    op.create_index("ix_case_copy_sent", "case_copy", ["sent_by_id", "sent_at", "id"])
    op.create_index(
        "ix_case_copy_unread", "case_copy", ["user_id"], postgresql_where=_UNREAD, sqlite_where=_UNREAD
    )


def _create_urgings() -> None:
    op.create_table(
        "task_urging",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        _to("task_urging", "task_id", "user_task"),
        _to("task_urging", "case_id", "case_file"),
        _to("task_urging", "by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_urging")),
    )
    op.create_index("ix_task_urging_task", "task_urging", ["task_id", "id"])
    op.create_index("ix_task_urging_case", "task_urging", ["case_id", "id"])


def _create_follow_ups() -> None:
    op.create_table(
        "task_follow_up",
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("set_at", _AT, nullable=False),
        _to("task_follow_up", "task_id", "user_task"),
        _to("task_follow_up", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("task_id", "user_id", name=op.f("pk_task_follow_up")),
    )
    op.create_index("ix_task_follow_up_user", "task_follow_up", ["user_id", "on_day", "task_id"])


def _create_substitutes() -> None:
    op.create_table(
        "substitute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("absent_id", sa.Integer(), nullable=False),
        sa.Column("stand_in_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("set_at", _AT, nullable=False),
        sa.Column("ended_at", _AT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        _to("substitute", "absent_id", "user_account"),
        _to("substitute", "stand_in_id", "user_account"),
        _to("substitute", "set_by_id", "user_account"),
        _to("substitute", "ended_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute")),
    )
    op.create_index("ix_substitute_stand_in", "substitute", ["stand_in_id", "until_on"])
    op.create_index("ix_substitute_absent", "substitute", ["absent_id", "until_on"])


def downgrade() -> None:
    for table in (
        "substitute", "task_follow_up", "task_urging", "case_copy", "comment_mention", "case_comment",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_user_task_behalf", table_name="user_task")
    # The foreign key goes with its column, on both databases.
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.drop_column("on_behalf_of_id")
