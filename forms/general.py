"""Room general: how a person starts a case of a process that its owner has drawn."""

from __future__ import annotations

from forms.base import BaseForm, FormContext
from forms.choice_fields import ChoiceField
from forms.fields import TextField


class StartForm(BaseForm):
    """业务发起."""

    title = TextField(
        "事项名称", required=True, max_length=60, hint="写明谁办什么事，例如：示例加工部 场地租金补贴"
    )
    region = ChoiceField("所在地区", required=True, source="regions")

    def bind(self, context: FormContext) -> BaseForm:
        """An office starts in its own region and is not asked."""
        if not context.regions:
            del self["region"]
        return super().bind(context)
