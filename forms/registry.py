"""Room registry: the form behind each form key that a drawing names."""

from __future__ import annotations

from forms.arrears import ARREARS_FORMS
from forms.base import BaseForm
from forms.blacklisting import BlacklistDecisionForm, CirculationForm, StatementForm
from forms.credit_exit import AnnouncementForm, ExitCheckForm, PreservationForm
from forms.credit_loan import CREDIT_LOAN_FORMS
from forms.declaration import FormCheckForm, ResultNoticeForm
from forms.dynamic import DrawnForm
from forms.loan import BankAcceptanceForm, CounterGuaranteeForm, DisbursementForm, ExtensionApprovalForm
from forms.notice import NoticeConfirmationForm, NoticePublicationForm
from forms.objection import ObjectionDecisionForm, ObjectionVerificationForm
from forms.review import (
    AcceptanceForm,
    DueDiligenceForm,
    PreLoanInvestigationForm,
    QualificationReviewForm,
    RefusalNoticeForm,
)
from forms.screening import SCREENING_FORMS
from forms.supplement import SupplementForm
from models.drawn_field import DRAWN_FORM

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
    "form_check": FormCheckForm,
    "result_notice": ResultNoticeForm,
    **ARREARS_FORMS,
    **CREDIT_LOAN_FORMS,
    "exit_check": ExitCheckForm,
    "exit_announcement": AnnouncementForm,
    "exit_preservation": PreservationForm,
    "blacklist_statement": StatementForm,
    "blacklist_decision": BlacklistDecisionForm,
    "blacklist_announcement": AnnouncementForm,
    "blacklist_circulation": CirculationForm,
    **SCREENING_FORMS,
    "notice_publication": NoticePublicationForm,
    "notice_confirmation": NoticeConfirmationForm,
    "objection_verification": ObjectionVerificationForm,
    "objection_decision": ObjectionDecisionForm,
    DRAWN_FORM: DrawnForm,
}


def is_bulk(form_key: str) -> bool:
    """Whether many tasks with this form may be completed at once; not, unless the form says so."""
    return bool(getattr(TASK_FORMS.get(form_key), "is_bulk", False))
