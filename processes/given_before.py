"""Room prefill, of a step that is done again: what was answered the last time, and what has to be stated anew.

A step is done again after 退回, 撤回, a token moved by hand or a batch that was undone: the finished row of the same
step that no longer counts says so. Closed by default: of a form of the house only the questions listed here are
carried, and never a tick that confirms, a signature, or the day of the doing itself (decision 0031).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.calendar import local_date, now
from models.case import CaseFile
from models.drawn_answer import DrawnAnswer
from models.drawn_field import DrawnField, FieldKind
from models.people import Role, User
from models.review import Opinion
from models.sending_back import sendings_back_of
from models.token_move import Verdict, moves_of
from models.workflow import DONE, UserTask
from processes.drawn_answer import asked_as
from processes.engine.drawing import Step
from processes.prefilling import Values

# May this reader see the answer in full? Asked of every answer to a drawn field.
Sight = Callable[[DrawnAnswer], bool]

_DECIDED = ("decision", "reason_codes", "reason_text", "opinion")
_INVESTIGATED = (*_DECIDED, "method", "first_repayment_source")
_CREDIT = tuple(name for name in _INVESTIGATED if name != "reason_codes")
_SECURED = ("counter_guarantee", "exception_reason")
_TERMS = ("approved_amount", "approved_term", "lpr_tenor", "rate", "guarantee_type")
# Form key → the questions whose answers are carried. `accepted_on` of the bank is of the case itself (prefill.py).
CARRIED: Mapping[str, tuple[str, ...]] = {
    "qualification_review": _DECIDED,
    "due_diligence": (*_INVESTIGATED, *_SECURED, "guarantee_amount"),
    "pre_loan_investigation": (*_INVESTIGATED, "credit_queried_on"),
    "bank_acceptance": (*_DECIDED, *_SECURED, *_TERMS),
    "counter_guarantee": ("outcome", "procedure", "certificate_number", "completed_on"),
    "extension_approval": ("decision", "opinion"),
    "form_check": ("result", "opinion"),
    "credit_bank_opinion": _CREDIT,
    "credit_guarantor_opinion": _CREDIT,
}
# What a form calls its result.
_VERDICTS = ("decision", "result", "outcome")
# Results that ask for something, or told the outside of it: whoever wants it again says so again.
_ASKING = ("extend", "incomplete")
# Words by which an owner's field is known as a signature, or as something that one vouches for.
_SAID = (FieldKind.TEXT, FieldKind.PARAGRAPH, FieldKind.YES_NO, FieldKind.CHOICE, FieldKind.CHOICES)
_VOUCHED = ("签名", "签字", "签章", "盖章", "承诺", "声明", "确认", "属实", "保证书", "授权")


@dataclass(frozen=True)
class Why:
    """Because of what a step is done again: what it was called, who did it when, and what he wrote."""

    title: str
    person: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Before:
    """What was answered when the step was done the last time: by whom, when, question → value, and why again."""

    person: str
    at: datetime
    values: Values
    why: Why | None = None


def last_done(tasks: Iterable[UserTask], task: UserTask) -> UserTask | None:
    """The last time that its office did an open step of the case before; None: it does it for the first time.

    What another office answered (the bank was changed in between) is not laid before this one.
    """
    same = [
        row
        for row in tasks
        if row.element_id == task.element_id
        and row.form_key == task.form_key
        and row.department_id == task.department_id
        and row.status == DONE
        and row.superseded_at is not None
        and row.id < task.id
    ]
    return max(same, key=lambda row: row.id, default=None)


def given_before(session: Session, last: UserTask, step: Step, reader: User, may_see: Sight) -> Before | None:
    """What the reader may find in the form of a step that is done again; None when nothing is left of it.

    An applicant finds only what he answered himself.
    """
    if last.done_by_id is None or last.done_at is None:
        return None
    if reader.role == Role.APPLICANT and last.done_by_id != reader.id:
        return None
    values = _of_the_house(session, last) | _of_the_owner(session, last, step, may_see)
    who = session.get_one(User, last.done_by_id)
    return Before(who.name, last.done_at, values, _why(session, last)) if values else None


def _why(session: Session, last: UserTask) -> Why | None:
    """What made the earlier answers count no more: of all that has moved the case, what lies nearest in time."""
    case, fell = session.get_one(CaseFile, last.case_id), last.superseded_at or now()
    moved = [
        (when, Why(row.title, row.actor.display_name, row.at, row.reason))
        for row in sendings_back_of(session, case)
        for when in (row.at, row.ended_at)
        if when is not None
    ]
    moved += [
        (row.decided_at, Why("流程位置调整", row.author.display_name, row.decided_at, row.reason))
        for row in moves_of(session, case)
        if row.status == Verdict.APPLIED and row.decided_at is not None
    ]
    return min(moved, key=lambda one: abs(one[0] - fell), default=(fell, None))[1]


def _of_the_house(session: Session, last: UserTask) -> Values:
    """The answers to the house's own questions, as the opinion of that time kept them."""
    query = select(Opinion).where(Opinion.task_id == last.id).order_by(Opinion.id.desc()).limit(1)
    opinion = session.scalars(query).first()
    if opinion is None or opinion.result in _ASKING:
        return {}
    known: dict[str, Any] = {
        **dict.fromkeys(_VERDICTS, opinion.result),
        "reason_codes": list(opinion.reason_codes),
        "reason_text": opinion.reason_text,
        "opinion": opinion.opinion,
        **opinion.details,
    }
    today = opinion.decided_on.isoformat()
    carried = ((name, known.get(name)) for name in CARRIED.get(last.form_key, ()))
    return {name: value for name, value in carried if value not in (None, "", []) and value != today}


def _of_the_owner(session: Session, last: UserTask, step: Step, may_see: Sight) -> Values:
    """The answers to drawn fields that are still asked in the same way."""
    if not step.fields:
        return {}
    query = select(DrawnAnswer).where(DrawnAnswer.task_id == last.id).order_by(DrawnAnswer.id)
    given = {row.field: row for row in session.scalars(query.options(joinedload(DrawnAnswer.task)))}
    found = ((field, given.get(field.name)) for field in step.fields)
    return {
        asked_as(step, field.name): row.value
        for field, row in found
        if row is not None and is_carried(field, row) and may_see(row)
    }


def is_carried(field: DrawnField, row: DrawnAnswer) -> bool:
    """Whether an owner's field starts with this answer: no signature, nothing vouched for, no day of the doing."""
    if field.kind in _SAID and any(word in field.label for word in _VOUCHED):
        return False
    return row.kind == field.kind and row.text != "" and not _is_day_of_doing(row)


def _is_day_of_doing(row: DrawnAnswer) -> bool:
    given = row.value
    return isinstance(given, date) and given == local_date(row.recorded_at)
