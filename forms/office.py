"""Room office: what is typed when a task is given on, delegated, set aside or put before others."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import ChoiceField, RadioField
from forms.fields import LongText
from forms.number_fields import StrictDateField
from models.task_review import ReviewKind, ReviewState

WHEN = [
    (ReviewKind.BEFORE.value, "提交前会签：答复以后我再提交"),
    (ReviewKind.AFTER.value, "提交后会签：我提交以后送其会签，全部同意方才生效"),
]
ANSWERS = [(state.value, state.label) for state in (ReviewState.AGREED, ReviewState.DISAGREED)]


class ReassignForm(BaseForm):
    """转办: to whom, and why."""

    assignee = ChoiceField("转办给", required=True, source="people", hint="本部门有权办理此环节的在岗人员")
    reason = LongText("转办理由", required=True, hint="写入办理过程，接办人可见")


class DelegateForm(BaseForm):
    """委派: who works on it, and what he is to do."""

    delegate = ChoiceField("委派给", required=True, source="people", hint="本部门有权办理此环节的在岗人员")
    question = LongText("委派事项", required=True, hint="写明请其核实、填写或者答复的内容")


class HandBackForm(BaseForm):
    """交回: what the delegate has found."""

    opinion = LongText("办理意见", required=True, hint="您在本环节表单中填写的内容一并交回委派人")


class ReviewerForm(BaseForm):
    """加签: whose opinion, when, about what."""

    reviewer = ChoiceField(
        "会签人", required=True, source="people", hint="本部门或者参与本案卷的部门的在岗人员"
    )
    when = RadioField("会签时间", required=True, options=WHEN)
    question = LongText("会签事项", required=True, hint="写明请其答复的问题")


class ReviewAnswerForm(BaseForm):
    """会签意见."""

    decision = RadioField("会签意见", required=True, options=ANSWERS)
    opinion = LongText("说明", max_length=1000, hint="不同意的，必须写明理由")


class SetAsideForm(BaseForm):
    """挂起: until which day, and why."""

    until = StrictDateField("恢复日期", required=True, hint="当日自动回到待办")
    reason = LongText("挂起理由", required=True, hint="部门负责人可见")


class HandOverForm(BaseForm):
    """离职移交: to whom, and why; without anybody the tasks wait for the department again."""

    successor = ChoiceField(
        "接办人", source="people", empty="不指定：退回部门待签收", hint="本部门有权办理的在岗人员"
    )
    reason = LongText("移交理由", required=True, hint="例如：调离、退休、休长假；写入每个案卷的办理过程")
