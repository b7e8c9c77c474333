"""Room withdrawal: why an applicant takes the application back."""

from __future__ import annotations

from forms.base import BaseForm
from forms.fields import LongText


class WithdrawalForm(BaseForm):
    """撤回申请."""

    reason = LongText("撤回原因", required=True, max_length=500)
