"""Room set_aside: a task leaves the active list until a day (挂起); its clocks run on."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from models import audit
from models.calendar import today
from models.deadline import Deadline
from models.people import User
from models.refusal import Conflict, Forbidden, Refusal
from models.workflow import UserTask
from processes.delegation import held
from processes.notification import supervisors_of, tell
from processes.task_check import is_head, reason_of
from processes.worklist import open_task

# Days of the calendar.
LONGEST = 30


def latest(session: Session, task: UserTask) -> date | None:
    """The last day until which a task may be set aside; None: it may not, its term ends first."""
    most = today() + timedelta(days=LONGEST)
    clock = session.get(Deadline, task.deadline_id) if task.deadline_id else None
    if clock is not None and clock.is_running and not clock.is_paused:
        most = min(most, clock.due_on)
    return most if most > today() else None


def set_aside(session: Session, task_id: int, until: date, reason: str, actor: User) -> UserTask:
    """挂起: until the morning of a day no later than the last of its term; whoever wants to stop a clock pauses it.

    Raises Refusal at `until` and `reason`, Conflict when it is set aside already, delegated or submitted.
    """
    task, token = held(session, task_id, actor, "挂起")
    if task.is_set_aside:
        raise Conflict("该事项已经挂起，请刷新。")
    kept = reason_of(reason)
    _check_day(until, latest(session, task))
    task.set_aside_until = until
    text = f"{actor.name}将“{task.name}”挂起至 {until.isoformat()}：{kept}"
    new = {"task": task.id, "element": task.element_id, "until": until.isoformat(), "reason": kept}
    audit.record(session, "task.set_aside", text, actor=actor, case=token.case, new=new)
    told = set(supervisors_of(session, task.department_id)) - {actor.id}
    about = f"{token.case.number} {token.case.applicant_name}：{text}。办理时限照常计算。"
    tell(session, told, "task", about, token.case)
    return task


def take_up(session: Session, task_id: int, actor: User) -> UserTask:
    """恢复: before its day, by its holder or the head of the department."""
    task, token = open_task(session, task_id, actor)
    if not task.is_set_aside:
        raise Conflict("该事项没有挂起，或者已经恢复，请刷新。")
    if task.assignee_id != actor.id and not is_head(task, actor):
        raise Forbidden("由办理人本人或者部门负责人恢复。")
    old = {"until": task.set_aside_until.isoformat() if task.set_aside_until else None}
    task.set_aside_until = None
    new = {"task": task.id, "element": task.element_id}
    text = f"{actor.name}恢复办理“{task.name}”"
    audit.record(session, "task.taken_up", text, actor=actor, case=token.case, old=old, new=new)
    told = {task.assignee_id or 0} - {actor.id, 0}
    tell(session, told, "task", f"{token.case.number} {token.case.applicant_name}：{text}。", token.case)
    return task


def _check_day(until: date, most: date | None) -> None:
    if most is None:
        raise Refusal("办理时限今日届满或者已经超期，不能挂起；需要停止计时的，请申请暂停计时。", "until")
    if until <= today():
        raise Refusal("恢复日期应当在今日之后。", "until")
    if until > most:
        raise Refusal(
            f"挂起不得超过 {most.isoformat()}（办理时限的最后一日，且最长 {LONGEST} 日）；"
            "需要停止计时的，请申请暂停计时。",
            "until",
        )
