"""Room clock: moves the date of a training database; elsewhere these pages do not exist."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.clock import ClockForm
from models import calendar
from models.calendar import SHANGHAI
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Forbidden, NotFound, Refusal
from models.working_days import next_working_day
from processes import clock
from webapp import jobs
from webapp.access import actor, requires
from webapp.admin import attempt
from webapp.local import local_path
from webapp.pages import moment

blueprint = Blueprint("clock", __name__, url_prefix="/clock")
DAY, WORKING_DAY, NEXT, RESET = "day", "working_day", "next", "reset"
# What fits into a cookie beside the rest; the log has everything.
SHOWN = 5


@blueprint.before_request
def only_in_training() -> None:
    """404 unless both the operator and the database say that this is training."""
    with reading():
        if not (current_app.config["TRAINING"] and calendar.is_training()):
            abort(404)


@blueprint.get("")
@requires(Permission.CLOCK_SET)
def show() -> str:
    """The date that the program believes, and the buttons that move it."""
    with reading():
        now = calendar.now().astimezone(SHANGHAI)
        form = ClockForm(None, data={"day": now.date(), "hour": f"{now:%H:%M}"})
        return render_template("clock/show.html", form=_bound(form), lines=None)


@blueprint.post("")
@requires(Permission.CLOCK_SET)
def move() -> str | tuple[str, int]:
    """Set date and hour."""
    form = _bound(ClockForm(request.form))
    attempt(form, lambda session: _move(session, form.moment()))
    return _answer(form)


@blueprint.post("/step")
@requires(Permission.CLOCK_SET)
def step() -> Response:
    """One day on, one working day on, to the next event, or back to the real time; then back to the page."""
    try:
        with transaction() as session:
            clock.move(session, _target(session, request.form.get("by", "")), actor())
    except Refusal as refusal:
        if isinstance(refusal, Forbidden | NotFound):
            raise
        flash(refusal.message, "warning")
    else:
        flash(_told(jobs.run_due()))
    return redirect(local_path(request.form.get("back", ""), otherwise=url_for("clock.show")))


def _bound(form: BaseForm) -> ClockForm:
    bound = form.bind(FormContext(today=calendar.today()))
    assert isinstance(bound, ClockForm)
    return bound


def _move(session: DbSession, wanted: datetime) -> None:
    clock.move(session, wanted.replace(tzinfo=SHANGHAI), actor())


def _answer(form: ClockForm) -> str | tuple[str, int]:
    """After a move, what has become due is done at once and listed."""
    if form.errors:
        return render_template("clock/show.html", form=form, lines=None), 422
    lines = jobs.run_due()
    with reading():
        flash(f"培训日期已调整为 {moment(calendar.now())}。")
        return render_template("clock/show.html", form=form, lines=lines)


def _told(lines: list[str]) -> str:
    """What the move has brought about, in one message."""
    with reading():
        moved = f"培训日期已调整为 {moment(calendar.now())}。"
    if not lines:
        return f"{moved}没有到期事项。"
    # The last line counts the reminders; of the timers before it the first ones are named.
    rest = f"……共 {len(lines)} 项。" if len(lines) > SHOWN else ""
    named = lines if len(lines) <= SHOWN else [*lines[: SHOWN - 1], lines[-1]]
    return moved + "".join(named) + rest


def _target(session: DbSession, by: str) -> datetime | None:
    now, today = calendar.now(), calendar.today()
    if by not in (DAY, WORKING_DAY, NEXT, RESET):
        abort(400)
    if by == RESET:
        return None
    if by == NEXT:
        return clock.next_event(session)
    days = timedelta(days=1) if by == DAY else next_working_day(today, calendar.calendar()) - today
    return now + days
