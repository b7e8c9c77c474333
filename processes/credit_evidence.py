"""Room credit, evidence: what the departments queried while they screened stands beside the firm when it is listed."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.calendar import now
from models.credit_info import EvidenceRecord, QueryResult, QuerySource
from models.people import Department, DepartmentKind
from models.screening import Candidate, Result, ScreeningOpinion

# Whose answer rests on which source of B-07; 小额贷款公司 are asked by the center itself.
_SOURCES = {
    DepartmentKind.CENTRAL_BANK.value: QuerySource.CREDIT_REPORT,
    DepartmentKind.CREDIT_CENTER.value: QuerySource.CREDIT_CHINA,
    DepartmentKind.ECONOMIC_POLICE.value: QuerySource.POLICE,
    DepartmentKind.COURT.value: QuerySource.COURT,
    DepartmentKind.PROCURATORATE.value: QuerySource.PROCURATORATE,
    DepartmentKind.MARKET.value: QuerySource.PUBLICITY_SYSTEM,
}


def take_over(session: Session, subjects: Mapping[int, int]) -> None:
    """One dated record for each answer of a screening that names the day of its query (D-17).

    `subjects`: the firm of each application; two statements whatever their number.
    """
    query = (
        select(ScreeningOpinion, Department.kind, Candidate.application_case_id)
        .join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
        .join(Department, Department.id == ScreeningOpinion.department_id)
        .where(Candidate.application_case_id.in_(list(subjects)), Department.kind.in_(list(_SOURCES)))
        .where(ScreeningOpinion.queried_on.is_not(None), ScreeningOpinion.result == Result.PASS)
        .order_by(ScreeningOpinion.id)
    )
    rows = [
        {"subject_id": subjects[application], "source": _SOURCES[kind].value, "queried_on": opinion.queried_on,
         "result": QueryResult.CLEAN.value, "note": opinion.basis[:1000], "case_id": application,
         "department_id": opinion.department_id, "recorded_by_id": opinion.answered_by_id, "recorded_at": now()}
        for opinion, kind, application in session.execute(query)
    ]  # fmt: skip
    if rows:
        session.execute(insert(EvidenceRecord), rows)
