"""Room database: engines, sessions, column types, and the only commit of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

# A row was changed by another knock since it was read (version_id_col): answered with 409.
StaleWrite = StaleDataError
# The database cannot work: its disk is full, it is locked, or it does not answer.
DatabaseFault = OperationalError
BigId = BigInteger().with_variant(Integer, "sqlite")
# The name by which the doors, which do not know SQLAlchemy, speak of an open session.
DbSession = Session


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """元 with two places, kept as whole 分 so that no database rounds it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        fen = value * 100
        if fen != fen.to_integral_value():
            raise ValueError("an amount finer than 0.01 元")
        return int(fen)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / 100).quantize(Decimal("0.01"))


class Rate(TypeDecorator[Decimal]):
    """%/yr with four places, kept as a whole number of 1/10000 %."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value * 10000).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 10000


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime, dict[str, Any]: JSON, list[Any]: JSON}


class Database:
    """Two ways in: `transaction` (writes, one commit) and `reading` (cannot write)."""

    def __init__(self, url: str, pool_size: int = 16) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.writer = self._engine(pool_size)
        self.reader = self._engine(pool_size)
        self._write_lock = threading.Lock()
        if self.is_sqlite:
            event.listen(self.writer, "begin", _begin_immediate)
            event.listen(self.reader, "connect", _refuse_writes)
            event.listen(self.reader, "begin", _begin_reading)

    def _engine(self, pool_size: int) -> Engine:
        engine = create_engine(
            self.url,
            pool_size=pool_size,
            json_serializer=_dump_json,
            json_deserializer=orjson.loads,
            # A fault is logged, and kept with its timer and in the audit log: never with people's data.
            hide_parameters=True,
        )
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
        return engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One knock: everything inside is committed together, or nothing is."""
        # One process is one writer on SQLite: its own busy wait is unfair under load.
        with (
            self._write_lock if self.is_sqlite else nullcontext(),
            Session(self.writer, expire_on_commit=False, info={"writes": True}) as session,
        ):
            _opened(session)
            yield session
            for hook in session_closing:
                hook(session)
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose changes the database refuses (SQLite) or that is rolled back."""
        with Session(self.reader, autoflush=False) as session:
            if not self.is_sqlite:
                # One picture of the data: a page or a check never sees half of somebody's knock.
                session.connection(
                    execution_options={"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
                )
            _opened(session)
            yield session
            # What was read stays readable after the session has ended.
            session.expunge_all()
            session.rollback()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.writer.dispose()
        self.reader.dispose()


_bound: list[Database] = []
session_opened: list[Callable[[Session], None]] = []
# What a transaction does last: after these nothing is locked any more.
session_closing: list[Callable[[Session], None]] = []


def bind(database: Database) -> Database:
    """Make this the database of the process."""
    _bound[:] = [database]
    return database


def bound() -> Database:
    """The database of the process."""
    if not _bound:
        raise RuntimeError("no database is bound")
    return _bound[0]


@contextmanager
def transaction() -> Iterator[Session]:
    """`Database.transaction` of the bound database."""
    with bound().transaction() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """`Database.reading` of the bound database."""
    with bound().reading() as session:
        yield session


def is_full(fault: OperationalError) -> bool:
    """Whether there is no room left to write (SQLITE_FULL; SQLSTATE 53100)."""
    return "is full" in str(fault.orig) or getattr(fault.orig, "sqlstate", None) == "53100"


def is_deadlock(fault: OperationalError) -> bool:
    """Whether the server ended this transaction for another's sake: done again, it goes through (40P01)."""
    return getattr(fault.orig, "sqlstate", None) == "40P01"


def ping() -> None:
    """Raise if the database does not answer."""
    with bound().reader.connect() as connection:
        connection.execute(text("SELECT 1"))


def _opened(session: Session) -> None:
    for hook in session_opened:
        hook(session)


def _dump_json(value: object) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN is deferred and deadlocks two writers; ours is explicit.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=10000",
        "foreign_keys=ON",
        "cache_size=-65536",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _refuse_writes(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")
