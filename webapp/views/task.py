"""Room task: the worklist and the one view that completes every task."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm
from models import inbox
from models.case_record import doer_of
from models.database import DbSession, reading, transaction
from models.inbox_scope import Scope
from models.people import Permission, User
from models.refusal import Conflict, Forbidden, Refusal
from models.task_draft import NewerDraft
from models.vocabulary_loan import ProcedureOutcome
from models.workflow import UserTask
from processes import worklist
from processes.engine.drawing import Step
from processes.loan import PROCEDURE
from processes.submission import Done
from webapp import draft_choice, task_form
from webapp.access import actor, requires
from webapp.answer_view import answers_of
from webapp.case_page import Asked, CasePage
from webapp.errors import wants_json
from webapp.inbox_page import COLUMNS, InboxPage
from webapp.inbox_query import wanted
from webapp.pages import moment
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("task", __name__)


@blueprint.get("/tasks", endpoint="inbox")
@requires(Permission.TASK_WORK)
def inbox_page() -> str | tuple[str, int]:
    """Mine, my department's, my people's or what I have done: one keyset page in the order that is asked for."""
    asked = wanted(request.args)
    with reading() as session:
        page = InboxPage(session, actor(), asked)
        shown = render_template("task/inbox.html", page=page, wanted=asked, scopes=Scope, columns=COLUMNS)
    return (shown, 422) if asked.faults else shown


@blueprint.get(f"/tasks/<int(max={BIGGEST_ID}):task_id>")
@requires(Permission.TASK_WORK)
def show(task_id: int) -> Response:
    """A task is a place on the page of its case."""
    with reading() as session:
        task = worklist.task_for(session, task_id, actor())
        return redirect(_place(task.case.number, task.id))


@blueprint.post(f"/tasks/<int(max={BIGGEST_ID}):task_id>")
@requires(Permission.TASK_WORK)
def complete(task_id: int) -> Response | tuple[Response | str, int]:
    """办理: whatever the form is, check it, carry it out, go on to the next of my tasks."""
    with reading() as session:
        task = worklist.task_for(session, task_id, actor())
        form = task_form.sent(session, task, request.form)
        asked = worklist.drawn_step(session, task)
        newer = draft_choice.newer(session, task, task_form.mark_of(request.form), actor())
    if message := task_form.lost(task, actor()):
        return _conflict(task_id, form, message), 409
    if newer is not None:
        return draft_choice.answer(task_id, newer, actor())
    if {"add_row", "remove_row"} & set(request.form):
        return _again(task_id, form), 200
    if not form.validate():
        return _again(task_id, form), 422
    return _carried_out(task, form, asked)


def _carried_out(task: UserTask, form: BaseForm, asked: Step) -> Response | tuple[str, int]:
    done = task_form.carry_out(task.id, actor(), form, asked)
    if isinstance(done, Refusal):
        return _refused(task.id, form, done), done.status
    flash(_done_words(task, form, done))
    return redirect(_next())


@blueprint.post(f"/tasks/<int(max={BIGGEST_ID}):task_id>/draft")
@requires(Permission.TASK_WORK)
def save_draft(task_id: int) -> Response | tuple[Response | str, int]:
    """暂存, by the button or by itself; never over what another tab has saved since."""
    mark = task_form.mark_of(request.form)
    try:
        with transaction() as session:
            task = worklist.task_for(session, task_id, actor())
            place, typed = _place(task.case.number, task_id), task_form.typed(session, task, request.form)
            draft = worklist.save_draft(session, task_id, actor(), typed, mark)
            saved_at = moment(draft.saved_at)
    except NewerDraft as newer:
        return draft_choice.answer(task_id, newer, actor())
    if wants_json():
        return jsonify(saved_at=saved_at, message=f"已暂存 {saved_at}", revision=draft.revision)
    flash(f"已暂存（{saved_at}），尚未提交。")
    return redirect(place)


@blueprint.post(f"/tasks/<int(max={BIGGEST_ID}):task_id>/claim")
@requires(Permission.TASK_WORK)
def claim(task_id: int) -> Response | tuple[str, int]:
    """签收."""
    try:
        with transaction() as session:
            worklist.claim(session, task_id, actor())
    except Conflict as conflict:
        return _conflict(task_id, None, conflict.message), 409
    except Forbidden as barred:
        return _again(task_id, None, barred.message), barred.status
    return redirect(url_for("task.show", task_id=task_id))


@blueprint.post(f"/tasks/<int(max={BIGGEST_ID}):task_id>/release")
@requires(Permission.TASK_WORK)
def release(task_id: int) -> Response:
    """退回待签收."""
    with transaction() as session:
        worklist.release(session, task_id, actor())
    flash("已退回，等待本部门人员签收。")
    return redirect(url_for("task.show", task_id=task_id))


@blueprint.post(f"/tasks/<int(max={BIGGEST_ID}):task_id>/assign")
@requires(Permission.TASK_ASSIGN)
def assign(task_id: int) -> Response:
    """分办."""
    chosen = request.form.get("assignee", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        raise Refusal("请选择承办人。", "assignee")
    with transaction() as session:
        worklist.assign(session, task_id, int(chosen), actor())
    flash("已分办。")
    return redirect(url_for("task.show", task_id=task_id))


def _place(number: str, task_id: int) -> str:
    return url_for("case.show", number=number, task=task_id, _anchor="form")


def _done_words(task: UserTask, form: BaseForm, done: Done) -> str:
    about = f"（{task.case.number} {task.case.applicant_name}）。"
    if done.waiting:
        return f"“{task.name}”已提交，待 {done.waiting} 人会签后生效{about}"
    if task.form_key == PROCEDURE and form.value("outcome") == ProcedureOutcome.EXTEND:
        return f"延期申请已报部门负责人审批{about}"
    return f"“{task.name}”已办理{about}"


def _next() -> str:
    """The most urgent of my tasks, or my list when there is none."""
    with reading() as session:
        items = inbox.page(session, actor(), inbox.Scope.MINE, inbox.Filters(), limit=1).items
    return _place(items[0].number, items[0].task_id) if items else url_for("task.inbox")


def _again(task_id: int, form: BaseForm | None, message: str = "") -> str:
    """The page of the case with the form as it was typed, if there is one."""
    with reading() as session:
        task = worklist.task_for(session, task_id, actor())
        opened = task_form.again(form, request.form) if form is not None else None
        asked = Asked(task_id=task_id, opened=opened, message=message)
        page = CasePage(session, task.case, actor(), asked)
        # Ended by another knock since it was looked at: what was typed belongs to no open step any more.
        if form is None or (page.task is not None and page.task.id == task_id):
            return render_template("case/show.html", page=page)
    return _conflict(task_id, form, task_form.ENDED)


def _refused(task_id: int, form: BaseForm, refusal: Refusal) -> str:
    if isinstance(refusal, Conflict):
        return _conflict(task_id, form, refusal.message)
    is_at_field = bool(form.faults())
    return _again(task_id, form, "" if is_at_field else refusal.message)


def _conflict(task_id: int, form: BaseForm | None, message: str) -> str:
    """Somebody was faster: who, and what was typed here, so that nothing is lost."""
    with reading() as session:
        task = worklist.task_for(session, task_id, actor())
        shown: dict[str, Any] = {"task": task, "doer": _doer(session, task), "message": message}
        answers = list(answers_of(form)) if form is not None else []
        return render_template("task/conflict.html", answers=answers, **shown)


def _doer(session: DbSession, task: UserTask) -> User | None:
    doer = doer_of(session, task)
    return None if doer is None or doer.id == actor().id else doer
