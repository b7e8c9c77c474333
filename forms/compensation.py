"""Room compensation: application, consent, payment and confirmation of 代偿, and 追偿 (F7)."""

from __future__ import annotations

from forms.choice_fields import BooleanConfirm, ChoiceField, ChoicesField, RadioField, YesNoField
from forms.fields import LongText, TextField
from forms.identity_fields import AccountField
from forms.number_fields import MoneyField, StrictDateField
from forms.task import TaskForm
from models.compensation import ClosingReason, DueProof, RecoveryStep, RecoveryWay
from models.vocabulary import ApprovalResult

APPROVED = f"decision={ApprovalResult.APPROVE.value}"
REFUSED = f"decision={ApprovalResult.REFUSE.value}"
RECEIVED = f"step={RecoveryStep.RECEIVED.value}"
CLOSED = f"step={RecoveryStep.CLOSED.value}"


class CompensationApplicationForm(TaskForm):
    """代偿申请书 (F7)."""

    situation = LongText("清收情况说明", required=True, max_length=1000)
    security = TextField("反担保或补充担保措施", max_length=200, hint="没有的不填")
    manager = TextField("客户经理", required=True, max_length=50)
    proofs = ChoicesField("随附材料", required=True, options=DueProof.choices(), hint="四项均须具备")
    account_bank = TextField("收款账户开户行", required=True)
    account_number = AccountField("收款账号", required=True)

    def check(self) -> None:
        """The application is complete or it is not made."""
        missing = [label for value, label in DueProof.choices() if value not in (self.value("proofs") or [])]
        if missing:
            self.fault("proofs", f"还缺：{'、'.join(missing)}")


class CompensationConsentForm(TaskForm):
    """代偿审批 by 旗金融服务中心: consent, or refusal with a reason (B-21, D-37)."""

    decision = RadioField("审批结论", required=True, options=ApprovalResult.choices())
    is_risk_shared = YesNoField("纳入政策性融资担保和风险补偿", required=True, visible_when=APPROVED)
    reason_text = LongText("不同意的理由", required=True, max_length=1000, visible_when=REFUSED)
    opinion = LongText("审批意见", required=True, visible_when=APPROVED)


class CompensationPaymentForm(TaskForm):
    """代偿付款 by the guarantor: once, and exactly what is unpaid on the payment day (D-37)."""

    paid_on = StrictDateField("付款日", required=True, past=True)
    amount = MoneyField(
        "代偿金额（元）", required=True, positive=True, hint="须等于付款日未清偿本金与合同利息之和"
    )
    voucher = TextField("付款凭证号", required=True)
    opinion = LongText("说明")


class CompensationConfirmationForm(TaskForm):
    """代偿确认: the bank has the money, and the loan is closed by it."""

    received_on = StrictDateField("到账日", required=True, past=True)
    confirmed = BooleanConfirm("代偿款已足额到账，该笔贷款以代偿结清", required=True)
    opinion = LongText("说明")


class RecoveryForm(TaskForm):
    """追偿: one sum that came back, or the end of recovery with its reason."""

    step = RadioField("登记事项", required=True, options=RecoveryStep.choices())
    recovered_on = StrictDateField("追回日期", required=True, past=True, visible_when=RECEIVED)
    way = ChoiceField("追偿方式", required=True, options=RecoveryWay.choices(), visible_when=RECEIVED)
    amount = MoneyField("追回金额（元）", required=True, positive=True, visible_when=RECEIVED)
    voucher = TextField("凭证号", visible_when=RECEIVED)
    closing_reason = ChoiceField(
        "终结原因", required=True, options=ClosingReason.choices(), visible_when=CLOSED
    )
    reason_text = LongText("终结理由", required=True, max_length=1000, visible_when=CLOSED)
    opinion = LongText("说明", visible_when=RECEIVED)


COMPENSATION_FORMS: dict[str, type[TaskForm]] = {
    "compensation_application": CompensationApplicationForm,
    "compensation_consent": CompensationConsentForm,
    "compensation_payment": CompensationPaymentForm,
    "compensation_confirmation": CompensationConfirmationForm,
    "recovery": RecoveryForm,
}
