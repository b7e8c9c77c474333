"""Room replay: the period whose finished cases are replayed, as it is typed."""

from __future__ import annotations

from forms.base import BaseForm
from forms.number_fields import StrictDateField


class ReplayForm(BaseForm):
    """历史回放: days on which cases were closed, both included."""

    from_on = StrictDateField("办结日期自", required=True)
    to_on = StrictDateField("办结日期至", required=True, hint="含当日，最长十年")
