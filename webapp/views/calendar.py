"""Room calendar: the year for everybody; notices are imported, previewed, applied and undone by administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from forms.base import BaseForm, FormContext
from forms.calendar import NATIONAL, DataForm, OfficeHourForm, RowsForm, TextForm
from models import calendar as clock
from models.calendar_book import PENDING, CalendarNotice
from models.calendar_draft import FIRST_YEAR, Draft, Typed, read_json, read_rows
from models.calendar_plan import notice_lines
from models.calendar_text import read_text
from models.database import DbSession, reading, transaction
from models.people import Permission, all_regions
from models.refusal import Refusal
from processes import calendar as verbs
from processes.calendar_preview import shown
from webapp.access import actor, requires, signed_in
from webapp.admin import BIGGEST_ID, attempt, is_row_change, sent
from webapp.calendar_export import moves_workbook
from webapp.calendar_page import WEEKDAYS, year_of

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")
_NOTICE = f"/notices/<int(max={BIGGEST_ID}):notice_id>"
FORMS: dict[str, type[BaseForm]] = {"text": TextForm, "json": DataForm, "rows": RowsForm}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Page = str | Redirect | tuple[str, int]


@blueprint.get("")
@signed_in
def show() -> str:
    """A year as twelve months, by the calendar of the nation or of a region."""
    with reading() as session:
        years = range(FIRST_YEAR, clock.today().year + 4)
        number = request.args.get("year", type=int, default=clock.today().year)
        region = request.args.get("region", "")
        regions = all_regions(session)
        if number not in years or region not in {"", *(row.code for row in regions)}:
            abort(404)
        year = year_of(number, clock.calendar(region))
        chosen = {"region": region, "regions": regions, "years": years, "weekdays": WEEKDAYS}
        return render_template("calendar/year.html", year=year, **chosen)


@blueprint.get("/notices")
@requires(Permission.CALENDAR_MANAGE)
def list_notices() -> str:
    """Every notice with its state and who did what, and the office hour."""
    with reading() as session:
        form = _bound(session, OfficeHourForm(None, data={"opens": f"{clock.office_opens():%H:%M}"}))
        return _notices(session, form)


@blueprint.post("/office-hour")
@requires(Permission.CALENDAR_MANAGE)
def set_office_hour() -> Page:
    """办公开始时间."""
    form = OfficeHourForm(request.form)
    form.bind(FormContext(today=clock.today()))
    if attempt(form, lambda session: verbs.set_office_hour(session, form.hour(), actor())):
        flash("已保存办公开始时间。")
        return redirect(url_for("calendar.list_notices"))
    with reading() as session:
        return _notices(session, form), 422


def _notices(session: DbSession, form: BaseForm) -> str:
    shown_lines = notice_lines(session)
    return render_template("calendar/notices.html", lines=shown_lines, form=form, regions=_regions(session))


def _regions(session: DbSession) -> dict[str, str]:
    """What the scope of a notice is called."""
    return {"": "全国"} | {row.code: row.name for row in all_regions(session)}


@blueprint.route("/import/<by>", methods=["GET", "POST"])
@requires(Permission.CALENDAR_MANAGE)
def bring(by: str) -> Page:
    """A new notice: pasted, as public data, or typed by hand."""
    if by not in FORMS:
        abort(404)
    is_sent, waiting = request.method == "POST", None
    with reading() as session:
        form = _bound(session, sent(FORMS[by]) if is_sent else FORMS[by](None, data=_blank(by)))
    if is_sent and not is_row_change(form) and form.validate():
        made = _proposed(form, by)
        if isinstance(made, CalendarNotice):
            return redirect(url_for("calendar.show_notice", notice_id=made.id))
        waiting = made.notice_id if isinstance(made, verbs.AlreadyWaits) else None
    html = render_template("calendar/import.html", form=form, by=by, waiting=waiting)
    return (html, 422) if form.errors or form.faults() else html


def _blank(by: str) -> dict[str, object]:
    """What a form starts from: by hand, this year and one empty row."""
    return {"year": clock.today().year, "rows": [{}]} if by == "rows" else {}


def _bound(session: DbSession, form: BaseForm) -> BaseForm:
    regions = [(NATIONAL, "全国"), *((row.code, f"{row.name}（{row.code}）") for row in all_regions(session))]
    return form.bind(FormContext(today=clock.today(), regions=regions))


def _proposed(form: BaseForm, by: str) -> CalendarNotice | Refusal:
    """The notice, or why there is none: then the form shows every contradiction of what was typed."""
    region = str(form.answers()["region"])
    try:
        # Read before the transaction: nobody waits for the database while a long text is read.
        draft = _READ[by](form)
        with transaction() as session:
            return verbs.propose(session, draft, actor(), "" if region == NATIONAL else region)
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        for one in (refusal, *refusal.others):
            field = one.field if one.field in form.answers() else next(iter(form.answers()))
            form.fault(str(field), one.message)
        return refusal


def _typed(form: BaseForm) -> Draft:
    answers: dict[str, Any] = form.answers()
    rows = [Typed(row["first"], row["last"] or None, row["kind"], row["name"]) for row in answers["rows"]]
    return read_rows(answers["year"], answers["scope"], answers["paper"], rows)


_READ: dict[str, Callable[[BaseForm], Draft]] = {
    "text": lambda form: read_text(str(form.answers()["text"])),
    "json": lambda form: read_json(str(form.answers()["text"])),
    "rows": _typed,
}


@blueprint.get(_NOTICE)
@requires(Permission.CALENDAR_MANAGE)
def show_notice(notice_id: int) -> str:
    """A notice that waits with everything it would move; one in force with what its undoing would move."""
    with reading() as session:
        notice = verbs.notice_of(session, notice_id)
        preview, obstacle = _preview(session, notice)
        facts = {"notice": notice, "preview": preview, "obstacle": obstacle, "regions": _regions(session)}
        return render_template(
            "calendar/notice.html",
            **facts,
            is_pending=notice.state == PENDING,
            version=clock.calendar().version,
        )


def _preview(session: DbSession, notice: CalendarNotice) -> tuple[object, str]:
    try:
        return shown(session, notice.id), ""
    except Refusal as refusal:
        return None, refusal.message


@blueprint.get(f"{_NOTICE}/moves.xlsx")
@requires(Permission.CALENDAR_MANAGE)
def export(notice_id: int) -> Response:
    """Every clock that would move, as a workbook."""
    with reading() as session:
        content = moves_workbook(session, verbs.notice_of(session, notice_id))
    headers = {"Content-Disposition": f'attachment; filename="calendar-{notice_id}.xlsx"'}
    return Response(content, mimetype=_XLSX, headers=headers)


@blueprint.post(f"{_NOTICE}/apply")
@requires(Permission.CALENDAR_MANAGE)
def apply(notice_id: int) -> Redirect:
    """启用: only what the preview showed."""
    # What is missing or no number is no version: nothing comes into force that nobody has looked at.
    seen = request.form.get("seen", type=int, default=0)
    with transaction() as session:
        notice = verbs.apply(session, notice_id, actor(), seen)
    flash(f"已启用“{notice.title}”，{notice.moved} 个时限已重新计算。")
    return redirect(url_for("calendar.show_notice", notice_id=notice_id))


@blueprint.post(f"{_NOTICE}/undo")
@requires(Permission.CALENDAR_MANAGE)
def undo(notice_id: int) -> Redirect:
    """撤销."""
    with transaction() as session:
        notice = verbs.undo(session, notice_id, actor())
    flash(f"已撤销“{notice.title}”，有关时限已恢复。")
    return redirect(url_for("calendar.show_notice", notice_id=notice_id))


@blueprint.post(f"{_NOTICE}/discard")
@requires(Permission.CALENDAR_MANAGE)
def discard(notice_id: int) -> Redirect:
    """放弃."""
    with transaction() as session:
        notice = verbs.discard(session, notice_id, actor())
    flash(f"已放弃“{notice.title}”。")
    return redirect(url_for("calendar.list_notices"))
