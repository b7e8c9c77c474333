"""Shared ground of all tests: a fresh database with the sample county, and a clock that stands still."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import crypto, database, tables
from models.calendar import fixed_at
from processes import background
from processes.seed import seed_rules, seed_sample_county
from tests.world import World

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.fixture(scope="session", autouse=True)
def _key() -> None:
    crypto.bind_key(bytes(range(32)))


def _server() -> sa.Engine | None:
    """The PostgreSQL server under test; without one the databases are SQLite files."""
    server = os.environ.get("TEST_DATABASE_URL")
    return sa.create_engine(server, isolation_level="AUTOCOMMIT") if server else None


def _run(statement: str) -> None:
    admin = _server()
    assert admin is not None
    with admin.connect() as connection:
        connection.execute(sa.text(statement))
    admin.dispose()


def _named(name: str) -> str:
    server = sa.engine.make_url(os.environ["TEST_DATABASE_URL"])
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample county, built once a run and copied for every test: a file path or a database name."""
    name = f"duoshen_{uuid.uuid4().hex[:12]}"
    path = tmp_path_factory.mktemp("county") / "county.sqlite"
    on_server = _server() is not None
    if on_server:
        _run(f'CREATE DATABASE "{name}"')
    built = database.bind(database.Database(_named(name) if on_server else f"sqlite:///{path}"))
    tables.metadata.create_all(built.writer)
    background.install(built.url)
    with fixed_at(MONDAY), database.transaction() as session:
        seed_rules(session, training=True)
        seed_sample_county(session)
    built.dispose()
    yield name if on_server else str(path)
    if on_server:
        _run(f'DROP DATABASE "{name}" WITH (FORCE)')


def fresh_url(folder: Path, source: str | None = None) -> Iterator[str]:
    """A database of one's own, dropped afterwards: a copy of `source`, or empty."""
    if _server() is None:
        path = folder / "test.sqlite"
        if source:
            shutil.copyfile(source, path)
        yield f"sqlite:///{path}"
        return
    name = f"duoshen_{uuid.uuid4().hex[:12]}"
    _run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{source}"' if source else ""))
    yield _named(name)
    _run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def url(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own: the sample county where the test has a world or a town, else empty."""
    is_settled = {"world", "town"} & set(request.fixturenames)
    yield from fresh_url(tmp_path, request.getfixturevalue("county") if is_settled else None)


@pytest.fixture
def clock() -> Iterator[None]:
    """It is Monday 2026-03-02, 09:00."""
    with fixed_at(MONDAY):
        yield


@pytest.fixture
def world(url: str, clock: None) -> Iterator[World]:
    """The sample county on a fresh database."""
    bound = database.bind(database.Database(url))
    yield World()
    bound.dispose()
