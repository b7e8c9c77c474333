"""Many cases with many due timers, for storms and measurements: one is submitted, the others are its copies."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit, database
from models.calendar import real_now
from models.case import CaseDepartment, CaseFile
from models.database import transaction
from models.deadline import Deadline
from models.workflow import FIRED, ProcessInstance, Timer, UserTask
from processes import publication
from processes.engine.lint import check
from processes.worklist import form_keys
from tests.processes.engine.bad_drawings import CLOSED, work
from tests.processes.engine.drawings import drawing, end, flow, line, start, timer
from tests.world import World

_TABLES = (Deadline, UserTask, Timer, CaseDepartment, ProcessInstance)
REVIEW = {"deadline": "qualification", "clause": "第二条"}


def publish_with_timers(count: int) -> None:
    """New cases wait at one step with `count` timers, due one working day after the other; the last is a clock."""
    names = [f"due{number}" for number in range(1, count + 1)]
    timers = [
        timer(name, "acceptance", f"working_days({day})", **(REVIEW if day == count else {}))
        for day, name in enumerate(names, start=1)
    ]
    ends = [end(f"late_{name}") + flow(name, f"late_{name}") for name in names]
    step = work("acceptance", form="acceptance")
    published(start(), step, *timers, CLOSED, *line("begin", "acceptance", "finish"), *ends)


def published(*elements: str) -> None:
    """New cases run on this drawing; it is checked here, for the checking child takes seconds."""
    bpmn = drawing(*elements, key="combined_review")
    assert (found := check(bpmn, {}, form_keys())) == [], found
    with transaction() as session:
        publication.store(session, bpmn, {}, None, publication.Publication())


def many_fired(case_id: int) -> None:
    """History, as every office has: the database knows how much of it there is."""
    fired = {"case_id": case_id, "due_at": real_now(), "status": FIRED, "is_held": False, "attempts": 0}
    with transaction() as session:
        session.execute(sa.insert(Timer), [fired] * 1000)
    with database.bound().writer.connect() as connection:
        connection.exec_driver_sql("ANALYZE timer")
        connection.commit()


def copies(world: World, count: int) -> list[int]:
    """Ids of `count` submitted cases that differ in nothing but their numbers and the ids of the engine."""
    pattern = world.submitted()
    with transaction() as session, session.no_autoflush:
        case = session.get_one(CaseFile, pattern)
        rows = {table: _of(session, table, case) for table in _TABLES}
        # Ids are given here, so that each table is written at once.
        made = [
            _like(case, id=case.id + number, number=f"{case.number}-{number}") for number in range(1, count)
        ]
        for one in made:
            one.audit_seq, one.audit_head = 0, ""
        session.add_all(made)
        session.flush()
        for number, one in enumerate(made, start=1):
            _fill(session, one, rows, number)
    return list(range(pattern, pattern + count))


def _fill(session: Session, case: CaseFile, rows: dict[Any, list[Any]], number: int) -> None:
    audit.record(session, "case.created", "复制的案卷", actor=None, case=case)
    clocks = {clock.id: clock.id + number * len(rows[Deadline]) for clock in rows[Deadline]}
    for clock in rows[Deadline]:
        session.add(_like(clock, id=clocks[clock.id], case_id=case.id))
    engine_ids = {row.engine_task_id: str(uuid4()) for row in (*rows[UserTask], *rows[Timer])}
    for row in (*rows[UserTask], *rows[Timer]):
        own = {"engine_task_id": engine_ids[row.engine_task_id], "deadline_id": clocks.get(row.deadline_id)}
        session.add(_like(row, case_id=case.id, **own))
    session.add_all(_like(office, case_id=case.id) for office in rows[CaseDepartment])
    (token,) = rows[ProcessInstance]
    session.add(_like(token, case_id=case.id, state=_renamed(token.state, engine_ids)))


def _of(session: Session, table: Any, case: CaseFile) -> list[Any]:
    return list(session.scalars(sa.select(table).where(table.case_id == case.id)))


def _like(row: Any, **other: Any) -> Any:
    return type(row)(**{**{name: getattr(row, name) for name in _columns(type(row))}, **other})


@cache
def _columns(table: Any) -> list[str]:
    names = [column.key for column in sa.inspect(table).column_attrs]
    return [name for name in names if name not in ("id", "revision")]


def _renamed(state: bytes, ids: dict[str, str]) -> bytes:
    for old, new in ids.items():
        state = state.replace(old.encode(), new.encode())
    return state
