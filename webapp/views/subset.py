"""Room subset: what a drawing may say (绘图规则), as the check itself has it."""

from __future__ import annotations

from flask import Blueprint, render_template

from models.people import Permission
from processes.engine.lint_subset import sections
from processes.worklist import form_keys
from webapp.access import requires

blueprint = Blueprint("subset", __name__, url_prefix="/admin/processes")


@blueprint.get("/subset")
@requires(Permission.PROCESS_MANAGE)
def show() -> str:
    """绘图规则."""
    return render_template("process/subset.html", sections=sections(form_keys()))
