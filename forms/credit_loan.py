"""Room loan of 信保贷: application with the commitment (F10), investigations, contract, draw, repayment, checks."""

from __future__ import annotations

from typing import Any

from forms.base import BaseForm
from forms.choice_fields import BooleanConfirm, ChoiceField, RadioField, YesNoField
from forms.fields import LongText, TextField
from forms.identity_fields import AccountField, UsccField
from forms.number_fields import CountField, MoneyField, PercentField, StrictDateField
from forms.task import FAILED, TaskForm
from models.vocabulary import DeliveryMethod, InvestigationMethod, Labelled, ReviewResult
from models.vocabulary_credit_loan import (
    CreditMethod,
    CreditPurpose,
    DueDateRoll,
    EntryKind,
    RateMode,
    UseResult,
)

LONGEST = 60


class SigningOutcome(Labelled):
    """签约结果."""

    SIGNED = "signed", "已签订合同"
    NOT_SIGNED = "not_signed", "不予签约"


SIGNED, NOT_SIGNED = (f"outcome={outcome.value}" for outcome in SigningOutcome)


class CreditApplicationForm(BaseForm):
    """信保贷贷款申请书和用途承诺 (F10, B-15)."""

    uscc = UsccField("统一社会信用代码", required=True, hint="须为有效的信用企业（户），系统实时核验")
    bank = ChoiceField("合作金融机构", required=True, source="banks")
    guarantor = ChoiceField("担保公司", required=True, source="departments")
    amount = MoneyField("申请额度（元）", required=True, positive=True)
    months = CountField("期限（月）", required=True, minimum=1, maximum=LONGEST)
    purpose = ChoiceField("贷款用途", required=True, options=CreditPurpose.choices())
    purpose_text = LongText("用途说明", required=True, hint="写明采购内容、交易对象等")
    committed = BooleanConfirm(
        "本企业（户）承诺：贷款资金用于生产经营，不得用于消费等其他支出", required=True
    )
    committed_by = TextField("承诺人签名", required=True, max_length=50, hint="法定代表人或经营者姓名")
    committed_on = StrictDateField("承诺日期", required=True, past=True)


class CreditOpinionForm(TaskForm):
    """贷款调查意见 of the bank or of the guarantor (B-16)."""

    last = ("reason_text", "opinion", "late_reason")

    decision = RadioField("调查结论", required=True, options=ReviewResult.choices())
    method = ChoiceField("调查方式", required=True, options=InvestigationMethod.choices())
    first_repayment_source = LongText(
        "按期偿付本息的能力", required=True, hint="经营收入、现金流等用于还款的主要来源"
    )
    reason_text = LongText(
        "不同意的理由", required=True, max_length=1000, visible_when=FAILED, hint="申请人将看到全文"
    )
    opinion = LongText("调查意见", required=True)


