"""Room task: what every step of a process asks for, whatever else it asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from forms.base import BaseForm, FormContext
from forms.choice_fields import ChoicesField, RadioField
from forms.fields import LongText
from models.reason import REASONS, reason_choices
from models.vocabulary import ReviewResult
from models.vocabulary_loan import CounterGuarantee

COUNTERED = "counter_guarantee=" + "|".join(
    kind.value for kind in CounterGuarantee if kind is not CounterGuarantee.NONE
)
FAILED = f"decision={ReviewResult.FAIL.value}"
ALL_REASONS = [(reason.code, reason.label) for reason in REASONS]
_NONE_ONLY = [(CounterGuarantee.NONE.value, CounterGuarantee.NONE.label)]


class TaskForm(BaseForm):
    """A step of a process; `late_reason` exists only while the step's clock has run out (A-12)."""

    stage: ClassVar[str] = ""
    """The `ReasonStage` value whose reasons this step offers when the context brings none."""
    last: ClassVar[tuple[str, ...]] = ("late_reason",)
    is_bulk: ClassVar[bool] = False
    """Many tasks may be completed at once with the same answers: one decision, nothing of a single case."""
    bulk_only: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Question → the answers that may be given to many at once; what the others ask for belongs to one case."""

    late_reason = LongText("超期原因", hint="本事项已超过办理时限，须说明原因")

    def bind(self, context: FormContext) -> BaseForm:
        """Also: the reasons of the stage, the overdue question, and the rule against counter-guarantees."""
        reasons: Any = self._fields.get("reason_codes")
        if reasons is not None and self.stage:
            reasons.offer(reason_choices(self.stage))
        super().bind(context)
        if context.overdue:
            self.late_reason.demand(True)
        elif "late_reason" in self._fields:
            del self["late_reason"]
        self._limit_counter_guarantee(context)
        return self

    def _limit_counter_guarantee(self, context: FormContext) -> None:
        asked: Any = self._fields.get("counter_guarantee")
        if asked is None:
            return
        if context.facts.get("counter_guarantee_allowed") is False:
            asked.offer(_NONE_ONLY)
            asked.description = "个人10万元以下（含）创业担保贷款免除反担保"
        if context.facts.get("exception_required"):
            exception: Any = self._fields["exception_reason"]
            exception.demand(True)

    def answers(self) -> dict[str, object]:
        """`late_reason` is always there, empty when it was not asked."""
        return {"late_reason": "", **super().answers()}


class ReasonedForm(TaskForm):
    """A step that always refuses with reasons."""

    reason_codes = ChoicesField("不予通过的原因", required=True, source="reasons", options=ALL_REASONS)
    reason_text = LongText("原因说明", required=True, max_length=1000, hint="写明具体事实，申请人将看到全文")


class DecidedForm(TaskForm):
    """A step that passes or refuses; a refusal needs at least one code and a text (A-16)."""

    last = ("reason_codes", "reason_text", "opinion", "late_reason")

    decision = RadioField("审核结论", required=True, options=ReviewResult.choices())
    reason_codes = ChoicesField(
        "不予通过的原因", required=True, visible_when=FAILED, source="reasons", options=ALL_REASONS
    )
    reason_text = LongText(
        "原因说明", required=True, max_length=1000, visible_when=FAILED, hint="写明具体事实，申请人将看到全文"
    )
