"""Room meeting: one meeting of the register: 议事会议 each half-year, or the leading group about candidates."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import ChoiceField
from forms.fields import LongText, TextField
from forms.number_fields import StrictDateField
from models.meeting import MeetingKind


class MeetingForm(BaseForm):
    """登记会议."""

    kind = ChoiceField("会议", required=True, options=MeetingKind.choices())
    number = TextField("会议编号", required=True, max_length=60, hint="例如“2026年第3次”或会议纪要文号")
    held_on = StrictDateField("召开日期", required=True, past=True)
    place = TextField("地点", max_length=100)
    attendees = LongText("参加单位和人员", max_length=1000)
    topics = LongText("议题和结果", max_length=1000)
    minutes = LongText("会议纪要", max_length=5000, render_kw={"rows": 6})
