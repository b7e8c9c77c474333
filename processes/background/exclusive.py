"""Room background, exclusive: an executor id belongs to one living process, or its jobs would run twice."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from models.refusal import Refusal

# The first half of the key of the advisory lock; the second is made from the id.
_SPACE = 20210023
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
# A machine that vanished must not keep its id: the server drops its connection within a minute.
_KEEPALIVE = ("tcp_keepalives_idle = 20", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 4")


@dataclass
class Held:
    """An id and the connection that keeps it; it is free again when the connection or the process ends."""

    url: str
    executor_id: str
    connection: Any


def acquire(url: str, executor_id: str) -> Held:
    """Take the id for this process. Raises Refusal when another process lives under it."""
    if not _NAME.fullmatch(executor_id):
        raise Refusal("工作进程编号应为 1 至 60 位字母、数字、点、横线或下划线。")
    is_file = url.startswith("sqlite")
    connection = _lock_file(url, executor_id) if is_file else _advisory_lock(url, executor_id)
    if connection is None:
        raise Refusal(f"编号为 {executor_id} 的工作进程已在运行；请先停止它，或用 --id 为本进程另取编号。")
    return Held(url, executor_id, connection)


def renew(held: Held) -> None:
    """Make sure that the id is still ours; a lost connection is opened again. Raises Refusal as `acquire`."""
    if not isinstance(held.connection, Connection):
        return
    try:
        held.connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        held.connection.invalidate()
        held.connection.close()
        held.connection = acquire(held.url, held.executor_id).connection


def release(held: Held) -> None:
    """Give the id back."""
    held.connection.close()


def _advisory_lock(url: str, executor_id: str) -> Connection | None:
    """A connection of its own: in a pool the lock would outlive its owner."""
    connection = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()
    for setting in _KEEPALIVE:
        connection.exec_driver_sql(f"SET {setting}")
    query = text("SELECT pg_try_advisory_lock(:space, hashtext(:id))")
    if connection.scalar(query, {"space": _SPACE, "id": executor_id}):
        return connection
    connection.close()
    return None


def _lock_file(url: str, executor_id: str) -> sqlite3.Connection | None:
    """An exclusive transaction on a file beside the database: works alike on every system, ends with us."""
    path = f"{make_url(url).database}.{executor_id}.lock"
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        connection.close()
        return None
    return connection
