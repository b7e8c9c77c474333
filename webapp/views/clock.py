"""Room clock: the training clock."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("clock", __name__)


@blueprint.get("/clock")
@requires(Permission.CLOCK_SET)
def show() -> str:
    """Being built."""
    return ""
