"""Room inbox, scope: whose tasks a list shows, as criteria over the worklist's partial indexes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false

from models.people import Permission, Role, User
from models.vocabulary import Labelled
from models.workflow import DONE, IS_LISTED, UserTask


class Scope(Labelled):
    """Whose tasks are listed."""

    MINE = "mine", "我的待办"
    DEPARTMENT = "department", "部门待签收"
    TEAM = "team", "部门在办"
    DONE = "done", "我的已办"


def within(user: User, scope: Scope) -> ColumnElement[bool]:
    """The tasks of a scope that a person may see."""
    if scope is Scope.MINE:
        return and_(IS_LISTED, UserTask.assignee_id == user.id)
    if scope is Scope.DONE:
        return and_(UserTask.done_by_id == user.id, UserTask.status == DONE)
    if user.department_id is None or not user.may(Permission.TASK_WORK):
        return false()
    mine = and_(
        IS_LISTED,
        UserTask.department_id == user.department_id,
        UserTask.permission.in_(sorted(permission.value for permission in Role(user.role).permissions)),
    )
    if scope is Scope.DEPARTMENT:
        return and_(mine, UserTask.assignee_id.is_(None))
    if not user.may(Permission.TASK_ASSIGN):
        return false()
    return and_(mine, UserTask.assignee_id.is_not(None))
