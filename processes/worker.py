"""Room worker: what a worker process writes of itself, so that the others can take over when it dies."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import audit
from models.calendar import real_now
from models.people import Permission, User
from models.worker import Worker, workers
from processes import background

KEPT = timedelta(days=30)


def begin(session: Session, executor_id: str, host: str, pid: int, version: str) -> None:
    """A process lives under this id now."""
    row = session.get(Worker, executor_id) or Worker(executor_id=executor_id)
    row.host, row.pid, row.version = host, pid, version
    row.started_at = row.beat_at = real_now()
    row.stopped_at = None
    session.add(row)


def beat(session: Session, executor_id: str) -> None:
    """It is still alive."""
    session.get_one(Worker, executor_id).beat_at = real_now()


def end(session: Session, executor_id: str) -> None:
    """It has ended by itself, and left nothing undone that it knew of."""
    row = session.get_one(Worker, executor_id)
    row.beat_at = row.stopped_at = real_now()


def forget_old(session: Session) -> None:
    """Drop the rows of processes that nobody has heard of for a month."""
    session.execute(delete(Worker).where(Worker.beat_at < real_now() - KEPT))


def abandoned(session: Session) -> list[str]:
    """Executor ids with running jobs and without a living process."""
    at = real_now()
    return background.abandoned([row.executor_id for row in workers(session) if row.is_alive(at)])


def record_retry(session: Session, jobs: Collection[str], actor: User | None) -> None:
    """Say in the log who let failed jobs run again."""
    if actor is not None:
        actor.require(Permission.JOBS_MANAGE)
    if jobs:
        summary = f"重试 {len(jobs)} 项失败的后台任务"
        audit.record(session, "job.retried", summary, actor=actor, new={"jobs": list(jobs)})


def record_failover(session: Session, executor_id: str, moved: int, actor: User | None) -> None:
    """Say in the log that the jobs of a dead worker went to the others."""
    if actor is not None:
        actor.require(Permission.JOBS_MANAGE)
    summary = f"工作进程 {executor_id} 已失联，其 {moved} 项任务转由其他进程办理"
    audit.record(
        session, "worker.failed_over", summary, actor=actor, new={"worker": executor_id, "jobs": moved}
    )
