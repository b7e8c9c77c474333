"""Room audit: the system's log and the verification of its chains."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def show() -> str:
    """Being built."""
    return ""
