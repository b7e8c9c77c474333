"""Room pause: pausing the clock of a step, deciding on it, handing in what was missing, counting on."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as Answer
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from models.calendar import today
from models.case import CaseFile, case_numbered
from models.database import DbSession, StaleWrite, reading, transaction
from models.pause import Pause
from models.people import Permission
from models.refusal import Conflict, NotFound, Refusal
from models.workflow import UserTask
from processes import pause, worklist
from processes.pause_material import case_waiting
from webapp.access import actor, requires
from webapp.admin import attempt
from webapp.case_page import Asked, CasePage
from webapp.errors import STALE, answer
from webapp.pause_panel import ASK, DECIDE, RESUME, Sent, asked_of, asking_context, typed
from webapp.views.document import BIGGEST_ID, add_all, chosen_files
from webapp.wizard import add_row, without_row

blueprint = Blueprint("pause", __name__)
Page = str | Response | tuple[str, int]
_PAUSE = f"/pauses/<int(max={BIGGEST_ID}):pause_id>"


# Before the POST routes: of two routes of one address the first decides whether an odd number is 404 or 405.
@blueprint.get(f"/tasks/<int(max={BIGGEST_ID}):task_id>/pause")
@requires(Permission.TASK_WORK)
def ask_again(task_id: int) -> Response:
    """Where a refused form leaves the address bar, asked for again: the page of the case."""
    return _to_case(UserTask, task_id)


@blueprint.get(f"{_PAUSE}/resume")
@requires(Permission.TASK_WORK)
def resume_again(pause_id: int) -> Response:
    """As `ask_again`."""
    return _to_case(Pause, pause_id)


@blueprint.get(f"{_PAUSE}/decide")
@requires(Permission.EXTENSION_APPROVE)
def decide_again(pause_id: int) -> Response:
    """As `ask_again`."""
    return _to_case(Pause, pause_id)


@blueprint.get(f"{_PAUSE}/documents")
@requires(Permission.CASE_CREATE)
def hand_in_again(pause_id: int) -> Response:
    """As `ask_again`."""
    return _to_case(Pause, pause_id)


@blueprint.post(f"/tasks/<int(max={BIGGEST_ID}):task_id>/pause")
@requires(Permission.TASK_WORK)
def ask(task_id: int) -> Page:
    """暂停计时, or the request for it where the head of the department must agree."""
    with reading() as session:
        task = worklist.task_for(session, task_id, actor())
        form = _asked(asking_context(task.case.form_kind))
        number = task.case.number
    if {"add_row", "remove_row"} & set(request.form):
        return _again(number, task_id, Sent(form)), 200
    made = attempt(form, lambda db: pause.ask(db, task_id, asked_of(form.answers()), actor()))
    if made is None:
        return _again(number, task_id, Sent(form)), 422
    flash(
        "已暂停计时，告知书已制发。" if made.paused_on else "暂停申请已报部门负责人审批，批准前时限照常计算。"
    )
    return redirect(url_for("case.show", number=number, task=task_id))


@blueprint.post(f"{_PAUSE}/resume")
@requires(Permission.TASK_WORK)
def resume(pause_id: int) -> Page:
    """恢复计时."""
    form = typed(RESUME, request.form, FormContext(today=today()))

    def act(session: DbSession) -> Pause:
        given = form.answers()
        on = given["resumed_on"]
        assert isinstance(on, date)
        return pause.resume(session, pause_id, on, str(given["result"]), actor())

    return _done(pause_id, form, attempt(form, act), "已恢复计时，截止日已重新计算。")


@blueprint.post(f"{_PAUSE}/decide")
@requires(Permission.EXTENSION_APPROVE)
def decide(pause_id: int) -> Page:
    """审批暂停申请."""
    form = typed(DECIDE, request.form, FormContext(today=today()))

    def act(session: DbSession) -> Pause:
        given = form.answers()
        return pause.decide(session, pause_id, str(given["decision"]), str(given["decision_text"]), actor())

    return _done(pause_id, form, attempt(form, act), "已审批，申请人员已收到通知。")


@blueprint.post(f"{_PAUSE}/documents")
@requires(Permission.CASE_CREATE)
def hand_in(pause_id: int) -> Page:
    """补交材料: one kind that the letter names, one or several files: all of them or none."""
    kind, number = request.form.get("kind", ""), _number(pause_id)
    try:
        with transaction() as session:
            add_all(session, case_waiting(session, pause_id, actor()), kind, chosen_files())
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        asked = Asked(errors={"hand_in": refusal.message})
        return _page(number, asked), 422
    flash("材料已补交，经办人核对后恢复计时。")
    return redirect(url_for("case.show", number=number))


def _to_case(kind: type[UserTask] | type[Pause], key: int) -> Response:
    """The page of the case of a task or pause. Raises NotFound, also when the case is for others."""
    with reading() as session:
        return redirect(url_for("case.show", number=_seen_number(session, kind, key)))


def _seen_number(session: DbSession, kind: type[UserTask] | type[Pause], key: int) -> str:
    found = session.get(kind, key)
    if not isinstance(found, UserTask | Pause):
        raise NotFound("未找到该内容，或您无权查看。")
    number = session.get_one(CaseFile, found.case_id).number
    return case_numbered(session, number, actor()).number


@blueprint.errorhandler(Conflict)
@blueprint.errorhandler(StaleWrite)
def _conflict(fault: Exception) -> Page | Answer:
    """Somebody was faster: what is so now stands on the page of the case."""
    message, given = fault.message if isinstance(fault, Conflict) else STALE, request.view_args or {}
    kind = UserTask if "task_id" in given else Pause
    try:
        with reading() as session:
            number = _seen_number(session, kind, next(iter(given.values())))
            return render_template("error.html", status=409, message=message, case=number), 409
    except NotFound:
        return answer(409, message)


def _asked(context: FormContext) -> BaseForm:
    """The request as it was sent, with a row more or less when that was asked for."""
    form = typed(ASK, without_row(request.form, request.form.get("remove_row", "-")), context)
    if "add_row" in request.form:
        add_row(form, request.form["add_row"].removeprefix(ASK))
    return form


def _done(pause_id: int, form: BaseForm, made: Pause | None, message: str) -> Page:
    """Back to the case, or the page again with what is wrong in the form."""
    number = _number(pause_id)
    if made is None:
        return _again(number, None, Sent(form, pause_id)), 422
    flash(message)
    return redirect(url_for("case.show", number=number))


def _number(pause_id: int) -> str:
    """The number of a pause's case; who may not see the case is turned away by the page itself."""
    with reading() as session:
        found = session.get(Pause, pause_id)
        if found is None:
            raise NotFound("未找到该暂停记录，或您无权办理。")
        return session.get_one(CaseFile, found.case_id).number


def _again(number: str, task_id: int | None, sent: Sent) -> str:
    return _page(number, Asked(task_id=task_id, pause=sent))


def _page(number: str, asked: Asked) -> str:
    with reading() as session:
        case = case_numbered(session, number, actor())
        return render_template("case/show.html", page=CasePage(session, case, actor(), asked))
