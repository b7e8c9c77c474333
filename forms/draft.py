"""Room draft: what a process owner types to begin a new process."""

from __future__ import annotations

from forms.base import BaseForm
from forms.fields import TextField


class BlankForm(BaseForm):
    """新建空白流程."""

    name = TextField("流程名称", required=True, max_length=100, hint="例：补贴申领")
    key = TextField(
        "流程标识",
        required=True,
        max_length=60,
        hint="小写字母、数字和下划线，以字母开头，例：subsidy_claim；发布后不能更改",
    )