class CreditSigningForm(TaskForm):
    """签订合同: amounts in 元, rates in %/yr, term in months (B-02…B-05, D-20…D-24)."""

    outcome = RadioField("签约结果", required=True, options=SigningOutcome.choices())
    contract_number = TextField("借款合同号", required=True, max_length=60, visible_when=SIGNED)
    guarantee_number = TextField("担保合同号", required=True, max_length=60, visible_when=SIGNED)
    signed_on = StrictDateField("合同签订日", required=True, past=True, visible_when=SIGNED)
    amount = MoneyField("授信额度（元）", required=True, positive=True, visible_when=SIGNED)
    months = CountField("额度期限（月）", required=True, minimum=1, maximum=LONGEST, visible_when=SIGNED)
    rate_mode = RadioField("利率方式", required=True, options=RateMode.choices(), visible_when=SIGNED)
    benchmark_rate = PercentField(
        "签订日基准贷款利率（%）", required=True, visible_when=f"rate_mode={RateMode.BENCHMARK.value}"
    )
    rate = PercentField(
        "贷款年利率（%）", required=True, visible_when=SIGNED, hint="按签订日1年期LPR核定上限"
    )
    rate_exception = LongText(
        "利率超上限的例外理由", visible_when=SIGNED, hint="政策参数未开放例外时，超上限不予签约"
    )
    fee_rate = PercentField("年化担保费率（%）", required=True, visible_when=SIGNED)
    has_security = YesNoField(
        "是否要求抵押、质押", required=True, visible_when=SIGNED, hint="免抵押信用保证贷款，不得要求"
    )
    due_date_roll = RadioField(
        "到期日遇非工作日",
        required=True,
        options=DueDateRoll.choices(),
        default=DueDateRoll.NEXT_WORKDAY.value,
        visible_when=SIGNED,
    )
    account_bank = TextField("放款账户开户行", required=True, visible_when=SIGNED)
    account_name = TextField("放款账户户名", required=True, visible_when=SIGNED, hint="必须与借款人一致")
    account_number = AccountField("放款账号", required=True, visible_when=SIGNED)
    reason_text = LongText("不予签约的理由", required=True, max_length=1000, visible_when=NOT_SIGNED)


class CreditRefusalForm(TaskForm):
    """“信保贷”不予办理告知书: the reasons come from the opinions."""

    opinion = LongText("补充说明", hint="告知书自动列明不同意方的理由")
    delivery_method = ChoiceField("送达方式", required=True, options=DeliveryMethod.choices())
    delivered_on = StrictDateField("送达日期", required=True, past=True)


class DrawForm(BaseForm):
    """提款 (B-03)."""

    amount = MoneyField("提款金额（元）", required=True, positive=True)
    drawn_on = StrictDateField("放款日", required=True, past=True)
    months = CountField("期限（月）", required=True, minimum=1, maximum=LONGEST)
    method = RadioField("还款方式", required=True, options=CreditMethod.choices())
    receipt_number = TextField("借据号", required=True, max_length=60)
    purpose_text = LongText("本次用途", required=True, max_length=300)
    account_bank = TextField("收款账户开户行", required=True)
    account_name = TextField("收款账户户名", required=True, hint="必须与借款人一致")
    account_number = AccountField("收款账号", required=True)


class RepaymentForm(BaseForm):
    """还款: what is due first, the oldest first; the receipt number names one draw."""

    amount = MoneyField("还款金额（元）", required=True, positive=True)
    value_on = StrictDateField("入账日", required=True, past=True, hint="不早于台账最后一笔的日期")
    kind = RadioField(
        "还款类型",
        required=True,
        options=[(kind.value, kind.label) for kind in (EntryKind.REPAYMENT, EntryKind.PREPAYMENT)],
        default=EntryKind.REPAYMENT.value,
        hint="“还款”先冲到期本息，余额冲下一期；“提前还款”在结清应计利息后冲本金",
    )
    reference = TextField("银行流水号", required=True, max_length=60)
    draw = ChoiceField("指定借据", source="groups", hint="不选则按到期先后自动分配")
    note = TextField("备注", max_length=200)


class CloseForm(BaseForm):
    """结清、注销额度."""

    closed_on = StrictDateField("注销日", required=True, past=True)
    note = TextField("说明", max_length=200)


class UseCheckForm(BaseForm):
    """资金使用检查 (B-17)."""

    checked_on = StrictDateField("检查日期", required=True, past=True)
    result = RadioField("检查结论", required=True, options=UseResult.choices())
    finding = LongText("检查情况", required=True, max_length=1000)
    evidence = LongText("凭证", required=True, hint="发票、合同、流水等名称和编号")


CREDIT_LOAN_FORMS: dict[str, Any] = {
    "credit_bank_opinion": CreditOpinionForm,
    "credit_guarantor_opinion": CreditOpinionForm,
    "credit_signing": CreditSigningForm,
    "credit_loan_refusal": CreditRefusalForm,
}
