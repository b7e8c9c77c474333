"""Shared ground of all tests: a fresh database with the sample county, and a clock that stands still."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import make_url

from models import board_cache, calendar_book, crypto, database, tables
from models.calendar import fixed_at
from processes import background, login
from processes.seed import seed_rules, seed_sample_county
from tests.settings import training_settings
from tests.standing import Standing, named, new_name, on_server, run
from tests.world import World
from webapp import create_app
from webapp.cli.db import bring_up_to_date

# Left out by --database-only, for the time that a run may take; `make test` runs them on any database.
_ONCE = ("webapp", "laws")
_KILLS = ("test_kill_office.py", "test_kill_arrears.py", "test_kill_notice.py", "test_kill_screening.py")
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two suites beside each other, each thing at least once: what depends on the database in both, the rest in one."""
    parser.addoption(
        "--database-only",
        action="store_true",
        help="journeys, and those tests of tables and verbs that open a database and are not marked `once`",
    )
    parser.addoption(
        "--beside-server",
        action="store_true",
        help="all but the journeys, which a suite with --database-only walks at the same time",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Forks come first, browser tests last; what the other suite tests is left out where an option asks for it.

    The browser leaves an event loop running in this thread, and threads that a fork would copy half. What a fork
    costs grows with the process that it copies, and that one grows with every test.
    """
    items.sort(key=lambda item: (_is_journey(item), not item.get_closest_marker("forks")))
    kept = items
    if config.getoption("--database-only"):
        kept = [item for item in items if _needs_this_database(item)]
    elif config.getoption("--beside-server"):
        kept = [item for item in items if not _is_journey(item)]
    if kept is items:
        return
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def pytest_collection_finish() -> None:
    """What has been imported and collected lives as long as the run: no look for garbage goes through it again."""
    gc.collect()
    gc.freeze()


def _is_journey(item: pytest.Item) -> bool:
    return "journeys" in item.path.parts


def _needs_this_database(item: pytest.Item) -> bool:
    """What a second database may answer otherwise: tables, verbs and journeys; doors and walks ask for the same once."""
    if item.get_closest_marker("server") or _is_journey(item):
        return True
    opens = "url" in getattr(item, "fixturenames", ()) and item.get_closest_marker("once") is None
    return opens and item.path.parent.name not in _ONCE and item.path.name not in _KILLS


@pytest.fixture(scope="session", autouse=True)
def _key() -> None:
    crypto.bind_key(bytes(range(32)))


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """What makes passwords dear to guess; the tests log in a thousand times and use the cheapest."""
    real = login._HASHER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(login, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield real


class Compiled(BytecodeCache):
    """Templates compiled once a run, not once for every application that a test makes."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _templates() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": Compiled()})
        yield


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample county, built once a run: a file path or a database name."""
    name, path = new_name(), tmp_path_factory.mktemp("county") / "county.sqlite"
    if on_server():
        run(f'CREATE DATABASE "{name}"')
    built = database.bind(database.Database(named(name) if on_server() else f"sqlite:///{path}"))
    tables.metadata.create_all(built.writer)
    background.install(built.url)
    with fixed_at(MONDAY), database.transaction() as session:
        seed_rules(session, training=True)
        seed_sample_county(session)
    built.dispose()
    yield name if on_server() else str(path)
    if on_server():
        run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def standing(county: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """The database with the county that the tests use one after the other, with one `Database` for all.

    What SQLAlchemy has once compiled for it serves the whole run.
    """
    standing = Standing(county, tmp_path_factory.mktemp("standing"))
    opened = database.Database
    kept = opened(standing.url)

    def open_again(url: str, *args: int) -> database.Database:
        return kept if url == standing.url else opened(url, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "Database", open_again)
        yield standing
    kept.dispose()
    standing.drop()


@pytest.fixture(scope="session")
def application(standing: Standing, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Built once a run: its 150 routes cost more than most tests."""
    return create_app(training_settings(standing.url, tmp_path_factory.mktemp("application")))


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes empty databases; they go when the run ends."""
    made: list[str] = []

    def make() -> str:
        if not on_server():
            return f"sqlite:///{tmp_path_factory.mktemp('empty') / 'test.sqlite'}"
        made.append(new_name())
        run(f'CREATE DATABASE "{made[-1]}"')
        return named(made[-1])

    yield make
    for name in made:
        run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def installed(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing]:
    """A training database as `db upgrade` leaves a new one: upgraded once a run, put back for every test."""
    built = database.bind(database.Database(new_database()))
    bring_up_to_date(is_training=True)
    built.dispose()
    standing = Standing(str(make_url(built.url).database), tmp_path_factory.mktemp("installed"))
    yield standing
    standing.drop()


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """A database for this test alone: the sample county, or an installed one, where the test asks for it."""
    asked = set(request.fixturenames)
    if not asked & {"world", "town", "running", "ready"}:
        make: Callable[[], str] = request.getfixturevalue("new_database")
        return make()
    standing: Standing = request.getfixturevalue("installed" if "ready" in asked else "standing")
    # The same address again: what was kept in memory of its calendars belongs to the test before.
    calendar_book.forget()
    board_cache.forget()
    return standing.fresh()


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
