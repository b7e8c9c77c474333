"""Room broken: cases that stand still although nobody is slow: why, in plain words, and trying again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.orm import Session, aliased

from models.case import CaseFile
from models.deadline import NO_DEADLINE, Deadline
from models.people import Department, Permission, Role, User
from models.refusal import Conflict, NotFound
from models.timer import IS_STALLED
from models.vocabulary import Labelled
from models.workflow import DRAWN, IS_OPEN, MESSAGE, ProcessInstance, Timer, UserTask
from processes import timer as timers
from processes.house_timer import TITLES
from processes.repairable import is_repairable
from processes.workflow import definition_of

LIMIT = 200


class Kind(Labelled):
    """What stands still."""

    TIMER = "timer", "计时器停滞"
    DATE = "date", "起算日未定"
    MESSAGE = "message", "消息未送达"
    TOKEN = "token", "流程停滞"
    NOBODY = "nobody", "无人可办"


@dataclass(frozen=True)
class Broken:
    """One reason why a case stands still; `timer_id` where trying again may help."""

    case_id: int
    number: str
    scheme: str
    kind: Kind
    what: str
    why: str
    since: datetime | None
    timer_id: int | None = None


def broken(session: Session, actor: User, limit: int = LIMIT) -> list[Broken]:
    """What this person may repair and stands still, oldest first; a fixed number of queries. Raises Forbidden."""
    mine = is_repairable(actor)
    found = [
        *_timers(session, mine, limit),
        *_tokens(session, mine, limit),
        *_nobody(session, mine, limit),
    ]
    return sorted(found, key=lambda one: (one.since is None, one.since or NO_DEADLINE, one.number))[:limit]


def retry(session: Session, timer_id: int, actor: User) -> None:
    """Let a timer that stands still try again. Raises NotFound, Conflict when it does not stand still."""
    query = select(Timer.id).join(CaseFile, CaseFile.id == Timer.case_id)
    if session.scalars(query.where(Timer.id == timer_id, is_repairable(actor))).first() is None:
        raise NotFound("未找到该计时器，或您无权处理。")
    if not timers.retry(session, [timer_id], actor):
        raise Conflict("该计时器已不再停滞，请刷新。")


def _timers(session: Session, mine: ColumnElement[bool], limit: int) -> Iterator[Broken]:
    query = (
        select(Timer, CaseFile.number, CaseFile.scheme, Deadline.name, ProcessInstance.definition_id)
        .join(CaseFile, CaseFile.id == Timer.case_id)
        .outerjoin(Deadline, Deadline.id == Timer.deadline_id)
        .outerjoin(ProcessInstance, ProcessInstance.case_id == Timer.case_id)
        .where(IS_STALLED, mine)
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
    )
    for timer, number, scheme, clock, definition_id in session.execute(query):
        kind, why = _reason(timer)
        what = _name(session, timer, clock, definition_id)
        since = None if timer.due_at == NO_DEADLINE else timer.due_at
        yield Broken(timer.case_id, number, scheme, kind, what, why, since, timer.id)


def _name(session: Session, timer: Timer, clock: str | None, definition_id: int | None) -> str:
    """What a timer is called; as timers.name_of, out of what the row has brought along."""
    if timer.kind == MESSAGE:
        return "其他案卷的消息"
    if timer.kind != DRAWN or definition_id is None:
        return TITLES.get(timer.kind) or clock or timer.kind
    # Every process keeps the drawings that it has read.
    return definition_of(session, definition_id).drawing.timers[timer.element_id].name


def _reason(timer: Timer) -> tuple[Kind, str]:
    fault = timer.fault.rstrip("。")
    if timer.kind == MESSAGE:
        return Kind.MESSAGE, f"其他案卷的办理结果连续 {timer.attempts} 次未能送达本案卷：{fault}。"
    if timer.attempts:
        return Kind.TIMER, f"已到期，连续 {timer.attempts} 次未能处理：{fault}。"
    return Kind.DATE, f"期限不能计算：{fault}。补正相关日期后自动继续。"


def _tokens(session: Session, mine: ColumnElement[bool], limit: int) -> Iterator[Broken]:
    query = (
        select(CaseFile.id, CaseFile.number, CaseFile.scheme, ProcessInstance.fault)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .where(ProcessInstance.fault != "", not_(ProcessInstance.is_finished), mine)
        .order_by(CaseFile.id)
        .limit(limit)
    )
    for case_id, number, scheme, fault in session.execute(query):
        yield Broken(case_id, number, scheme, Kind.TOKEN, "流程", fault, None)


def _nobody(session: Session, mine: ColumnElement[bool], limit: int) -> Iterator[Broken]:
    """Open steps that nobody who is there may do: their person has left, or their office has none."""
    holder = aliased(User)
    query: Any = (
        select(UserTask, CaseFile.number, CaseFile.scheme, Department.name, holder.name)
        .join(CaseFile, CaseFile.id == UserTask.case_id)
        .join(Department, Department.id == UserTask.department_id)
        .outerjoin(holder, holder.id == UserTask.assignee_id)
        .where(IS_OPEN, mine)
        .where(or_(and_(holder.id.is_not(None), not_(holder.is_active)), _is_deserted()))
        .order_by(UserTask.created_at, UserTask.id)
        .limit(limit)
    )
    for task, number, scheme, office, person in session.execute(query):
        why = f"经办人{person}已停用。" if person else f"{office}没有可以办理此环节的在岗人员。"
        yield Broken(task.case_id, number, scheme, Kind.NOBODY, task.name, why, task.created_at)


def _is_deserted() -> ColumnElement[bool]:
    """Nobody has it, and nobody of its office could take it."""
    kinds = {permission: _roles(permission) for permission in Permission}
    able = or_(
        *(
            and_(UserTask.permission == one.value, User.role.in_(roles))
            for one, roles in kinds.items()
            if roles
        )
    )
    there = exists().where(User.department_id == UserTask.department_id, User.is_active, able)
    return and_(UserTask.assignee_id.is_(None), not_(there))


def _roles(permission: Permission) -> list[str]:
    return [role.value for role in Role if permission in role.permissions and role is not Role.APPLICANT]
