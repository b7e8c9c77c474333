"""Room statistics, scope: whose figures a person may read, and by what he narrows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.case import regions_below
from models.people import Department, DepartmentKind, Permission, Region, Role, User
from models.refusal import Forbidden, Refusal
from models.scheme import Scheme
from models.statistics_period import Period

# departments that share the classified statistics of their region.
SHARING = (DepartmentKind.HRSS, DepartmentKind.FINANCE, DepartmentKind.CENTRAL_BANK)


@dataclass(frozen=True)
class Wanted:
    """What is counted: a period, and what narrows it; None means everything within sight."""

    period: Period
    scheme: str = ""
    region_id: int | None = None
    department_id: int | None = None


@dataclass(frozen=True)
class Scope:
    """What a person may read: regions (None: all), and a head his own department alone."""

    regions: tuple[int, ...] | None
    department_id: int | None = None

    @property
    def is_one_department(self) -> bool:
        """Whether steps are counted instead of cases: a case belongs to no single department."""
        return self.department_id is not None


def scope_of(session: Session, user: User) -> Scope:
    """The sight of a person. Raises Forbidden for whoever reads no figures."""
    user.require(Permission.BOARD_READ)
    if Role(user.role) is Role.AUDITOR:
        return Scope(None)
    regions = tuple(session.scalars(regions_below(user)))
    if user.may(Permission.CASE_OVERSEE):
        return Scope(regions)
    return Scope(None, user.department_id or 0)


def classes_scope(session: Session, user: User) -> Scope:
    """As `scope_of`, for the classified statistics, which heads of SHARING read for their region."""
    found = scope_of(session, user)
    if not found.is_one_department:
        return found
    if user.department is None or user.department.kind not in SHARING:
        raise Forbidden("分类统计由人社、财政、人民银行部门负责人和主管领导查阅。")
    return Scope(tuple(session.scalars(regions_below(user))))


def narrowed(session: Session, scope: Scope, wanted: Wanted) -> Scope:
    """The scope with the region and the department asked for. Raises Refusal for what is not in sight."""
    if wanted.scheme and wanted.scheme not in Scheme.__members__.values():
        raise Refusal("没有这一业务种类。", "scheme")
    if wanted.region_id is not None:
        scope = _in_region(session, scope, wanted.region_id)
    if wanted.department_id is not None and scope.department_id is None:
        office = session.get(Department, wanted.department_id)
        if office is None or (scope.regions is not None and office.region_id not in scope.regions):
            raise Refusal("没有这一部门，或您无权查看。", "department")
        scope = replace(scope, department_id=office.id)
    return scope


def _in_region(session: Session, scope: Scope, region_id: int) -> Scope:
    """A part of what is in sight; a head's is the region of his office, with what lies under it."""
    below, sight = _below(session, region_id), scope.regions
    if scope.department_id is not None:
        office = session.get(Department, scope.department_id)
        sight = tuple(_below(session, office.region_id)) if office and office.region_id else ()
    seen = below if sight is None else [one for one in below if one in sight]
    if region_id not in seen:
        raise Refusal("没有这一地区，或您无权查看。", "region")
    return replace(scope, regions=tuple(seen))


def _below(session: Session, region_id: int) -> list[int]:
    """A region and what lies under it, which is three levels at most."""
    rows = session.execute(select(Region.id, Region.parent_id)).all()
    found = {row.id for row in rows if row.id == region_id}
    for _level in range(2):
        found |= {row.id for row in rows if row.parent_id in found}
    return sorted(found)


def criteria(table: Any, scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    """The rows of FlowRecord or FlowMonth within sight, whatever their day."""
    found: list[ColumnElement[bool]] = []
    if scope.regions is not None:
        found.append(table.region_id.in_(scope.regions))
    if scope.department_id is not None:
        found.append(table.department_id == scope.department_id)
    if wanted.scheme:
        found.append(table.scheme == wanted.scheme)
    return found


def regions_in_sight(session: Session, scope: Scope) -> Sequence[Region]:
    """The regions that may be chosen, by code."""
    query = select(Region).order_by(Region.code)
    return session.scalars(
        query if scope.regions is None else query.where(Region.id.in_(scope.regions))
    ).all()
