"""Room talk: what officials say to one another about a case: remarks, copies, urging, days to look again."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import ChoicesField
from forms.fields import LongText, TextField
from forms.number_fields import StrictDateField


class CommentForm(BaseForm):
    """留言."""

    text = LongText(
        "留言内容",
        required=True,
        max_length=1000,
        hint="仅供有权查看本案卷的工作人员阅看，申请人看不到。输入“@姓名”提醒同事；十分钟内可以撤回",
        render_kw={"rows": 3, "data-mentions": "comment-people"},
    )
    mentions = ChoicesField("提醒同事", source="people")


class CopyForm(BaseForm):
    """抄送."""

    people = ChoicesField("抄送给", required=True, source="people")
    note = LongText("附言", max_length=500, render_kw={"rows": 2})


class UrgeForm(BaseForm):
    """催办."""

    text = TextField("催办内容", max_length=200)


class FollowUpForm(BaseForm):
    """跟进日期."""

    on = StrictDateField("跟进日期", required=True)
    note = TextField("备注", max_length=200)
