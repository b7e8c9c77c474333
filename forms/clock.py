"""Room clock: the date and hour to which the training clock is moved."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from forms.base import BaseForm
from forms.fields import TextField
from forms.number_fields import StrictDateField

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
FIRST, LAST = date(2016, 1, 1), date(2035, 12, 31)


class ClockForm(BaseForm):
    """设定培训日期, in Beijing time."""

    day = StrictDateField("日期", required=True)
    hour = TextField("时间", required=True, max_length=5, hint="时:分，例如 09:00")

    def check(self) -> None:
        """A day that the calendar knows something about, and a time of day."""
        day, hour = self.value("day"), self.value("hour")
        if day is not None and not FIRST <= day <= LAST:
            self.fault("day", f"应当在{FIRST.year}年到{LAST.year}年之间")
        if hour and not _TIME.fullmatch(hour):
            self.fault("hour", "时间应当写作“时:分”，例如 09:00")

    def moment(self) -> datetime:
        """The instant on the clock on the wall, without a time zone."""
        answers = self.answers()
        day, hour = answers["day"], answers["hour"]
        assert isinstance(day, date)
        return datetime.combine(day, time.fromisoformat(str(hour)))
