"""Room background, runtime: the engine inside of a worker process; web processes and forks never start it."""

from __future__ import annotations

from typing import Any

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, error

from models.database import bound
from models.refusal import Refusal
from processes.background import client, registry

# Jobs wait for their version of the program. Left alone it would be a hash of the code, and a new release
# would strand what the one before has begun; our jobs must understand what older releases put in.
VERSION = "1"
CONCURRENCY = 16
POLL_SECONDS = 0.5
SLOW_POLL_SECONDS = 1.0
MAX_ATTEMPTS = 5
_SCHEDULER_SECONDS = 10.0
_registered: dict[str, Any] = {}


def launch(executor_id: str) -> None:
    """Start taking jobs under an id that `exclusive` has given us. Raises Refusal without the tables."""
    _register()
    DBOS(config=_config(executor_id))
    try:
        DBOS.launch()
    except error.DBOSInitializationError as fault:
        DBOS.destroy()
        raise Refusal("后台任务的数据表尚未建立，请先运行 flask --app webapp db upgrade。") from fault
    DBOS.register_queue(
        client.QUEUE,
        worker_concurrency=CONCURRENCY,
        polling_interval_sec=POLL_SECONDS,
        on_conflict="always_update",
    )
    DBOS.register_queue(
        client.SLOW, worker_concurrency=1, polling_interval_sec=SLOW_POLL_SECONDS, on_conflict="always_update"
    )
    client.delete_unknown_schedules(registry.SCHEDULES)
    DBOS.apply_schedules(
        [
            {
                "schedule_name": name,
                "workflow_fn": _registered[client.TICK],
                "schedule": cron,
                "context": name,
                "cron_timezone": "Asia/Shanghai",
                "queue_name": client.QUEUE,
            }
            for name, cron in registry.SCHEDULES.items()
        ]
    )


def stop(seconds: int = 30) -> None:
    """Take no more jobs, and wait at most `seconds` for those in hand; what is left runs again elsewhere."""
    DBOS.destroy(workflow_completion_timeout_sec=seconds)


def _config(executor_id: str) -> DBOSConfig:
    return {
        "name": client.APPLICATION,
        "system_database_url": bound().url,
        "executor_id": executor_id,
        "application_version": VERSION,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        "sys_db_pool_size": 8,
        "use_listen_notify": True,
        "run_migrations": False,
        "scheduler_polling_interval_sec": _SCHEDULER_SECONDS,
        "max_executor_threads": CONCURRENCY + 4,
    }


def _register() -> None:
    """Name our two functions to the engine, once a process."""
    if not _registered:
        for name, function in ((client.CARRY, _carry), (client.TICK, _tick)):
            named = DBOS.workflow(name=name, max_recovery_attempts=MAX_ATTEMPTS)
            _registered[name] = named(function)


def _carry(name: str, args: list[Any]) -> None:
    registry.run(name, args)


def _tick(_at: str, name: str) -> None:
    registry.run(name, [])
