"""Room office: a task given on, delegated, set aside or put before others, from the page of its case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as Answer
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from models.calendar import today
from models.case import CaseFile, case_numbered
from models.database import DbSession, StaleWrite, reading, transaction
from models.people import Permission
from models.refusal import Conflict, NotFound, Refusal
from models.task_draft import NewerDraft
from models.task_review import ReviewKind, ReviewState, TaskReview
from models.workflow import OPEN, UserTask
from processes import delegation, reassignment, set_aside, submission, task_review, worklist
from webapp import draft_choice, review_door, task_form
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt
from webapp.case_page import Asked, CasePage
from webapp.errors import STALE, answer
from webapp.operations_panel import (
    DELEGATE,
    HAND_BACK,
    REASSIGN,
    REVIEWER,
    SET_ASIDE,
    Sent,
    answer_form,
    typed,
)

blueprint = Blueprint("office", __name__)
Page = str | Response | tuple[Response | str, int]
Verb = Callable[[DbSession, dict[str, Any]], object]
_TASK = f"/tasks/<int(max={BIGGEST_ID}):task_id>"
_REVIEW = f"/reviews/<int(max={BIGGEST_ID}):review_id>"
_CHOSEN = {REASSIGN: "assignee", DELEGATE: "delegate", REVIEWER: "reviewer"}


# Where a refused form leaves the address bar, asked for again: the page of the case.
@blueprint.get(f"{_TASK}/reassign")
@blueprint.get(f"{_TASK}/delegate")
@blueprint.get(f"{_TASK}/hand-back")
@blueprint.get(f"{_TASK}/reviewers")
@blueprint.get(f"{_TASK}/set-aside")
@requires(Permission.TASK_WORK)
def again(task_id: int) -> Response:
    """The page of the case with the task."""
    with reading() as session:
        return _to_case(worklist.task_for(session, task_id, actor()).case.number, task_id)


@blueprint.get(f"{_REVIEW}/answer")
@requires(Permission.TASK_WORK)
def answer_again(review_id: int) -> Response:
    """As `again`."""
    with reading() as session:
        review, number = _seen(session, review_id)
        return _to_case(number, review.task_id)


@blueprint.post(f"{_TASK}/reassign")
@requires(Permission.TASK_WORK)
def reassign(task_id: int) -> Page:
    """转办."""

    def act(session: DbSession, given: dict[str, Any]) -> object:
        return reassignment.reassign(session, task_id, int(given["assignee"]), str(given["reason"]), actor())

    return _act(task_id, REASSIGN, act, "已转办，接办人已收到通知。办理时限照常计算。")


@blueprint.post(f"{_TASK}/delegate")
@requires(Permission.TASK_WORK)
def delegate(task_id: int) -> Page:
    """委派."""

    def act(session: DbSession, given: dict[str, Any]) -> object:
        return delegation.delegate(session, task_id, int(given["delegate"]), str(given["question"]), actor())

    return _act(task_id, DELEGATE, act, "已委派。待其交回后由您提交，办理时限照常计算。")


@blueprint.post(f"{_TASK}/hand-back")
@requires(Permission.TASK_WORK)
def hand_back(task_id: int) -> Page:
    """交回, with what stands in the form of the step beside it."""

    def act(session: DbSession, given: dict[str, Any]) -> object:
        if (mark := task_form.mark_of(request.form)) is not None:
            task = worklist.task_for(session, task_id, actor())
            filled = task_form.typed(session, task, request.form)
            worklist.save_draft(session, task_id, actor(), filled, mark)
        return delegation.hand_back(session, task_id, str(given["opinion"]), actor())

    try:
        return _act(task_id, HAND_BACK, act, "已交回委派人。")
    except NewerDraft as newer:
        return draft_choice.answer(task_id, newer, actor())


@blueprint.post(f"{_TASK}/take-back")
@requires(Permission.TASK_WORK)
def take_back(task_id: int) -> Response:
    """收回委派."""
    return _at_once(task_id, delegation.take_back, "已收回委派。")


@blueprint.post(f"{_TASK}/reviewers")
@requires(Permission.TASK_WORK)
def add_reviewer(task_id: int) -> Page:
    """加签."""

    def act(session: DbSession, given: dict[str, Any]) -> object:
        when = ReviewKind(given["when"])
        return task_review.add_reviewer(
            session, task_id, int(given["reviewer"]), when, str(given["question"]), actor()
        )

    return _act(task_id, REVIEWER, act, "已加签，办理时限照常计算。")


@blueprint.post(f"{_TASK}/set-aside")
@requires(Permission.TASK_WORK)
def put_aside(task_id: int) -> Page:
    """挂起."""

    def act(session: DbSession, given: dict[str, Any]) -> object:
        return set_aside.set_aside(session, task_id, given["until"], str(given["reason"]), actor())

    return _act(task_id, SET_ASIDE, act, "已挂起，到期自动回到待办。办理时限照常计算。")


@blueprint.post(f"{_TASK}/take-up")
@requires(Permission.TASK_WORK)
def take_up(task_id: int) -> Response:
    """恢复办理."""
    return _at_once(task_id, set_aside.take_up, "已恢复办理。")


@blueprint.post(f"{_TASK}/withdraw-submission")
@requires(Permission.TASK_WORK)
def withdraw_submission(task_id: int) -> Response:
    """撤回提交."""
    return _at_once(task_id, submission.withdraw_submission, "已撤回提交，填写内容已恢复为您的暂存。")


@blueprint.post(f"{_REVIEW}/answer")
@requires(Permission.TASK_WORK)
def answer_review(review_id: int) -> Page:
    """会签意见."""
    with reading() as session:
        review, number = _seen(session, review_id)
        task_id = review.task_id
    form = answer_form(review_id, request.form)
    settled = _answer(form, review_id) if form.validate() else None
    if settled is None:
        return _page(number, Asked(task_id=task_id, operation=Sent("", form, review_id))), 422
    flash(settled.words or "会签意见已送出。")
    return _to_case(number, None)


def _answer(form: BaseForm, review_id: int) -> review_door.Settled | None:
    """What became of the answer; None when a rule says no, which then stands at its field."""
    given: dict[str, Any] = form.answers()
    agrees = given["decision"] == ReviewState.AGREED.value
    try:
        return review_door.answer(review_id, agrees, str(given["opinion"]), actor())
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        form.fault("opinion", refusal.message)
        return None


@blueprint.post(f"{_REVIEW}/remove")
@requires(Permission.TASK_WORK)
def remove_reviewer(review_id: int) -> Response:
    """减签."""
    with reading() as session:
        review, number = _seen(session, review_id)
        task_id = review.task_id
    settled = review_door.remove(review_id, actor())
    flash(settled.words or "已减签。")
    return _to_case(number, None if settled.is_carried else task_id)


def _act(task_id: int, prefix: str, verb: Verb, message: str) -> Page:
    """Check the form, act, back to the case; or the page again with what is wrong in the form."""
    with reading() as session:
        task = worklist.task_for(session, task_id, actor())
        if task.status != OPEN:
            raise Conflict(task_form.ENDED)
        number = task.case.number
        panel = CasePage(session, task.case, actor(), Asked(task_id=task_id)).operations
        form = typed(prefix, request.form, _offered(prefix, panel.context(prefix)))
        is_beside = task_form.mark_of(request.form) is not None
        opened = (
            task_form.again(task_form.sent(session, task, request.form), request.form) if is_beside else None
        )
    if attempt(form, lambda db: verb(db, form.answers())) is None:
        return _page(number, Asked(task_id=task_id, opened=opened, operation=Sent(prefix, form))), 422
    flash(message)
    return _to_case(number, task_id)


def _offered(prefix: str, context: FormContext) -> FormContext:
    """Who may choose nobody is told why by the verb: what he sent goes to it as it is."""
    chosen = request.form.get(f"{prefix}{_CHOSEN.get(prefix, '')}", "")
    is_id = chosen.isascii() and chosen.isdigit() and len(chosen) < 10
    return context if context.people or not is_id else FormContext(today=today(), people=[(chosen, chosen)])


def _at_once(task_id: int, verb: Callable[..., UserTask], message: str) -> Response:
    """An operation that asks nothing."""
    with transaction() as session:
        task = verb(session, task_id, actor())
        number = session.get_one(CaseFile, task.case_id).number
    flash(message)
    return _to_case(number, task_id)


def _to_case(number: str, task_id: int | None) -> Response:
    return redirect(url_for("case.show", number=number, task=task_id))


def _seen(session: DbSession, review_id: int) -> tuple[TaskReview, str]:
    """The review and the number of its case. Raises NotFound unless the reader sees the case."""
    review = session.get(TaskReview, review_id)
    if review is None:
        raise NotFound("未找到该会签，或您无权答复。")
    number = session.get_one(CaseFile, review.case_id).number
    return review, case_numbered(session, number, actor()).number


def _page(number: str, asked: Asked) -> str:
    with reading() as session:
        case = case_numbered(session, number, actor())
        return render_template("case/show.html", page=CasePage(session, case, actor(), asked))


@blueprint.errorhandler(Conflict)
@blueprint.errorhandler(StaleWrite)
def _conflict(fault: Exception) -> Page | Answer:
    """Somebody was faster: what is so now stands on the page of the case."""
    message, given = fault.message if isinstance(fault, Conflict) else STALE, request.view_args or {}
    try:
        with reading() as session:
            number = _number(session, given)
            return render_template("error.html", status=409, message=message, case=number), 409
    except NotFound:
        return answer(409, message)


def _number(session: DbSession, given: dict[str, Any]) -> str:
    if "review_id" in given:
        return _seen(session, given["review_id"])[1]
    return worklist.task_for(session, given["task_id"], actor()).case.number
