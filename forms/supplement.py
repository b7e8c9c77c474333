"""Room supplement: what the applicant types when handing in what was missing."""

from __future__ import annotations

from forms.choice_fields import BooleanConfirm
from forms.fields import LongText
from forms.task import TaskForm


class SupplementForm(TaskForm):
    """补正."""

    statement = LongText("补正说明", required=True, max_length=1000, hint="逐项说明补交或更正了哪些材料")
    confirmed = BooleanConfirm("我确认告知书所列材料已全部补齐", required=True)
