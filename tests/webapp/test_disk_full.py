"""No room left, or no database at all: said in Chinese, nothing half done, and it goes on when it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from models import database
from models.case_status import CaseStatus
from models.database import Database, reading
from tests.invariants import check_all
from tests.standing import on_server
from tests.webapp.api import Caller
from tests.world import World, answers

SignIn = Callable[[str], FlaskClient]
DATA = {"decision": "pass", "opinion": "符合条件" * 40}


@contextmanager
def full() -> Iterator[None]:
    """SQLite may not grow by a single page."""

    def limit(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # the present size, if that is more

    writer = database.bound().writer
    sa.event.listen(writer, "connect", limit)
    writer.dispose()
    try:
        yield
    finally:
        sa.event.remove(writer, "connect", limit)
        writer.dispose()


@pytest.mark.once
@pytest.mark.skipif(on_server(), reason="limits the pages of SQLite")
def test_a_full_disk_is_told_and_the_case_stays_before_the_step(
    world: World, app: Flask, sign_in: SignIn
) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    clerk, program = sign_in("renshe2"), Caller(app, "renshe2")
    address = f"/tasks/{world.open_tasks(case_id)['qualification_review']}"
    with full():
        refused = clerk.post(address, data=DATA)
        assert refused.status_code == 507
        assert "磁盘空间不足" in refused.text and "Traceback" not in refused.text
        problem = program.post(f"{address}/complete", {"answers": DATA}, status=507)
        assert "未作任何改动" in problem["message"]
        assert clerk.get("/tasks?scope=mine").status_code == 200
        with reading() as session:
            check_all(session)
        assert world.status(case_id) == CaseStatus.QUALIFYING
    assert clerk.post(address, data=DATA).status_code in (302, 303)
    assert world.status(case_id) == CaseStatus.INVESTIGATING


def test_a_database_that_does_not_answer_is_told(world: World, app: Flask, sign_in: SignIn) -> None:
    clerk, good = sign_in("renshe2"), database.bound()
    database.bind(Database("sqlite:////nowhere/at/all.sqlite"))
    try:
        answer = clerk.get("/tasks?scope=mine")
        assert (answer.status_code, "数据库暂时无法使用" in answer.text) == (503, True)
        said = app.test_client().get("/api/v1/tasks", headers={"Authorization": "Bearer x"})
        assert (said.status_code, said.mimetype) == (503, "application/problem+json")
    finally:
        database.bind(good)
