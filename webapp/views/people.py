"""Room people: departments and users."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("people", __name__)


@blueprint.get("/admin/people")
@requires(Permission.PEOPLE_MANAGE)
def show() -> str:
    """Being built."""
    return ""
