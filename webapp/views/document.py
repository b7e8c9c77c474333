"""Room document: the materials of a case."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("document", __name__)


@blueprint.get("/documents")
@requires(Permission.CASE_READ)
def show() -> str:
    """Being built."""
    return ""
