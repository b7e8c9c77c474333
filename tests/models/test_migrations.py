"""Tests of the migrations: what they build is what the models say, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from models import database
from models.calendar import Installation, now
from models.case_bigram import is_compared, is_meant
from models.document import Document
from models.ooxml import DOCX
from models.refusal import Refusal
from models.tables import metadata
from models.workflow import ProcessDefinition
from processes import installation
from processes.publication import ALWAYS
from tests.world import World


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def indexes(url: str) -> dict[str, str]:
    """Name → table, columns, uniqueness and condition, as the database tells them."""
    with connected(url) as connection:
        found = sa.inspect(connection)
        rows = [(table, index) for table in found.get_table_names() for index in found.get_indexes(table)]
    return {str(index["name"]): f"{table} {_words(index)}" for table, index in rows}


def _words(index: Any) -> str:
    options = {key: str(value) for key, value in (index.get("dialect_options") or {}).items()}
    return f"{index['column_names']} {bool(index['unique'])} {options}"


def test_migrated_tables_are_the_tables_of_the_models(url: str) -> None:
    installation.upgrade(url)
    with connected(url) as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": is_compared, "include_object": is_meant},
        )
        assert compare_metadata(context, metadata) == []


def test_migrated_indexes_have_the_same_columns_and_conditions(url: str) -> None:
    installation.upgrade(url)
    migrated = indexes(url)
    installation.wipe(url)
    engine = sa.create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    assert indexes(url) == migrated
    assert "assignee_id IS NULL" in migrated["ix_user_task_pool"]


def test_a_day_in_december_comes_under_the_notice_of_the_year_after(url: str) -> None:
    """As in a new database: 2019's notice named the last days of 2018."""
    with connected(url) as connection:
        command.upgrade(installation.config_for(connection), "0003")
        for day in ("2018-12-29", "2019-01-01"):
            row = f"'{day}', '', 'off', '元旦', '文', 1"
            connection.exec_driver_sql(
                f"INSERT INTO calendar_day (day, region_code, kind, name, source, version) VALUES ({row})"
            )
        connection.commit()
    installation.upgrade(url)
    with connected(url) as connection:
        years = "SELECT n.year FROM calendar_day d JOIN calendar_notice n ON n.id = d.notice_id"
        assert connection.exec_driver_sql(years).scalars().all() == [2019, 2019]


def test_a_first_version_was_always_in_force_and_a_later_one_from_its_publication(url: str) -> None:
    """As in a new database."""
    row = {"key": "a", "name": "a", "bpmn": "", "decisions": "{}", "spec_json": "", "digest": ""}
    with connected(url) as connection:
        command.upgrade(installation.config_for(connection), "0016")
        for version in (1, 2):
            values = {**row, "id": version, "version": version, "published_at": "2026-03-02 01:00:00"}
            marks = ", ".join(f"'{value}'" for value in values.values())
            connection.exec_driver_sql(
                f"INSERT INTO process_definition ({', '.join(values)}) VALUES ({marks})"
            )
        connection.commit()
    installation.upgrade(url)
    with connected(url) as connection:
        rows = sa.select(ProcessDefinition.version, ProcessDefinition.effective_at)
        found = {version: began for version, began in connection.execute(rows)}
    assert found[1] == ALWAYS and found[2].date() == date(2026, 3, 2)


def test_a_second_upgrade_changes_nothing_and_keeps_the_rows(url: str) -> None:
    installation.upgrade(url)
    bound = database.bind(database.Database(url))
    with database.transaction() as session:
        assert installation.prepare(session, is_training=True)
    with database.transaction() as session:
        assert not installation.prepare(session, is_training=False)
    bound.dispose()
    installation.upgrade(url)
    with database.reading() as session:
        assert installation.is_training(session)
    bound.dispose()


def test_only_a_training_database_is_wiped(world: World, url: str) -> None:
    with database.transaction() as session:
        session.get_one(Installation, 1).is_training = False
    with pytest.raises(Refusal):
        installation.wipe(url)
    with database.transaction() as session:
        assert not installation.is_empty(session)
        session.get_one(Installation, 1).is_training = True
    _a_word_file_outlives_the_way_back(world, url)
    installation.wipe(url)
    with connected(url) as connection:
        # The jobs went with it: their schema on PostgreSQL, their tables among ours on SQLite.
        assert sa.inspect(connection).get_table_names() == []
        assert "dbos" not in sa.inspect(connection).get_schema_names()


def _a_word_file_outlives_the_way_back(world: World, url: str) -> None:
    """PostgreSQL would refuse to cut its media type (0028); the tables are built up again after."""
    case_id = world.submitted()
    with database.transaction() as session:
        named = {"kind": "premises_proof", "file_name": "合同.docx", "media_type": DOCX, "size": 1}
        stored = {"sha256": "", "storage_key": "x", "uploaded_by_id": world.user(session, "renshe1").id}
        session.add(Document(case_id=case_id, **named, **stored, uploaded_at=now()))
    database.bound().dispose()
    with connected(url) as connection:
        config = installation.config_for(connection)
        command.stamp(config, "head")
        command.downgrade(config, "0027")
        kept = connection.exec_driver_sql("SELECT media_type FROM document").scalars().all()
        assert kept == [DOCX]
        connection.commit()
    installation.upgrade(url)
    with connected(url) as connection:
        assert sa.inspect(connection).has_table("conversion")


def test_tables_are_upgraded_with_the_engines_beside_them(url: str) -> None:
    for _time in range(2):
        installation.upgrade(url)
        installation.install_engine(url)
    installation.wipe(url)
    installation.install_engine(url)
