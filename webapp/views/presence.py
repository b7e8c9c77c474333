"""Room presence: a page says that it is open and learns who else is there; nothing here keeps a login alive."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from models.case import case_numbered
from models.database import transaction
from models.people import Permission
from models.presence import BEAT, Present
from processes import presence
from webapp.access import actor, quiet, requires, signed_in

blueprint = Blueprint("presence", __name__)


@blueprint.post("/cases/<number>/presence")
@requires(Permission.CASE_READ)
@quiet
def beat(number: str) -> Response:
    """The page of the case is open, with that step, or was closed (`leaving`); who else has it open."""
    task, is_leaving = request.form.get("task", ""), "leaving" in request.form
    task_id = int(task) if task.isascii() and task.isdigit() and len(task) < 10 else None
    with transaction() as session:
        case = case_numbered(session, number, actor())
        if is_leaving:
            presence.leave(session, case, actor())
            return jsonify(others=[])
        others = presence.beat(session, case, task_id, "is_writing" in request.form, actor())
    return jsonify(others=[_told(one, task_id) for one in others], every=int(BEAT.total_seconds()))


@blueprint.get("/presence/token")
@signed_in
@quiet
def token() -> Response:
    """For a page whose login had ended and that goes on after a new one: the new secret of its forms."""
    return jsonify(csrf_token=generate_csrf(), user=actor().id)


def _told(one: Present, task_id: int | None) -> dict[str, object]:
    is_here = task_id is not None and one.task_id == task_id
    return {"words": one.words, "is_writing": one.is_writing and is_here}
