"""Room moves behind the REST door: a step sent back to an earlier one, or recalled."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from models.database import reading, transaction
from models.people import Permission
from models.refusal import Conflict, NotFound
from models.sending_back import SendingBack
from models.workflow import OPEN
from processes import recall, sending_back, worklist
from processes.back_target import Target
from webapp.access import actor
from webapp.api.body import read_body
from webapp.api.moves_shapes import MOVE_SHAPES as SHAPES
from webapp.api.route import Route

__all__ = ["ROUTES", "SHAPES"]

Json = dict[str, Any]
_TASK = "/tasks/<int(max=2147483647):task_id>"


def list_targets(task_id: int) -> Response:
    """The earlier steps of a task's case, what going back to each means, and why one cannot go back there."""
    with reading() as session:
        task = worklist.task_for(session, task_id, actor())
        if task.status != OPEN:
            raise Conflict("该事项已由他人办理或已终止，请刷新。")
        if not sending_back.may_send_back(task, actor()):
            raise NotFound("该事项不能退回。")
        found = sending_back.targets_for(session, task, actor())
        return jsonify(targets=[_target(one) for one in found], is_late=worklist.is_late(session, task))


def send_task_back(task_id: int) -> Response:
    """退回."""
    parts = {"target": str, "mode": str, "reason": str, "late_reason": str}
    body = read_body(parts, optional=("late_reason",))
    wish = str(body["target"]), str(body["mode"]), str(body["reason"])
    late = str(body.get("late_reason", ""))
    with transaction() as session:
        return jsonify(_sent(sending_back.send_back(session, task_id, *wish, actor(), late_reason=late)))


def recall_task(task_id: int) -> Response:
    """撤回."""
    with transaction() as session:
        return jsonify(_sent(recall.recall(session, task_id, actor())))


def _target(one: Target) -> Json:
    return {
        "target": one.element_id,
        "name": one.name,
        "person": one.person,
        "again": list(one.again),
        **{name: list(getattr(one, name)) for name in ("kept", "opened", "ended")},
        "clock": one.clock,
        "refused": one.refused,
    }


def _sent(row: SendingBack) -> Json:
    names = ("id", "mode", "from_task_id", "from_step", "to_task_id", "to_element", "to_step", "reason")
    return {name: getattr(row, name) for name in names}


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        f"{_TASK}/targets",
        list_targets,
        Permission.TASK_WORK,
        "Earlier steps to which it may be sent back",
        "Targets",
        errors=(404, 409),
    ),
    Route(
        "POST",
        f"{_TASK}/send-back",
        send_task_back,
        Permission.TASK_WORK,
        "退回: the step is done again by whoever did it",
        "SentBack",
        body="SendBack",
        errors=(403, 404, 409),
    ),
    Route(
        "POST",
        f"{_TASK}/recall",
        recall_task,
        Permission.TASK_WORK,
        "撤回 of one's own last completion, while nobody has looked at what came next",
        "SentBack",
        errors=(404, 409),
    ),
)
