"""Room process: published drawings and their versions."""

from __future__ import annotations

from flask import Blueprint, render_template

from models.database import reading
from models.people import Permission
from models.refusal import NotFound
from models.workflow import versions
from webapp.access import requires
from webapp.admin import BIGGEST_ID

blueprint = Blueprint("process", __name__, url_prefix="/admin/processes")


@blueprint.get("")
@requires(Permission.PROCESS_MANAGE)
def show() -> str:
    """Every published version: who, when, what fingerprint, how many cases run on it."""
    with reading() as session:
        return render_template("process/show.html", versions=versions(session))


@blueprint.get(f"/<int(max={BIGGEST_ID}):definition_id>")
@requires(Permission.PROCESS_MANAGE)
def show_version(definition_id: int) -> str:
    """One version with its diagram, read-only."""
    with reading() as session:
        found = [version for version in versions(session) if version.id == definition_id]
    if not found:
        raise NotFound("未找到该流程版本。")
    return render_template("process/version.html", version=found[0])
