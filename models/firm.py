"""Room credit, firm: everything about one firm that a person may see, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.arrears import ArrearsFile, stage_of
from models.calendar import local_date, today
from models.case import CaseFile, visible_to
from models.case_status import CaseStatus
from models.compensation import Compensation
from models.credit import CreditListing, Exclusion, ListingEvent, listing_of
from models.credit_info import CreditInfo, EvidenceRecord, InfoField, QuerySource
from models.credit_loan import CreditLoan
from models.crypto import keyed_hash
from models.firm_lines import ArrearsLine, CaseLine, EventLine, LoanLine, NoticeLine, ScreeningLine
from models.notice import NoticeEntry, PublicNotice
from models.objection import Objection
from models.people import Department, User
from models.refusal import NotFound
from models.register import named
from models.register_sight import Sight
from models.scheme import Scheme
from models.screening import Candidate, Outcome, Result, ScreeningOpinion, ScreeningRound
from models.subject import Subject

FOUND = 50


def firms_like(session: Session, user: User, text: str, limit: int = FOUND) -> list[Subject]:
    """Firms by code, name or number of the register, as far as the person may look; by name."""
    query = select(Subject).where(Sight(user).firms(), named(text))
    return list(session.scalars(query.order_by(Subject.name, Subject.id).limit(limit)))


def firm_of_code(session: Session, user: User, uscc: str) -> Subject:
    """The firm of that code, if it exists for the person. Raises NotFound."""
    is_code = uscc.isascii() and uscc.isalnum()
    query = select(Subject).where(Subject.uscc == uscc, Sight(user).firms())
    found = session.scalars(query).first() if is_code else None
    if found is None:
        raise NotFound("未找到该主体，或您无权查看。")
    return found


class FirmPage:
    """One firm before one reader; the caller has checked that the firm exists for him."""

    def __init__(self, session: Session, subject: Subject, reader: User, evidence_days: int) -> None:
        self.session, self.subject, self.reader = session, subject, reader
        self.sight = Sight(reader)
        self.evidence_days = evidence_days

    @cached_property
    def listing(self) -> CreditListing | None:
        """Its line on the register."""
        return listing_of(self.session, self.subject.id)

    @cached_property
    def exclusions(self) -> list[Exclusion]:
        """What keeps it out, by its own code."""
        query = select(Exclusion).where(Exclusion.subject_id == self.subject.id)
        return list(self.session.scalars(query.order_by(Exclusion.cause)))

    @cached_property
    def cases(self) -> list[CaseLine]:
        """Its cases, newest first: of 信保贷, and applications for 创业担保贷款 under its code."""
        about = or_(
            CaseFile.subject_id == self.subject.id, CaseFile.identity_hash == keyed_hash(self.subject.uscc)
        )
        query = select(CaseFile.number, CaseFile.scheme, CaseFile.status, CaseFile.opened_at).where(
            about, visible_to(self.reader)
        )
        rows = self.session.execute(query.order_by(CaseFile.opened_at.desc(), CaseFile.id.desc()).limit(200))
        return [
            CaseLine(row.number, Scheme(row.scheme), CaseStatus(row.status), local_date(row.opened_at))
            for row in rows
        ]

    @property
    def grouped(self) -> list[tuple[str, list[CaseLine]]]:
        """The cases by what they are about, in the order of the scheme."""
        titled = [(scheme.label, [one for one in self.cases if one.scheme is scheme]) for scheme in Scheme]
        return [(title, lines) for title, lines in titled if lines]

    @cached_property
    def events(self) -> list[EventLine]:
        """Its history on the register, oldest first."""
        query = (
            select(ListingEvent)
            .where(ListingEvent.subject_id == self.subject.id)
            .options(joinedload(ListingEvent.actor))
            .order_by(ListingEvent.id)
        )
        rows = list(self.session.scalars(query))
        numbers = self._numbers([row.case_id for row in rows])
        return [EventLine(row, numbers.get(row.case_id or 0, "")) for row in rows]

    def _numbers(self, case_ids: Sequence[int | None]) -> dict[int, str]:
        query = select(CaseFile.id, CaseFile.number).where(
            CaseFile.id.in_([one for one in case_ids if one]), visible_to(self.reader)
        )
        return {row.id: row.number for row in self.session.execute(query)}

    @cached_property
    def notices(self) -> list[NoticeLine]:
        """Published notices that name it, newest first; the number of objections for the lead only."""
        objections = (
            select(func.count(Objection.id)).where(Objection.entry_id == NoticeEntry.id).scalar_subquery()
        )
        query = (
            select(PublicNotice, NoticeEntry, objections.label("count"))
            .join(NoticeEntry, NoticeEntry.notice_id == PublicNotice.id)
            .where(NoticeEntry.subject_id == self.subject.id, PublicNotice.published_on.is_not(None))
            .order_by(PublicNotice.id.desc())
        )
        return [self._notice(*row) for row in self.session.execute(query)]

    def _notice(self, notice: PublicNotice, entry: NoticeEntry, count: int) -> NoticeLine:
        shown = count if self.sight.is_lead and notice.has_period else None
        outcome = entry.outcome_label
        return NoticeLine(notice.id, notice.title, notice.kind_label, notice.published_on, outcome, shown)

    @cached_property
    def loans(self) -> list[LoanLine]:
        """Loans with balances; a bank and a guarantor see their own, a screening department none."""
        if not self.sight.has_loans:
            return []
        query = (
            select(CreditLoan, Department.name)
            .join(Department, Department.id == CreditLoan.bank_id)
            .where(CreditLoan.subject_id == self.subject.id, self.sight.loans())
            .options(joinedload(CreditLoan.case))
            .order_by(CreditLoan.id.desc())
        )
        rows = self.session.execute(query).all()
        numbers = self._numbers([loan.case_id for loan, _bank in rows])
        runs = self._runs([loan.case_id for loan, _bank in rows])
        return [
            LoanLine(
                case=numbers.get(loan.case_id, ""),
                bank=bank,
                line=loan.line_amount,
                outstanding=loan.outstanding,
                until=loan.line_until,
                state=loan.case.state.label,
                arrears=runs.get(loan.case_id, []),
            )
            for loan, bank in rows
        ]

    def _runs(self, loan_cases: Sequence[int]) -> dict[int, list[ArrearsLine]]:
        query = (
            select(ArrearsFile, CaseFile.status, Compensation)
            .join(CaseFile, CaseFile.id == ArrearsFile.case_id)
            .outerjoin(Compensation, Compensation.file_id == ArrearsFile.id)
            .where(ArrearsFile.loan_case_id.in_(loan_cases))
            .order_by(ArrearsFile.id)
        )
        found: dict[int, list[ArrearsLine]] = {}
        for file, status, paid in self.session.execute(query):
            found.setdefault(file.loan_case_id, []).append(_run(file, status, paid))
        return found

    @cached_property
    def info(self) -> list[tuple[InfoField, list[CreditInfo]]]:
        """The eight fields, each with its values, newest as-of day first; the first is the current one."""
        if not self.sight.has_info:
            return []
        query = (
            select(CreditInfo)
            .where(CreditInfo.subject_id == self.subject.id)
            .options(joinedload(CreditInfo.recorded_by))
            .order_by(CreditInfo.as_of.desc(), CreditInfo.id.desc())
        )
        rows = list(self.session.scalars(query))
        return [(one, [row for row in rows if row.field == one]) for one in InfoField]

    @cached_property
    def evidence(self) -> list[tuple[QuerySource, EvidenceRecord | None]]:
        """The newest query of each source that the reader may see (B-07)."""
        if not self.sight.has_evidence:
            return []
        query = (
            select(EvidenceRecord)
            .where(EvidenceRecord.subject_id == self.subject.id, self.sight.evidence())
            .options(joinedload(EvidenceRecord.department))
            .order_by(EvidenceRecord.queried_on, EvidenceRecord.id)
        )
        newest = {row.source: row for row in self.session.scalars(query)}
        shown = [(one, newest.get(one.value)) for one in QuerySource]
        return shown if self.sight.is_lead else [pair for pair in shown if pair[1] is not None]

    @cached_property
    def screenings(self) -> list[ScreeningLine]:
        """Answers of its screenings, newest round first: the lead reads all, a department its own, nobody else any."""
        if not self.sight.has_evidence:
            return []
        query = (
            select(ScreeningRound, Candidate, ScreeningOpinion, Department.name)
            .join(Candidate, Candidate.round_id == ScreeningRound.id)
            .join(ScreeningOpinion, ScreeningOpinion.candidate_id == Candidate.id)
            .join(Department, Department.id == ScreeningOpinion.department_id)
            .where(Candidate.subject_id == self.subject.id, ScreeningOpinion.version > 0)
            .order_by(ScreeningRound.id.desc(), ScreeningOpinion.id)
        )
        if not self.sight.is_lead:
            query = query.where(ScreeningOpinion.department_id == self.reader.department_id)
        return [
            ScreeningLine(
                round=round_.label,
                outcome=Outcome.title_of(candidate.outcome) if candidate.outcome else "甄别中",
                department=office,
                result=Result.title_of(opinion.result) if opinion.result else "未答复",
                reason=opinion.reason,
                queried_on=opinion.queried_on,
            )
            for round_, candidate, opinion, office in self.session.execute(query)
        ]

    def is_stale(self, record: EvidenceRecord) -> bool:
        """Whether a query is too old to rely on today (D-17: valid 30 calendar days)."""
        return record.valid_until(self.evidence_days) < today()


def _run(file: ArrearsFile, status: str, paid: Compensation | Any) -> ArrearsLine:
    return ArrearsLine(
        due_on=file.shown_from,
        days=file.days_past_due(today()),
        stage=stage_of(status).label,
        compensated=paid.amount if paid else None,
        compensated_on=paid.paid_on if paid else None,
    )
