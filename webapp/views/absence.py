"""Room absence: who is away and who stands in (代办): one's own, and as head one's people's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.absence import AbsenceForm
from forms.base import BaseForm, FormContext
from models.calendar import today
from models.database import DbSession, reading, transaction
from models.people import Permission, colleagues
from models.substitute import absences_of
from processes import substitute
from processes.substitute import Wanted
from webapp.access import actor, requires
from webapp.admin import attempt
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("absence", __name__, url_prefix="/absence")


@blueprint.get("")
@requires(Permission.SUBSTITUTE_SET)
def show() -> str:
    """My absences, those in which I stand in, and as head those of my people."""
    with reading() as session:
        form = AbsenceForm(None, data={"absent": str(actor().id)})
        return _page(session, bound(session, form, is_new=True))


@blueprint.post("")
@requires(Permission.SUBSTITUTE_SET)
def set_up() -> Response | tuple[str, int]:
    """设置代办."""
    with reading() as session:
        form = bound(session, AbsenceForm(request.form))
    if made := attempt(form, lambda session: substitute.set_substitute(session, wanted(form), actor())):
        flash(f"已设置代办：{made.from_on} 至 {made.until_on}。")
        return redirect(url_for("absence.show"))
    with reading() as session:
        return _page(session, form), 422


@blueprint.post(f"/<int(max={BIGGEST_ID}):substitute_id>/end")
@requires(Permission.SUBSTITUTE_SET)
def end(substitute_id: int) -> Response:
    """提前结束."""
    with transaction() as session:
        substitute.end(session, substitute_id, actor())
    flash("代办已结束。")
    return redirect(url_for("absence.show"))


def bound(session: DbSession, form: BaseForm, is_new: bool = False) -> BaseForm:
    """The form with the people it may name: a head chooses among his people, everybody else is away himself.

    A new one does not offer a person to himself; what was sent is told by the verb why that cannot be.
    """
    user = actor()
    people = colleagues(session, user.department_id or 0, Permission.SUBSTITUTE_SET)
    is_head = user.may(Permission.TASK_ASSIGN)
    offered = [(str(person.id), person.name) for person in people]
    absentees = offered if is_head else [(str(user.id), user.name)]
    others = offered if is_head or not is_new else [one for one in offered if one not in absentees]
    return form.bind(FormContext(today=today(), people=others, absentees=absentees))


def wanted(form: BaseForm) -> Wanted:
    """What the checked form states."""
    given: dict[str, Any] = form.answers()
    who = int(given["absent"]), int(given["stand_in"])
    return Wanted(*who, given["from_on"], given["until_on"], str(given["reason"]))


def _page(session: DbSession, form: BaseForm) -> str:
    rows = absences_of(session, actor(), actor().may(Permission.TASK_ASSIGN))
    may_end = {row.id for row in rows if not row.is_over and substitute.may_set_for(row.absent, actor())}
    return render_template("absence/show.html", rows=rows, form=form, may_end=may_end)
