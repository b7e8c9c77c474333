"""Many cases with many due timers, for storms and measurements: one is submitted, the others are its copies."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.case import CaseDepartment, CaseFile
from models.database import transaction
from models.deadline import Deadline
from models.workflow import ProcessInstance, Timer, UserTask
from processes import workflow
from tests.processes.engine.bad_drawings import CLOSED, work
from tests.processes.engine.drawings import drawing, end, flow, line, start, timer
from tests.world import World

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
    route = line("begin", "acceptance", "finish")
    with transaction() as session:
        workflow.publish(
            session, drawing(start(), step, *timers, CLOSED, *route, *ends, key="combined_review"), {}, None
        )


def copies(world: World, count: int) -> list[int]:
    """Ids of `count` submitted cases that differ in nothing but their numbers and the ids of the engine."""
    pattern = world.submitted()
    with transaction() as session:
        case = session.get_one(CaseFile, pattern)
        return [pattern, *(_copy(session, case, number) for number in range(1, count))]


def _copy(session: Session, case: CaseFile, number: int) -> int:
    made = _like(case, number=f"{case.number}-{number}", audit_seq=0, audit_head="", region=case.region)
    session.add(made)
    session.flush()
    audit.record(session, "case.created", "复制的案卷", actor=None, case=made)
    clocks: dict[int | None, int | None] = {None: None}
    for clock in _of(session, Deadline, case):
        copied = _like(clock, case_id=made.id)
        session.add(copied)
        session.flush()
        clocks[clock.id] = copied.id
    engine_ids: dict[str, str] = {}
    for row in (*_of(session, UserTask, case), *_of(session, Timer, case)):
        engine_ids[row.engine_task_id] = str(uuid4())
        now = {"engine_task_id": engine_ids[row.engine_task_id], "deadline_id": clocks[row.deadline_id]}
        session.add(_like(row, case_id=made.id, **now))
    for office in _of(session, CaseDepartment, case):
        session.add(_like(office, case_id=made.id))
    (token,) = _of(session, ProcessInstance, case)
    session.add(_like(token, case_id=made.id, state=_renamed(token.state, engine_ids)))
    return made.id


def _of(session: Session, table: Any, case: CaseFile) -> list[Any]:
    return list(session.scalars(sa.select(table).where(table.case_id == case.id).order_by(table.case_id)))


def _like(row: Any, **other: Any) -> Any:
    kept = {
        column.key: getattr(row, column.key)
        for column in sa.inspect(type(row)).column_attrs
        if column.key not in ("id", "revision")
    }
    return type(row)(**{**kept, **other})


def _renamed(state: bytes, ids: dict[str, str]) -> bytes:
    for old, new in ids.items():
        state = state.replace(old.encode(), new.encode())
    return state
