"""Room bulk: what is typed once for many tasks, and a step's own form narrowed to what many can share."""

from __future__ import annotations

from typing import Any

from forms.base import BaseForm
from forms.choice_fields import ChoiceField, Offered
from forms.fields import LongText
from forms.number_fields import StrictDateField


class NothingForm(BaseForm):
    """批量签收、退回待签收: nothing is typed."""


class ReassignForm(BaseForm):
    """批量转办."""

    assignee = ChoiceField(
        "转给",
        required=True,
        source="departments",
        hint="办理部门有办理权限的在岗人员；只转该人员所在部门的事项",
    )
    reason = LongText("理由", required=True, max_length=200)


class UrgeForm(BaseForm):
    """批量催办."""

    text = LongText("催办内容", required=True, max_length=200, hint="办理人将看到全文")


class SendBackForm(BaseForm):
    """批量退回."""

    target = ChoiceField("退回到", required=True, source="departments", hint="所选事项都已办过的环节")
    mode = ChoiceField(
        "再次提交后",
        required=True,
        options=(("in_order", "依次重新办理"), ("direct", "办妥后直接送回本环节")),
    )
    reason = LongText("退回理由", required=True, max_length=500)


class SetAsideForm(BaseForm):
    """批量挂起."""

    until = StrictDateField("挂起至", required=True, hint="到期自动回到待办；挂起期间时限继续计算")
    reason = LongText("理由", required=True, max_length=200)


def narrowed(form: BaseForm) -> BaseForm:
    """The bound form of a step without the answers, and the questions behind them, that belong to one case alone."""
    allowed = getattr(form, "bulk_only", {})
    fields: dict[str, Any] = form._fields
    for name, values in allowed.items():
        field = fields[name]
        assert isinstance(field, Offered)
        field.offer([(value, label) for value, label in field.options if value in values])
    for name in [name for name, field in fields.items() if _is_closed(field, allowed)]:
        del form[name]
    return form


def _is_closed(field: Any, allowed: Any) -> bool:
    """Whether no answer that is left opens the question."""
    condition = getattr(field, "visible_when", "")
    if not condition:
        return False
    name, _, values = condition.partition("=")
    return name in allowed and not set(values.split("|")) & set(allowed[name])
