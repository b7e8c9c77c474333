"""Many candidates of a round at once, for what lists cost: rows as the preparation writes them, without a token."""

from __future__ import annotations

from sqlalchemy import insert, select

from models.case import CaseFile
from models.database import transaction
from models.scheme import Scheme
from models.screening import Candidate, ScreeningOpinion, ScreeningRound
from models.subject import Subject
from processes.case_opening import open_cases


def crowd(round_id: int, count: int) -> None:
    """`count` more candidates, like the first one, asked of the same departments; one of them fits nowhere."""
    with transaction() as session:
        round_ = session.get_one(ScreeningRound, round_id)
        model = session.scalars(select(Candidate).where(Candidate.round_id == round_id)).first()
        assert model is not None
        asked = session.execute(
            select(ScreeningOpinion.department_id, ScreeningOpinion.element_id).where(
                ScreeningOpinion.candidate_id == model.id
            )
        ).all()
        subject = session.get_one(Subject, model.subject_id)
        parent = session.get_one(CaseFile, model.application_case_id)
        wanted = [(subject, parent)] * count
        applications = open_cases(session, Scheme.CREDIT_APPLICATION, round_.region_id, wanted)
        cases = open_cases(session, Scheme.SCREENING, round_.region_id, wanted)
        rows = [
            Candidate(
                round_id=round_id,
                seq=100 + place,
                case_id=case.id,
                application_case_id=application.id,
                subject_id=subject.id,
                number=case.number,
                name=f"示例企业{place:03d}",
                uscc=model.uscc,
                kind=model.kind,
                findings=model.findings
                if place
                else [{**found, "result": "fail"} for found in model.findings],
            )
            for place, (case, application) in enumerate(zip(cases, applications, strict=True))
        ]
        session.add_all(rows)
        session.flush()
        empty = {"round_id": round_id, "result": "", "reason": "", "basis": "", "version": 0}
        session.execute(
            insert(ScreeningOpinion),
            [{"candidate_id": row.id, **one._mapping, **empty} for row in rows for one in asked],
        )
