"""Ground of the benchmarks: fresh databases, the sample county, medians and counted statements."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from models import crypto, database, tables
from processes import background
from processes.seed import seed_rules, seed_sample_county
from tests.world import World


@dataclass
class Tally:
    """Statements and commits while it is open."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def county() -> Iterator[tuple[str, World]]:
    """The sample county on a fresh database: SQLite, or the server of TEST_DATABASE_URL."""
    crypto.bind_key(bytes(range(32)))
    with tempfile.TemporaryDirectory() as folder, _empty(Path(folder)) as url:
        bound = database.bind(database.Database(url))
        tables.metadata.create_all(bound.writer)
        background.install(url)
        with database.transaction() as session:
            seed_rules(session, training=True)
            seed_sample_county(session)
        yield url, World()
        bound.dispose()


@contextmanager
def _empty(folder: Path) -> Iterator[str]:
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield f"sqlite:///{folder / 'benchmark.sqlite'}"
        return
    name, admin = f"duoshen_{uuid.uuid4().hex[:12]}", sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


def servers() -> Iterator[str]:
    """One round on SQLite, one on PostgreSQL when TEST_DATABASE_URL names a server."""
    server = os.environ.pop("TEST_DATABASE_URL", "")
    yield "SQLite"
    if server:
        os.environ["TEST_DATABASE_URL"] = server
        yield "PostgreSQL"


@contextmanager
def counted(*engines: sa.Engine) -> Iterator[Tally]:
    """Count what the engines are asked; BEGIN is not a question."""
    tally = Tally()

    def asked(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            tally.statements.append(statement)

    def committed(_connection: object) -> None:
        tally.commits += 1

    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", asked)
        sa.event.listen(engine, "commit", committed)
    yield tally
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", asked)
        sa.event.remove(engine, "commit", committed)


def clocked(act: Callable[[], object]) -> float:
    """Milliseconds of one act."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def load() -> str:
    """How busy the machine is: load averages of one and of five minutes."""
    return " / ".join(f"{one:.1f}" for one in os.getloadavg()[:2])


def median(times: list[float]) -> float:
    """The middle of the times."""
    return statistics.median(times)


def p95(times: list[float]) -> float:
    """What 95 of 100 stay under."""
    return sorted(times)[int(len(times) * 0.95)]
