"""Room answers: questions and what was answered, as label and text; personal numbers masked on the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.application import fill, steps_for
from forms.base import BaseForm, RowsField
from forms.choice_fields import BooleanConfirm, ChoicesField, Offered
from forms.context import FormContext
from forms.number_fields import MoneyField
from models.case import CaseFile
from models.identity import mask_account, mask_id, mask_phone
from models.money import format_amount, parse_amount
from models.refusal import Refusal

MASKS: Mapping[str, Callable[[str], str]] = {
    "resident_id": mask_id,
    "holder_number": mask_id,
    "phone": mask_phone,
    "account": mask_account,
}


@dataclass(frozen=True)
class Answer:
    """One question with its answer; a sub-table has rows of answers instead of a text."""

    label: str
    text: str = ""
    rows: list[list[Answer]] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """One step of an application with what was answered in it."""

    title: str
    answers: list[Answer]


def application_parts(case: CaseFile, context: FormContext, is_full: bool) -> list[Part]:
    """The whole application step by step; `is_full` shows personal numbers unmasked."""
    steps = steps_for(case.form_kind)
    forms = [(step.title, fill(step.form, case.application, context)) for step in steps]
    return [Part(title, list(answers_of(form, is_full))) for title, form in forms]


def answers_of(form: BaseForm, is_full: bool = True) -> Iterator[Answer]:
    """The visible questions of a form that were answered."""
    for question in form.questions():
        if question.is_visible(form) and not question.is_blank():
            yield _answer(question, is_full)


def _answer(question: Any, is_full: bool) -> Answer:
    label = question.label.text
    if isinstance(question, RowsField):
        rows = [list(answers_of(row, is_full)) for row in question.filled()]
        return Answer(label, f"{len(rows)} 项", rows)
    return Answer(label, _text(question, is_full))


def _text(question: Any, is_full: bool) -> str:
    if isinstance(question, ChoicesField):
        return "、".join(_option(question, value) for value in question.raws)
    if isinstance(question, Offered):
        return _option(question, question.raw)
    if isinstance(question, BooleanConfirm):
        return "是" if question.raw else "否"
    if isinstance(question, MoneyField):
        return _amount(question.raw)
    mask = None if is_full else MASKS.get(question.kind)
    return mask(question.raw) if mask else question.raw


def _option(question: Offered, value: str) -> str:
    return str(dict(question.options).get(value, value))


def _amount(raw: str) -> str:
    try:
        return format_amount(parse_amount(raw))
    except Refusal:
        return raw  # a draft may hold anything
