"""Room pause: what is stated when a clock is to stand still, decided on, and when it counts on."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import ChoiceField, RadioField
from forms.fields import LongText
from forms.number_fields import CountField, StrictDateField
from forms.review import MissingItem
from forms.rows import RowsField
from models.pause import PauseKind
from models.vocabulary import ApprovalResult, DeliveryMethod

LONGEST = max(kind.days for kind in PauseKind)
FOR_SUPPLEMENT = f"kind={PauseKind.SUPPLEMENT.value}"


def _offered(kind: PauseKind) -> str:
    approval = "，须部门负责人批准" if kind.needs_approval else ""
    return f"{kind.label}：最长 {kind.days} 个工作日{approval}。依据：{kind.basis}"


class PauseForm(BaseForm):
    """暂停计时: one of the listed reasons, with its own limit in working days."""

    kind = RadioField("暂停类型", required=True, options=[(kind.value, _offered(kind)) for kind in PauseKind])
    reason = LongText("暂停事由", required=True, hint="写明具体事实，将写入送达申请人的告知书")
    limit_days = CountField(
        "暂停期限（工作日）",
        minimum=1,
        maximum=LONGEST,
        hint="不填的，按所选类型的最长期限；期限届满自动恢复计时",
    )
    items = RowsField(
        "需补正的材料",
        MissingItem,
        required=True,
        visible_when=FOR_SUPPLEMENT,
        hint="须一次性列全，不得分次告知",
    )
    delivery_method = ChoiceField(
        "送达方式", required=True, visible_when=FOR_SUPPLEMENT, options=DeliveryMethod.choices()
    )


class ResumeForm(BaseForm):
    """恢复计时: on which day the reason ended, and with what result."""

    resumed_on = StrictDateField(
        "事由消除之日", required=True, past=True, hint="材料补齐、核查或评审结束的当日；当日仍不计入时限"
    )
    result = LongText("办理结果", required=True)


class PauseDecisionForm(BaseForm):
    """审批: the head of the department on a request to stand still."""

    decision = RadioField("审批结论", required=True, options=ApprovalResult.choices())
    decision_text = LongText("审批意见", required=True)
