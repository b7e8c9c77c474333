"""Room calendar: a notice pasted, as public data or typed by hand; and the hour at which offices open."""

from __future__ import annotations

import re
from datetime import time

from forms.base import BaseForm, RowForm, RowsField
from forms.choice_fields import ChoiceField, RadioField
from forms.fields import LongText, TextField
from forms.number_fields import CountField, StrictDateField

NATIONAL = "national"
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


class RegionField(ChoiceField):
    """全国, or the region whose local days the notice names."""

    unchosen = False


class TextForm(BaseForm):
    """粘贴通知全文."""

    text = LongText(
        "通知全文",
        required=True,
        max_length=20_000,
        hint="从标题到落款整篇粘贴，例如“一、元旦：1月1日（周五）至3日（周日）放假，共3天。”",
        render_kw={"rows": 16},
    )
    region = RegionField("适用范围", source="regions", hint="全国通知选“全国”；地方放假日叠加在全国安排之上")


class DataForm(BaseForm):
    """导入 JSON: the format of public data sets."""

    text = LongText(
        "JSON 内容",
        required=True,
        max_length=100_000,
        hint='{"year": 2027, "papers": ["网址"], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}',
        render_kw={"rows": 16},
    )
    region = RegionField("适用范围", source="regions")


class DayRow(RowForm):
    """One day, or a span of days."""

    first = StrictDateField("首日", required=True)
    last = StrictDateField("末日", hint="只有一天的不填")
    kind = ChoiceField("安排", required=True, options=(("off", "放假"), ("work", "调休上班")))
    name = TextField("节日名称", required=True, max_length=40)


class RowsForm(BaseForm):
    """手工录入."""

    year = CountField("年份", required=True, minimum=2008, maximum=2100)
    scope = RadioField(
        "安排范围", required=True, options=(("full", "全年放假安排"), ("days", "个别日期调整或地方放假日"))
    )
    paper = TextField("通知名称或文号", required=True, max_length=200)
    region = RegionField("适用范围", source="regions")
    rows = RowsField("日期", DayRow, required=True, max_entries=60)


class OfficeHourForm(BaseForm):
    """办公开始时间."""

    opens = TextField("办公开始时间", required=True, max_length=5, hint="时:分；到期提醒在其后半小时内发出")

    def check(self) -> None:
        """A time of day."""
        opens = self.value("opens")
        if opens and not _TIME.fullmatch(str(opens)):
            self.fault("opens", "时间应当写作“时:分”，例如 08:30")

    def hour(self) -> time:
        """The hour on the clock on the wall."""
        return time.fromisoformat(str(self.answers()["opens"]))
