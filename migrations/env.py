"""Alembic's entry: one connection from processes/installation.py, batch mode so that SQLite can follow."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from models.case_bigram import is_compared, is_meant
from models.tables import metadata


def plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what the database sees: an old revision never imports the models."""
    if kind != "type":
        return False
    if isinstance(item, sa.BigInteger) and item._variant_mapping:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    if isinstance(item, sa.TypeDecorator):
        inner = item.impl_instance
        return "sa.DateTime(timezone=True)" if isinstance(inner, sa.DateTime) else f"sa.{inner!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=plain_type,
    include_name=is_compared,
    include_object=is_meant,
)
with context.begin_transaction():
    context.run_migrations()
