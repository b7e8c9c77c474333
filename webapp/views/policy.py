"""Room policy: policy sets and LPR quotes."""

from __future__ import annotations

from flask import Blueprint

from models.people import Permission
from webapp.access import requires

blueprint = Blueprint("policy", __name__)


@blueprint.get("/admin/policies")
@requires(Permission.POLICY_MANAGE)
def show() -> str:
    """Being built."""
    return ""
