"""Room steps: form key → what completing that form means. A new step is a form class and a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile
from models.people import User
from models.refusal import Refusal
from models.review import Opinion
from models.workflow import UserTask
from processes.drawn_answer import own_answers, record
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
# Forms whose answers are not written into the log of the case: who may see it must not see them yet.
SEALED: set[str] = set()
# What steps and decision tables put into the token; conditions of a drawing may ask for these and for facts.
ROUTING = {
    "acceptance_complete",
    "qualified",
    "due_diligence_passed",
    "pre_loan_passed",
    "bank_approved",
    "procedure_done",
    "paid",
}
# Form key → what completing it puts into the token, whatever is decided. A form that is not here says nothing.
ROUTES: Mapping[str, tuple[str, ...]] = {
    "acceptance": ("acceptance_complete",),
    "qualification_review": ("qualified",),
    "due_diligence": ("due_diligence_passed",),
    "pre_loan_investigation": ("pre_loan_passed",),
    "bank_acceptance": ("bank_approved",),
    "counter_guarantee": ("procedure_done",),
    "disbursement": ("paid",),
    "form_check": ("declaration_complete",),
    "credit_bank_opinion": ("bank_agreed",),
    "credit_guarantor_opinion": ("guarantor_agreed",),
    "credit_signing": ("credit_signed",),
    "exit_check": ("exit_confirmed",),
    "blacklist_decision": ("blacklist_approved",),
    "compensation_consent": ("compensation_consented",),
    "recovery": ("is_recovered",),
    "notice_publication": ("is_published",),
    "objection_decision": ("upheld",),
}


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
    drawn = completion.definition.drawing.steps[completion.task.element_id]
    own = replace(completion, answers=own_answers(drawn, completion.answers))
    routing = function(own)
    extra = record(
        completion.session, completion.case, completion.task, drawn, completion.actor, completion.answers
    )
    is_sealed = completion.task.form_key in SEALED
    words = "已提交" if is_sealed else _result_words(own)
    answers = {} if is_sealed else {**_loggable(own.answers), **extra}
    audit.record(
        completion.session,
        "task.completed",
        f"{completion.task.name}：{words}",
        actor=completion.actor,
        case=completion.case,
        new={
            "element": completion.task.element_id,
            **routing,
            "answers": answers,
            # For processes/replay_record.py: which row it was, and what the gateways read, under names of their own.
            "task": completion.task.id,
            "routing": dict(routing),
        },
    )
    return routing


_PRIVATE = ("account_number", "account_name", "licence_operator", "licence_address")
_WORDS = {
    "stated": "当事人已陈述",
    "waived": "当事人书面放弃陈述",
    "announced": "已发布公告",
    "secured": "已登记",
    "received": "各部门已签收",
    "pass": "同意",
    "fail": "不同意",
    "complete": "材料齐全，予以受理",
    "incomplete": "材料不齐全，一次性告知补正",
    "in_order": "申报齐全，列入下一轮甄别",
    "notified": "已告知",
    "done": "手续已办妥",
    "extend": "申请延期",
    "approve": "同意",
    "refuse": "不同意",
    "paid": "已放款",
    "refused": "不予发放",
    "signed": "已签订合同",
    "not_signed": "不予签约",
    "upheld": "属实，属于重大失信事件",
    "minor": "属实，但不属于重大失信事件",
    "dismissed": "不属实",
    "published": "已发布公示",
    "confirmed": "已确认公示结果",
    # arrears and 代偿
    "reported": "已报告",
    "demanded": "已发放",
    "applied": "已申请",
    "collected": "已继续清收",
    "compensated": "已付款",
    "arrived": "已到账",
    "recovered": "登记追回款项",
    "closed": "终结追偿",
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
