"""Room screening: a department's answer, bulk answers and columns of a sheet; 督办; the group's decision."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import ChoiceField, RadioField
from forms.fields import LongText, TextField
from forms.number_fields import CountField, StrictDateField
from forms.task import TaskForm
from models.screening import GroupDecision, Result

REASON_LENGTH, BASIS_LENGTH = 500, 200


# Every answer as it stands, on a query that was made anew.
RENEW = "renew"
BULK_RESULTS = [*Result.choices(), (RENEW, "答复不变，更新查询日期")]


class ScreeningOpinionForm(TaskForm):
    """甄别意见 of one department on one candidate (B-12); what is missing is said by the rule, row by row."""

    result = RadioField("甄别结果", required=True, options=Result.choices())
    basis = TextField(
        "查询系统 / 依据", max_length=BASIS_LENGTH, hint="例如“金税系统，纳税信用等级B”；不通过的必填"
    )
    queried_on = StrictDateField("查询日期", past=True, hint="不填的按今天；查询结果在规定期限内有效")
    reason = LongText("说明", max_length=REASON_LENGTH, hint="不通过、无法核实的必填，写明具体事实")


class AnswerForm(ScreeningOpinionForm):
    """The same on the department's own page, with the version that the person has seen."""

    version = CountField("版本", required=True)


class BulkForm(BaseForm):
    """批量填写: one answer for every selected candidate."""

    bulk_result = ChoiceField("批量结果", required=True, options=BULK_RESULTS)
    bulk_queried_on = StrictDateField("查询日期", past=True)
    bulk_basis = TextField("查询系统 / 依据", max_length=BASIS_LENGTH)
    bulk_reason = LongText("说明", max_length=REASON_LENGTH)


class GroupDecisionForm(TaskForm):
    """领导小组审核 of one candidate, by the general page of tasks (B-13)."""

    decision = RadioField("审核决定", required=True, options=GroupDecision.choices())
    meeting_id = ChoiceField("会议", required=True, source="meetings")
    reason = LongText("理由", max_length=REASON_LENGTH, hint="审核不通过的必填，将告知申报人")


class GroupBulkForm(BaseForm):
    """The same decision for every selected candidate."""

    decision = ChoiceField("决定", required=True, options=GroupDecision.choices())
    meeting = ChoiceField("会议", required=True, source="meetings")
    reason = LongText("理由", max_length=REASON_LENGTH)


class CollectOpinionsForm(TaskForm):
    """收齐部门意见: possible once every department has handed in everything."""

    opinion = LongText("情况说明", required=True, hint="各部门意见全部提交后办理")


class SupervisionForm(TaskForm):
    """督办 of every department whose answers are missing."""

    text = LongText("督办要求", required=True, hint="写明尚未提交的情况和要求，发至所有尚未提交完的部门")
    due_on = StrictDateField("办结期限", required=True)


class DepartmentSupervisionForm(SupervisionForm):
    """督办 of one department."""

    department = ChoiceField("督办部门", required=True, source="departments")
    text = LongText("督办要求", required=True, hint="写明尚未提交的情况、要求和完成时间")
    last = ("text", "due_on", "late_reason")


class SupervisionAnswerForm(BaseForm):
    """What the department answers."""

    answer = LongText("答复", required=True, hint="写明未按期提交的原因和完成时间")


class SupervisionClosingForm(BaseForm):
    """How the lead office ends it."""

    closing = LongText("办结情况", required=True)


class RoundClosingForm(TaskForm):
    """结束本轮甄别: possible once everything is decided; the passed ones go to 公示."""

    opinion = LongText("情况说明", required=True, hint="全部候选企业（户）已有结果后办理，审核通过的转入公示")


SCREENING_FORMS: dict[str, type[TaskForm]] = {
    "screening_opinion": ScreeningOpinionForm,
    "group_decision": GroupDecisionForm,
    "collect_opinions": CollectOpinionsForm,
    "supervision": SupervisionForm,
    "round_closing": RoundClosingForm,
}
