"""Room migration: which running cases shall go over to a version, why, and what becomes of steps it does not know."""

from __future__ import annotations

from typing import Any

from forms.base import BaseForm
from forms.choice_fields import BooleanConfirm, ChoiceField
from forms.context import Options
from forms.fields import LongText

STEP = "step-"
_ALL = "不限"


class MigrationForm(BaseForm):
    """制定迁移方案."""

    reason = LongText("迁移理由", required=True, max_length=1000, hint="写明依据；记入审计日志和每一件案卷")
    from_version = ChoiceField("原版本", empty=_ALL)
    step = ChoiceField("当前环节", empty=_ALL)
    region = ChoiceField("地区", empty=_ALL)
    numbers = LongText(
        "案卷编号", max_length=120_000, hint="每行一个，最多 5000 个；不填的，为上面条件下的全部在办案卷"
    )

    @property
    def chosen_numbers(self) -> list[str]:
        """The numbers as they were typed, however they are separated."""
        text = str(self.answers().get("numbers") or "")
        return [part for part in text.replace("，", " ").replace("、", " ").replace(",", " ").split() if part]

    @property
    def steps(self) -> dict[str, str]:
        """Old step → step of the target, as far as one was chosen."""
        answers: dict[str, Any] = self.answers()
        return {
            name.removeprefix(STEP): str(value)
            for name, value in answers.items()
            if name.startswith(STEP) and value
        }


class OverdueForm(BaseForm):
    """执行: that some cases would be over at once is meant."""

    overdue = BooleanConfirm("我已核对，确认这些案卷迁移后即超期")


def migration_form(lost: Options, targets: Options) -> type[MigrationForm]:
    """The form with a question for every open step that the target does not know (`lost`: id, words)."""
    asked = {
        f"{STEP}{element}": ChoiceField(
            f"“{words}”在目标版本中的环节",
            options=targets,
            hint="不选的，停在该环节、或者须据以分离岗位的案卷可能不能迁移",
        )
        for element, words in lost
    }
    return type("MigrationForm", (MigrationForm,), dict(asked))
