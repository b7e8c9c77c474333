"""Room application: the application form in steps."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("application", __name__)


@blueprint.get("/cases/new")
@requires(Permission.CASE_CREATE)
def choose() -> str:
    """Being built."""
    return ""
