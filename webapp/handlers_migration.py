"""Room jobs, handlers of plans of migration: chunk by chunk, case by case; killed anywhere they go on when run again."""

from __future__ import annotations

import logging

from models.database import DatabaseFault, reading, transaction
from models.refusal import Refusal
from processes import migration, migration_run
from processes.background import job
from processes.engine.faults import EngineFault
from webapp.handlers_credit import chunk

log = logging.getLogger(__name__)
_BROKEN = "程序错误，案卷没有改变；请将方案编号告知系统管理员。"


@job(migration.CHECK)
def check_plan(plan_id: int) -> None:
    """Try the cases of a plan on copies."""
    while _check(plan_id):
        pass


def _check(plan_id: int) -> int:
    """Some cases; where one of them cannot even be tried, each of them alone."""
    try:
        return chunk(lambda session: migration_run.check_chunk(session, plan_id))
    except DatabaseFault:
        raise
    except Exception:
        return sum(_check_alone(plan_id) for _ in range(migration_run.CHUNK))


def _check_alone(plan_id: int) -> int:
    """The next case; where it cannot be tried, that is said of it."""
    try:
        return chunk(lambda session: migration_run.check_chunk(session, plan_id, 1))
    except DatabaseFault:
        raise
    except Exception:
        log.exception("案卷迁移方案 %s：试算", plan_id)
    with transaction() as session:
        return migration_run.note_unreadable(session, plan_id)


@job(migration.APPLY)
def apply_plan(plan_id: int) -> None:
    """Let the cases of a plan go over, a transaction each."""
    while (line_id := _next(plan_id)) is not None:
        apply_one(line_id)
    with transaction() as session:
        migration_run.finish(session, plan_id)


def _next(plan_id: int) -> int | None:
    with reading() as session:
        return migration_run.next_line(session, plan_id)


def apply_one(line_id: int) -> None:
    """One case; when it cannot go over that is written down, and the case is where it was."""
    try:
        chunk(lambda session: migration_run.apply_line(session, line_id))
    except DatabaseFault:
        # The server is gone, not the case: the job is carried on later.
        raise
    except (EngineFault, Refusal) as fault:
        _note(line_id, getattr(fault, "message", str(fault)))
    except Exception:
        log.exception("案卷迁移：第 %s 行", line_id)
        _note(line_id, _BROKEN)


def _note(line_id: int, why: str) -> None:
    with transaction() as session:
        migration_run.note_failure(session, line_id, why)
