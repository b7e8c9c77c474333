"""Room registry: the form behind each form key that a drawing names."""

from __future__ import annotations

from forms.base import BaseForm
from forms.loan import BankAcceptanceForm, CounterGuaranteeForm, DisbursementForm, ExtensionApprovalForm
from forms.review import (
    AcceptanceForm,
    DueDiligenceForm,
    PreLoanInvestigationForm,
    QualificationReviewForm,
    RefusalNoticeForm,
)
from forms.supplement import SupplementForm

TASK_FORMS: dict[str, type[BaseForm]] = {
    "acceptance": AcceptanceForm,
    "supplement": SupplementForm,
    "qualification_review": QualificationReviewForm,
    "due_diligence": DueDiligenceForm,
    "pre_loan_investigation": PreLoanInvestigationForm,
    "bank_acceptance": BankAcceptanceForm,
    "counter_guarantee": CounterGuaranteeForm,
    "extension_approval": ExtensionApprovalForm,
    "disbursement": DisbursementForm,
    "refusal_notice": RefusalNoticeForm,
}
