"""The floor of a step: the engine alone, and one transaction that writes the same rows by plain statements."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from models import tables
from models.database import Database
from processes.engine.definition import Definition
from processes.engine.environment import CaseEnvironment
from processes.engine.instance import Instance

T = tables.metadata.tables
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAY = date(2026, 3, 2)
STEP, DIGEST = "pre_loan_investigation", "0" * 64
CLOCK = {"start_on": DAY, "length": 1, "unit": "working", "due_on": DAY, "provisional": False}
FACTS = {"bank_accepted_on": DAY}


def step(database: Database, definition: Definition, task_id: int) -> None:
    """Complete 贷前调查: read four tables, move the token, write ten rows, commit once."""
    with database.writer.begin() as connection:
        row = _read(connection, task_id)
        environment = CaseEnvironment(FACTS, {"working_days": lambda _n, _since=None: dict(CLOCK)})
        instance = Instance.restore(definition, row["state"], row["passed"], environment)
        instance.complete(row["engine_task_id"], {"pre_loan_passed": True})
        (ready,) = instance.ready()
        timers = instance.timers()
        _write(connection, row, instance, ready.engine_id, timers[-1].engine_id)


def _read(connection: sa.Connection, task_id: int) -> dict[str, Any]:
    task, case, token, timer = T["user_task"], T["case_file"], T["process_instance"], T["timer"]
    row = connection.execute(
        sa.select(
            case.c.id,
            case.c.audit_seq,
            case.c.revision,
            case.c.bank_id,
            token.c.state,
            token.c.passed,
            token.c.revision.label("token_revision"),
            task.c.engine_task_id,
            task.c.deadline_id,
            task.c.revision.label("task_revision"),
        )
        .join(token, token.c.case_id == case.c.id)
        .join(task, task.c.case_id == case.c.id)
        .where(task.c.id == task_id)
        .with_for_update(of=[case, token])
    ).one()
    armed = connection.execute(
        sa.select(timer.c.id).where(timer.c.case_id == row.id, timer.c.status == "armed")
    ).scalars()
    return {**row._mapping, "task_id": task_id, "timers": list(armed)}


def _write(
    connection: sa.Connection, row: dict[str, Any], instance: Instance, ready: str, armed: str
) -> None:
    run = connection.execute
    _record(run, row)
    _open_next(run, row, ready, armed)
    _close_this(run, row)
    token = T["process_instance"]
    state, passed = instance.dump(), dict(instance.passed)
    run(
        sa.update(token)
        .where(token.c.case_id == row["id"])
        .values(state=state, passed=passed, revision=row["token_revision"] + 1)
    )


def _record(run: Any, row: dict[str, Any]) -> None:
    opinion = {"form_key": STEP, "step": "贷前调查", "result": "pass", "reason_codes": [], "reason_text": ""}
    told = {"opinion": "同意", "details": {"method": "on_site"}, "decided_on": DAY, "recorded_at": NOW}
    who = {"case_id": row["id"], "task_id": row["task_id"], "department_id": row["bank_id"], "actor_id": 1}
    run(sa.insert(T["opinion"]).values(**opinion, **told, **who))
    event = {"chain": row["id"], "seq": row["audit_seq"] + 1, "case_id": row["id"], "at": NOW, "actor_id": 1}
    text = {"actor_name": "经办", "action": "task.completed", "summary": "贷前调查：同意", "old": {}}
    seal = {"new": {"decision": "pass"}, "previous": DIGEST, "digest": DIGEST}
    run(sa.insert(T["audit_event"]).values(**event, **text, **seal))


def _open_next(run: Any, row: dict[str, Any], ready: str, armed: str) -> None:
    case = {"case_id": row["id"], "due_at": NOW}
    clock = {"key": "bank_acceptance", "name": "银行受理", "clause": "第二条", "start_on": DAY, "length": 1}
    term = {"unit": "working", "extension_days": 0, "due_on": DAY, "provisional": False, "late_reason": ""}
    inserted = run(sa.insert(T["deadline"]).values(**case, **clock, **term, calendar_version=1))
    common = {**case, "deadline_id": inserted.inserted_primary_key[0]}
    waits = {
        "engine_task_id": armed,
        "element_id": "bank_acceptance_due",
        "status": "armed",
        "is_held": False,
    }
    run(sa.insert(T["timer"]).values(**common, **waits, attempts=0, fault=""))
    step = {
        "engine_task_id": ready,
        "element_id": "bank_acceptance",
        "name": "银行受理与审批",
        "status": "open",
    }
    office = {"form_key": "bank_acceptance", "department_id": row["bank_id"], "permission": "task:work"}
    run(sa.insert(T["user_task"]).values(**common, **step, **office, created_at=NOW, revision=1))


def _close_this(run: Any, row: dict[str, Any]) -> None:
    _update(run, "timer", row["timers"][0], status="cancelled")
    _update(run, "deadline", row["deadline_id"], done_on=DAY)
    done = {"status": "done", "done_at": NOW, "done_by_id": 1, "assignee_id": 1}
    _update(run, "user_task", row["task_id"], **done, revision=row["task_revision"] + 1)
    head = {"audit_seq": row["audit_seq"] + 1, "audit_head": DIGEST, "revision": row["revision"] + 1}
    _update(run, "case_file", row["id"], **head, status="bank_pending")


def _update(run: Any, table: str, row_id: int, **values: Any) -> None:
    run(sa.update(T[table]).where(T[table].c.id == row_id).values(**values))
