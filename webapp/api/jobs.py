"""Room jobs behind the REST door: workers, what stands still, and letting it go on."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from webapp import repair
from webapp.access import actor
from webapp.api.body import read_body

Json = dict[str, Any]


def show_jobs() -> Response:
    """Workers with their last heartbeat, and whatever stands still with its reason."""
    look = repair.look()
    return jsonify(
        is_well=look.is_well,
        waiting_messages=look.waiting,
        workers=[_worker(machine) for machine in look.machines],
        standing=[_item(item) for items in look.items.values() for item in items],
    )


def retry_jobs() -> Response:
    """Let one go on, or without `id` all of the kind."""
    body = read_body({"kind": str, "id": str}, optional=("id",))
    ids = [body["id"]] if "id" in body else None
    return jsonify(retried=repair.retry(body["kind"], ids, actor()))


def _worker(machine: repair.Machine) -> Json:
    row = machine.row
    return {
        "id": row.executor_id,
        "host": row.host,
        "pid": row.pid,
        "started_at": row.started_at.isoformat(),
        "beat_at": row.beat_at.isoformat(),
        "state": "stopped" if row.stopped_at else "alive" if machine.is_alive else "lost",
    }


def _item(item: repair.Item) -> Json:
    return {
        "kind": item.kind.value,
        "id": item.id,
        "what": item.what,
        "case": item.number or None,
        "since": item.since.isoformat(),
        "attempts": item.attempts,
        "reason": item.reason,
    }
