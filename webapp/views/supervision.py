"""Room supervision: 督办 of a round: issued and closed by the lead office, answered by the department; reminders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm
from forms.screening import DepartmentSupervisionForm, SupervisionAnswerForm, SupervisionClosingForm
from models.database import DbSession, reading, transaction
from models.people import Permission, User
from models.screening import ScreeningRound
from models.screening_rounds import OfficeProgress, SupervisionLine, offices, supervisions
from processes import supervision as verbs
from processes import supervision_order as order_verbs
from webapp import screening_page as page
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt

blueprint = Blueprint("supervision", __name__, url_prefix=f"{page.NUMBER}/supervision")
_ROW = f"/<int(max={BIGGEST_ID}):supervision_id>"
Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Shown:
    """One 督办 with what the reader may do about it."""

    line: SupervisionLine
    form: BaseForm | None
    action: str
    verb: str


@blueprint.get("")
@requires(Permission.CREDIT_READ)
def show(number: str) -> str:
    """The 督办 of a round: all of them for the lead office, its own for a department."""
    with reading() as session:
        return _page(session, page.round_for(session, number))


@blueprint.post("")
@requires(Permission.CREDIT_WORK)
def issue(number: str) -> Page:
    """发出督办 to one department, or to all that miss answers."""
    with reading() as session:
        round_ = page.round_for(session, number)
        form = _issue_form(offices(session, round_), is_sent=True)
    if attempt(form, lambda session: _issue(session, round_, form)):
        flash("督办已发出。")
        return redirect(url_for("supervision.show", number=number))
    with reading() as session:
        return _page(session, round_, form), 422


@blueprint.post("/remind")
@requires(Permission.CREDIT_WORK)
def remind(number: str) -> Response:
    """催办 of every department that misses answers."""
    with transaction() as session:
        round_ = page.round_for(session, number)
        late = [office.id for office in offices(session, round_) if office.missing]
        told = verbs.remind(session, round_.id, late, actor())
    flash(f"已催办 {told} 个部门。")
    return redirect(url_for("supervision.show", number=number))


@blueprint.post(f"{_ROW}/answer")
@requires(Permission.CREDIT_WORK)
def answer(number: str, supervision_id: int) -> Page:
    """The department answers its own 督办."""
    form = page.bound(SupervisionAnswerForm(request.form))
    with reading() as session:
        round_ = page.round_for(session, number)
    if attempt(
        form, lambda s: order_verbs.answer_supervision(s, supervision_id, _text(form, "answer"), actor())
    ):
        flash("已答复。")
        return redirect(url_for("supervision.show", number=number))
    with reading() as session:
        return _page(session, round_, None, (supervision_id, form)), 422


@blueprint.post(f"{_ROW}/close")
@requires(Permission.CREDIT_WORK)
def close(number: str, supervision_id: int) -> Page:
    """The lead office ends a 督办."""
    form = page.bound(SupervisionClosingForm(request.form))
    with reading() as session:
        round_ = page.round_for(session, number)
    if attempt(form, lambda s: verbs.close_supervision(s, supervision_id, _text(form, "closing"), actor())):
        flash("已办结。")
        return redirect(url_for("supervision.show", number=number))
    with reading() as session:
        return _page(session, round_, None, (supervision_id, form)), 422


def _text(form: BaseForm, name: str) -> str:
    return str(form.answers()[name])


def _page(
    session: DbSession,
    round_: ScreeningRound,
    form: BaseForm | None = None,
    entered: tuple[int, BaseForm] | None = None,
) -> str:
    user = actor()
    own = None if page.leads(user) else user.department_id
    columns = offices(session, round_)
    if form is None and page.is_center(user) and any(office.missing for office in columns):
        form = _issue_form(columns, is_sent=False)
    rows = [_shown(line, user, round_, entered) for line in supervisions(session, round_.id, own)]
    return render_template(
        "screening/supervision.html",
        round=round_,
        rows=rows,
        form=form if round_.closed_on is None else None,
        links=page.tabs(round_, user, columns),
    )


def _issue_form(columns: list[OfficeProgress], is_sent: bool) -> BaseForm:
    late = [(str(one.id), f"{one.name}（{one.missing} 户未提交）") for one in columns if one.missing]
    choices = [("all", "全部未提交完的部门"), *late]
    made = DepartmentSupervisionForm(request.form if is_sent else None)
    return page.bound(made, departments=choices)


def _issue(session: DbSession, round_: ScreeningRound, form: BaseForm) -> object:
    given = form.answers()
    late = [office.id for office in offices(session, round_) if office.missing]
    meant = late if given["department"] == "all" else [page.whole(str(given["department"]))]
    return verbs.supervise(session, round_.id, meant, str(given["text"]), form.value("due_on"), actor())


def _shown(
    line: SupervisionLine, user: User, round_: ScreeningRound, entered: tuple[int, BaseForm] | None
) -> Shown:
    row = line.row
    places: dict[str, Any] = {"number": round_.number, "supervision_id": row.id}
    typed = entered[1] if entered and entered[0] == row.id else None
    if row.closed_on is not None:
        return Shown(line, None, "", "")
    if page.is_center(user):
        form = typed or page.bound(SupervisionClosingForm(None))
        return Shown(line, form, url_for("supervision.close", **places), "办结督办")
    if user.may(Permission.CREDIT_WORK) and row.department_id == user.department_id:
        form = typed or page.bound(SupervisionAnswerForm(None, data={"answer": row.answer}))
        return Shown(line, form, url_for("supervision.answer", **places), "答复督办")
    return Shown(line, None, "", "")
