"""Shared ground of all tests: a fresh database with the sample county, and a clock that stands still."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import crypto, database, tables
from models.calendar import fixed_at
from processes.seed import seed_rules, seed_sample_county
from tests.world import World

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.fixture(scope="session", autouse=True)
def _key() -> None:
    crypto.bind_key(bytes(range(32)))


def fresh_url(folder: Path) -> Iterator[str]:
    """An empty database: on the server of TEST_DATABASE_URL, else a SQLite file."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield f"sqlite:///{folder / 'test.sqlite'}"
        return
    name = f"duoshen_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    yield sa.engine.make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    yield from fresh_url(tmp_path)


@pytest.fixture
def clock() -> Iterator[None]:
    """It is Monday 2026-03-02, 09:00."""
    with fixed_at(MONDAY):
        yield


@pytest.fixture
def world(url: str, clock: None) -> Iterator[World]:
    """The sample county on a fresh database."""
    bound = database.bind(database.Database(url))
    tables.metadata.create_all(bound.writer)
    with database.transaction() as session:
        seed_rules(session, training=True)
        seed_sample_county(session)
    yield World()
    bound.dispose()
