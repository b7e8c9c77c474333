"""Room event log: cases of a period as XES or CSV for process mining."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, render_template, request

from models.calendar import today
from models.database import DbSession, reading
from models.event_log import Asked, Scope, processes
from models.people import Permission
from webapp.access import actor, requires
from webapp.audit_query import Query
from webapp.event_log_file import FORMATS, MEDIA, written
from webapp.log_export import sent_lines
from webapp.views.audit import note_export

blueprint = Blueprint("event_log", __name__, url_prefix="/audit/event-log")


@blueprint.get("")
@requires(Permission.AUDIT_READ)
def show() -> str:
    """The form: which process, which period, which format."""
    begins = {"from_on": f"{today() - timedelta(days=365)}", "to_on": f"{today()}"}
    with reading() as session:
        return _page(session, Query(begins))


@blueprint.post("")
@requires(Permission.AUDIT_READ)
def export() -> Response | tuple[str, int]:
    """The file, written while it is sent; the log says who took it."""
    query = Query(request.form)
    with reading() as session:
        asked = asked_of(session, query)
        if asked is None:
            return _page(session, query), 422
    note_export("event_log.exported", "导出流程事件日志", query)
    kind = query.text("format")
    return sent_lines(written(kind, actor(), asked), f"event-log.{kind}", MEDIA[kind])


def asked_of(session: DbSession, query: Query) -> Asked | None:
    """What is to be exported, or None when the query has errors."""
    process = query.choice("process", dict(processes(session)))
    scope = query.choice("scope", dict(Scope.choices())) or Scope.STEPS
    if not query.choice("format", FORMATS):
        query.errors["format"] = "请选择导出格式。"
    begin, end = query.period()
    for name, day in (("from_on", begin), ("to_on", end)):
        if day is None:
            query.errors.setdefault(name, "请填写日期。")
    if begin is None or end is None or query.errors:
        return None
    return Asked(begin, end, process, Scope(scope), query.text("names") == "yes")


def _page(session: DbSession, query: Query) -> str:
    names = ("process", "from_on", "to_on", "scope", "names", "format")
    return render_template(
        "event_log/show.html",
        wanted={name: query.text(name) for name in names},
        errors=query.errors,
        processes=processes(session),
        scopes=Scope.choices(),
        formats=FORMATS.items(),
    )
