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
    case_id, seq = row["id"], row["audit_seq"] + 1
    text, digest = "贷前调查：同意", "0" * 64
    run = connection.execute
    run(
        sa.insert(T["opinion"]).values(
            case_id=case_id,
            task_id=row["task_id"],
            form_key="pre_loan_investigation",
            step="贷前调查",
            department_id=row["bank_id"],
            actor_id=1,
            result="pass",
            reason_codes=[],
            reason_text="",
            opinion="同意",
            details={"method": "on_site"},
            decided_on=DAY,
            recorded_at=NOW,
        )
    )
    run(
        sa.insert(T["audit_event"]).values(
            chain=case_id,
            seq=seq,
            case_id=case_id,
            at=NOW,
            actor_id=1,
            actor_name="经办",
            action="task.completed",
            summary=text,
            old={},
            new={"decision": "pass"},
            previous=digest,
            digest=digest,
        )
    )
    clock = run(
        sa.insert(T["deadline"]).values(
            case_id=case_id,
            key="bank_acceptance",
            name="银行受理",
            clause="第二条",
            start_on=DAY,
            length=1,
            unit="working",
            extension_days=0,
            due_on=DAY,
            due_at=NOW,
            provisional=False,
            calendar_version=1,
            late_reason="",
        )
    ).inserted_primary_key[0]
    run(
        sa.insert(T["timer"]).values(
            case_id=case_id,
            engine_task_id=armed,
            element_id="bank_acceptance_due",
            deadline_id=clock,
            due_at=NOW,
            status="armed",
            is_held=False,
            attempts=0,
            fault="",
        )
    )
    run(
        sa.insert(T["user_task"]).values(
            case_id=case_id,
            engine_task_id=ready,
            element_id="bank_acceptance",
            name="银行受理与审批",
            form_key="bank_acceptance",
            department_id=row["bank_id"],
            permission="task:work",
            status="open",
            deadline_id=clock,
            due_at=NOW,
            created_at=NOW,
            revision=1,
        )
    )
    _update(run, "timer", row["timers"][0], status="cancelled")
    _update(run, "deadline", row["deadline_id"], done_on=DAY)
    _update(
        run,
        "user_task",
        row["task_id"],
        status="done",
        done_at=NOW,
        done_by_id=1,
        assignee_id=1,
        revision=row["task_revision"] + 1,
    )
    _update(
        run,
        "case_file",
        case_id,
        status="bank_pending",
        audit_seq=seq,
        audit_head=digest,
        revision=row["revision"] + 1,
    )
    token = T["process_instance"]
    run(sa.update(token).where(token.c.case_id == case_id).values(state=instance.dump(),
        passed=dict(instance.passed), revision=row["token_revision"] + 1))  # fmt: skip


def _update(run: Any, table: str, row_id: int, **values: Any) -> None:
    run(sa.update(T[table]).where(T[table].c.id == row_id).values(**values))
