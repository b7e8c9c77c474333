"""Room credit, info: the eight fields from an Excel sheet: template, upload, preview, apply once (B-24)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models.calendar import today
from models.credit_info import InfoField
from models.database import reading, transaction
from models.people import Permission
from models.refusal import Forbidden, Refusal
from processes import info_sheet
from processes.credit_info import fields_of, titles
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID
from webapp.register_export import info_book
from webapp.views.credit_register import book

blueprint = Blueprint("credit_info", __name__, url_prefix="/register/info")
_SHOWN = 200


@blueprint.route("/import", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def bring() -> str | Response | tuple[str, int]:
    """Choose a file; its rows are checked and shown, and nothing is written yet."""
    if not fields_of(actor()):
        raise Forbidden("您所在部门不能导入信用信息。")
    if request.method == "GET":
        return _page("")
    try:
        made = _proposed()
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return _page(refusal.message), 422
    return redirect(url_for("credit_info.preview", import_id=made))


@blueprint.get("/template.xlsx")
@requires(Permission.CREDIT_WORK)
def template() -> Response:
    """An empty sheet with the five columns."""
    return book(info_book(()), "信用信息导入模板.xlsx")


@blueprint.get(f"/imports/<int(max={BIGGEST_ID}):import_id>")
@requires(Permission.CREDIT_WORK)
def preview(import_id: int) -> str:
    """What the sheet would change, and the rows that are wrong."""
    with reading() as session:
        found = info_sheet.import_of(session, import_id, actor())
        new = [row for row in found.rows if not row["is_same"]]
        shown = {"sheet": found, "new": new, "same": len(found.rows) - len(new), "limit": _SHOWN}
        return render_template("register/import_preview.html", label=InfoField.title_of, **shown)


@blueprint.post(f"/imports/<int(max={BIGGEST_ID}):import_id>/apply")
@requires(Permission.CREDIT_WORK)
def apply(import_id: int) -> Response:
    """Write the good rows, once."""
    with transaction() as session:
        written = info_sheet.apply(session, import_id, actor()).written
    flash(f"已导入 {written} 条信用信息。")
    return redirect(url_for("credit_info.preview", import_id=import_id))


def _proposed() -> int:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refusal("请选择要导入的文件。", "file")
    sheet = info_sheet.opened(file.filename, file.read(), actor())
    with transaction() as session:
        return info_sheet.propose(session, sheet, actor()).id


def _page(error: str) -> str:
    shown = {"error": error, "fields": titles(fields_of(actor())), "today": today()}
    return render_template("register/import.html", **shown)
