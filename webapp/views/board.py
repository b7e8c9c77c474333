"""Room board: the stalled board (督查看板), the rows behind its numbers, and their workbooks."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from models.board_asked import Sort, asked
from models.board_export import export_of, exports_of
from models.board_totals import DIMENSIONS
from models.database import reading, transaction
from models.people import Permission
from processes import board_export
from webapp import board_page as shown
from webapp import repair
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID
from webapp.board_book import reason_of
from webapp.register_export import XLSX

blueprint = Blueprint("board", __name__, url_prefix="/board")
blueprint.add_app_template_global(shown.operations, "manager_operations")
_EXPORT = f"/exports/<int(max={BIGGEST_ID}):export_id>"


@blueprint.get("")
@requires(Permission.BOARD_READ)
def show() -> str:
    """Every number of the board; `by` opens the whole table of one dimension, `within` sets the forecast."""
    given, user = shown.wanted(), actor()
    with reading() as session:
        board = shown.board_of(session, user, given, request.args.get("by", ""))
        stuck = shown.stuck(session, user, board)
    facts = {"columns": shown.COLUMNS, "labels": shown.COLUMN_LABELS, "told": shown.DEFINITIONS}
    jobs = repair.standing() if user.may(Permission.CASE_OVERSEE) else []
    return render_template(
        "board/show.html", board=board, stuck=stuck, jobs=jobs, dimensions=DIMENSIONS, **facts
    )


@blueprint.get("/cases")
@requires(Permission.BOARD_READ)
def cases() -> str:
    """The rows behind a number, to be worked on in bulk."""
    user, given = actor(), shown.wanted()
    with reading() as session:
        listing = shown.listing(session, user, given)
    return render_template(
        "board/cases.html",
        listing=listing,
        sorts=Sort,
        operations=shown.operations(user),
        reason_of=reason_of,
        told=shown.DEFINITIONS,
    )


@blueprint.get("/exports")
@requires(Permission.BOARD_READ)
def exports() -> str:
    """The person's workbooks."""
    with reading() as session:
        return render_template("board/exports.html", rows=exports_of(session, actor()))


@blueprint.post("/exports")
@requires(Permission.BOARD_READ)
def ask_export() -> Redirect:
    """导出: the background writes the rows of these filters."""
    with transaction() as session:
        row = board_export.ask(session, asked(request.form.to_dict()), actor())
    return redirect(url_for("board.show_export", export_id=row.id))


@blueprint.get(_EXPORT)
@requires(Permission.BOARD_READ)
def show_export(export_id: int) -> str:
    """How far a workbook is, and the way to it."""
    with reading() as session:
        return render_template("board/export.html", row=export_of(session, export_id, actor()))


@blueprint.get(f"{_EXPORT}/progress")
@requires(Permission.BOARD_READ)
def progress(export_id: int) -> str | Response:
    """The part of the page that asks again; once it is through, the page is asked for again."""
    with reading() as session:
        row = export_of(session, export_id, actor())
    html = render_template("board/_progress.html", row=row)
    if row.is_busy or "HX-Request" not in request.headers:
        return html
    return Response(html, headers={"HX-Refresh": "true"})


@blueprint.get(f"{_EXPORT}/file")
@requires(Permission.BOARD_READ)
def download(export_id: int) -> Response:
    """The workbook, block by block."""
    with reading() as session:
        blocks = board_export.content(session, export_id, actor())
    headers = {"Content-Disposition": f"attachment; filename=board-{export_id}.xlsx"}
    return Response(blocks, mimetype=XLSX, headers=headers)
