"""Room case: search and the case page."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("case", __name__)


@blueprint.get("/cases")
@requires(Permission.CASE_READ)
def search() -> str:
    """Being built."""
    return ""
