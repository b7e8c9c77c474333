"""Room reassignment behind the REST door: a task given on, also by a manager who does not work on it."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from models.database import transaction
from processes import reassignment
from processes.bulk import OPERATIONS
from webapp.access import SIGNED_IN, actor
from webapp.api.body import read_body
from webapp.api.office import office_task, person_id
from webapp.api.route import Route


def reassign_task(task_id: int) -> Response:
    """转办: by who works on it, the head of its office, or who may order that office."""
    OPERATIONS["reassign"].require(actor())
    body = read_body({"assignee": int, "reason": str})
    person = person_id(body, "assignee")
    with transaction() as session:
        reassignment.reassign(session, task_id, person, str(body["reason"]), actor())
        session.flush()
        return jsonify(office_task(session, reassignment.as_given(session, task_id)))


SHAPES: dict[str, Any] = {
    "Reassignment": {
        "type": "object",
        "properties": {"assignee": {"type": "integer"}, "reason": {"type": "string"}},
        "required": ["assignee", "reason"],
        "additionalProperties": False,
    }
}
ROUTES: tuple[Route, ...] = (
    Route(
        "POST", "/tasks/<int(max=2147483647):task_id>/reassign", reassign_task, SIGNED_IN,
        "Give a task to a colleague (转办)", "OfficeTask", body="Reassignment", errors=(404, 409),
    ),
)  # fmt: skip
