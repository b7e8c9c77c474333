"""Room statistics: the figures of a period, the classified statistics, the heat on a drawing, and their workbooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from models import audit
from models.database import DbSession, reading, transaction
from models.people import Permission, User
from models.refusal import Refusal
from models.statistics import Figures
from models.statistics_classes import Classes, classes
from models.statistics_diagram import heat_map
from models.statistics_scope import Wanted, classes_scope, scope_of
from webapp.access import actor, requires
from webapp.register_export import XLSX
from webapp.statistics_asks import Asks, class_asks, heads
from webapp.statistics_beside import told
from webapp.statistics_charts import chart_of
from webapp.statistics_diagram import Metric, picture
from webapp.statistics_export import workbook
from webapp.statistics_list import linking
from webapp.statistics_page import Asked, asked, choices
from webapp.statistics_tables import ROLLING, Table, classes_tables, with_charts

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")
Page = str | tuple[str, int]
Make = Callable[[DbSession, User, Wanted], tuple[Any, Sequence[Table]]]


@blueprint.get("")
@requires(Permission.BOARD_READ)
def show() -> Page:
    """Intake and output, terms kept, days, departments: every chart with its table and definition."""
    return _page("statistics/show.html", _figures, scope_of)


@blueprint.get("/classes")
@requires(Permission.BOARD_READ)
def show_classes() -> Page:
    """分类统计 (A-20)."""
    return _page("statistics/classes.html", _classes, classes_scope)


@blueprint.get("/diagram")
@requires(Permission.BOARD_READ)
def diagram() -> Page:
    """流程热力图: now, or of a period."""
    version = request.args.get("version", "").strip()
    if version and not (version.isascii() and version.isdigit() and len(version) < 10):
        abort(404)
    with reading() as session:
        given = asked(request.args)
        period = given.wanted.period if request.args.get("period") and not given.errors else None
        found = heat_map(session, actor(), int(version) if version else None, period)
        shown = picture(found, Metric.of(request.args.get("heat", "")))
        page = render_template(
            "statistics/diagram.html", given=given, picture=shown, choices=choices(session, actor())
        )
    return (page, 422) if given.errors else page


@blueprint.get("/export")
@requires(Permission.BOARD_READ)
def export() -> Response:
    """The tables of the page as a workbook; the log says who took them."""
    return _export("统计分析", "statistics.exported", _figures)


@blueprint.get("/classes/export")
@requires(Permission.BOARD_READ)
def export_classes() -> Response:
    """The classified statistics as a workbook."""
    return _export("创业担保贷款分类统计", "statistics.classes_exported", _classes)


def _figures(session: DbSession, user: User, wanted: Wanted) -> tuple[Any, Sequence[Table]]:
    return told(session, user, wanted)


def _classes(session: DbSession, user: User, wanted: Wanted) -> tuple[Any, Sequence[Table]]:
    found = classes(session, user, wanted)
    return found, classes_tables(found)


def _page(template: str, make: Make, sight: Callable[[DbSession, User], Any]) -> Page:
    with reading() as session:
        user, given = actor(), asked(request.args)
        offered = choices(session, user, sight(session, user))
        found, tables = _tried(session, user, given, make)
        link = linking(given.wanted)
        shown = with_charts(tables, lambda table: chart_of(table, link))
        facts = {
            "tables": shown,
            "choices": offered,
            "rolling": ROLLING,
            "link": link,
            "heads": heads_of(found),
        }
        page = render_template(template, given=given, found=found, **facts)
    return (page, 422) if given.errors else page


def heads_of(found: Figures | Classes | None) -> Asks:
    """Behind the numbers at the head of a page."""
    if isinstance(found, Figures):
        return heads(found)
    return class_asks("", [])[0] if found else {}


def _tried(session: DbSession, user: User, given: Asked, make: Make) -> tuple[Any, Sequence[Table]]:
    """The figures, or none with what is wrong at its field."""
    if given.errors:
        return None, []
    try:
        return make(session, user, given.wanted)
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        given.errors = {name: words for name, (words, *_rest) in refusal.errors.items()}
        return None, []


def _export(title: str, action: str, make: Make) -> Response:
    with reading() as session:
        given = asked(request.args)
        if given.errors:
            raise given.refusal
        _found, tables = make(session, actor(), given.wanted)
        facts = [("统计期间", given.wanted.period.words), ("导出人", actor().display_name)]
        content = workbook(title, facts, tables)
    note(action, f"导出{title}（{given.wanted.period.words}）", given)
    headers = {"Content-Disposition": "attachment; filename=statistics.xlsx"}
    return Response(content, mimetype=XLSX, headers=headers)


def note(action: str, summary: str, given: Asked) -> None:
    """Log that the actor took figures out of the house, and by what they were narrowed."""
    with transaction() as session:
        audit.record(session, action, summary, actor=actor(), new={"asked": given.as_values})
