"""Room decision: what a process owner types to begin a decision table, or to give it another identifier."""

from __future__ import annotations

from forms.base import BaseForm
from forms.fields import TextField

_HINT = "小写字母、数字和下划线，以字母开头，例：subsidy_level；办理环节按它找到决策表"


class TableForm(BaseForm):
    """新建决策表."""

    name = TextField("决策表名称", required=True, max_length=100, hint="例：补贴档次")
    key = TextField("决策标识", required=True, max_length=58, hint=_HINT)


class KeyForm(BaseForm):
    """更改标识."""

    key = TextField("决策标识", required=True, max_length=58, hint=_HINT)
