"""Room meeting: the register of meetings, written by the lead office and the leading group."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm
from forms.meeting import MeetingForm
from models.calendar import today
from models.database import DbSession, reading
from models.meeting import MeetingKind, half_of, meetings
from models.people import LEADING, Permission, User
from processes import meeting as verbs
from webapp import screening_page as page
from webapp.access import actor, requires
from webapp.admin import attempt

blueprint = Blueprint("meeting", __name__, url_prefix="/meetings")


@blueprint.get("")
@requires(Permission.CREDIT_READ)
def show() -> str:
    """Every meeting of the region, newest first."""
    with reading() as session:
        return _page(session, page.bound(MeetingForm(None)))


@blueprint.post("")
@requires(Permission.CREDIT_WORK)
def record() -> Response | tuple[str, int]:
    """登记."""
    form = page.bound(MeetingForm(request.form))
    if made := attempt(form, lambda session: verbs.record(session, actor(), form.answers())):
        flash(f"已登记“{made.kind_label} {made.number}”。")
        return redirect(url_for("meeting.show"))
    with reading() as session:
        return _page(session, form), 422


def _page(session: DbSession, form: BaseForm) -> str:
    user = actor()
    rows = meetings(session, user.department.region_id) if user.department else []
    keeps = _keeps(user)
    has_met = any(
        row.kind == MeetingKind.COUNCIL and half_of(row.held_on) == half_of(today()) for row in rows
    )
    due = f"{half_of(today())}的主要成员单位协商议事会议尚未登记。"
    return render_template(
        "meeting/show.html", rows=rows, form=form if keeps else None, due="" if has_met or not keeps else due
    )


def _keeps(user: User) -> bool:
    kind = user.department.kind if user.department else ""
    return kind in LEADING and user.may(Permission.CREDIT_WORK)
