"""Creates the database of a PostgreSQL URL when the server does not have it yet."""

from __future__ import annotations

import sys

import sqlalchemy as sa


def main(url: str) -> None:
    """Look for the database from the server's own; names are quoted by the dialect."""
    wanted = sa.make_url(url)
    engine = sa.create_engine(wanted.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(found, {"name": wanted.database}) is None:
            quoted = engine.dialect.identifier_preparer.quote(wanted.database or "test")
            connection.execute(sa.text(f"CREATE DATABASE {quoted}"))
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
