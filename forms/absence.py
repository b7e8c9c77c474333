"""Room absence: who is away from when to when, and who stands in (代办)."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import ChoiceField
from forms.fields import TextField
from forms.number_fields import StrictDateField


class AbsenceForm(BaseForm):
    """设置代办, for oneself or, as head, for one of one's people."""

    absent = ChoiceField("不在岗人员", required=True, source="absentees")
    stand_in = ChoiceField("代办人", required=True, source="people", hint="本部门在岗的同事")
    from_on = StrictDateField("开始日期", required=True)
    until_on = StrictDateField("结束日期", required=True, hint="含当日；到期自动结束")
    reason = TextField("事由", max_length=200, hint="例如：年休假、出差、外出培训")
