"""Migration: who has a page open, the search by pairs of characters, drafts of several tabs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_BATCH = 5_000
# As models/case_bigram.py has them.
_INDEX = (
    "CREATE VIRTUAL TABLE case_bigram_fts USING fts5("
    "pairs, content='case_bigram', content_rowid='case_id', detail='none', columnsize=0, tokenize='ascii')",
    "CREATE TRIGGER case_bigram_added AFTER INSERT ON case_bigram BEGIN "
    "INSERT INTO case_bigram_fts(rowid, pairs) VALUES (new.case_id, new.pairs); END",
    "CREATE TRIGGER case_bigram_removed AFTER DELETE ON case_bigram BEGIN "
    "INSERT INTO case_bigram_fts(case_bigram_fts, rowid, pairs) VALUES ('delete', old.case_id, old.pairs); END",
    "CREATE TRIGGER case_bigram_changed AFTER UPDATE ON case_bigram BEGIN "
    "INSERT INTO case_bigram_fts(case_bigram_fts, rowid, pairs) VALUES ('delete', old.case_id, old.pairs); "
    "INSERT INTO case_bigram_fts(rowid, pairs) VALUES (new.case_id, new.pairs); END",
)


def upgrade() -> None:
    _create_presence()
    op.add_column("task_draft", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("task_draft", sa.Column("tab", sa.String(length=36), nullable=False, server_default=""))
    is_server = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "case_bigram",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pairs", postgresql.ARRAY(sa.Text()) if is_server else sa.Text(), nullable=False),
        sa.Column("ending", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_bigram_case_id_case_file")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_bigram")),
    )
    _find_all(is_server)
    op.create_index(
        "ix_case_bigram_ending",
        "case_bigram",
        ["ending"],
        postgresql_ops={"ending": "varchar_pattern_ops"},
    )
    if is_server:
        op.create_index("ix_case_bigram_pairs", "case_bigram", ["pairs"], postgresql_using="gin")
        op.create_index(
            "ix_case_file_number_like",
            "case_file",
            ["number"],
            postgresql_ops={"number": "varchar_pattern_ops"},
        )
        return
    for statement in _INDEX:
        op.execute(statement)
    op.execute("INSERT INTO case_bigram_fts(case_bigram_fts) VALUES ('rebuild')")


def _create_presence() -> None:
    op.create_table(
        "presence",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_writing", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_presence_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_presence_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_presence")),
    )
    op.create_index("ix_presence_seen_at", "presence", ["seen_at"])


def _find_all(is_server: bool) -> None:
    """Every case there is; the index is built once, after them."""
    connection, last = op.get_bind(), 0
    kind: Any = postgresql.ARRAY(sa.Text()) if is_server else sa.Text()
    put = sa.table("case_bigram", sa.column("case_id"), sa.column("pairs", kind), sa.column("ending"))
    query = sa.text(
        "SELECT id, number, applicant_name FROM case_file WHERE id > :last ORDER BY id LIMIT :size"
    )
    while cases := connection.execute(query, {"last": last, "size": _BATCH}).all():
        rows: list[dict[str, Any]] = []
        for row_id, number, name in cases:
            pairs = list(dict.fromkeys(_pairs(name)))
            kept: Any = pairs if is_server else " ".join(pairs)
            rows.append({"case_id": row_id, "pairs": kept, "ending": number[::-1].upper()})
        connection.execute(sa.insert(put), rows)
        last = cases[-1][0]


def _pairs(name: str) -> Iterator[str]:
    letters = [f"{ord(letter):x}" for letter in name.upper() if letter.isalnum()]
    yield from (f"u{letter}" for letter in letters)
    yield from (f"p{one}x{other}" for one, other in pairwise(letters))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE case_bigram_fts")
    else:
        op.drop_index("ix_case_file_number_like", table_name="case_file")
    op.drop_table("case_bigram")
    with op.batch_alter_table("task_draft", schema=None) as batch_op:
        batch_op.drop_column("tab")
        batch_op.drop_column("revision")
    op.drop_table("presence")
