"""Room review: what HRSS, the guarantor and the bank type when they accept, review and investigate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from forms.base import RowForm, RowsField
from forms.choice_fields import ChoiceField, RadioField, YesNoField
from forms.fields import LongText, TextField
from forms.number_fields import MoneyField, StrictDateField
from forms.task import COUNTERED, DecidedForm, ReasonedForm, TaskForm
from models.material import material_choices
from models.vocabulary import (
    AcceptanceResult,
    DeliveryMethod,
    InvestigationMethod,
    ReasonStage,
    ReviewResult,
)
from models.vocabulary_loan import CounterGuarantee

INCOMPLETE = f"result={AcceptanceResult.INCOMPLETE.value}"


class MissingItem(RowForm):
    """One line of the one-time notice (F5)."""

    material = ChoiceField("材料名称", required=True, source="materials", options=material_choices())
    problem = TextField("问题", required=True, max_length=200)
    requirement = TextField("标准和份数", required=True, max_length=200)


class AcceptanceForm(TaskForm):
    """受理: complete, or the one complete list of what is missing (A-16, F5)."""

    is_bulk: ClassVar[bool] = True
    bulk_only: ClassVar[Mapping[str, tuple[str, ...]]] = {"result": (AcceptanceResult.COMPLETE.value,)}

    result = RadioField("受理结论", required=True, options=AcceptanceResult.choices())
    items = RowsField(
        "需补正的材料", MissingItem, required=True, visible_when=INCOMPLETE, hint="须一次性列全，不得分次告知"
    )
    delivery_method = ChoiceField(
        "送达方式", required=True, visible_when=INCOMPLETE, options=DeliveryMethod.choices()
    )
    delivered_on = StrictDateField("送达日期", past=True, visible_when=INCOMPLETE)
    opinion = LongText("受理意见")


class QualificationReviewForm(DecidedForm):
    """资格审核 by HRSS (A-12)."""

    stage: ClassVar[str] = ReasonStage.HRSS.value
    is_bulk: ClassVar[bool] = True
    bulk_only: ClassVar[Mapping[str, tuple[str, ...]]] = {"decision": (ReviewResult.PASS.value,)}

    opinion = LongText("审核意见", required=True)


class InvestigationForm(DecidedForm):
    """What both investigations record: method and 第一还款来源 (A-04)."""

    method = ChoiceField("调查方式", required=True, options=InvestigationMethod.choices())
    first_repayment_source = LongText(
        "第一还款来源", required=True, hint="经营收入、现金流等用于还款的主要来源"
    )
    opinion = LongText("调查意见", required=True)


class DueDiligenceForm(InvestigationForm):
    """尽职调查 by the guarantor (A-13)."""

    stage: ClassVar[str] = ReasonStage.GUARANTOR.value

    guarantee_amount = MoneyField("担保金额（元）", positive=True, visible_when="decision=pass")
    counter_guarantee = RadioField(
        "反担保要求",
        visible_when="decision=pass",
        options=CounterGuarantee.choices(),
        default=CounterGuarantee.NONE.value,
        hint="原则上不要求反担保",
    )
    exception_reason = LongText(
        "要求反担保的理由", visible_when=COUNTERED, hint="对免除反担保的群体仍要求反担保的，必须写明理由"
    )


class PreLoanInvestigationForm(InvestigationForm):
    """贷前调查 by the bank (A-17)."""

    stage: ClassVar[str] = ReasonStage.BANK.value

    credit_queried_on = StrictDateField("征信查询日期", past=True)


class RefusalNoticeForm(ReasonedForm):
    """不符合条件通知书 (A-16, F5)."""

    clause = TextField("依据条款", required=True, max_length=200)
    can_reapply = YesNoField("可否补充后重新申请")
    remedy = LongText("申诉和咨询渠道", required=True, hint="写办公机构名称和办公电话，不写个人")
    delivery_method = ChoiceField("送达方式", required=True, options=DeliveryMethod.choices())
    delivered_on = StrictDateField("送达日期", required=True, past=True)
