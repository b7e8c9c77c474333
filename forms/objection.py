"""Room objection: what somebody types against a firm on a notice, and what the center finds (F6 异议登记)."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import BooleanConfirm, ChoiceField, ChoicesField, RadioField
from forms.fields import LongText, TextField
from forms.identity_fields import PhoneField
from forms.number_fields import StrictDateField
from forms.task import TaskForm
from models.objection import ObjectionCategory, ObjectionOutcome, SeriousBreach
from models.vocabulary import DeliveryMethod

UPHELD = f"decision={ObjectionOutcome.UPHELD.value}"
METHODS = (
    ("system", "查询业务系统"),
    ("letter", "发函有关部门"),
    ("site", "实地核实"),
    ("interview", "约谈当事人"),
)


class ObjectionForm(BaseForm):
    """异议: real name, contact, facts. Files stand beside it."""

    uscc = TextField("异议对象的统一社会信用代码", required=True, max_length=18)
    objector = RadioField(
        "异议人类型", required=True, options=(("person", "个人"), ("unit", "单位")), default="person"
    )
    unit = TextField("单位名称", required=True, max_length=100, visible_when="objector=unit")
    name = TextField("异议人（单位经办人）真实姓名", required=True, max_length=50)
    phone = PhoneField("联系电话", required=True)
    address = TextField("联系地址", max_length=200)
    category = ChoiceField("事由类别", required=True, options=ObjectionCategory.choices())
    facts = LongText(
        "事实和理由",
        required=True,
        max_length=2000,
        hint="写明时间、地点、经过和依据；证据材料在下方上传",
        render_kw={"rows": 6},
    )

    def said(self) -> dict[str, object]:
        """The answers as the verb takes them."""
        found = self.answers()
        return {**found, "is_unit": found["objector"] == "unit"}


class PublicObjectionForm(ObjectionForm):
    """The form that anybody may send; a question that no person sees keeps programs away."""

    truthful = BooleanConfirm("承诺所反映的情况真实，愿意配合核实并承担相应责任", required=True)
    website = TextField("此项请留空", max_length=200, render_kw={"tabindex": "-1"})

    def check(self) -> None:
        """A program fills in every question that it finds."""
        if not self._fields["website"].is_blank():  # type: ignore[attr-defined]  # a question of ours
            self.fault("facts", "提交未通过校验，请刷新页面后重新填写")


class WrittenObjectionForm(ObjectionForm):
    """An objection on paper, typed in by the center."""

    received_on = StrictDateField("收到日期", required=True, past=True)
    sealed = BooleanConfirm(
        "已收到并核对加盖公章的纸质异议书（未上传扫描件的必须勾选）", visible_when="objector=unit"
    )


class ObjectionVerificationForm(TaskForm):
    """异议核实: how, with whom, what was found, and what it amounts to."""

    method = ChoiceField("核实方式", required=True, options=METHODS)
    departments = TextField(
        "核实部门（单位）", required=True, max_length=200, hint="提供核实结果的部门，可填多个"
    )
    findings = LongText("核实情况", required=True, max_length=2000, render_kw={"rows": 5})
    decision = RadioField("核实意见", required=True, options=ObjectionOutcome.choices())
    breaches = ChoicesField(
        "属于重大失信的情形", required=True, visible_when=UPHELD, options=SeriousBreach.choices()
    )


class ObjectionDecisionForm(TaskForm):
    """审定核实结论: the conclusion that the objector reads."""

    decision = RadioField("核实结论", required=True, options=ObjectionOutcome.choices())
    breaches = ChoicesField(
        "属于重大失信的情形", required=True, visible_when=UPHELD, options=SeriousBreach.choices()
    )
    conclusion = LongText(
        "答复内容", required=True, max_length=1000, hint="写入告知书，异议人将看到全文；不写其他人的个人信息"
    )
    delivery_method = ChoiceField("送达方式", required=True, options=DeliveryMethod.choices())
    delivered_on = StrictDateField("送达日期", required=True, past=True)
