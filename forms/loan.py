"""Room loan: what the bank types from acceptance to paying out."""

from __future__ import annotations

from typing import ClassVar

from forms.choice_fields import ChoiceField, ChoicesField, RadioField
from forms.fields import LongText, TextField
from forms.identity_fields import AccountField
from forms.number_fields import CountField, MoneyField, PercentField, StrictDateField
from forms.task import ALL_REASONS, COUNTERED, DecidedForm, TaskForm
from models.vocabulary import ApprovalResult, LicenceStatus, ReasonStage
from models.vocabulary_loan import (
    CounterGuarantee,
    DisbursementOutcome,
    GuaranteeType,
    LprTenor,
    Procedure,
    ProcedureOutcome,
    RepaymentMethod,
)

PASSED = "decision=pass"
DONE, EXTENDED = (f"outcome={outcome.value}" for outcome in ProcedureOutcome)
PAID, REFUSED = (f"outcome={outcome.value}" for outcome in DisbursementOutcome)
LONGEST_EXTENSION = 10


class BankAcceptanceForm(DecidedForm):
    """银行受理 and its decision: amounts in 元, the rate in %/yr (A-14)."""

    stage: ClassVar[str] = ReasonStage.BANK.value

    accepted_on = StrictDateField("银行受理日", required=True, past=True)
    approved_amount = MoneyField("批准金额（元）", required=True, positive=True, visible_when=PASSED)
    approved_term = CountField("批准期限（月）", required=True, minimum=1, maximum=60, visible_when=PASSED)
    lpr_tenor = RadioField("LPR期限", required=True, visible_when=PASSED, options=LprTenor.choices())
    rate = PercentField("年利率（%）", required=True, visible_when=PASSED)
    guarantee_type = RadioField(
        "贷款方式",
        required=True,
        visible_when=PASSED,
        options=GuaranteeType.choices(),
        default=GuaranteeType.CREDIT.value,
    )
    counter_guarantee = RadioField(
        "反担保要求",
        visible_when=PASSED,
        options=CounterGuarantee.choices(),
        default=CounterGuarantee.NONE.value,
        hint="原则上不要求反担保",
    )
    exception_reason = LongText(
        "要求反担保的理由", visible_when=COUNTERED, hint="对免除反担保的群体仍要求反担保的，必须写明理由"
    )
    opinion = LongText("受理意见")


class CounterGuaranteeForm(TaskForm):
    """办理反担保、抵押、质押手续, or the one request for more time (A-15, D-08)."""

    outcome = RadioField("办理结果", required=True, options=ProcedureOutcome.choices())
    procedure = ChoiceField("手续类型", required=True, options=Procedure.choices())
    certificate_number = TextField("权证或登记编号", required=True, visible_when=DONE)
    completed_on = StrictDateField("办妥日期", required=True, past=True, visible_when=DONE)
    extension_days = CountField(
        "申请延长（工作日）", required=True, minimum=1, maximum=LONGEST_EXTENSION, visible_when=EXTENDED
    )
    extension_reason = LongText("延期原因", required=True, visible_when=EXTENDED)


class ExtensionApprovalForm(TaskForm):
    """延期审批 by a supervisor of the bank (D-08)."""

    is_bulk: ClassVar[bool] = True

    decision = RadioField("审批结论", required=True, options=ApprovalResult.choices())
    opinion = LongText("审批意见", required=True)


class DisbursementForm(TaskForm):
    """放款 with the licence as it stands on the day, or the refusal to pay out (S-5)."""

    stage: ClassVar[str] = ReasonStage.BANK.value

    outcome = RadioField("放款结果", required=True, options=DisbursementOutcome.choices())
    licence_status = ChoiceField(
        "营业执照状态", required=True, options=LicenceStatus.choices(), hint="放款当日查询的登记状态"
    )
    licence_name = TextField("执照登记名称", required=True, visible_when=PAID)
    licence_operator = TextField("经营者/法定代表人", required=True, max_length=50, visible_when=PAID)
    licence_address = TextField("执照登记地址", required=True, max_length=200, visible_when=PAID)
    licence_valid_until = StrictDateField("执照有效期至", visible_when=PAID, hint="长期有效的不填")
    contract_number = TextField("借款合同号", required=True, visible_when=PAID)
    signed_on = StrictDateField("合同签订日", required=True, past=True, visible_when=PAID)
    rate = PercentField("合同年利率（%）", required=True, visible_when=PAID)
    account_bank = TextField("开户行", required=True, visible_when=PAID)
    account_name = TextField("户名", required=True, visible_when=PAID, hint="必须与借款人一致")
    account_number = AccountField("账号", required=True, visible_when=PAID)
    disbursed_on = StrictDateField("放款日", required=True, past=True, visible_when=PAID)
    receipt_number = TextField("借据号", required=True, visible_when=PAID)
    repayment_method = ChoiceField(
        "还款方式", required=True, options=RepaymentMethod.choices(), visible_when=PAID
    )
    reason_codes = ChoicesField(
        "不予发放的原因", required=True, visible_when=REFUSED, source="reasons", options=ALL_REASONS
    )
    reason_text = LongText("原因说明", required=True, max_length=1000, visible_when=REFUSED)

    def check(self) -> None:
        """Money is not paid before the contract is signed."""
        signed, paid = self.value("signed_on"), self.value("disbursed_on")
        if signed and paid and paid < signed:
            self.fault("disbursed_on", "放款日不得早于合同签订日")
