"""Room token_repair: which cases a person may repair, who else decides, and who is told.

Managers repair the cases they see. Process owners move every case, of which they see number, drawing and steps only:
neither its days nor its amounts, which are corrected by two of those who see the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from models.case import CaseFile, visible_to
from models.people import Permission, Role, User
from models.refusal import Conflict, Forbidden, NotFound
from models.workflow import ProcessInstance
from processes.notification import tell

Repairing = Callable[[User], ColumnElement[bool]]
_UNKNOWN = "未找到该案卷，或您无权处理。"


def is_repairable(actor: User) -> ColumnElement[bool]:
    """Criterion: the cases that this person may repair. Raises Forbidden for whoever repairs nothing."""
    actor.require(Permission.CASE_REPAIR)
    return true() if actor.role == Role.PROCESS_OWNER else visible_to(actor)


def is_correctable(actor: User) -> ColumnElement[bool]:
    """Criterion: the cases whose facts this person may correct: he sees them. Raises Forbidden as above."""
    return and_(is_repairable(actor), visible_to(actor))


def require_correctable(session: Session, case_id: int, actor: User) -> CaseFile:
    """As `require_repairable`, for whoever sees the case."""
    query = select(CaseFile).where(CaseFile.id == case_id, is_correctable(actor))
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_UNKNOWN)
    return found


def sees_person(actor: User) -> bool:
    """Whether he may read whose case it is."""
    return actor.may(Permission.CASE_READ)


def case_named(session: Session, number: str, actor: User) -> CaseFile:
    """A case that has been handed in, for whoever may repair it. Raises NotFound, Forbidden."""
    query = select(CaseFile).join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
    is_number = number.isascii() and number.isalnum()
    found = session.scalars(query.where(CaseFile.number == number, is_repairable(actor))).first()
    if found is None or not is_number:
        raise NotFound(_UNKNOWN)
    return found


def require_repairable(session: Session, case_id: int, actor: User) -> CaseFile:
    """As `case_named`, by id."""
    query = select(CaseFile).where(CaseFile.id == case_id, is_repairable(actor))
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_UNKNOWN)
    return found


def require_second(author_id: int, actor: User) -> None:
    """Raises Forbidden for whoever has proposed it himself."""
    if author_id == actor.id:
        raise Forbidden("提出人不能复核自己提出的事项，须由另一人复核。")


def require_waiting(is_waiting: bool) -> None:
    """Raises Conflict once it is decided."""
    if not is_waiting:
        raise Conflict("该事项已有复核结论，请刷新。")


def tell_seconds(
    session: Session, case: CaseFile, author: User, text: str, who: Repairing = is_repairable
) -> None:
    """Everybody else who may decide on it, of whom `who` names the cases; the text names no person of the case."""
    roles = [role.value for role in Role if Permission.CASE_REPAIR in role.permissions]
    people = select(User).where(User.role.in_(roles), User.is_active, User.id != author.id)
    told = [one.id for one in session.scalars(people).unique() if _may_see(session, case, who(one))]
    tell(session, told, "repair", text, case, place=f"repair:{case.number}")


def _may_see(session: Session, case: CaseFile, his: ColumnElement[bool]) -> bool:
    query = select(CaseFile.id).where(CaseFile.id == case.id, his)
    return session.scalars(query).first() is not None


def tell_people(session: Session, case: CaseFile, people: Iterable[int | None], text: str) -> None:
    """Whoever had, or has now, a step of the case."""
    tell(session, {one for one in people if one is not None}, "task", text, case)
