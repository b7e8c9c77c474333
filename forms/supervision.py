"""Room supervision: 督办 of a case or a step; a screen of the hall."""

from __future__ import annotations

from datetime import timedelta

from forms.base import BaseForm
from forms.choice_fields import ChoiceField
from forms.fields import LongText, TextField
from forms.number_fields import StrictDateField
from forms.screening import SupervisionAnswerForm as AnswerForm
from forms.screening import SupervisionClosingForm as ClosingForm

LONGEST = timedelta(days=366)
__all__ = ["AnswerForm", "ClosingForm", "HallForm", "OrderForm", "OrderTaskForm"]


class OrderTaskForm(BaseForm):
    """督办 of the office that has a step."""

    text = LongText("督办要求", required=True, hint="写明存在的问题和办理要求，发至该部门的负责人和经办人")
    due_on = StrictDateField("办结期限", required=True, hint="到期前一个工作日提醒；逾期未答复的报告主管领导")

    def check(self) -> None:
        """The term lies ahead, and not too far."""
        due_on = self.value("due_on")
        if due_on is None or self.context is None:
            return
        if due_on < self.context.today:
            self.fault("due_on", "办结期限不能早于今天。")
        elif due_on > self.context.today + LONGEST:
            self.fault("due_on", "办结期限不能晚于一年后。")


class OrderForm(OrderTaskForm):
    """督办 of an office of the case, about one of its steps or about the whole."""

    target = ChoiceField("督办事项", required=True, source="departments")
    last = ("text", "due_on")


class HallForm(BaseForm):
    """开通公示屏."""

    name = TextField("名称", required=True, max_length=60, hint="例如“政务大厅一楼大屏”")
    region = ChoiceField("地区", required=True, source="regions", hint="显示该地区及其下级地区的数量")
