"""Room letter: official letters for reading and printing."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("letter", __name__)


@blueprint.get("/letters")
@requires(Permission.CASE_READ)
def show() -> str:
    """Being built."""
    return ""
