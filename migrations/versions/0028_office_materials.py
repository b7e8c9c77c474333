"""Migration: Word and Excel materials are shown as PDF.

The way back leaves the media type as wide as it is: PostgreSQL would refuse to narrow it over the first Word file
(71 characters), and the code before reads the wide column as well.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The media type of a Word file has 71 characters.
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.alter_column("media_type", existing_type=sa.String(length=60), type_=sa.String(length=100))
    op.create_table(
        "conversion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("converter", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_conversion_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversion")),
        sa.UniqueConstraint("document_id", name=op.f("uq_conversion_document_id")),
    )


def downgrade() -> None:
    op.drop_table("conversion")
