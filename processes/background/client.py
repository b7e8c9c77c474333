"""Room background, client: puts jobs in, and looks after them; runs none, so that every process may hold it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.database import bound

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions, WorkflowStatus

APPLICATION = "duoshen"
QUEUE = "duoshen"
# For what takes the machine for long: one at a time a worker.
SLOW = "duoshen-slow"
# The two functions that the engine knows; the job is their first argument, so an unknown one fails visibly.
CARRY, TICK = "carry", "tick"
DONE = ["SUCCESS"]
BROKEN = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED"]
# How often a job is taken over from dead workers before it is suspected of killing them.
MAX_FAILOVERS = 3
_PAGE = 500
_clients: WeakKeyDictionary[Engine, DBOSClient] = WeakKeyDictionary()


@dataclass(frozen=True)
class Failed:
    """One job that ended without doing its work; `reason` is what it died of."""

    id: str
    name: str
    args: list[Any]
    reason: str
    at: datetime


def enqueue(
    session: Session, name: str, args: list[Any], key: str, delay: timedelta | None = None, queue: str = QUEUE
) -> None:
    """Put a job in, in the caller's transaction: it exists if and only if that is committed.

    `args` are JSON values. The same name and key again, in whatever process, is the same job.
    """
    options: EnqueueOptions = {
        "workflow_name": CARRY,
        "queue_name": queue,
        "workflow_id": job_id(name, key),
    }
    if delay is not None:
        options["delay_seconds"] = max(delay.total_seconds(), 0)
    _writing().enqueue_in_transaction(session, options, name, args)


def job_id(name: str, key: str) -> str:
    """The identity of a job."""
    return f"{name}:{key}"


def cancel(name: str, key: str) -> None:
    """Take a job out again; one that runs goes on to its end."""
    _writing().cancel_workflow(job_id(name, key))


def status(name: str, keys: Collection[str]) -> dict[str, str]:
    """Key → DELAYED, ENQUEUED, PENDING, SUCCESS, ERROR, CANCELLED or MAX_RECOVERY_ATTEMPTS_EXCEEDED."""
    wanted = {job_id(name, key): key for key in keys}
    if not wanted:
        return {}
    return {wanted[found.workflow_id]: found.status for found in _listed(workflow_ids=list(wanted))}


def failed(limit: int = 100) -> list[Failed]:
    """Jobs that ended without doing their work, newest first."""
    found = _listed(status=BROKEN, sort_desc=True, limit=limit, load_input=True, load_output=True)
    return [_failed(each) for each in found]


def retry(ids: Collection[str]) -> int:
    """Let failed jobs run again; how many. What is not a failed job is left alone."""
    found = _listed(workflow_ids=list(ids), status=BROKEN) if ids else []
    for each in found:
        _writing().rewind_workflow(each.workflow_id, queue_name=each.queue_name or QUEUE)
    return len(found)


def forget(name: str, keys: Iterable[str]) -> None:
    """Delete the traces of jobs that have ended, so that their keys may be used again."""
    ids = [job_id(name, key) for key in keys]
    if ids:
        _writing().delete_workflows(ids)


def retain(done: timedelta, broken: timedelta, now: datetime) -> int:
    """Delete jobs that were done, or failed, longer ago than this; how many."""
    return sum(_delete_before(states, now - age) for states, age in ((DONE, done), (BROKEN, broken)))


def abandoned(alive: Collection[str]) -> list[str]:
    """Executor ids under which jobs are running although no such worker is among `alive`."""
    running = {found.executor_id for found in _listed(status=["PENDING"]) if found.executor_id}
    return sorted(running - set(alive))


def failover(executor_id: str) -> int:
    """Give the running jobs of a dead worker to the others; how many.

    A job that has outlived several workers is suspected of killing them: it ends as failed.
    """
    found = _listed(status=["PENDING"], executor_id=executor_id)
    moved = [each for each in found if not _is_suspect(each)]
    for each in found:
        if _is_suspect(each):
            _writing().cancel_workflow(each.workflow_id)
        else:
            counted = {"failovers": _failovers(each) + 1}
            _writing().update_workflow_attributes(each.workflow_id, counted)
    for queue in (QUEUE, SLOW):
        if ids := [each.workflow_id for each in moved if (each.queue_name or QUEUE) == queue]:
            _writing().resume_workflows(ids, queue_name=queue)
    return len(moved)


def delete_unknown_schedules(known: Collection[str]) -> list[str]:
    """Schedules live in the database: delete those that no code of ours declares any more; their names."""
    names = [found["schedule_name"] for found in _reading().list_schedules()]
    unknown = [name for name in names if name not in known]
    for name in unknown:
        _writing().delete_schedule(name)
    return unknown


def _writing() -> DBOSClient:
    return _client(bound().writer)


def _reading() -> DBOSClient:
    """On SQLite the writer's engine takes the write lock even to look."""
    return _client(bound().reader)


def _client(engine: Engine) -> DBOSClient:
    # Half a second, which only a process that has to do with jobs spends.
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    if engine not in _clients:
        _clients[engine] = DBOSClient(
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
            # A page says that the database is away instead of waiting for it.
            retry_connection_errors=False,
        )
    return _clients[engine]


def _listed(**criteria: Any) -> list[WorkflowStatus]:
    given = {"load_input": False, "load_output": False, **criteria}
    return _reading().list_workflows(application_name=APPLICATION, **given)


def _delete_before(states: list[str], instant: datetime) -> int:
    deleted = 0
    while found := _listed(status=states, end_time=instant.isoformat(), limit=_PAGE):
        _writing().delete_workflows([each.workflow_id for each in found])
        deleted += len(found)
    return deleted


def _failed(found: WorkflowStatus) -> Failed:
    given = list(found.input["args"]) if found.input else []
    name, args = (
        (given[0], given[1]) if found.name == CARRY and len(given) == 2 else (found.schedule_name, [])
    )
    reason = str(found.error) if found.error else _REASONS.get(found.status, found.status)
    ended = found.completed_at or found.updated_at or found.created_at or 0
    return Failed(
        found.workflow_id, str(name or found.name), args, reason, datetime.fromtimestamp(ended / 1000, UTC)
    )


_REASONS = {
    "CANCELLED": "已取消。",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "多次执行中断，已停止重试。",
}


def _failovers(found: WorkflowStatus) -> int:
    return int((found.attributes or {}).get("failovers", 0))


def _is_suspect(found: WorkflowStatus) -> bool:
    return _failovers(found) >= MAX_FAILOVERS
