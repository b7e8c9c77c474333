"""Room talk: what officials say to one another about one case: remarks, copies, urging, days to look again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.talk import FollowUpForm, UrgeForm
from models.calendar import today
from models.case import CaseFile, case_numbered
from models.case_circle import circle_of
from models.case_record import tasks_of, track_of
from models.comment import SHOWN, CaseComment
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Conflict, NotFound, Refusal
from models.workflow import UserTask
from processes import comment, copying, follow_up, urging
from webapp.access import actor, requires
from webapp.case_page import Asked, CasePage
from webapp.talk_panel import COMMENT, COPY, Seen, Talk, typed
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("talk", __name__)
Answer = Response | tuple[str, int]
UNKNOWN = "未找到该内容，或您无权查看。"


@dataclass(frozen=True)
class Fault:
    """A small form that came back: of which step, what was typed, and what is wrong with it."""

    task_id: int = 0
    kind: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    message: str = ""


@blueprint.get("/cases/<number>/talk")
@requires(Permission.CASE_READ)
def show(number: str) -> str:
    """Every remark, who got copies and has read them, what was urged."""
    with reading() as session:
        return _page(session, number)


@blueprint.post("/cases/<number>/comments")
@requires(Permission.CASE_TALK)
def say(number: str) -> Answer:
    """留言."""
    form = _sent(number, COMMENT)
    if not form.validate():
        return _again(number, form)
    given = form.answers()
    with transaction() as session:
        case = case_numbered(session, number, actor())
        comment.say(session, case, str(given["text"]), _ids(given["mentions"]), actor())
    flash("已留言。")
    return redirect(_back(number))


@blueprint.post(f"/comments/<int(max={BIGGEST_ID}):comment_id>/withdraw")
@requires(Permission.CASE_TALK)
def withdraw(comment_id: int) -> Answer:
    """撤回留言."""
    with transaction() as session:
        comment.withdraw(session, comment_id, actor())
        number = _number(session, session.get_one(CaseComment, comment_id).case_id)
    flash("留言已撤回。")
    return redirect(_back(number))


@blueprint.post("/cases/<number>/copies")
@requires(Permission.CASE_TALK)
def copy(number: str) -> Answer:
    """抄送."""
    form = _sent(number, COPY)
    if not form.validate():
        return _again(number, form)
    given = form.answers()
    with transaction() as session:
        case = case_numbered(session, number, actor())
        made = copying.copy_to(session, case.id, _ids(given["people"]), str(given["note"]), actor())
        had = "、".join(person.name for person in made.had_it)
    flash(f"已抄送 {len(made.told)} 人。" + (f"{had}此前已收到抄送，不再重复。" if had else ""))
    return redirect(_back(number))


@blueprint.post(f"/tasks/<int(max={BIGGEST_ID}):task_id>/urge")
@requires(Permission.CASE_TALK)
def urge(task_id: int) -> Answer:
    """催办."""
    number = _number_of_task(task_id)
    form = UrgeForm(request.form).bind(FormContext(today=today()))
    try:
        _check(form, "text")
        with transaction() as session:
            row = urging.urge(session, task_id, str(form.answers()["text"]), actor())
            told = row.told
    except Refusal as refusal:
        return _fault(number, task_id, "urge", refusal)
    flash(f"已催办，通知 {told} 人。")
    return redirect(_back(number))


@blueprint.post(f"/tasks/<int(max={BIGGEST_ID}):task_id>/follow-up")
@requires(Permission.CASE_TALK)
def remember(task_id: int) -> Answer:
    """跟进日期: set, or taken away."""
    number = _number_of_task(task_id)
    is_removed = "remove" in request.form
    form = FollowUpForm(request.form).bind(FormContext(today=today()))
    try:
        if not is_removed:
            _check(form, "on")
        given: dict[str, Any] = {} if is_removed else form.answers()
        with transaction() as session:
            follow_up.follow_up(session, task_id, given.get("on"), str(given.get("note", "")), actor())
    except Refusal as refusal:
        return _fault(number, task_id, "follow", refusal)
    flash("已取消跟进日期。" if is_removed else "已设置跟进日期，仅本人可见。")
    return redirect(_back(number))


def _check(form: BaseForm, first: str) -> None:
    """Raises Refusal with the first sentence of the form."""
    if not form.validate():
        name, messages = next(iter(form.faults().items()))
        raise Refusal(messages[0], name or first)


def _fault(number: str, task_id: int, kind: str, refusal: Refusal) -> tuple[str, int]:
    """The page of remarks with what is wrong beside the step; strangers get the bare answer."""
    if isinstance(refusal, NotFound):
        raise refusal
    given = {name: request.form.get(name, "")[:500] for name in ("text", "on", "note")}
    return _case(number, fault=Fault(task_id, kind, given, refusal.message)), refusal.status


def _sent(number: str, prefix: str) -> BaseForm:
    with reading() as session:
        case = case_numbered(session, number, actor())
        return typed(prefix, request.form, circle_of(session, case))


def _again(number: str, form: BaseForm) -> tuple[str, int]:
    return _case(number, form), 422


def _case(number: str, sent: BaseForm | None = None, fault: Fault | None = None) -> str:
    """The page of the case, whose tab of remarks holds what came back."""
    with reading() as session:
        case = case_numbered(session, number, actor())
        page = CasePage(session, case, actor(), Asked(tab="talk", talk=sent))
        if not page.talk.is_shown:
            raise NotFound(UNKNOWN)
        return render_template("case/show.html", page=page, fault=fault or Fault())


def _page(session: DbSession, number: str) -> str:
    case = case_numbered(session, number, actor())
    talk = Talk(session, Seen(case, tasks_of(session, case), track_of(session, case)), actor())
    if not talk.is_shown:
        raise NotFound(UNKNOWN)
    talk.before, talk.limit = _before(), SHOWN
    return render_template("talk/show.html", case=case, talk=talk, fault=Fault())


def _before() -> int | None:
    """Behind which remark the list goes on; a broken cursor is the beginning."""
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _ids(given: object) -> list[int]:
    return [int(one) for one in given] if isinstance(given, list) else []


def _number(session: DbSession, case_id: int) -> str:
    return session.get_one(CaseFile, case_id).number


def _number_of_task(task_id: int) -> str:
    """The number of the case of a step. Raises NotFound, also when the case is for others."""
    with reading() as session:
        task = session.get(UserTask, task_id)
        if task is None:
            raise NotFound("未找到该事项，或您无权查看。")
        return case_numbered(session, _number(session, task.case_id), actor()).number


def _back(number: str) -> str:
    """On the page of the case, with its tabs, also from the page of its remarks."""
    return url_for("case.show", number=number, tab="talk")


@blueprint.errorhandler(Conflict)
def _conflict(conflict: Conflict) -> tuple[str, int]:
    """What is so now stands on the page of the case."""
    number = (request.view_args or {}).get("number", "")
    return render_template("error.html", status=409, message=conflict.message, case=number), 409
