"""Room screening, opening: the declarations that a new round would take in, and those that stay out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.case_status import CaseStatus
from models.people import Department
from models.scheme import Scheme
from models.screening import ScreeningRound
from models.workflow import OPEN, UserTask

# Not yet through the form check: not of this round, unless the check ends before it is opened.
_UNCHECKED = (CaseStatus.SUBMITTED, CaseStatus.FORM_CHECKING, CaseStatus.SUPPLEMENTING)


@dataclass(frozen=True)
class LeftOut:
    """A declaration that stays out, and why."""

    number: str
    name: str
    status: str

    @property
    def why(self) -> str:
        """The step in which it still is."""
        return f"{CaseStatus(self.status).label}，尚未通过形式审查"


def awaiting_by_kind(session: Session, region_id: int) -> dict[str, int]:
    """Kind of firm → declarations that wait for a round in a region."""
    query = select(CaseFile.applicant_type, func.count()).where(
        *_declared(region_id), CaseFile.status == CaseStatus.AWAITING_ROUND
    )
    return {kind: count for kind, count in session.execute(query.group_by(CaseFile.applicant_type))}


def left_out(session: Session, region_id: int, limit: int = 200) -> list[LeftOut]:
    """The declarations that are still in their form check, oldest first; the first `limit`."""
    query = select(CaseFile.number, CaseFile.applicant_name.label("name"), CaseFile.status).where(
        *_declared(region_id), CaseFile.status.in_(_UNCHECKED)
    )
    return [LeftOut(**row._mapping) for row in session.execute(query.order_by(CaseFile.id).limit(limit))]


def _declared(region_id: int) -> list[ColumnElement[bool]]:
    return [CaseFile.scheme == Scheme.CREDIT_APPLICATION, CaseFile.region_id == region_id]


def collects(session: Session, round_: ScreeningRound) -> bool:
    """Whether departments are still asked: 收集部门甄别意见 is open."""
    collecting = exists().where(
        UserTask.case_id == round_.case_id, UserTask.form_key == "collect_opinions", UserTask.status == OPEN
    )
    return bool(session.scalar(select(collecting)))


def department_names(session: Session, ids: list[int]) -> list[str]:
    """The names of offices in the order asked for."""
    names = {row.id: row.name for row in session.execute(select(Department.id, Department.name))}
    return [names[id_] for id_ in ids]
