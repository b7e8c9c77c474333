"""Room steps: form key → what completing that form means. A new step is a form class and a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile
from models.people import User
from models.refusal import Refusal
from models.review import Opinion
from models.workflow import UserTask
from processes.engine.definition import Definition


@dataclass(frozen=True)
class Completion:
    """One completed form on its way into the tables."""

    session: Session
    case: CaseFile
    task: UserTask
    actor: User
    answers: Mapping[str, Any]
    definition: Definition

    def text(self, name: str) -> str:
        """A text answer; empty when missing."""
        return str(self.answers.get(name) or "")

    def give_opinion(self, result: str, **details: Any) -> Opinion:
        """Write the body's opinion with its reasons, and the line in the audit log."""
        opinion = Opinion(
            case_id=self.case.id,
            task_id=self.task.id,
            form_key=self.task.form_key,
            step=self.task.name,
            department_id=self.task.department_id,
            actor_id=self.actor.id,
            result=result,
            reason_codes=list(self.answers.get("reason_codes") or []),
            reason_text=self.text("reason_text"),
            opinion=self.text("opinion"),
            details={key: _plain(value) for key, value in details.items()},
            decided_on=today(),
            recorded_at=now(),
        )
        self.session.add(opinion)
        return opinion


Routing = Mapping[str, bool | int | str]
StepFunction = Callable[[Completion], Routing]
STEPS: dict[str, StepFunction] = {}
# What steps and decision tables put into the token; conditions of a drawing may ask for these and for facts.
ROUTING = frozenset(
    (
        "acceptance_complete",
        "qualified",
        "due_diligence_passed",
        "pre_loan_passed",
        "bank_approved",
        "procedure_done",
        "paid",
    )
)


def step(form_key: str) -> Callable[[StepFunction], StepFunction]:
    """Register the function of a form key; its result is what the gateways read."""

    def register(function: StepFunction) -> StepFunction:
        STEPS[form_key] = function
        return function

    return register


def carry_out(completion: Completion) -> Routing:
    """Run the step of a task and log it. Raises Refusal for an unknown form or a broken rule."""
    function = STEPS.get(completion.task.form_key)
    if function is None:
        raise Refusal("该环节的表单尚未配置，请联系系统管理员。")
    routing = function(completion)
    summary = f"{completion.task.name}：{_result_words(completion)}"
    audit.record(
        completion.session,
        "task.completed",
        summary,
        actor=completion.actor,
        case=completion.case,
        new={"element": completion.task.element_id, **routing, "answers": _loggable(completion.answers)},
    )
    return routing


_PRIVATE = ("account_number", "account_name", "licence_operator", "licence_address")
_WORDS = {
    "pass": "同意",
    "fail": "不同意",
    "complete": "材料齐全，予以受理",
    "incomplete": "材料不齐全，一次性告知补正",
    "done": "手续已办妥",
    "extend": "申请延期",
    "approve": "同意",
    "refuse": "不同意",
    "paid": "已放款",
    "refused": "不予发放",
}


def result_words(result: str) -> str:
    """What an opinion's result is called; an unknown one is shown as it is."""
    return _WORDS.get(result, result)


def _result_words(completion: Completion) -> str:
    for name in ("decision", "result", "outcome"):
        if name in completion.answers:
            return result_words(completion.text(name))
    return "已办理"


def _loggable(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers without personal data and without empty fields."""
    return {k: _plain(v) for k, v in answers.items() if v not in (None, "", []) and k not in _PRIVATE}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else format(value, "f")
