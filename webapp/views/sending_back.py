"""Room sending_back: 退回 on a page of its own that says what it means, and 撤回 from the page of the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import FormContext
from forms.choice_fields import Offered
from forms.moves import SendBackForm
from models.calendar import today
from models.case import CaseFile, case_numbered
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Conflict, NotFound, Refusal
from models.workflow import OPEN, UserTask
from processes import recall as recalling
from processes import sending_back as verbs
from processes import worklist
from processes.back_target import Target
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt
from webapp.case_page import Asked, CasePage

blueprint = Blueprint("sending_back", __name__)
Page = str | Response | tuple[str, int]
_TASK = f"/tasks/<int(max={BIGGEST_ID}):task_id>"


@blueprint.get(f"{_TASK}/send-back")
@requires(Permission.TASK_WORK)
def ask(task_id: int) -> str:
    """退回: the earlier steps of the case, and what going back to each would mean."""
    with reading() as session:
        opened = _open(session, task_id)
        return _page(opened, _form(opened, is_sent=False))


@blueprint.post(f"{_TASK}/send-back")
@requires(Permission.TASK_WORK)
def send_back(task_id: int) -> Page:
    """退回."""
    with reading() as session:
        opened = _open(session, task_id)
    form = _form(opened, is_sent=True)
    if (step := attempt(form, lambda session: _sent_to(session, task_id, form))) is None:
        with reading() as session:
            return _page(_open(session, task_id), form), 422
    flash(f"已退回“{step}”，办理人员已收到通知。")
    return redirect(url_for("case.show", number=_number(task_id)))


def _sent_to(session: DbSession, task_id: int, form: SendBackForm) -> str:
    given = form.answers()
    wish, late = (
        (str(given["target"]), str(given["mode"]), str(given["reason"])),
        given.get("late_reason", ""),
    )
    return verbs.send_back(session, task_id, *wish, actor(), late_reason=str(late)).to_step


@blueprint.get(f"{_TASK}/recall")
@requires(Permission.TASK_WORK)
def recall_again(task_id: int) -> Response:
    """Where a refused recall leaves the address bar, asked for again: the page of the case."""
    return redirect(url_for("case.show", number=_number(task_id)))


@blueprint.post(f"{_TASK}/recall")
@requires(Permission.TASK_WORK)
def recall(task_id: int) -> Page:
    """撤回 of one's own last completion; why it cannot be is said on the page of the case."""
    try:
        with transaction() as session:
            row = recalling.recall(session, task_id, actor())
            again, step = row.to_task_id, row.to_step
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        number = _number(task_id)
        with reading() as session:
            case = case_numbered(session, number, actor())
            page = CasePage(session, case, actor(), Asked(message=refusal.message))
            return render_template("case/show.html", page=page), 422
    flash(f"已撤回“{step}”，请重新办理。")
    return redirect(url_for("case.show", number=_number(task_id), task=again))


@dataclass(frozen=True)
class _Opened:
    """An open step with its case and the earlier steps."""

    task: UserTask
    case: CaseFile
    targets: Sequence[Target]
    is_late: bool


def _open(session: DbSession, task_id: int) -> _Opened:
    """Raises NotFound for strangers, Conflict for what is no longer open."""
    task = worklist.task_for(session, task_id, actor())
    if task.status != OPEN:
        raise Conflict("该事项已由他人办理或已终止，请刷新。")
    if not verbs.may_send_back(task, actor()):
        raise NotFound("该事项不能退回。")
    case = task.case
    return _Opened(task, case, verbs.targets_for(session, task, actor()), worklist.is_late(session, task))


def _form(opened: _Opened, *, is_sent: bool) -> SendBackForm:
    # What was said of the same lateness before stands there to be gone on with.
    said = opened.task.deadline.late_reason if opened.task.deadline else ""
    form = SendBackForm(request.form) if is_sent else SendBackForm(None, data={"late_reason": said})
    form.bind(FormContext(today=today(), overdue=opened.is_late))
    target = form["target"]
    assert isinstance(target, Offered)
    target.offer([(one.element_id, one.name) for one in opened.targets if not one.refused])
    return form


def _page(opened: _Opened, form: SendBackForm) -> str:
    shown = {"task": opened.task, "case": opened.case, "targets": opened.targets}
    return render_template("sending_back/show.html", **shown, form=form)


def _number(task_id: int) -> str:
    """The case of a task. Raises NotFound for whoever may not see it."""
    with reading() as session:
        task = session.get(UserTask, task_id)
        if task is None:
            raise NotFound("未找到该事项，或您无权办理。")
        return case_numbered(session, verbs.number_of(session, task), actor()).number
