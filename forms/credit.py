"""Room credit: what is typed about a firm: one of the eight fields (B-24), and a dated query (B-07)."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import ChoiceField
from forms.fields import LongText, TextField
from forms.number_fields import StrictDateField
from models.credit_info import InfoField, QueryResult, QuerySource


class CreditInfoForm(BaseForm):
    """登记信用信息: a later value stands beside the earlier ones."""

    field = ChoiceField("信息领域", required=True, source="groups", options=InfoField.choices())
    as_of = StrictDateField("截至日期", required=True, past=True)
    source = TextField("信息来源", required=True, max_length=100, hint="如：税务局征管系统、供电公司函")
    content = LongText("信息内容", required=True, max_length=1000)


class QueryForm(BaseForm):
    """登记查询结果: which source was asked, when, and what it said."""

    source = ChoiceField("查询来源", required=True, source="groups", options=QuerySource.choices())
    queried_on = StrictDateField("查询日期", required=True, past=True)
    result = ChoiceField("查询结果", required=True, options=QueryResult.choices())
    note = LongText("说明", max_length=1000, hint="有不良记录的，必须写明具体情况")
