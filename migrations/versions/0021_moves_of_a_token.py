"""Migration: steps sent back, recalled and moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
    _sending_back()
    _proposed(
        "token_move",
        sa.Column("from_places", sa.JSON(), nullable=False),
        sa.Column("to_places", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("token_revision", sa.Integer(), nullable=False),
    )
    _proposed(
        "fact_correction",
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("old", sa.String(length=40), nullable=False),
        sa.Column("new", sa.String(length=40), nullable=False),
        sa.Column("effects", sa.Text(), nullable=False),
    )


def _sending_back() -> None:
    op.create_table(
        "sending_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("from_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_step", sa.String(length=100), nullable=False),
        sa.Column("to_element", sa.String(length=80), nullable=False),
        sa.Column("to_step", sa.String(length=100), nullable=False),
        sa.Column("to_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_sending_back_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_sending_back_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["from_task_id"], ["user_task.id"], name=op.f("fk_sending_back_from_task_id_user_task")
        ),
        sa.ForeignKeyConstraint(
            ["to_task_id"], ["user_task.id"], name=op.f("fk_sending_back_to_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_back")),
    )
    with op.batch_alter_table("sending_back", schema=None) as batch_op:
        batch_op.create_index("ix_sending_back_case", ["case_id", "id"], unique=False)
        batch_op.create_index(
            "ix_sending_back_waiting",
            ["to_task_id"],
            unique=False,
            postgresql_where=sa.text("outcome = ''"),
            sqlite_where=sa.text("outcome = ''"),
        )


def _proposed(table: str, *columns: sa.Column[object]) -> None:
    """What one person proposes and another decides on."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f(f"fk_{table}_author_id_user_account")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f(f"fk_{table}_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f(f"fk_{table}_decided_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(f"ix_{table}_case", ["case_id", "id"], unique=False)
        batch_op.create_index(f"ix_{table}_status", ["status"], unique=False)


def downgrade() -> None:
    op.drop_table("fact_correction")
    op.drop_table("token_move")
    op.drop_table("sending_back")
    # Not by copying the table: its partial indexes stay as they are.
    op.drop_column("process_instance", "moves")
    op.drop_column("user_task", "superseded_at")
    op.drop_column("user_task", "opened_at")
