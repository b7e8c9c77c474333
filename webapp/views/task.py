"""Room task: the worklist and the one view that completes every task."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("task", __name__)


@blueprint.get("/tasks")
@requires(Permission.TASK_WORK)
def inbox() -> str:
    """Being built."""
    return ""
