"""Room statistics: the records behind a figure, to be worked on in bulk, and their workbook."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models.database import reading, transaction
from models.people import Permission
from webapp import statistics_export_job as export_job
from webapp.access import actor, requires
from webapp.board_page import operations
from webapp.statistics_list import listing

blueprint = Blueprint("statistics_list", __name__, url_prefix="/statistics/records")


@blueprint.get("")
@requires(Permission.BOARD_READ)
def show() -> str:
    """One page of the records."""
    user = actor()
    with reading() as session:
        shown = listing(session, user, *export_job.read(request.args))
        return render_template("statistics/records.html", listing=shown, operations=operations(user))


@blueprint.post("/exports")
@requires(Permission.BOARD_READ)
def ask_export() -> Response:
    """导出: the background writes the records."""
    with transaction() as session:
        row = export_job.ask(session, request.form, actor())
    return redirect(url_for("board.show_export", export_id=row.id))
