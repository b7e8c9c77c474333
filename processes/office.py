"""Room office: which department of a case works in a lane, which offices a 旗 has, and who takes part in a case."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import CaseDepartment, CaseFile
from models.people import Department, DepartmentKind
from models.refusal import Refusal
from models.scheme import Scheme
from models.workflow import UserTask

_KNOWN = "offices"


def office_of(session: Session, case: CaseFile, kind: str) -> int | None:
    """The department of that kind: the one the case names, else the one of the case's region; None: none."""
    named = {"hrss": case.hrss_id, "guarantor": case.guarantor_id, "bank": case.bank_id}.get(kind)
    if named is not None or not kind or case.region_id is None:
        return named
    return office_in(session, case.region_id, kind)


def window_of(session: Session, case: CaseFile) -> int | None:
    """The office that takes an application in and speaks for the applicant: 人社, or 旗金融服务中心."""
    if case.kind is Scheme.STARTUP_LOAN:
        return case.hrss_id
    if case.kind is Scheme.GENERAL:
        return _first_office(session, case)
    return office_of(session, case, DepartmentKind.FINANCE_CENTER)


def windows_of(session: Session, cases: Collection[CaseFile]) -> dict[int, int | None]:
    """Case → `window_of`, of many at once: two statements at most, for cases of one region."""
    begun = [case.id for case in cases if case.kind is Scheme.GENERAL]
    first = select(func.min(UserTask.id)).where(UserTask.case_id.in_(begun)).group_by(UserTask.case_id)
    query = select(UserTask.case_id, UserTask.department_id).where(UserTask.id.in_(first))
    known: dict[int, int] = dict(session.execute(query).all()) if begun else {}
    return {
        case.id: known.get(case.id) if case.kind is Scheme.GENERAL else window_of(session, case)
        for case in cases
    }


def _first_office(session: Session, case: CaseFile) -> int | None:
    """Where a case that a person started began."""
    query = select(UserTask.department_id).where(UserTask.case_id == case.id)
    return session.scalars(query.order_by(UserTask.id).limit(1)).first()


def office_in(session: Session, region_id: int, kind: str) -> int | None:
    """The oldest active department of that kind in a region; asked once a session."""
    known: dict[tuple[int, str], int | None] = session.info.setdefault(_KNOWN, {})
    key = region_id, str(kind)
    if key not in known:
        known[key] = session.scalars(
            select(Department.id)
            .where(Department.kind == kind, Department.region_id == region_id, Department.is_active)
            .order_by(Department.id)
            .limit(1)
        ).first()
    return known[key]


def needed_office(session: Session, region_id: int, kind: DepartmentKind) -> int:
    """As `office_in`. Raises Refusal when the region has no such office."""
    found = office_in(session, region_id, kind)
    if found is None:
        raise Refusal(f"该地区尚未设置{kind.label}，请联系系统管理员。", "region")
    return found


def offices(session: Session, region_id: int, kinds: Collection[DepartmentKind]) -> list[Department]:
    """The active offices of these kinds in a region, in the order of `kinds`."""
    order = {kind.value: position for position, kind in enumerate(kinds)}
    query = select(Department).where(
        Department.kind.in_(list(order)), Department.region_id == region_id, Department.is_active
    )
    return sorted(session.scalars(query), key=lambda office: (order[office.kind], office.id))


def join(session: Session, case: CaseFile, departments: Iterable[Department]) -> None:
    """Let offices take part in a case, so that they may see it; those that do already stay as they are."""
    session.flush()
    known = select(CaseDepartment.department_id).where(CaseDepartment.case_id == case.id)
    joining = {office.id for office in departments} - set(session.scalars(known))
    session.add_all(CaseDepartment(case_id=case.id, department_id=one) for one in sorted(joining))
    session.flush()
