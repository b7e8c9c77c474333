"""Room installation: brings a database to the newest tables, seeds its rules once, clears a training one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import Script
from sqlalchemy import Connection, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models.calendar import Installation
from models.case import CaseFile
from models.database import bound
from models.people import User
from models.refusal import Refusal
from models.tables import metadata
from processes import background
from processes.seed import seed_rules

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
# Any number; two starting servers wait for each other on it.
_UPGRADE_LOCK = 20210022


def upgrade(url: str) -> None:
    """Bring the tables of `url` to the newest revision, in one transaction; the newest stays as it is."""
    _make_folder(url)
    with _connected(url) as connection:
        command.upgrade(config_for(connection), "head")


def install_engine(url: str) -> None:
    """Bring the tables of the background engine, which keeps its own count of versions, up to date."""
    background.install(url)


def write_revision(message: str) -> Path:
    """A new file in migrations/versions with what the models have and the revisions before it do not."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.sqlite"
        upgrade(url)
        with _connected(url) as connection:
            config = config_for(connection)
            number = max(int(file.name[:4]) for file in (MIGRATIONS / "versions").glob("[0-9]*.py")) + 1
            made = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
    if not isinstance(made, Script):
        raise RuntimeError("one message makes one revision")
    return Path(made.path)


def config_for(connection: Connection) -> Config:
    """Alembic's settings; nothing of them is in a file, so the URL is never written down twice."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def wipe(url: str) -> None:
    """Drop the program's tables and jobs from a training database. Raises Refusal for any other."""
    with _connected(url) as connection:
        if inspect(connection).has_table(Installation.__tablename__):
            _refuse_production(connection)
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        background.drop(connection)


def _refuse_production(connection: Connection) -> None:
    if connection.scalar(select(Installation.is_training)) is False:
        raise Refusal("本系统为正式环境，不得清空数据。")


def require_tables() -> None:
    """Raises Refusal when the bound database has not been built and seeded yet."""
    with bound().reader.connect() as connection:
        is_built = inspect(connection).has_table(Installation.__tablename__)
        if not is_built or connection.scalar(select(Installation.id)) is None:
            raise Refusal("数据库尚未建立，请先运行 flask --app webapp db upgrade。")


def prepare(session: Session, is_training: bool) -> bool:
    """Seed calendar, policies and drawings into a new database; whether it was new."""
    if session.get(Installation, 1) is not None:
        return False
    seed_rules(session, is_training)
    return True


def is_training(session: Session) -> bool:
    """Whether the database was made for training; a new one is not."""
    return bool(session.scalar(select(Installation.is_training)))


def is_empty(session: Session) -> bool:
    """Whether nobody and no case is in it yet."""
    return not any(session.scalar(select(func.count()).select_from(table)) for table in (User, CaseFile))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """One connection in one transaction; a second upgrade of the same database waits.

    SQLite keeps its foreign keys off here: changing a table means copying and dropping it.
    """
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _leave_begin_to_us)
        event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        yield connection


def _leave_begin_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=10000")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _make_folder(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
