"""The one database of a test run: put back before each test to the rows the sample county was built with.

A copy for every test cost PostgreSQL more than most tests. The rows are compared and restored, never guessed:
a table keeps a copy of itself in the schema `kept`, and a test that changed the tables themselves, their
triggers or functions (an event trigger notes it) costs a new database from the template.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

import sqlalchemy as sa

PREPARE = """
CREATE SCHEMA kept;
CREATE TABLE kept.rows (name text PRIMARY KEY, copy text, count bigint, written text);
CREATE TABLE kept.sequence AS
    SELECT format('%I.%I', schemaname, sequencename) AS name, last_value FROM pg_sequences;
CREATE TABLE kept.changed (tag text);
DO $$ DECLARE t text; c text; n int := 0; BEGIN
    FOR t IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
             WHERE schemaname NOT IN ('kept', 'pg_catalog', 'information_schema') LOOP
        n := n + 1; c := format('kept.copy_%s', n);
        EXECUTE format('CREATE TABLE %s AS SELECT * FROM %s', c, t);
        INSERT INTO kept.rows VALUES (t, c, -1, '');
    END LOOP;
END $$;
CREATE FUNCTION kept.restore() RETURNS int LANGUAGE plpgsql AS $$
DECLARE r record; n bigint; w text; restored int := 0; BEGIN
    SET LOCAL session_replication_role = replica;  -- neither foreign keys nor the guards of the log
    FOR r IN SELECT * FROM kept.rows LOOP
        EXECUTE format('SELECT count(*), max(xmin::text) FILTER (WHERE xmin::text <> %L) FROM %s',
                       r.written, r.name) INTO n, w;
        CONTINUE WHEN n = r.count AND w IS NULL;
        EXECUTE format('DELETE FROM %s', r.name);
        EXECUTE format('INSERT INTO %s OVERRIDING SYSTEM VALUE SELECT * FROM %s', r.name, r.copy);
        EXECUTE format('SELECT count(*), max(xmin::text) FROM %s', r.name) INTO n, w;
        UPDATE kept.rows SET count = n, written = coalesce(w, '') WHERE name = r.name;
        restored := restored + 1;
    END LOOP;
    PERFORM CASE WHEN s.last_value IS NULL THEN setval(s.name, 1, false) ELSE setval(s.name, s.last_value) END
       FROM kept.sequence s
       JOIN pg_sequences q ON s.name = format('%I.%I', q.schemaname, q.sequencename)
      WHERE q.last_value IS DISTINCT FROM s.last_value;
    RETURN restored;
END $$;
CREATE FUNCTION kept.note() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO kept.changed VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER kept_note ON ddl_command_end EXECUTE FUNCTION kept.note();
"""
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
)


def on_server() -> bool:
    """Whether the databases under test are on PostgreSQL; else they are SQLite files."""
    return "TEST_DATABASE_URL" in os.environ


def named(name: str) -> str:
    """The URL of a database of the server under test."""
    server = sa.make_url(os.environ["TEST_DATABASE_URL"])
    return server.set(database=name).render_as_string(hide_password=False)


def run(statement: str) -> None:
    """One statement on the server under test, outside any database of ours."""
    admin = sa.create_engine(os.environ["TEST_DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(statement)
    admin.dispose()


def new_name() -> str:
    """A database name that nobody has."""
    return f"duoshen_{uuid.uuid4().hex[:12]}"


class Standing:
    """The database that every test with a county shares, one after the other."""

    def __init__(self, source: str, folder: Path) -> None:
        self.source = source
        self.name = new_name() if on_server() else str(folder / "standing.sqlite")
        self.url = named(self.name) if on_server() else f"sqlite:///{self.name}"
        self._engine: sa.Engine | None = None

    def fresh(self) -> str:
        """The URL, with the county as it was built and nobody connected."""
        if on_server():
            self._restore()
        else:
            for end in ("", "-wal", "-shm"):
                Path(self.name + end).unlink(missing_ok=True)
            shutil.copyfile(self.source, self.name)
        return self.url

    def drop(self) -> None:
        """Remove it at the end of the run."""
        if on_server():
            self._forget()
            run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _forget(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _build(self) -> sa.Engine:
        self.drop()
        run(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.source}"')
        engine = sa.create_engine(self.url, pool_size=1)
        with engine.begin() as connection:
            connection.exec_driver_sql(PREPARE.replace("%", "%%"))
        return engine

    def _restore(self) -> None:
        if self._engine is None or self._is_rebuilt_by_a_test(self._engine):
            self._engine = self._build()
        with self._engine.begin() as connection:
            connection.execute(sa.text(OTHERS), {"name": self.name})
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            connection.exec_driver_sql("SELECT kept.restore()")

    def _is_rebuilt_by_a_test(self, engine: sa.Engine) -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(sa.text("SELECT count(*) FROM kept.changed")))
