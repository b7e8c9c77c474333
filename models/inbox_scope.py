"""Room inbox, scope: whose tasks a list shows, as criteria over the worklist's partial indexes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, select, true

from models.case import CaseFile, visible_to
from models.follow_up import followed_by
from models.people import Permission, Role, User
from models.substitute import in_his_place
from models.task_review import TaskReview, asked_of, delegated_by
from models.vocabulary import Labelled
from models.workflow import DONE, IS_LISTED, IS_OPEN, UserTask, is_active, is_set_aside


class Scope(Labelled):
    """Whose tasks are listed."""

    MINE = "mine", "我的待办"
    DEPARTMENT = "department", "部门待签收"
    TEAM = "team", "部门在办"
    SUBSTITUTE = "substitute", "代办事项"
    REVIEW = "review", "待我会签"
    FOLLOW_UP = "follow_up", "我的跟进"
    DELEGATED = "delegated", "我的委派"
    SET_ASIDE = "set_aside", "已挂起"
    DONE = "done", "我的已办"


# What everybody of an office has beside his own and his department's.
_OWN = (Scope.SUBSTITUTE, Scope.REVIEW, Scope.FOLLOW_UP, Scope.DELEGATED, Scope.SET_ASIDE)


def scopes_of(user: User) -> tuple[Scope, ...]:
    """The lists that a person has; none for who does not work on tasks."""
    if not user.may(Permission.TASK_WORK):
        return ()
    if user.department_id is None:
        return Scope.MINE, Scope.DONE
    leads = (Scope.TEAM,) if user.may(Permission.TASK_ASSIGN) else ()
    return (Scope.MINE, Scope.DEPARTMENT, *leads, *_OWN, Scope.DONE)


def within(user: User, scope: Scope) -> ColumnElement[bool]:
    """The tasks of a scope that a person may see."""
    if scope is Scope.MINE:
        return and_(IS_LISTED, UserTask.assignee_id == user.id, _still(user), is_active())
    if scope is Scope.DONE:
        return and_(UserTask.done_by_id == user.id, UserTask.status == DONE)
    if user.department_id is None or not user.may(Permission.TASK_WORK):
        return false()
    if scope in (Scope.DEPARTMENT, Scope.TEAM):
        return _office(user, scope)
    return _other(user, scope)


def _other(user: User, scope: Scope) -> ColumnElement[bool]:
    if scope is Scope.SUBSTITUTE:
        return and_(in_his_place(user), is_active())
    if scope is Scope.REVIEW:
        return and_(IS_OPEN, UserTask.id.in_(select(TaskReview.task_id).where(asked_of(user))))
    if scope is Scope.FOLLOW_UP:
        seen = select(CaseFile.id).where(visible_to(user))
        return and_(IS_OPEN, followed_by(user), UserTask.case_id.in_(seen))
    if scope is Scope.DELEGATED:
        return and_(delegated_by(user), _still(user))
    return and_(IS_LISTED, UserTask.assignee_id == user.id, _still(user), is_set_aside())


def _still(user: User) -> ColumnElement[bool]:
    """What an official held in another office is no longer his; a sum, so that no index of offices serves his own list."""
    return true() if user.department_id is None else UserTask.department_id + 0 == user.department_id


def _office(user: User, scope: Scope) -> ColumnElement[bool]:
    ours = and_(
        IS_LISTED,
        UserTask.department_id == user.department_id,
        UserTask.permission.in_(sorted(permission.value for permission in Role(user.role).permissions)),
    )
    if scope is Scope.DEPARTMENT:
        return and_(ours, UserTask.assignee_id.is_(None))
    if not user.may(Permission.TASK_ASSIGN):
        return false()
    return and_(ours, UserTask.assignee_id.is_not(None))
