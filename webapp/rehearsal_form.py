"""Room rehearsal, its form: the values that decide, and beside them the step's real form, checked once it is touched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from forms.base import BaseForm
from forms.context import FormContext
from forms.dynamic import DrawnForm, drawn_form
from forms.registry import TASK_FORMS
from models.calendar import local_date
from models.drawn_field import DRAWN_FORM, DrawnField
from models.material import material_choices
from models.people import LANES
from models.reason import reason_choices
from models.vocabulary import ReasonStage
from processes.engine.drawing import Step
from processes.rehearsal_names import DECIDES, is_decided
from processes.rehearsal_run import Run
from processes.rehearsal_values import plain
from processes.steps import ROUTING
from webapp.wizard import add_row, without_row

VALUES, FACTS = "value", "fact"
_MEETING = [("1", "演练用会议")]


@dataclass
class StepForm:
    """The two forms of one open step."""

    step: Step
    values: BaseForm
    # None: the step has drawn fields only.
    real: BaseForm | None
    fields: list[DrawnField]
    is_touched: bool = False
    message: str = ""

    @property
    def decides(self) -> bool:
        """Whether the real form says which way the token goes."""
        return self.step.form_key in DECIDES

    def check(self) -> dict[str, Any] | None:
        """The values for JSON, or None when something is wrong: the forms then say what."""
        is_sound = self.values.validate()
        if self.real is not None and self.is_touched:
            is_sound = self.real.validate() and is_sound
        answers = {field.name: self.values.answers().get(field.name) for field in self.fields}
        self._take_decision(answers)
        return {n: plain(v) for n, v in answers.items()} if is_sound and not self.values.faults() else None

    def _take_decision(self, answers: dict[str, Any]) -> None:
        """What was not chosen follows from the real form; what contradicts it is a fault."""
        said = is_decided(self.step.form_key, self.real.typed()) if self.real and self.is_touched else {}
        for field in self.fields:
            given = answers[field.name]
            if field.name in said and given in (None, ""):
                answers[field.name] = said[field.name]
            elif field.name in said and given is not said[field.name]:
                self.values.fault(field.name, "与正式表单中的结论不一致")
        for field in self.fields:
            if answers[field.name] is None and self._decides(field):
                self.values.fault(field.name, f"请选择“{field.label}”，或在正式表单中填写结论")

    def _decides(self, field: DrawnField) -> bool:
        return field.name in ROUTING and not self.values.faults().get(f"{VALUES}-{field.name}")


def step_form(run: Run, element_id: str, data: MultiDict[str, str] | None = None) -> StepForm:
    """The forms of an open step, as yet empty or with what the page sent."""
    step = run.definition.drawing.steps[element_id]
    fields = run.questions.asked(step, dict(run.given.given))
    values = _drawn(run, [_hinted(field, step) for field in fields], VALUES, data)
    made = None if step.form_key == DRAWN_FORM else TASK_FORMS.get(step.form_key)
    if made is None:
        return StepForm(step, values, None, fields)
    context = _context(run, step)
    real = made(data, csrf=False).bind(context)
    blank = made(None, csrf=False).bind(context)
    is_touched = data is not None and _bare(real.typed()) != _bare(blank.typed())
    return StepForm(step, values, real, fields, is_touched)


def _bare(typed: Any) -> Any:
    """What was typed, less the space around it."""
    if isinstance(typed, dict):
        return {name: _bare(value) for name, value in typed.items()}
    if isinstance(typed, list):
        return [_bare(one) for one in typed]
    return typed.strip() if isinstance(typed, str) else typed


def facts_form(run: Run, data: MultiDict[str, str] | None = None) -> BaseForm:
    """The facts of the case as they stand; none is required."""
    return _drawn(run, run.questions.facts, FACTS, data)


def changed_facts(run: Run, form: BaseForm) -> dict[str, Any]:
    """What the panel of facts says otherwise than before."""
    answers, given = form.answers(), run.given.given
    fields = {field.name for field in run.questions.facts}
    return {
        n: plain(v) for n, v in answers.items() if n in fields and (v if v != "" else None) != given.get(n)
    }


def without_row_asked(data: MultiDict[str, str]) -> MultiDict[str, str]:
    """What the page sent, less the row that it asked to remove."""
    return without_row(data, data["remove_row"]) if "remove_row" in data else data


def with_row_asked(form: StepForm, data: MultiDict[str, str]) -> bool:
    """Whether the page asked for a row more or less; the row is added to the real form."""
    if "add_row" in data and form.real is not None:
        add_row(form.real, data["add_row"])
    return bool({"add_row", "remove_row"} & set(data))


def _hinted(field: DrawnField, step: Step) -> DrawnField:
    mine = DECIDES.get(step.form_key, ("",))[0]
    return replace(field, help="不选则按下方正式表单中的结论") if field.name == mine else field


def _drawn(run: Run, fields: list[DrawnField], prefix: str, data: MultiDict[str, str] | None) -> BaseForm:
    make: Any = drawn_form(DrawnForm, tuple(fields)) if fields else DrawnForm
    known = {field.name: run.given.given.get(field.name) for field in fields}
    form = make(data, csrf=False, prefix=prefix, data=known)
    bound: BaseForm = form.bind(FormContext(today=local_date(run.clock_at)))
    return bound


def _context(run: Run, step: Step) -> FormContext:
    """What the real form may choose from; nothing of it belongs to a case."""
    kind = LANES.get(step.lane)
    clock = run.clocks.of_step(step.element_id)
    day = local_date(run.clock_at)
    return FormContext(
        today=day,
        materials=material_choices(),
        reasons=reason_choices(kind.value) if kind and kind.value in ReasonStage.__members__.values() else [],
        meetings=_MEETING,
        overdue=clock is not None and clock.due_on < day,
    )
