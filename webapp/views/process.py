"""Room process: published drawings and their versions."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("process", __name__)


@blueprint.get("/admin/processes")
@requires(Permission.PROCESS_MANAGE)
def show() -> str:
    """Being built."""
    return ""
