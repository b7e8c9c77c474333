"""Room inbox: kept conditions, columns and the workbook of a list; the list itself is `task.inbox`."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.calendar import today
from models.database import DbSession, reading, transaction
from models.people import Permission, User
from models.refusal import Refusal
from models.saved_filter import filters_of
from processes import saved_filter
from processes.sheet_stream import XLSX
from webapp.access import actor, requires
from webapp.inbox_export import sheet_of
from webapp.inbox_page import COLUMNS, kept_query, meaning
from webapp.inbox_query import Wanted, wanted
from webapp.local import local_path
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("inbox", __name__)
_FILTER = f"/tasks/filters/<int(max={BIGGEST_ID}):filter_id>"


@blueprint.get("/tasks/export.xlsx")
@requires(Permission.TASK_WORK)
def export() -> Response:
    """The list as a workbook, with the conditions and the order of the page."""
    asked = _sound(wanted(request.args))
    name = quote(f"{asked.scope.label}-{today().isoformat()}.xlsx")
    answer = Response(sheet_of(actor(), asked), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@blueprint.get("/tasks/filters")
@requires(Permission.TASK_WORK)
def filters() -> str:
    """The person's kept conditions and those of his department, to share and to remove."""
    return _filters()


@blueprint.post("/tasks/filters")
@requires(Permission.TASK_WORK)
def keep() -> Answer | tuple[str, int]:
    """保存为常用条件."""
    asked = _sound(wanted(request.form))
    name, is_shared = request.form.get("name", ""), "is_shared" in request.form
    put = saved_filter.replace if "replace" in request.form else saved_filter.keep
    try:
        with transaction() as session:
            put(session, actor(), name, asked.scope.value, kept_query(asked), is_shared)
    except Refusal as refusal:
        return _filters(asked, name, refusal), refusal.status
    flash("已保存条件。")
    return redirect(url_for("task.inbox", **asked.address()))


@blueprint.post(f"{_FILTER}/share")
@requires(Permission.TASK_WORK)
def share(filter_id: int) -> Answer:
    """共享给本部门."""
    return _changed(saved_filter.share, filter_id, "已共享给本部门。")


@blueprint.post(f"{_FILTER}/unshare")
@requires(Permission.TASK_WORK)
def unshare(filter_id: int) -> Answer:
    """停止共享."""
    return _changed(saved_filter.unshare, filter_id, "已停止共享。")


@blueprint.post(f"{_FILTER}/remove")
@requires(Permission.TASK_WORK)
def remove(filter_id: int) -> Answer:
    """删除."""
    return _changed(saved_filter.remove, filter_id, "已删除条件。")


@blueprint.post("/tasks/columns")
@requires(Permission.TASK_WORK)
def set_columns() -> Answer:
    """列设置: which columns the person wants to see in a list; none chosen: the standard ones."""
    asked = wanted(request.form)
    chosen = [name for name in COLUMNS if name in request.form.getlist("column")]
    with transaction() as session:
        saved_filter.set_columns(session, actor(), asked.scope.value, chosen)
    back = url_for("task.inbox", scope=asked.scope.value)
    return redirect(local_path(request.form.get("back", ""), back))


def _changed(act: Callable[[DbSession, int, User], object], filter_id: int, words: str) -> Answer:
    with transaction() as session:
        act(session, filter_id, actor())
    flash(words)
    return redirect(url_for("inbox.filters"))


def _sound(asked: Wanted) -> Wanted:
    for name, message in asked.faults.items():
        raise Refusal(message, name)
    return asked


def _filters(asked: Wanted | None = None, name: str = "", fault: Refusal | None = None) -> str:
    with reading() as session:
        rows = [row for row in filters_of(session, actor()) if row.name]
        return render_template(
            "task/filters.html", rows=rows, meaning=meaning, asked=asked, name=name, fault=fault
        )
