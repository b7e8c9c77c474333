"""Room notice: what the center types when it publishes a notice (F6) and confirms its result."""

from __future__ import annotations

from forms.choice_fields import BooleanConfirm, ChoicesField
from forms.fields import LongText, TextField
from forms.number_fields import StrictDateField
from forms.task import TaskForm
from models.notice import NoticePlace


class NoticePublicationForm(TaskForm):
    """起草并发布公示 (F6): the list and the period are the program's, the words are the office's."""

    title = TextField("标题", required=True, max_length=100)
    basis = TextField("依据", required=True, max_length=200)
    text = LongText("公示正文", required=True, max_length=2000, render_kw={"rows": 5})
    office = TextField("受理机构", required=True, max_length=80)
    # As the office itself has it: a landline, an extension, a hotline.
    phone = TextField("办公电话", required=True, max_length=30)
    address = TextField("办公地址", required=True, max_length=200)
    places = ChoicesField("公示渠道", required=True, options=NoticePlace.choices())
    other_places = TextField("其他渠道", max_length=100)
    published_on = StrictDateField(
        "公示发布日期", required=True, past=True, hint="发布当日不计入公示期，自次日起计算"
    )


class NoticeConfirmationForm(TaskForm):
    """确认公示结果: the one box, and a remark."""

    confirmed = BooleanConfirm("公示期已满，收到的异议均已核实完毕，确认公示结果", required=True)
    opinion = LongText("说明")
