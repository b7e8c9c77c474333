"""Room arrears: what the bank types on day 1, on day 60 and while it collects; amounts come from the ledger."""

from __future__ import annotations

from forms.choice_fields import ChoiceField, ChoicesField
from forms.compensation import COMPENSATION_FORMS
from forms.fields import LongText, TextField
from forms.identity_fields import AccountField
from forms.number_fields import CountField, StrictDateField
from forms.task import TaskForm
from models.arrears import ArrearsCause, CollectionMeasure
from models.vocabulary import DeliveryMethod

PAYMENT_TERM = 30


class ArrearsCollectionForm(TaskForm):
    """逾期首日: why the loan was not paid and how it will be collected (B-19); reported to two offices."""

    cause = ChoiceField("逾期原因", required=True, options=ArrearsCause.choices())
    analysis = LongText("原因分析", required=True, max_length=1000, hint="写明借款人经营和还款来源的现状")
    measures = ChoicesField("清收措施", required=True, options=CollectionMeasure.choices())
    plan = LongText("清收计划", required=True, max_length=1000, hint="写明责任人、步骤和时间安排")
    expected_on = StrictDateField("预计还清日期", hint="借款人未承诺的不填")


class ArrearsDemandForm(TaskForm):
    """催收通知书 (F4): every amount in it is computed from the ledger."""

    payment_days = CountField(
        "还款期限（日）", required=True, minimum=1, maximum=PAYMENT_TERM, hint="自通知书发出之日起"
    )
    account_bank = TextField("还款账户开户行", required=True)
    account_number = AccountField("还款账号", required=True)
    delivery_method = ChoiceField("送达方式", required=True, options=DeliveryMethod.choices())
    delivered_on = StrictDateField("送达日期", past=True, hint="尚未送达的不填")
    opinion = LongText("满60日情况说明", required=True, max_length=1000, hint="清收进展，写入报告")


class FurtherCollectionForm(TaskForm):
    """继续清收 after a refusal; then 代偿 may be applied for again."""

    measures = ChoicesField("已采取的措施", required=True, options=CollectionMeasure.choices())
    opinion = LongText("清收结果", required=True, max_length=1000, hint="逐项回应不同意代偿的理由")


ARREARS_FORMS: dict[str, type[TaskForm]] = {
    "arrears_collection": ArrearsCollectionForm,
    "arrears_demand": ArrearsDemandForm,
    "further_collection": FurtherCollectionForm,
    **COMPENSATION_FORMS,
}
