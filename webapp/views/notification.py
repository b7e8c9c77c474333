"""Room notification: what a person was told."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("notification", __name__)


@blueprint.get("/notifications")
@requires(Permission.CASE_READ)
def show() -> str:
    """Being built."""
    return ""
