"""Room bulk, form: which form an act on many tasks asks for, and the answers of a step for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from forms.base import BaseForm, FormContext, formdata_from_json
from forms.bulk import NothingForm, ReassignForm, SendBackForm, SetAsideForm, UrgeForm, narrowed
from forms.registry import is_bulk
from forms.supervision import OrderTaskForm
from models.calendar import today
from models.database import DbSession
from models.people import Permission, User, colleagues
from models.refusal import Refusal
from models.workflow import UserTask
from processes import worklist
from processes.bulk import Operation
from processes.bulk_check import Candidate
from processes.engine.drawing import Step
from processes.sending_back import targets
from processes.submission import HandedIn
from webapp.context import task_context
from webapp.task_form import form_class

Sent = MultiDict[str, str] | None
COMPLETE = "complete"
_OTHER_FORM = "与所选的其他事项不是同一环节，请分批办理。"
_NO_BULK = "该环节须逐件填写，不能批量办理。"


@dataclass(frozen=True)
class Line:
    """One chosen task on the page before the act: it will be done, or why not."""

    candidate: Candidate
    reason: str

    @property
    def is_fit(self) -> bool:
        return not self.reason


def preview(operation: Operation, found: Sequence[Candidate], actor: User) -> list[Line]:
    """What will and will not be done."""
    lines = [Line(candidate, operation.check(candidate, actor)) for candidate in found]
    return _of_one_form(lines) if operation.key == COMPLETE else lines


def _of_one_form(lines: Sequence[Line]) -> list[Line]:
    """Answered together is only what has the same questions: those of the first task that can be."""
    first = next((line.candidate.step for line in lines if line.is_fit and _is_shared(line)), None)
    return [Line(line.candidate, line.reason or _formless(line, first)) for line in lines]


def _is_shared(line: Line) -> bool:
    step = line.candidate.step
    return step is not None and is_bulk(step.form_key) and not step.fields


def _formless(line: Line, first: Step | None) -> str:
    step = line.candidate.step
    if step is None or first is None or not _is_shared(line):
        return _NO_BULK
    return "" if (step.form_key, step.name) == (first.form_key, first.name) else _OTHER_FORM


def form_for(
    session: DbSession, operation: Operation, lines: Sequence[Line], sent: Sent, csrf: bool = True
) -> BaseForm:
    """The form of the act, as it was sent; bound."""
    fit = [line.candidate for line in lines if line.is_fit]
    if operation.key == COMPLETE:
        return _step_form(session, fit, sent, csrf)
    make, choices = _FORMS.get(operation.key, (NothingForm, _nothing))
    form: BaseForm = make(sent, csrf=csrf).bind(FormContext(today=today(), departments=choices(session, fit)))
    return form


def _step_form(session: DbSession, fit: Sequence[Candidate], sent: Sent, csrf: bool) -> BaseForm:
    task = fit[0].task if fit else None
    if task is None:
        return NothingForm(sent, csrf=csrf).bind(FormContext(today=today()))
    return made(session, task, sent, csrf)


def made(session: DbSession, task: UserTask, sent: Sent, csrf: bool) -> BaseForm:
    """The form of a task's step with what was sent, narrowed to what many can share; comes with its case."""
    make = form_class(worklist.drawn_step(session, task))
    bound: BaseForm = make(sent, csrf=csrf).bind(task_context(session, task, task.case))
    return narrowed(bound)


def answers_for(session: DbSession, task_id: int, actor: User, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of one task of a batch, checked by the form of its own step. Raises Refusal."""
    task = worklist.task_for(session, task_id, actor)
    step = worklist.drawn_step(session, task)
    if step.fields or not is_bulk(step.form_key):
        raise Refusal(_NO_BULK)
    form = made(session, task, formdata_from_json(given), False)
    if not form.validate():
        faults = [message for messages in form.faults().values() for message in messages]
        raise Refusal("；".join(faults) or _NO_BULK)
    return {"handed_in": HandedIn(form.answers(), form.typed(), step)}


def _people(session: DbSession, fit: Sequence[Candidate]) -> list[tuple[str, str]]:
    """Who could be given any of them: people of their departments with the permission, not those who have them all."""
    tasks = [candidate.task for candidate in fit if candidate.task is not None]
    asked = {(task.department_id, task.permission): task.department.name for task in tasks}
    several = len({office for office, _needed in asked}) > 1
    found = {
        one.id: f"{one.name}（{name}）" if several else one.name
        for (office, needed), name in sorted(asked.items())
        for one in colleagues(session, office, Permission(needed))
    }
    holders = {task.holder_id for task in tasks}
    return [(str(key), name) for key, name in found.items() if holders != {key}]


def _earlier(session: DbSession, fit: Sequence[Candidate]) -> list[tuple[str, str]]:
    """The steps that all of them have done and to which the first can go back; the verb asks again for each."""
    first = fit[0].task if fit else None
    if first is None:
        return []
    open_to = [one for one in targets(session, first) if not one.refused]
    return [(one.element_id, one.name) for one in open_to if all(one.element_id in each.done for each in fit)]


def _nothing(_session: DbSession, _fit: Sequence[Candidate]) -> list[tuple[str, str]]:
    return []


Choices = Callable[[DbSession, Sequence[Candidate]], list[tuple[str, str]]]
# Act → its form, and what the question with a list offers.
_FORMS: dict[str, tuple[Any, Choices]] = {
    "reassign": (ReassignForm, _people),
    "send_back": (SendBackForm, _earlier),
    "set_aside": (SetAsideForm, _nothing),
    "supervise": (OrderTaskForm, _nothing),
    "urge": (UrgeForm, _nothing),
}
