"""Room case, its circle: the officials who may see one case: who can be named in remarks and sent copies."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.case import CaseDepartment, CaseFile
from models.people import Department, Permission, Region, Role, User
from models.refusal import Refusal

_MANAGERS = (Role.MANAGER.value,)
_OFFICIALS = tuple(
    role.value for role in Role if Permission.CASE_TALK in role.permissions and role.value not in _MANAGERS
)


def circle_of(session: Session, case: CaseFile) -> list[User]:
    """Whom `visible_to` lets see the case, of those who work on cases: its offices, who opened it, the leaders above it.

    Auditors are not of it: they look on by themselves. One statement, by office and name.
    """
    taking = select(CaseDepartment.department_id).where(CaseDepartment.case_id == case.id)
    above = select(Region.parent_id).where(Region.id == case.region_id, Region.parent_id.is_not(None))
    top = select(Region.parent_id).where(Region.id.in_(above), Region.parent_id.is_not(None))
    regions = or_(
        Department.region_id == case.region_id, Department.region_id.in_(above), Department.region_id.in_(top)
    )
    official = and_(
        User.role.in_(_OFFICIALS), or_(User.department_id.in_(taking), User.id == case.created_by_id)
    )
    leader = and_(User.role.in_(_MANAGERS), regions)
    query = (
        select(User)
        .join(Department, Department.id == User.department_id)
        .where(User.is_active, or_(official, leader))
        .order_by(Department.name, User.name, User.id)
    )
    return list(session.scalars(query))


def chosen(people: Collection[User], ids: Collection[int], field: str) -> list[User]:
    """Those of the circle who were asked for. Raises Refusal for anybody else."""
    known = {person.id: person for person in people}
    if set(ids) - set(known):
        raise Refusal("所选人员无权查看该案卷，请从名单中选择。", field)
    return [known[one] for one in dict.fromkeys(ids)]
