"""Room saved_filter: a person keeps conditions of his inbox, shares them with his department, sets his columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.people import Permission, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.saved_filter import MOST, SavedFilter

LONGEST = 40


def keep(
    session: Session, actor: User, name: str, scope: str, query: Mapping[str, str], is_shared: bool = False
) -> SavedFilter:
    """Keep conditions under a new name. Raises Refusal at `name`, Conflict there for a name that he has used."""
    actor.require(Permission.TASK_WORK)
    called = _checked(name)
    if known := _named(session, actor, called):
        seen = "，已共享给本部门，同事也在使用" if known.is_shared else ""
        raise Conflict(f"您已保存过名为“{called}”的条件{seen}。请另取名称，或者替换原条件。", "name")
    _check_room(session, actor)
    row = SavedFilter(owner_id=actor.id, name=called, columns=[])
    return _put(session, row, actor, (scope, query), is_shared)


def replace(
    session: Session, actor: User, name: str, scope: str, query: Mapping[str, str], is_shared: bool = False
) -> SavedFilter:
    """替换原条件: other conditions under a name that he has used; as `keep` where he has not, and still shared where it was."""
    actor.require(Permission.TASK_WORK)
    row = _named(session, actor, _checked(name))
    if row is None:
        return keep(session, actor, name, scope, query, is_shared)
    return _put(session, row, actor, (scope, query), is_shared)


def _named(session: Session, actor: User, called: str) -> SavedFilter | None:
    mine = select(SavedFilter).where(SavedFilter.owner_id == actor.id, SavedFilter.name == called)
    return session.scalars(mine).first()


def _put(
    session: Session, row: SavedFilter, actor: User, asked: tuple[str, Mapping[str, str]], is_shared: bool
) -> SavedFilter:
    verb = "保存" if row.id is None else "替换"
    row.scope, row.query, row.saved_at = asked[0], dict(asked[1]), now()
    session.add(row)
    session.flush()
    audit.record(session, "filter.kept", f"{verb}列表条件“{row.name}”", actor=actor, new={"filter": row.id})
    if is_shared and not row.is_shared:
        share(session, row.id, actor)
    return row


def share(session: Session, filter_id: int, actor: User) -> SavedFilter:
    """共享给本部门: by its owner. Raises NotFound, Refusal for a person without an office."""
    row = _usable(session, filter_id, actor)
    if row.owner_id != actor.id:
        raise Forbidden("由保存该条件的人员共享。")
    if actor.department_id is None:
        raise Refusal("您不属于任何机构，不能共享。")
    if row.is_shared:
        raise Conflict("该条件已经共享，请刷新。")
    shared = SavedFilter.department_id == actor.department_id
    if (session.scalar(select(func.count()).select_from(SavedFilter).where(shared)) or 0) >= MOST:
        raise Refusal(f"本部门共享的条件已有 {MOST} 个，请先停止共享不用的条件。")
    row.department_id = actor.department_id
    audit.record(session, "filter.shared", f"共享列表条件“{row.name}”", actor=actor, new={"filter": row.id})
    return row


def unshare(session: Session, filter_id: int, actor: User) -> SavedFilter:
    """停止共享: by its owner, or by the head of the department."""
    row = _usable(session, filter_id, actor)
    if not row.is_shared:
        raise Conflict("该条件没有共享，请刷新。")
    if row.owner_id != actor.id and not actor.may(Permission.TASK_ASSIGN):
        raise Forbidden("由保存该条件的人员或者部门负责人停止共享。")
    row.department_id = None
    audit.record(
        session, "filter.unshared", f"停止共享列表条件“{row.name}”", actor=actor, new={"filter": row.id}
    )
    return row


def remove(session: Session, filter_id: int, actor: User) -> None:
    """删除: by its owner; what was shared disappears for everybody."""
    row = _usable(session, filter_id, actor)
    if row.owner_id != actor.id:
        raise Forbidden("由保存该条件的人员删除。")
    session.delete(row)
    audit.record(
        session, "filter.removed", f"删除列表条件“{row.name}”", actor=actor, old={"filter": filter_id}
    )


def set_columns(session: Session, actor: User, scope: str, columns: Sequence[str]) -> None:
    """Which columns a person wants to see in a list of his; a preference of his own, not logged."""
    actor.require(Permission.TASK_WORK)
    found = select(SavedFilter).where(
        SavedFilter.owner_id == actor.id, SavedFilter.scope == scope, SavedFilter.name == ""
    )
    row = session.scalars(found).first() or SavedFilter(owner_id=actor.id, scope=scope, name="", query={})
    row.columns, row.saved_at = list(columns), now()
    session.add(row)


def _checked(name: str) -> str:
    called = " ".join("".join(char for char in name if char.isprintable()).split())
    if not called:
        raise Refusal("请填写名称。", "name")
    if len(called) > LONGEST:
        raise Refusal(f"名称不得超过 {LONGEST} 个字。", "name")
    return called


def _check_room(session: Session, actor: User) -> None:
    mine = select(func.count()).select_from(SavedFilter)
    mine = mine.where(SavedFilter.owner_id == actor.id, SavedFilter.name != "")
    if (session.scalar(mine) or 0) >= MOST:
        raise Refusal(f"最多保存 {MOST} 个条件，请先删除不用的条件。", "name")


def _usable(session: Session, filter_id: int, actor: User) -> SavedFilter:
    row = session.get(SavedFilter, filter_id)
    is_ours = row is not None and row.is_shared and row.department_id == actor.department_id
    if row is None or not row.name or not (row.owner_id == actor.id or is_ours):
        raise NotFound("未找到该条件，或您无权使用。")
    return row
