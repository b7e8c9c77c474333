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
from models.working_days import next_working_day
from processes import clock
from webapp import jobs
from webapp.access import actor, requires
from webapp.admin import attempt

blueprint = Blueprint("clock", __name__, url_prefix="/clock")
DAY, WORKING_DAY, RESET = "day", "working_day", "reset"


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
    """One day on, one working day on, or back to the real time."""
    with transaction() as session:
        clock.move(session, _target(request.form.get("by", "")), actor())
    for line in jobs.run_due():
        flash(line)
    return redirect(url_for("clock.show"))


def _bound(form: BaseForm) -> ClockForm:
    bound = form.bind(FormContext(today=calendar.today()))
    assert isinstance(bound, ClockForm)
    return bound


def _move(session: DbSession, moment: datetime) -> None:
    clock.move(session, moment.replace(tzinfo=SHANGHAI), actor())


def _answer(form: ClockForm) -> str | tuple[str, int]:
    """After a move, what has become due is done at once and listed."""
    if form.errors:
        return render_template("clock/show.html", form=form, lines=None), 422
    lines = jobs.run_due()
    with reading():
        return render_template("clock/show.html", form=form, lines=lines)


def _target(by: str) -> datetime | None:
    now, today = calendar.now(), calendar.today()
    if by not in (DAY, WORKING_DAY, RESET):
        abort(400)
    if by == RESET:
        return None
    days = timedelta(days=1) if by == DAY else next_working_day(today, calendar.calendar()) - today
    return now + days
