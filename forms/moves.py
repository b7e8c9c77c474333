"""Room sending_back: what is typed when a step is sent back, a token moved, or a fact of a case corrected."""

from __future__ import annotations

from forms.base import BaseForm, FormContext
from forms.choice_fields import ChoiceField, ChoicesField, RadioField
from forms.fields import LongText, TextField

LATER = [
    ("in_order", "依次重新办理：其后的环节按流程图重新办理，其他分支已办结的意见保留"),
    ("direct", "办妥后直接送回本环节：其后已办的环节不再重办；该环节结论改变、去向不同的，仍按流程图办理"),
]


class SendBackForm(BaseForm):
    """退回: to which step, what follows, and why."""

    target = RadioField("退回到", required=True)
    mode = RadioField("重新办理后", required=True, options=LATER)
    reason = LongText("退回理由", required=True, hint="写入办理过程，该环节的经办人可见")
    late_reason = LongText("超期原因", hint="本环节已超过办理时限，退回的也须说明原因")

    def bind(self, context: FormContext) -> BaseForm:
        """Also: 超期原因 is asked for only of a step that is past its term, as when it is completed (A-12)."""
        super().bind(context)
        if context.overdue:
            self.late_reason.demand(True)
        else:
            del self["late_reason"]
        return self


class MoveForm(BaseForm):
    """流程位置调整: where the token shall stand, and why."""

    places = ChoicesField(
        "调整后案卷应当处于的位置", required=True, hint="并行办理的，须同时选择各分支的位置"
    )
    reason = LongText("调整理由", required=True, hint="写入审计日志，复核人据此复核")


class CorrectionForm(BaseForm):
    """事实更正: which fact, what it should be, and why."""

    fact = ChoiceField("更正的事实", required=True)
    new_value = TextField("更正为", required=True, hint="日期如 2026-03-02；金额单位元")
    reason = LongText("更正理由", required=True, hint="写明依据的材料；写入审计日志")


class DecisionForm(BaseForm):
    """复核: the second person."""

    decision = RadioField("复核结论", required=True, options=[("agree", "同意并执行"), ("refuse", "不同意")])
    decision_text = LongText("复核意见", hint="不同意的，必须写明理由")
