"""Room drawn_answer: what people answer to fields that a process owner has drawn, on its way into the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.calendar import now
from models.case import CaseFile
from models.drawn_answer import DrawnAnswer
from models.drawn_field import DRAWN_FORM, DrawnField, FieldKind
from models.money import format_amount
from models.people import User
from models.workflow import UserTask
from processes.engine.drawing import Step

# Before the name of a field that is added to a built-in form, so that it is never taken for the form's own.
EXTRA = "extra_"
# Kinds that may name a person, or tell of him, in a log that many may read.
_PERSONAL = (
    FieldKind.TEXT,
    FieldKind.PARAGRAPH,
    FieldKind.RESIDENT_ID,
    FieldKind.USCC,
    FieldKind.PHONE,
)
_BLANK: tuple[Any, ...] = (None, "", [])


def asked_as(step: Step, name: str) -> str:
    """What the form of the step calls its drawn field `name`."""
    return name if step.form_key == DRAWN_FORM else f"{EXTRA}{name}"


def own_answers(step: Step, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without those to drawn fields: what the function of the step receives."""
    drawn = {asked_as(step, field.name) for field in step.fields}
    return {name: value for name, value in answers.items() if name not in drawn}


def record(
    session: Session, case: CaseFile, task: UserTask, step: Step, actor: User, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the answers to the drawn fields of a step; returns what the log of the case may say of them.

    The log names them as people read them, because the words of the drawing are in no form.
    """
    given = {field.name: answers.get(asked_as(step, field.name)) for field in step.fields}
    session.add_all(_row(case, task, field, actor, given[field.name]) for field in step.fields)
    if step.fields:
        # The gateway behind the step asks the tables at once.
        session.flush()
    return {
        field.label: _text(field, given[field.name])
        for field in step.fields
        if field.kind not in _PERSONAL and given[field.name] not in _BLANK
    }


def _row(case: CaseFile, task: UserTask, field: DrawnField, actor: User, value: Any) -> DrawnAnswer:
    return DrawnAnswer(
        case_id=case.id,
        task_id=task.id,
        element_id=task.element_id,
        field=field.name,
        label=field.label,
        content={"value": _plain(value), "kind": field.kind.value, "text": _text(field, value)},
        actor_id=actor.id,
        recorded_at=now(),
    )


def _plain(value: Any) -> Any:
    """Money without exponent, days as YYYY-MM-DD."""
    if value is None or isinstance(value, str | int | bool | list):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else format(value, "f")


def _text(field: DrawnField, value: Any) -> str:
    """The answer as people read it; empty when nothing was answered."""
    if value in _BLANK:
        return ""
    titles = dict(field.choices)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(titles.get(one, str(one)) for one in value)
    if field.kind is FieldKind.MONEY:
        return f"{format_amount(value)} 元"
    if field.kind is FieldKind.PERCENT:
        return f"{_plain(value)}%"
    return str(titles.get(value, _plain(value)))
