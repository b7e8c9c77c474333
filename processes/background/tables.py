"""Room background, tables: the engine's own tables, beside ours in the same database."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

# On PostgreSQL; a SQLite file knows no schemas, there they stand among ours.
SCHEMA = "dbos"
# What the engine makes today; a table that a later version adds is one more name here.
NAMES = (
    "application_versions",
    "dbos_migrations",
    "notifications",
    "operation_outputs",
    "queues",
    "streams",
    "workflow_events",
    "workflow_events_history",
    "workflow_input",
    "workflow_output",
    "workflow_schedules",
    "workflow_status",
)


def install(url: str) -> None:
    """Create the engine's tables, or bring them to the version that is installed."""
    from dbos import DBOS

    DBOS.migrate(url)


def drop(connection: Connection) -> None:
    """Remove the engine's tables with all jobs. On SQLite the caller has foreign keys switched off."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        return
    for name in set(NAMES).intersection(inspect(connection).get_table_names()):
        connection.exec_driver_sql(f"DROP TABLE {name}")
