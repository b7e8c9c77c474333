"""Room supervision: every order (督办) that concerns a person: the list, one order, issuing, answering, closing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.supervision import AnswerForm, ClosingForm, OrderForm
from models.calendar import today
from models.case import CaseFile, case_numbered
from models.database import DbSession, reading
from models.people import Permission
from models.refusal import Forbidden
from models.supervision import OrderState, Supervision
from processes.supervision import close_supervision
from processes.supervision_order import Demand, answer_supervision
from processes.supervision_target import order_target, targets
from webapp import supervision_panel as panel
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt
from webapp.admin import page as form_page

blueprint = Blueprint("supervision_order", __name__)
blueprint.add_app_template_global(panel.of_page, "supervision_of")
_ORDER = f"/supervisions/<int(max={BIGGEST_ID}):supervision_id>"
Page = str | Response | tuple[str, int]
ASK = "督办下达后不能撤销，只能办结。确定下达？"


@blueprint.get("/supervisions")
@requires(Permission.SUPERVISION_READ)
def index() -> str:
    """The orders to and from one's office, and those one oversees."""
    asked = panel.asked(request.args)
    with reading() as session:
        found = panel.listed(session, actor(), asked)
        return render_template("supervision_order/index.html", orders=found, asked=asked, states=OrderState)


@blueprint.get(_ORDER)
@requires(Permission.SUPERVISION_READ)
def show(supervision_id: int) -> str:
    """One order with what may be done about it."""
    return _show(supervision_id)


@blueprint.route("/cases/<number>/supervise", methods=["GET", "POST"])
@requires(Permission.CASE_SUPERVISE)
def issue(number: str) -> Page:
    """下达督办 of a step of the case, or of an office that takes part."""
    with reading() as session:
        case, form = _form(session, number)
    if request.method == "POST" and (made := attempt(form, lambda s: _ordered(s, case.id, form))):
        flash(f"已下达{made.number}。{panel.day_off(made)}")
        return redirect(url_for("supervision_order.show", supervision_id=made.id))
    lead = f"{case.number} {case.applicant_name}"
    return form_page(form, "下达督办", url_for("case.show", number=number), lead, verb="下达督办", ask=ASK)


@blueprint.post(f"{_ORDER}/answer")
@requires(Permission.SUPERVISION_READ)
def answer(supervision_id: int) -> Page:
    """The office answers."""
    form = _bound(AnswerForm(request.form))
    if attempt(form, lambda session: _answered(session, supervision_id, form)):
        flash("已答复。")
        return redirect(url_for("supervision_order.show", supervision_id=supervision_id))
    return _show(supervision_id, form), 422


@blueprint.post(f"{_ORDER}/close")
@requires(Permission.SUPERVISION_READ)
def close(supervision_id: int) -> Page:
    """The office that issued it ends it."""
    form = _bound(ClosingForm(request.form))
    if attempt(form, lambda session: _closed(session, supervision_id, form)):
        flash("已办结。")
        return redirect(url_for("supervision_order.show", supervision_id=supervision_id))
    return _show(supervision_id, form), 422


def _show(supervision_id: int, sent: BaseForm | None = None) -> str:
    with reading() as session:
        shown = panel.one(session, supervision_id, actor(), sent)
        return render_template("supervision_order/show.html", shown=shown)


def _form(session: DbSession, number: str) -> tuple[CaseFile, BaseForm]:
    """Raises NotFound, Forbidden for whoever may order nobody in this case."""
    case = case_numbered(session, number, actor())
    choices = targets(session, case, actor())
    if not choices:
        raise Forbidden("该案卷没有您可以督办的事项。")
    form = OrderForm(
        request.form if request.method == "POST" else None, data={"target": request.args.get("target")}
    )
    return case, form.bind(FormContext(today=today(), departments=choices))


def _ordered(session: DbSession, case_id: int, form: BaseForm) -> Supervision:
    demand = Demand(str(form.answers()["text"]), form.value("due_on"))
    return order_target(session, case_id, str(form.answers()["target"]), demand, actor())


def _answered(session: DbSession, supervision_id: int, form: BaseForm) -> Supervision:
    return answer_supervision(session, supervision_id, str(form.answers()["answer"]), actor())


def _closed(session: DbSession, supervision_id: int, form: BaseForm) -> Supervision:
    return close_supervision(session, supervision_id, str(form.answers()["closing"]), actor())


def _bound(form: BaseForm) -> BaseForm:
    return form.bind(FormContext(today=today()))
