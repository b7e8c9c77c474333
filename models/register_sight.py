"""Room credit, sight: which firms a person may look up in the register, and which parts of a firm's page (docs/register.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_, true

from models.case import CaseFile, regions_below, visible_to
from models.credit import CreditListing, Exclusion
from models.credit_info import EvidenceRecord
from models.credit_loan import CreditLoan
from models.people import LEADING, SCREENING, DepartmentKind, Permission, Role, User
from models.subject import Subject

_LENDERS = (DepartmentKind.BANK, DepartmentKind.GUARANTOR)


@dataclass(frozen=True)
class Sight:
    """What a person sees of a firm that he may look up at all."""

    user: User

    @property
    def kind(self) -> str:
        """The kind of the person's office; empty: none."""
        return self.user.department.kind if self.user.department else ""

    @property
    def is_lead(self) -> bool:
        """The center, the leading group, managers and auditors: everything of their region."""
        return self.kind in LEADING or self.user.may(Permission.CASE_OVERSEE)

    @property
    def has_info(self) -> bool:
        """The eight fields (B-24): who decides on credit, and who screens."""
        return self.is_lead or self.kind in _LENDERS or self.kind in SCREENING

    @property
    def has_evidence(self) -> bool:
        """Dated queries: the lead sees all, a screening department its own; a lender none."""
        return self.is_lead or self.kind in SCREENING

    @property
    def has_loans(self) -> bool:
        """Loan figures: the lead sees all, a bank or a guarantor its own; nobody else any."""
        return self.is_lead or self.kind in _LENDERS

    def firms(self) -> ColumnElement[bool]:
        """The rows of Subject that exist for the person: of his region, and the register's business or his own."""
        if not self.user.may(Permission.CREDIT_READ):
            return false()
        if self.user.role == Role.AUDITOR:
            return true()
        if self.user.may(Permission.CASE_OVERSEE):
            return Subject.region_id.in_(regions_below(self.user))
        if self.user.department is None:
            return false()
        own = Subject.region_id == self.user.department.region_id
        if self.is_lead:
            return own
        known = or_(
            exists().where(CreditListing.subject_id == Subject.id).correlate(Subject),
            exists().where(Exclusion.subject_id == Subject.id).correlate(Subject),
            exists().where(CaseFile.subject_id == Subject.id, visible_to(self.user)).correlate(Subject),
        )
        return own & known

    def loans(self) -> ColumnElement[bool]:
        """The rows of CreditLoan whose figures the person sees."""
        if self.is_lead:
            return true()
        column: Any = {
            DepartmentKind.BANK.value: CreditLoan.bank_id,
            DepartmentKind.GUARANTOR.value: CreditLoan.guarantor_id,
        }.get(self.kind)
        return false() if column is None else column == self.user.department_id

    def evidence(self) -> ColumnElement[bool]:
        """The rows of EvidenceRecord that the person sees."""
        if self.is_lead:
            return true()
        return EvidenceRecord.department_id == self.user.department_id if self.has_evidence else false()
