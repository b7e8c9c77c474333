"""Room credit, exit: what is typed when a breach is reported, checked, announced and secured (B-18, F6)."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import ChoiceField, RadioField
from forms.fields import LongText, TextField
from forms.task import TaskForm
from models.credit_exit import REPORTABLE, ExitMeasure
from models.vocabulary import ApprovalResult


class ExitReportForm(BaseForm):
    """报告退出情形: which condition of admission is no longer met, and how one knows."""

    ground = ChoiceField(
        "违反的准入条件", required=True, options=[(one.value, one.label) for one in REPORTABLE]
    )
    facts = LongText(
        "事实和依据", required=True, max_length=1000, hint="写明查询来源和日期；预警提示函将引用本段文字"
    )


class ExitCheckForm(TaskForm):
    """核实退出情形: the qualification ends on the day on which this says so."""

    decision = RadioField(
        "核实结论",
        required=True,
        options=[
            (ApprovalResult.APPROVE.value, "情形属实，取消信用企业（户）资格"),
            (ApprovalResult.REFUSE.value, "情形不属实，不予取消"),
        ],
        hint="取消资格当日生效，同时向有关单位和金融机构发出预警提示；不得再申请，不可恢复",
    )
    finding = LongText("核实情况", required=True, max_length=1000)


class AnnouncementForm(TaskForm):
    """An announcement to the public: published as soon as it is handed in."""

    title = TextField("标题", required=True, max_length=100)
    text = LongText(
        "公告内容", required=True, max_length=2000, hint="只写名称和统一社会信用代码，不写身份证号和电话"
    )


class PreservationForm(TaskForm):
    """保全措施: what the bank, or the guarantor, does to keep the loan safe."""

    measure = RadioField("措施", required=True, options=ExitMeasure.choices())
    note = LongText("说明", required=True, max_length=1000, hint="暂不采取措施的，写明理由")
